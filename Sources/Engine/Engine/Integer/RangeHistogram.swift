import Glibc

/// How often numbers of a result were met, between their least and largest.
struct RangeHistogram: Sendable {
    /// Bins between the least and the largest number.
    static let binCount = 2048

    let lower: Float
    let upper: Float
    private(set) var bins = [Int](repeating: 0, count: binCount)

    init(lower: Float, upper: Float) {
        self.lower = lower
        self.upper = upper
    }

    /// Counts numbers.
    mutating func add(_ numbers: [Float]) {
        let width = upper - lower
        guard width > 0 else { return }
        let factor = Float(Self.binCount) / width
        for number in numbers {
            let bin = (number - lower) * factor
            guard bin.isFinite else { continue }
            bins[max(0, min(Self.binCount - 1, Int(bin)))] += 1
        }
    }

    /// The range that a method chooses.
    func range(_ method: Quantization.Method) -> Quantization.Range {
        switch method {
        case .minMax: Quantization.Range(lower: lower, upper: upper)
        case .percentile: percentileRange()
        case .squaredError: leastErrorRange()
        }
    }

    private var binWidth: Double { (Double(upper) - Double(lower)) / Double(Self.binCount) }

    private func percentileRange() -> Quantization.Range {
        let limit = Double(bins.reduce(0, +)) / 20_000
        func outermost(_ indices: some Sequence<Int>) -> Int {
            var sum = 0.0
            var kept = 0
            for index in indices {
                sum += Double(bins[index])
                kept = index
                if sum > limit { break }
            }
            return kept
        }
        let first = outermost(bins.indices)
        let last = outermost(bins.indices.reversed())
        return Quantization.Range(
            lower: Float(Double(lower) + Double(first) * binWidth),
            upper: Float(Double(lower) + Double(last + 1) * binWidth))
    }

    /// The best of ranges whose ends are shares of the outermost numbers, in steps of a fiftieth.
    private func leastErrorRange() -> Quantization.Range {
        var best = (error: Double.infinity, range: Quantization.Range(lower: lower, upper: upper))
        let lowers = lower < 0 ? stride(from: 50, through: 10, by: -2).map { $0 } : [50]
        for share in lowers {
            for other in stride(from: 50, through: 10, by: -2) {
                let range = Quantization.Range(lower: lower * Float(share) / 50, upper: upper * Float(other) / 50)
                let error = squaredError(range, limit: best.error)
                if error < best.error { best = (error, range) }
            }
        }
        return best.range
    }

    /// Rounding errors are spread evenly over a quantum; numbers beyond the range are off by their distance to it.
    private func squaredError(_ range: Quantization.Range, limit: Double) -> Double {
        let quantum = (Double(range.upper) - Double(range.lower)) / 255
        let rounding = quantum * quantum / 12
        var error = 0.0
        for (index, count) in bins.enumerated() where count > 0 {
            let number = Double(lower) + (Double(index) + 0.5) * binWidth
            let distance = max(0, number - Double(range.upper), Double(range.lower) - number)
            error += Double(count) * (distance * distance + (distance > 0 ? 0 : rounding))
            if error > limit { return error }
        }
        return error
    }
}
