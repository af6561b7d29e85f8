import TemplateMatching

/// One number of each of sixteen kernels: a lane a kernel.
typealias Lanes = TemplateMatcher.Lanes
/// One whole number of each.
typealias Indices = TemplateMatcher.Indices
/// One yes or no of each.
typealias Mask = SIMDMask<SIMD16<Int32>>

// Comparisons with one number: the standard library's are loops over the lanes. Cut-offs are given in double precision and
// compared as if the lanes were: the bound is rounded to the neighbour that lets exactly the same numbers through.
extension SIMD16<Float> {
    /// Whether each number is `bound` or more.
    @inline(__always)
    static func .>= (numbers: Self, bound: Double) -> Mask { numbers .>= Self(repeating: Float(bound, rounded: .up)) }

    /// Whether each number is `bound` or less.
    @inline(__always)
    static func .<= (numbers: Self, bound: Double) -> Mask { numbers .<= Self(repeating: Float(bound, rounded: .down)) }

    /// Whether each number is more than `bound`.
    @inline(__always)
    static func .> (numbers: Self, bound: Double) -> Mask { numbers .> Self(repeating: Float(bound, rounded: .down)) }

    /// Whether each number is less than `bound`.
    @inline(__always)
    static func .< (numbers: Self, bound: Double) -> Mask { numbers .< Self(repeating: Float(bound, rounded: .up)) }

    // The standard library's choices between lanes are loops as well, too long to be inlined where there are many; those of
    // masks are plain bit operations. Both hold sixteen times 32 bits, and any bits will do.

    /// These numbers with those of `other` in the lanes of `mask`.
    @inline(__always)
    func replacing(with other: Self, where mask: Mask) -> Self {
        let bits = unsafe unsafeBitCast(self, to: Mask.self)
        let others = unsafe unsafeBitCast(other, to: Mask.self)
        return unsafe unsafeBitCast(bits.replacing(with: others, where: mask), to: Self.self)
    }

    /// Puts the numbers of `other` into the lanes of `mask`.
    @inline(__always)
    mutating func replace(with other: Self, where mask: Mask) { self = replacing(with: other, where: mask) }

    /// The magnitudes.
    @inline(__always)
    var magnitudes: Self { replacing(with: -self, where: self .< Self.zero) }

    /// The larger of each two numbers.
    @inline(__always)
    func larger(_ other: Self) -> Self { replacing(with: other, where: other .> self) }

    /// The smaller of each two numbers.
    @inline(__always)
    func smaller(_ other: Self) -> Self { replacing(with: other, where: other .< self) }

    /// Puts `number` into the lanes of `mask`.
    @inline(__always)
    mutating func set(_ number: Float, where mask: Mask) { replace(with: Self(repeating: number), where: mask) }
}

extension Float {
    /// The nearest number that is not below (`.up`) or not above (`.down`) `value`.
    @inline(__always)
    fileprivate init(_ value: Double, rounded rule: FloatingPointRoundingRule) {
        let nearest = Float(value)
        switch rule {
        case .up: self = Double(nearest) < value ? nearest.nextUp : nearest
        default: self = Double(nearest) > value ? nearest.nextDown : nearest
        }
    }
}

extension SIMDMask<SIMD16<Int32>> {
    /// In how many of the first `lanes` lanes it holds.
    func count(first lanes: Int) -> Int {
        let ones = Lanes.zero.replacing(with: Lanes(repeating: 1), where: self)
        var counted = 0
        for lane in 0..<lanes where ones[lane] > 0 { counted += 1 }
        return counted
    }
}
