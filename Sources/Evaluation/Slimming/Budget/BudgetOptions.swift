/// How slimming within a budget goes about it.
public struct BudgetOptions: Sendable, Equatable {
    /// The allowed loss of accuracy or agreement in percentage points.
    public var maxDrop: Double
    /// Whether the whole curve is measured.
    public var measuresCurve = false
    /// On how many pictures of the choosing half, evenly spread, gains are fitted.
    public var fitted = 20
    /// On how many pictures of that half, evenly spread, the damage of each unit is measured.
    public var judged = 20
    /// Draws of the random control for each point.
    public var draws = 3
    /// The seed of the draws.
    public var seed: UInt64 = 1
    /// How many threads share the pictures; results do not depend on it.
    public var threads = 1

    /// The fewest pictures: ten in each half.
    public static let leastImages = 20
    /// Points of the curve beside the network without any loss.
    static let curvePoints = 8

    /// The usual choices for a loss.
    public init(maxDrop: Double) { self.maxDrop = maxDrop }
}
