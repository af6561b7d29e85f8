import Glibc

/// A sum of one to three normal distributions fitted to values.
public struct GaussianMixture: Sendable, Equatable {
    /// One normal distribution with its share of the values.
    public struct Component: Sendable, Equatable {
        /// The share of the values, 0…1; all shares sum to 1.
        public let share: Double
        /// The mean.
        public let mean: Double
        /// The standard deviation, > 0.
        public let standardDeviation: Double
    }

    /// The distributions, the largest share first.
    public let components: [Component]
    /// Bayes' information criterion k·ln n − 2·ln L of this fit; k = 3·components − 1.
    public let bic: Double
    /// ``bic`` of a fit with 1, 2 … components; the smallest one was taken.
    public let bicByCount: [Double]

    /// Bins into which the values are counted before the fit: a bin is the least standard deviation.
    private static let binCount = 1024
    private static let rounds = 300

    /// Fits 1…`limit` components by expectation maximisation and keeps the fit with the smallest BIC.
    ///
    /// Starts are quantiles and, beside them, one common mean with several widths: weights are often narrow peaks on
    /// wide skirts. Nothing is random. Nil with fewer than 50 finite values or where all are equal.
    public init?(_ values: [Float], limit: Int = 3) {
        let counted = Histogram(values, bins: Self.binCount)
        let total = Double(counted.total)
        guard counted.total >= 50, let first = values.first(where: \.isFinite),
            values.contains(where: { $0.isFinite && $0 != first })
        else { return nil }
        let points = counted.counts.enumerated().filter { $0.element > 0 }.map { bin, count in
            (value: counted.lowerBound + (Double(bin) + 0.5) * counted.binWidth, weight: Double(count))
        }
        let mean = points.reduce(0) { $0 + $1.value * $1.weight } / total
        let variance = points.reduce(0) { $0 + ($1.value - mean) * ($1.value - mean) * $1.weight } / total
        let floor = counted.binWidth * counted.binWidth
        var best: (components: [Component], bic: Double)?
        var all: [Double] = []
        for count in 1...max(1, limit) {
            let starts = Self.starts(count, points: points, total: total, mean: mean, variance: max(variance, floor))
            let fits = starts.map { Self.fit($0, points: points, total: total, varianceFloor: floor) }
            guard let fit = fits.max(by: { $0.logLikelihood < $1.logLikelihood }) else { continue }
            let bic = Double(3 * count - 1) * log(total) - 2 * fit.logLikelihood
            all.append(bic)
            if bic < best?.bic ?? .infinity { best = (fit.components, bic) }
        }
        guard let best else { return nil }
        components = best.components.sorted { ($1.share, $0.mean) < ($0.share, $1.mean) }
        bic = best.bic
        bicByCount = all
    }

    /// The density at `value`: Σ share · N(value; mean, σ²).
    public func density(_ value: Double) -> Double {
        components.reduce(0) { $0 + $1.density(value) }
    }

    private typealias Point = (value: Double, weight: Double)

    private static func starts(
        _ count: Int, points: [Point], total: Double, mean: Double, variance: Double
    ) -> [[Component]] {
        let share = 1 / Double(count)
        let deviation = variance.squareRoot()
        guard count > 1 else { return [[Component(share: 1, mean: mean, standardDeviation: deviation)]] }
        func quantile(_ wanted: Double) -> Double {
            var sum = 0.0
            for point in points {
                sum += point.weight
                if sum >= wanted * total { return point.value }
            }
            return points.last?.value ?? mean
        }
        let spread = (0..<count).map { index in
            Component(
                share: share, mean: quantile((Double(index) + 0.5) * share), standardDeviation: deviation * share)
        }
        let nested = (0..<count).map { index in
            Component(share: share, mean: mean, standardDeviation: deviation * pow(3, Double(index) - 1) * 0.7)
        }
        return [spread, nested]
    }

    private static func fit(
        _ start: [Component], points: [Point], total: Double, varianceFloor: Double
    ) -> (components: [Component], logLikelihood: Double) {
        var components = start
        var last = -Double.infinity
        for _ in 0..<rounds {
            var shares = [Double](repeating: 0, count: components.count)
            var sums = shares
            var squares = shares
            var likelihood = 0.0
            var parts = shares
            for point in points {
                var density = 0.0
                for index in components.indices {
                    parts[index] = components[index].density(point.value)
                    density += parts[index]
                }
                density = max(density, 1e-300)
                likelihood += point.weight * log(density)
                for index in components.indices {
                    let weight = point.weight * parts[index] / density
                    shares[index] += weight
                    sums[index] += weight * point.value
                    squares[index] += weight * point.value * point.value
                }
            }
            if likelihood - last < 1e-7 * total { return (components, likelihood) }
            last = likelihood
            components = components.indices.map { index in
                let weight = max(shares[index], 1e-9)
                let mean = sums[index] / weight
                let variance = max(squares[index] / weight - mean * mean, varianceFloor)
                return Component(share: weight / total, mean: mean, standardDeviation: variance.squareRoot())
            }
        }
        return (components, last)
    }
}

extension GaussianMixture.Component {
    /// share · N(value; mean, σ²).
    func density(_ value: Double) -> Double {
        let z = (value - mean) / standardDeviation
        return share * exp(-0.5 * z * z) / (standardDeviation * (2 * Double.pi).squareRoot())
    }
}
