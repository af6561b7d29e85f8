/// The first moments and the extremes of values.
public struct Moments: Sendable, Equatable {
    /// How many values are finite.
    public let count: Int
    /// How many values are NaN or infinite; they count nowhere else.
    public let nonFiniteCount: Int
    /// The mean; 0 without values.
    public let mean: Double
    /// The unbiased standard deviation; 0 with fewer than two values.
    public let standardDeviation: Double
    /// Σ(x − mean)³ / n divided by the cube of the population's deviation; 0 where all values are equal.
    public let skewness: Double
    /// Σ(x − mean)⁴ / n divided by the squared population variance, minus 3: 0 for a normal distribution, more with
    /// heavier tails; 0 where all values are equal.
    public let excessKurtosis: Double
    /// The smallest value; 0 without values.
    public let minimum: Double
    /// The largest value; 0 without values.
    public let maximum: Double

    /// Measures the finite ones of `values` in two passes of double precision.
    public init(_ values: [Float]) {
        let finite = values.filter(\.isFinite).map(Double.init)
        count = finite.count
        nonFiniteCount = values.count - finite.count
        let mean = finite.isEmpty ? 0 : finite.reduce(0, +) / Double(finite.count)
        var powers = SIMD4<Double>.zero
        for value in finite {
            let distance = value - mean
            let square = distance * distance
            powers += SIMD4(0, square, square * distance, square * square)
        }
        self.mean = mean
        standardDeviation = finite.count < 2 ? 0 : (powers[1] / Double(finite.count - 1)).squareRoot()
        powers /= Double(max(1, finite.count))
        let variance = powers[1]
        let isSpread = variance > 0 && variance * variance > 0
        skewness = isSpread ? powers[2] / (variance * variance.squareRoot()) : 0
        excessKurtosis = isSpread ? powers[3] / (variance * variance) - 3 : 0
        minimum = finite.min() ?? 0
        maximum = finite.max() ?? 0
    }
}
