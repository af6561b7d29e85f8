import Classification

/// Counts of numbers in equal steps, from which quantiles are read when there are too many to keep.
public struct Tally: Sendable, Equatable, Codable {
    private let step: Double
    private var counts: [Int]

    /// Counts numbers from 0 to `limit` in `steps` steps; larger ones count as the last.
    init(limit: Double, steps: Int) {
        step = limit / Double(steps)
        counts = Array(repeating: 0, count: steps)
    }

    /// How many numbers were counted.
    public var total: Int { counts.reduce(0, +) }

    mutating func add(_ value: Double) {
        counts[min(max(Int(value / step), 0), counts.count - 1)] += 1
    }

    mutating func add(_ other: Tally) {
        for index in counts.indices { counts[index] += other.counts[index] }
    }

    /// The middle of the step in which the quantile lies; nil where nothing was counted.
    public func quantile(_ share: Double) -> Double? {
        let all = total
        guard all > 0 else { return nil }
        let rank = share * Double(all - 1)
        var seen = 0
        for (index, count) in counts.enumerated() {
            seen += count
            if Double(seen) > rank { return (Double(index) + 0.5) * step }
        }
        return nil
    }
}
