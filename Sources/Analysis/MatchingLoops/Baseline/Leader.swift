/// The highest score of each of sixteen kernels so far, and the first template that reached it; see `TemplateScan` for how
/// the source is compiled.
struct Leader {
    var highest: SIMD16<Float>
    var found: SIMD16<Int32>

    /// Goes on from what is there.
    @inline(__always)
    init(_ best: UnsafePointer<SIMD16<Float>>, _ place: UnsafePointer<SIMD16<Int32>>) {
        highest = best.pointee
        found = place.pointee
    }

    /// Any score of 0 or more is higher.
    @inline(__always)
    init() {
        highest = SIMD16(repeating: -1)
        found = .zero
    }

    /// Takes the scores that are higher than all before.
    @inline(__always)
    mutating func take(_ score: SIMD16<Float>, _ number: Int) {
        let isBetter = score .> highest
        highest.replace(with: score, where: isBetter)
        found.replace(with: SIMD16<Int32>(repeating: Int32(truncatingIfNeeded: number)), where: isBetter)
    }

    /// Writes both down.
    @inline(__always)
    func put(_ best: UnsafeMutablePointer<SIMD16<Float>>, _ place: UnsafeMutablePointer<SIMD16<Int32>>) {
        best.pointee = highest
        place.pointee = found
    }
}
