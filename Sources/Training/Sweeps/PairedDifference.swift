import Numerics

/// The mean of differences of two nets' trainings with the same seeds: initial weights of what they share, order of images
/// and augmentation are common, so that part of what varies falls out.
public struct PairedDifference: Sendable, Equatable {
    /// How many pairs.
    public let count: Int
    /// The mean of first − second.
    public let mean: Double
    /// The standard deviation of the differences over √n; nil for a single pair.
    public let standardError: Double?
    /// The 95 % interval by Student's t; nil likewise.
    public let interval: ClosedRange<Double>?
    /// The two-sided p-value of no difference; nil likewise.
    public let pValue: Double?

    /// Compares trainings pair by pair; nil without a pair.
    public init?(_ pairs: [(first: Double, second: Double)]) {
        guard let summary = SampleSummary(pairs.map { $0.first - $0.second }) else { return nil }
        count = summary.count
        mean = summary.mean
        guard let deviation = summary.standardDeviation, deviation.isFinite, mean.isFinite else {
            (standardError, interval, pValue) = (nil, nil, nil)
            return
        }
        let error = deviation / Double(count).squareRoot()
        let freedom = Double(count - 1)
        standardError = error
        let half = StudentT.quantile975(freedom: freedom) * error
        interval = mean - half...mean + half
        pValue = error > 0 ? min(1, 2 * StudentT.upperTail(abs(mean) / error, freedom: freedom)) : mean == 0 ? 1 : 0
    }
}
