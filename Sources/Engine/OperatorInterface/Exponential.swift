// The program knows eˣ in three accuracies: libm's exp in 64 bits (losses, probabilities), libm's expf where an operator is
// defined (ReferenceOperators), and the one below in the loops of inference and training.

/// How a·b + c is formed: rounded once, or twice where the processor has no such instruction.
@usableFromInline
package protocol LaneArithmetic {
    /// a·b + c.
    static func multiplyAdd(_ a: SIMD16<Float>, _ b: SIMD16<Float>, _ c: SIMD16<Float>) -> SIMD16<Float>
}

/// eˣ to about 2 units in the last place.
///
/// The limits are those of normal numbers: below −87.3 the result is that of −87.3 (1.2e−38), above 88.3 that of 88.3
/// (2.2e38). It is never zero, subnormal or infinite; NaN stays NaN. A logistic function 1/(1 + e⁻ˣ) so tends to 4.5e−39
/// and to 1.
///
/// x = n·ln 2 + r with |r| ≤ ln 2 / 2; eʳ by the polynomial of Cephes' expf (S. Moshier). Everything here is inlined into
/// its callers, which are compiled for several instruction sets.
@inlinable @inline(__always)
package func exponential<Arithmetic: LaneArithmetic>(
    _ number: SIMD16<Float>, _ arithmetic: Arithmetic.Type
) -> SIMD16<Float> {
    typealias Lanes = SIMD16<Float>
    var x = number.replacing(with: -87.3, where: number .< -87.3)
    x.replace(with: 88.3, where: x .> 88.3)
    // Adding and taking away 1.5·2²³ rounds to the nearest integer.
    let magic = Lanes(repeating: 12_582_912)
    let shifted = Arithmetic.multiplyAdd(x, Lanes(repeating: 1.442_695_04), magic)
    let n = shifted - magic
    var r = Arithmetic.multiplyAdd(n, Lanes(repeating: -0.693_359_375), x)
    r = Arithmetic.multiplyAdd(n, Lanes(repeating: 2.121_944_4e-4), r)
    var p = Lanes(repeating: 1.987_569_15e-4)
    p = Arithmetic.multiplyAdd(p, r, Lanes(repeating: 1.398_199_95e-3))
    p = Arithmetic.multiplyAdd(p, r, Lanes(repeating: 8.333_452e-3))
    p = Arithmetic.multiplyAdd(p, r, Lanes(repeating: 4.166_579_6e-2))
    p = Arithmetic.multiplyAdd(p, r, Lanes(repeating: 1.666_666_55e-1))
    p = Arithmetic.multiplyAdd(p, r, Lanes(repeating: 0.5))
    p = Arithmetic.multiplyAdd(p, r * r, r + 1)
    // The integer n stands in the low bits of `shifted`; 2ⁿ has it in its exponent.
    let bits = unsafeBitCast(shifted, to: SIMD16<UInt32>.self) &- 0x4B40_0000
    return p * unsafeBitCast((bits &+ 127) &<< 23, to: Lanes.self)
}
