/// A step on each number of one block: v = function(a ∘ b) · scale + shift.
package struct ElementwiseCall {
    /// How the second operand enters.
    package enum Combination: Sendable {
        /// There is none.
        case none
        /// a + b.
        case add
        /// a · b.
        case multiply
        /// a · b, where b is one pixel that holds for the whole block.
        case scale

        /// Whether there is no second operand.
        @inlinable package var isNone: Bool { if case .none = self { true } else { false } }
    }

    package var first: UnsafePointer<Float>
    package var second: UnsafePointer<Float>?
    package var combination: Combination
    /// May be the same memory as an operand.
    package var output: UnsafeMutablePointer<Float>
    package var pixels: Int
    package var epilogue: Epilogue
    /// Of the operands and the output.
    package var format = ElementFormat.float32

    /// Groups the arguments.
    @inlinable package init(
        first: UnsafePointer<Float>, second: UnsafePointer<Float>?, combination: Combination,
        output: UnsafeMutablePointer<Float>, pixels: Int, epilogue: Epilogue
    ) {
        self.first = first
        self.second = second
        self.combination = combination
        self.output = output
        self.pixels = pixels
        self.epilogue = epilogue
    }
}
