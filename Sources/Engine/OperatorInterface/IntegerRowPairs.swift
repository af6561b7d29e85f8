/// Where the pairs of rows lie that one row of a depthwise convolution of bytes reads.
package struct IntegerRowPairs: BitwiseCopyable {
    /// Pairs of rows that are kept, in turn.
    package var scratch: UnsafeRawPointer
    /// From one pair to the next.
    package var rowBytes: Int
    package var kept: Int
    /// The first pair's place among those that are kept, and how many places the next one is further.
    package var first: Int
    package var pairStep: Int
    package var pairs: Int

    /// Groups the places.
    @inlinable package init(
        _ scratch: UnsafeRawPointer, rowBytes: Int, kept: Int, first: Int, pairStep: Int, pairs: Int
    ) {
        self.scratch = scratch
        self.rowBytes = rowBytes
        self.kept = kept
        self.first = first
        self.pairStep = pairStep
        self.pairs = pairs
    }
}
