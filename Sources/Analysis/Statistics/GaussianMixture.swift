import Glibc

/// A sum of one to three normal distributions fitted to weights.
///
/// Strided layers of real networks blur: their weights are mostly of one sign, far from one bell (VGNet paper, §3.1).
public struct GaussianMixture: Sendable, Equatable, Codable {
    /// One normal distribution with its share of the values.
    public struct Component: Sendable, Equatable, Codable {
        /// The share of the values, 0…1; all shares sum to 1.
        public let share: Double
        /// The mean, in the values' unit.
        public let mean: Double
        /// The standard deviation, > 0, in the values' unit.
        public let standardDeviation: Double

        /// share · N(value; mean, σ²).
        public func density(_ value: Double) -> Double {
            let z = (value - mean) / standardDeviation
            return share * exp(-0.5 * z * z) / (standardDeviation * (2 * Double.pi).squareRoot())
        }
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
        guard let counted = BinnedValues(values, bins: Self.binCount), counted.total >= 50 else { return nil }
        let (points, total) = (counted.points, counted.total)
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

    /// Whether two or more distributions describe the values better than one.
    public var isMixture: Bool { components.count > 1 }

    /// How far the outermost means lie apart, in standard deviations √(Σ share·(σ² + μ²) − (Σ share·μ)²) of the whole.
    public var separation: Double {
        let means = components.map(\.mean)
        guard let low = means.min(), let high = means.max() else { return 0 }
        let mean = components.reduce(0) { $0 + $1.share * $1.mean }
        let square = components.reduce(0) {
            $0 + $1.share * ($1.standardDeviation * $1.standardDeviation + $1.mean * $1.mean)
        }
        let variance = square - mean * mean
        return variance > 0 ? (high - low) / variance.squareRoot() : 0
    }

    /// The density at `value`: Σ share · N(value; mean, σ²).
    public func density(_ value: Double) -> Double {
        components.reduce(0) { $0 + $1.density(value) }
    }

    fileprivate typealias Point = (value: Double, weight: Double)

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

/// Values counted into equally wide bins from the smallest to the largest, each bin standing at its middle.
private struct BinnedValues {
    /// The bins that are not empty, rising.
    let points: [GaussianMixture.Point]
    /// How many values are finite.
    let total: Double
    let binWidth: Double

    /// Counts the finite ones of `values`; nil where fewer than two of them differ.
    init?(_ values: [Float], bins: Int) {
        var (low, high) = (Double.infinity, -Double.infinity)
        for value in values where value.isFinite {
            low = min(low, Double(value))
            high = max(high, Double(value))
        }
        guard low < high else { return nil }
        let scale = Double(bins) / (high - low)
        var counts = [Int](repeating: 0, count: bins)
        for value in values where value.isFinite { counts[min(bins - 1, Int((Double(value) - low) * scale))] += 1 }
        let width = (high - low) / Double(bins)
        binWidth = width
        points = counts.enumerated().filter { $0.element > 0 }.map { bin, count in
            (value: low + (Double(bin) + 0.5) * width, weight: Double(count))
        }
        total = Double(counts.reduce(0, +))
    }
}
