/// What a panel of a matrix product reads.
package struct MatrixSource: BitwiseCopyable {
    /// The first pixel's place in the arena and in scratch memory; runs are counted from there.
    package var arena: UnsafePointer<Float>
    package var scratch: UnsafePointer<Float>
    /// Words between the inputs of neighbouring outputs.
    package var pixelStride: Int

    /// Groups the arguments.
    @inlinable package init(arena: UnsafePointer<Float>, scratch: UnsafePointer<Float>, pixelStride: Int) {
        self.arena = arena
        self.scratch = scratch
        self.pixelStride = pixelStride
    }
}

/// The weights of a panel: K rows for the K lanes that are read.
package struct MatrixPanel: BitwiseCopyable {
    /// The lanes that are read, in the order of the weights.
    package var runs: UnsafePointer<ChannelSpan>
    package var runCount: Int
    /// K×blocks×16.
    package var weights: UnsafePointer<Float>
    /// K×8 for half a block; else not read.
    package var halfWeights: UnsafePointer<Float>
    /// blocks×16 and 8 for half a block; nil for none.
    package var bias: UnsafePointer<Float>?
    /// How many whole output blocks.
    package var blocks: Int
    /// Whether half a block of outputs follows them.
    package var hasHalfBlock: Bool

    /// Groups the arguments.
    @inlinable package init(
        runs: UnsafePointer<ChannelSpan>, runCount: Int, weights: UnsafePointer<Float>,
        halfWeights: UnsafePointer<Float>, bias: UnsafePointer<Float>?, blocks: Int, hasHalfBlock: Bool
    ) {
        self.runs = runs
        self.runCount = runCount
        self.weights = weights
        self.halfWeights = halfWeights
        self.bias = bias
        self.blocks = blocks
        self.hasHalfBlock = hasHalfBlock
    }
}

/// What a panel of a matrix product writes.
package struct MatrixTarget: BitwiseCopyable {
    /// The first pixel's place in the first output block.
    package var start: UnsafeMutablePointer<Float>
    /// How many pixels in a row.
    package var pixels: Int
    /// Words from one output block to the next.
    package var blockStride: Int
    /// Added to the result; laid out as the output, its blocks as far apart. nil for none.
    package var residual: UnsafePointer<Float>?

    /// Groups the arguments.
    @inlinable package init(
        _ start: UnsafeMutablePointer<Float>, pixels: Int, blockStride: Int, residual: UnsafePointer<Float>?
    ) {
        self.start = start
        self.pixels = pixels
        self.blockStride = blockStride
        self.residual = residual
    }
}
