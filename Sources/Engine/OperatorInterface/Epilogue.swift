/// What happens to a result before it is written, one value a channel: v = function(v + residual) · scale + shift, or
/// function(v) · scale + shift + residual.
///
/// A bias is no part of it: sums start with it.
package struct Epilogue: @unchecked Sendable, BitwiseCopyable {
    // Sendable: the pointers lead to constants that nobody writes.

    /// A function of one number.
    package enum Function: Sendable, BitwiseCopyable {
        case none, relu, relu6, silu, hardSwish, sigmoid, hardSigmoid
    }

    /// Applied to each number.
    package var function: Function = .none
    /// Factors and summands behind the function, for all channels of the operator; both or neither.
    package var scale: UnsafePointer<Float>?
    package var shift: UnsafePointer<Float>?
    /// Whether ``residual`` is added before the function instead of at the end.
    package var addsResidualFirst = false

    /// Nothing happens.
    package init() {}

    /// The epilogue of the channels behind the first `channels`.
    @inlinable package func advanced(by channels: Int) -> Epilogue {
        var copy = self
        copy.scale = scale.map { $0 + channels }
        copy.shift = shift.map { $0 + channels }
        return copy
    }
}
