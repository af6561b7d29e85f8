/// How the sums of an integer operator become bytes or floats, one value a channel where there is a pointer.
///
/// All of it is arithmetic of 32-bit floats in this order, each operation rounded to the nearest, ties to even, and none
/// fused with another; so every processor gives the same bits. With acc a sum, r a byte that is added and z its zero:
///
/// 1. v = Float(acc) · multiplier
/// 2. v = v + Float(r − residualZero) · residualFactor, where it is added first
/// 3. v = function(v) · scale + shift, where there are such
/// 4. v = v + Float(r − residualZero) · residualFactor, where it is added last
/// 5. the byte is min(max(round(v) + zero, low), high); floats are written as they are.
///
/// The planner sees to it that v stays below 2³¹.
package struct IntegerEpilogue: @unchecked Sendable, BitwiseCopyable {
    // Sendable: the pointers lead to constants that nobody writes.

    package var multiplier: UnsafePointer<Float>
    package var function: Epilogue.Function = .none
    /// With a function: what brings its result to the output's quanta.
    package var scale: UnsafePointer<Float>?
    package var shift: UnsafePointer<Float>?
    package var residualFactor: Float = 0
    package var residualZero: Int32 = 0
    package var addsResidualFirst = false
    /// The byte that stands for zero.
    package var zero: Int32 = 0
    /// The least and the largest byte.
    package var low: UInt8 = 0
    package var high: UInt8 = 255
    /// Whether results are floats instead of bytes.
    package var writesFloats = false

    /// Only the factors.
    @inlinable package init(multiplier: UnsafePointer<Float>) { self.multiplier = multiplier }

    /// Whether there is nothing but steps 1 and 5.
    @inlinable package var isPlain: Bool {
        if case .none = function { return scale == nil && !writesFloats }
        return false
    }
}
