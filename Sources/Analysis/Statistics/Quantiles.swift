import Numerics

/// The spread of a set of numbers in five of its quantiles.
public struct Quantiles: Sendable, Equatable, Codable {
    /// The 5 % quantile.
    public let p5: Double
    /// The lower quartile.
    public let p25: Double
    /// The median.
    public let p50: Double
    /// The upper quartile.
    public let p75: Double
    /// The 95 % quantile.
    public let p95: Double

    /// The quantiles of `values`, interpolated linearly between neighbours as NumPy does; nil without values.
    public init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        func at(_ share: Double) -> Double { OrderStatistics.quantile(share, ofSorted: sorted) }
        (p5, p25, p50, p75, p95) = (at(0.05), at(0.25), at(0.5), at(0.75), at(0.95))
    }
}
