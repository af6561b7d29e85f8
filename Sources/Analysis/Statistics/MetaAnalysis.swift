import Glibc
import Numerics

/// What one network says about a statement, in one number.
public struct ClaimEffect: Sendable, Equatable, Codable {
    /// What the number is.
    public enum Scale: String, Sendable, Equatable, Codable {
        /// A difference of two shares of kernels, −1…1.
        case shareDifference
        /// Fisher's z, artanh ρ, of a rank correlation.
        case correlation
    }

    /// Above 0 where the network says what the statement says.
    public let value: Double
    /// The variance that its kernels or layers alone leave.
    public let variance: Double
    /// What ``value`` is.
    public let scale: Scale

    /// A share of `n` kernels less a share of `m` others; half a kernel is added on either side, so that none and all leave a
    /// variance (Agresti and Caffo, 2000).
    static func difference(_ a: Int, of n: Int, _ b: Int, of m: Int) -> ClaimEffect? {
        guard n > 0, m > 0 else { return nil }
        func variance(_ count: Int, _ total: Int) -> Double {
            let share = (Double(count) + 0.5) / (Double(total) + 1)
            return share * (1 - share) / (Double(total) + 1)
        }
        return ClaimEffect(
            value: Double(a) / Double(n) - Double(b) / Double(m), variance: variance(a, n) + variance(b, m),
            scale: .shareDifference)
    }

    /// A share of `n` less a fixed one.
    static func share(_ a: Int, of n: Int, less level: Double) -> ClaimEffect? {
        guard n > 0 else { return nil }
        let share = (Double(a) + 0.5) / (Double(n) + 1)
        return ClaimEffect(
            value: Double(a) / Double(n) - level, variance: share * (1 - share) / (Double(n) + 1),
            scale: .shareDifference)
    }

    /// Spearman's ρ, turned where the statement is that a share falls; nil of fewer than five layers.
    ///
    /// The variance of artanh ρ is 1.06 / (n − 3) (Fieller, Hartley and Pearson, 1957).
    static func correlation(_ found: RankCorrelation, rises: Bool) -> ClaimEffect? {
        guard found.pairs > 4 else { return nil }
        let held = min(0.999, max(-0.999, rises ? found.coefficient : -found.coefficient))
        return ClaimEffect(value: atanh(held), variance: 1.06 / Double(found.pairs - 3), scale: .correlation)
    }

    /// ``value`` as it is read: a difference of shares, or ρ.
    public static func readable(_ value: Double, _ scale: Scale) -> Double {
        scale == .correlation ? tanh(value) : value
    }
}

/// What several networks say about a statement: the network is the unit, kernels only tell how sure each is.
///
/// Random effects: the spread τ² between networks after DerSimonian and Laird (1986), the interval of the mean after Hartung
/// and Knapp (2001) with Student's t of k − 1 degrees of freedom, which holds for few networks.
public struct MetaAnalysis: Sendable, Equatable, Codable {
    /// How many networks.
    public let networks: Int
    /// The mean effect over networks, on the scale of ``ClaimEffect/value``.
    public let mean: Double
    /// The lower end of its 95 % interval.
    public let low: Double
    /// The upper end.
    public let high: Double
    /// The standard deviation of the effect between networks.
    public let tau: Double
    /// I²: the share of the effects' variance that lies between networks, 0…1.
    public let heterogeneity: Double
    /// The chance of a mean as far from 0 on either side without an effect.
    public let pValue: Double
    /// The scale.
    public let scale: ClaimEffect.Scale

    /// Joins the effects of at least two networks, all on one scale; nil of fewer.
    public init?(_ effects: [ClaimEffect]) {
        guard effects.count > 1, let scale = effects.first?.scale, effects.allSatisfy({ $0.scale == scale }) else {
            return nil
        }
        let freedom = Double(effects.count - 1)
        func mean(_ weights: [Double]) -> Double {
            zip(effects, weights).reduce(0) { $0 + $1.0.value * $1.1 } / weights.reduce(0, +)
        }
        func squares(_ weights: [Double], about middle: Double) -> Double {
            zip(effects, weights).reduce(0) { $0 + $1.1 * ($1.0.value - middle) * ($1.0.value - middle) }
        }
        let fixed = effects.map { 1 / $0.variance }
        let q = squares(fixed, about: mean(fixed))
        let sum = fixed.reduce(0, +)
        let between = max(0, (q - freedom) / (sum - fixed.reduce(0) { $0 + $1 * $1 } / sum))
        let weights = effects.map { 1 / ($0.variance + between) }
        let middle = mean(weights)
        // Never narrower than without the correction: few networks may agree by chance (Röver, Knapp and Friede, 2015).
        let scatter = max(1, squares(weights, about: middle) / freedom)
        let error = (scatter / weights.reduce(0, +)).squareRoot()
        let reach = StudentT.quantile975(freedom: freedom) * error
        networks = effects.count
        self.mean = middle
        (low, high) = (middle - reach, middle + reach)
        tau = between.squareRoot()
        heterogeneity = q > 0 ? max(0, (q - freedom) / q) : 0
        pValue = min(1, 2 * StudentT.upperTail(abs(middle) / error, freedom: freedom))
        self.scale = scale
    }
}
