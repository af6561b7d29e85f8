import Numerics

/// A measured number and the interval in which that of all such networks lies with 95 % confidence.
public struct Estimate: Sendable, Equatable, Codable {
    /// The number.
    public let value: Double
    /// The lower end; nil for one network, which says nothing about others.
    public let low: Double?
    /// The upper end; nil for one network.
    public let high: Double?
    /// How many networks it rests on.
    public let networks: Int

    init(value: Double, low: Double?, high: Double?, networks: Int) {
        (self.value, self.low, self.high, self.networks) = (value, low, high, networks)
    }

    /// The weighted mean of the networks' numbers and its interval: with weights wᵢ that sum to 1 and the mean v,
    /// v ± t · √(n/(n − 1) · Σ wᵢ²(xᵢ − v)²), t the 97.5 % quantile of Student's distribution with n − 1 degrees of
    /// freedom; of equal weights this is the mean's standard error.
    ///
    /// `pooled` stands in for the mean where all kernels together have a number of their own.
    init(of values: [Double], weights: [Double], pooled: Double? = nil) {
        let total = weights.reduce(0, +)
        let mean = total > 0 ? zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / total : 0
        let value = pooled ?? mean
        guard values.count > 1, total > 0 else {
            self.init(value: value, low: nil, high: nil, networks: values.count)
            return
        }
        let count = Double(values.count)
        let squares = zip(values, weights).reduce(0) { sum, pair in
            let away = pair.1 / total * (pair.0 - value)
            return sum + away * away
        }
        let reach =
            StudentT.quantile975(freedom: Double(values.count - 1)) * (count / (count - 1) * squares).squareRoot()
        self.init(value: value, low: value - reach, high: value + reach, networks: values.count)
    }

    func clamped(to range: ClosedRange<Double>) -> Estimate {
        func clamp(_ number: Double) -> Double { min(range.upperBound, max(range.lowerBound, number)) }
        return Estimate(value: clamp(value), low: low.map(clamp), high: high.map(clamp), networks: networks)
    }
}
