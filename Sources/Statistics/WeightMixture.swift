import Glibc

/// Whether a layer's weights are one normal distribution or several: mixtures of one to three compared by BIC.
///
/// Strided layers of real networks blur: their weights are mostly of one sign, far from one bell (VGNet paper, Fig. 1).
public struct WeightMixture: Sendable, Equatable, Codable {
    /// One normal distribution with its share of the weights.
    public struct Component: Sendable, Equatable, Codable {
        /// The share of the weights, 0…1.
        public let share: Double
        /// The mean, in standard deviations of all weights from their mean.
        public let mean: Double
        /// The standard deviation, relative to that of all weights.
        public let deviation: Double
    }

    /// Bayes' information criterion (3k − 1)·ln n − 2·ln L of 1, 2 and 3 components; the smallest is the best.
    public let bic: [Double]
    /// The components of the best fit, by their means.
    public let components: [Component]

    /// How many weights each component takes part in at most: larger layers are sampled evenly.
    static let maximumWeights = 20_000

    /// Fits the finite ones of `values`; nil with fewer than 50 or where all are equal.
    public init?(_ values: [Float]) {
        let finite = values.lazy.filter(\.isFinite).map(Double.init)
        let all = Array(finite)
        let step = max(1, all.count / Self.maximumWeights)
        let sample = stride(from: 0, to: all.count, by: step).map { all[$0] }
        guard sample.count >= 50 else { return nil }
        let mean = sample.reduce(0, +) / Double(sample.count)
        let variance = sample.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(sample.count)
        guard variance > 0 else { return nil }
        let standard = sample.map { ($0 - mean) / variance.squareRoot() }.sorted()
        let fits = (1...3).map { Self.fit(standard, count: $0) }
        let n = Double(standard.count)
        let scores = fits.indices.map { index -> Double in
            let parameters = Double(3 * (index + 1) - 1)
            return parameters * log(n) - 2 * fits[index].likelihood
        }
        let best = scores.indices.min { scores[$0] < scores[$1] } ?? 0
        bic = scores
        components = fits[best].components.sorted { $0.mean < $1.mean }
    }

    /// Whether two or three components describe the weights better than one.
    public var isMixture: Bool { components.count > 1 }

    /// Expectation maximisation from equally filled quantile bins and from one mean with several widths; the likelier.
    private static func fit(_ sorted: [Double], count: Int) -> (components: [Component], likelihood: Double) {
        let quantiles = (0..<count).map { index in
            Component(
                share: 1 / Double(count), mean: sorted[sorted.count * (2 * index + 1) / (2 * count)],
                deviation: 1 / Double(count))
        }
        let widths = (0..<count).map { index in
            Component(share: 1 / Double(count), mean: 0, deviation: pow(0.3, Double(index)) * 1.3)
        }
        let a = maximise(sorted, from: quantiles)
        guard count > 1 else { return a }
        let b = maximise(sorted, from: widths)
        return a.likelihood >= b.likelihood ? a : b
    }

    private static func maximise(
        _ values: [Double], from start: [Component]
    ) -> (components: [Component], likelihood: Double) {
        var components = start
        var likelihood = -Double.infinity
        for _ in 0..<200 {
            var sums = [SIMD4<Double>](repeating: .zero, count: components.count)
            var total = 0.0
            var densities = [Double](repeating: 0, count: components.count)
            for value in values {
                var sum = 0.0
                for (index, part) in components.enumerated() {
                    let z = (value - part.mean) / part.deviation
                    densities[index] = part.share / part.deviation * exp(-z * z / 2)
                    sum += densities[index]
                }
                total += log(max(sum, .leastNormalMagnitude)) - 0.5 * log(2 * .pi)
                for index in components.indices {
                    let weight = densities[index] / max(sum, .leastNormalMagnitude)
                    sums[index] += SIMD4(weight, weight * value, weight * value * value, 0)
                }
            }
            let gain = total - likelihood
            likelihood = total
            guard gain > 1e-6 * abs(total) else { break }
            components = sums.map { sum in
                let weight = max(sum[0], 1e-9)
                let mean = sum[1] / weight
                // A component narrower than a hundredth of the spread has fallen onto single values.
                let deviation = max(sum[2] / weight - mean * mean, 1e-4).squareRoot()
                return Component(share: sum[0] / Double(values.count), mean: mean, deviation: deviation)
            }
        }
        return (components, likelihood)
    }
}
