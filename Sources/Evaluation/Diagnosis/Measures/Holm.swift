import Glibc

/// Many tests at once: what becomes of their probabilities.
enum Holm {
    /// The probabilities corrected for each other, in the same order: the chance that any of the tests would give an alarm
    /// in a sound network stays below what each says.
    ///
    /// Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6 (1979).
    static func corrected(_ probabilities: [Double]) -> [Double] {
        let order = probabilities.indices.sorted { (probabilities[$0], $0) < (probabilities[$1], $1) }
        var result = probabilities
        var largest = 0.0
        for (place, index) in order.enumerated() {
            largest = max(largest, min(1, Double(probabilities.count - place) * probabilities[index]))
            result[index] = largest
        }
        return result
    }

    /// P(Z > z) of the standard normal distribution.
    static func upperTail(_ z: Double) -> Double { erfc(z / 2.0.squareRoot()) / 2 }
}
