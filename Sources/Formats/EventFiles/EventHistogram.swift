/// How often numbers lie in each of 30 equal ranges between their least and greatest, as TensorBoard shows them.
public struct EventHistogram: Sendable, Equatable {
    /// The least and the greatest number.
    public let range: ClosedRange<Double>
    /// Their sum and the sum of their squares.
    public let sums: (plain: Double, squares: Double)
    /// The upper end of each range, rising; the last is the greatest number.
    public let limits: [Double]
    /// The numbers in each range: above the limit before, at most its own; `counts.count == limits.count`.
    public let counts: [Int]

    /// Ranges of a histogram.
    static let parts = 30

    /// Groups what was counted.
    init(range: ClosedRange<Double>, sums: (plain: Double, squares: Double), limits: [Double], counts: [Int]) {
        (self.range, self.sums, self.limits, self.counts) = (range, sums, limits, counts)
    }

    /// Counts `values`; what is not finite is left out. nil where nothing is left.
    public init?(_ values: [Float]) {
        let finite = values.lazy.filter(\.isFinite).map(Double.init)
        guard let least = finite.min(), let greatest = finite.max() else { return nil }
        range = least...greatest
        sums = finite.reduce(into: (plain: 0.0, squares: 0.0)) { sums, value in
            sums.plain += value
            sums.squares += value * value
        }
        let width = greatest - least
        guard width > 0 else {
            (limits, counts) = ([greatest], [finite.count])
            return
        }
        let parts = Self.parts
        limits = (1...parts).map { $0 == parts ? greatest : least + width * Double($0) / Double(parts) }
        var counts = [Int](repeating: 0, count: parts)
        for value in finite {
            let part = Int(((value - least) / width * Double(parts)).rounded(.up)) - 1
            counts[min(parts - 1, max(0, part))] += 1
        }
        self.counts = counts
    }

    /// Compares all numbers.
    public static func == (a: Self, b: Self) -> Bool {
        a.range == b.range && a.sums == b.sums && a.limits == b.limits && a.counts == b.counts
    }

    /// `HistogramProto` of `tensorflow/core/framework/summary.proto`.
    var message: [UInt8] {
        var message = MessageBytes()
        message.append(range.lowerBound, field: 1)
        message.append(range.upperBound, field: 2)
        message.append(Double(counts.reduce(0, +)), field: 3)
        message.append(sums.plain, field: 4)
        message.append(sums.squares, field: 5)
        message.append(packed: limits, field: 6)
        message.append(packed: counts.map(Double.init), field: 7)
        return message.bytes
    }
}
