import Numerics

/// What the final of a race can see, known before it begins.
public struct RacePower: Sendable, Equatable {
    /// Looks, seeds of each net and of the baseline at the last look, and how many nets are compared.
    public let looks: Int
    /// Seeds of each finalist.
    public let seeds: Int
    /// Seeds of the baseline.
    public let baselineSeeds: Int
    /// How many comparisons share the level.
    public let comparisons: Int
    /// The two-sided level of all comparisons and looks together.
    public let level: Double

    /// Groups the numbers; at least two seeds each.
    public init(looks: Int, seeds: Int, baselineSeeds: Int, comparisons: Int, level: Double) {
        precondition(looks > 0 && seeds > 1 && baselineSeeds >= seeds && comparisons > 0)
        self.looks = looks
        self.seeds = seeds
        self.baselineSeeds = baselineSeeds
        self.comparisons = comparisons
        self.level = level
    }

    /// The difference that the last look finds with 80 % probability where a net's top-1 varies by `deviation`, 0…1.
    ///
    /// (t(limit) + t₀.₈₀) · s · √(1/n + 1/n₀) with the last limit at the level over the number of comparisons, Holm's first
    /// step, and n − 1 degrees of freedom: nothing is hoped from common seeds.
    public func detectableDifference(deviation: Double) -> Double {
        let freedom = Double(seeds - 1)
        let limit = OBrienFleming(looks: looks).constant(level: level / Double(comparisons))
        let error = deviation * (1 / Double(seeds) + 1 / Double(baselineSeeds)).squareRoot()
        let quantiles =
            StudentT.quantile(above: StandardNormal.upperTail(limit), freedom: freedom)
            + StudentT.quantile(above: 0.2, freedom: freedom)
        return quantiles * error
    }
}
