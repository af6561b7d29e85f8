// Choices between lanes as bit operations; see `TemplateScan` for how the source is compiled.
//
// The standard library's are loops over the lanes that functions with many of them leave as they are; those of masks are
// plain. Vectors and masks hold the same bits.

extension SIMD16<Float> {
    /// These numbers with those of `other` in the lanes of `mask`.
    @inline(__always)
    func replacing(with other: Self, where mask: SIMDMask<SIMD16<Int32>>) -> Self {
        typealias Mask = SIMDMask<SIMD16<Int32>>
        let (bits, others) = (unsafeBitCast(self, to: Mask.self), unsafeBitCast(other, to: Mask.self))
        return unsafeBitCast(bits.replacing(with: others, where: mask), to: Self.self)
    }

    /// These numbers with `other` in the lanes of `mask`.
    @inline(__always)
    func replacing(with other: Float, where mask: SIMDMask<SIMD16<Int32>>) -> Self {
        replacing(with: Self(repeating: other), where: mask)
    }

    /// Puts the numbers of `other` into the lanes of `mask`.
    @inline(__always)
    mutating func replace(with other: Self, where mask: SIMDMask<SIMD16<Int32>>) {
        self = replacing(with: other, where: mask)
    }

    /// Puts `other` into the lanes of `mask`.
    @inline(__always)
    mutating func replace(with other: Float, where mask: SIMDMask<SIMD16<Int32>>) {
        self = replacing(with: Self(repeating: other), where: mask)
    }
}

extension SIMD16<Int32> {
    /// These numbers with those of `other` in the lanes of `mask`.
    @inline(__always)
    func replacing(with other: Self, where mask: SIMDMask<SIMD16<Int32>>) -> Self {
        typealias Mask = SIMDMask<SIMD16<Int32>>
        let (bits, others) = (unsafeBitCast(self, to: Mask.self), unsafeBitCast(other, to: Mask.self))
        return unsafeBitCast(bits.replacing(with: others, where: mask), to: Self.self)
    }

    /// Puts the numbers of `other` into the lanes of `mask`.
    @inline(__always)
    mutating func replace(with other: Self, where mask: SIMDMask<SIMD16<Int32>>) {
        self = replacing(with: other, where: mask)
    }
}
