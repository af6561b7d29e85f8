import Numerics

/// A few numbers in short.
public struct SampleSummary: Sendable, Equatable {
    /// How many.
    public let count: Int
    /// Their mean.
    public let mean: Double
    /// √(Σ(x − mean)² / (n − 1)); nil for a single number.
    public let standardDeviation: Double?
    /// The largest.
    public let best: Double
    /// The smallest.
    public let worst: Double

    /// Summarises numbers; nil where there are none.
    public init?(_ values: [Double]) {
        guard let largest = values.max(), let smallest = values.min() else { return nil }
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        self.count = values.count
        self.mean = mean
        best = largest
        worst = smallest
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        standardDeviation = values.count > 1 ? (squares / (count - 1)).squareRoot() : nil
    }
}

/// The difference of two means whose samples may vary differently (Welch).
///
/// Source: B. L. Welch, Biometrika 34 (1947).
public struct MeanDifference: Sendable, Equatable {
    /// The first mean minus the second.
    public let mean: Double
    /// √(s₁²/n₁ + s₂²/n₂); nil where a sample has a single number, or numbers so large that it is none.
    public let standardError: Double?
    /// The 95 % confidence interval by Student's t with Welch's degrees of freedom; nil likewise.
    public let interval: ClosedRange<Double>?

    /// Compares two samples.
    public init(_ first: SampleSummary, minus second: SampleSummary) {
        mean = first.mean - second.mean
        guard let s1 = first.standardDeviation, let s2 = second.standardDeviation else {
            (standardError, interval) = (nil, nil)
            return
        }
        let (v1, v2) = (s1 * s1 / Double(first.count), s2 * s2 / Double(second.count))
        let error = (v1 + v2).squareRoot()
        guard mean.isFinite, error.isFinite else {
            (standardError, interval) = (nil, nil)
            return
        }
        standardError = error
        guard error > 0 else {
            interval = mean...mean
            return
        }
        let freedom =
            (v1 + v2) * (v1 + v2)
            / (v1 * v1 / Double(first.count - 1) + v2 * v2 / Double(second.count - 1))
        // The squares of tiny errors vanish: then one degree of freedom, the widest interval.
        let half = StudentT.quantile975(freedom: freedom.isFinite ? freedom : 1) * error
        interval = mean - half...mean + half
    }
}
