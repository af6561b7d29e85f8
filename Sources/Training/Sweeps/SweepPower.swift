import Numerics

/// What a plan can see before it is run.
public struct SweepPower: Sendable, Equatable {
    /// Trainings of each net.
    public let seeds: Int
    /// The standard deviation of a net's top-1 over seeds, 0…1.
    public let deviation: Double
    /// The standard deviation that small trainings of this project had: 23 nets of 131,000 parameters, three seeds each.
    public static let measuredDeviation = 0.00864

    /// The power of `seeds` trainings of each net, which vary by `deviation`.
    public init(seeds: Int, deviation: Double = measuredDeviation) {
        self.seeds = seeds
        self.deviation = deviation
    }

    /// The difference of two nets that is found with 80 % probability at the two-sided level 5 %, 0…1; nil for one seed.
    ///
    /// (t₀.₉₇₅ + t₀.₈₀) · s · √(2/n) with 2(n − 1) degrees of freedom: pairing by seed is not counted on.
    public var detectableDifference: Double? {
        guard seeds > 1 else { return nil }
        let freedom = Double(2 * (seeds - 1))
        let error = deviation * (2 / Double(seeds)).squareRoot()
        return (StudentT.quantile975(freedom: freedom) + StudentT.quantile(above: 0.2, freedom: freedom)) * error
    }
}
