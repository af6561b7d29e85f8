import Glibc
import Numerics

/// Between which ends a number lies that was measured several times.
public struct Spread: Sendable, Equatable {
    /// The lower end.
    public let low: Double
    /// The upper end.
    public let high: Double
    /// How many measurements it rests on.
    public let count: Int
    /// What the ends are, with what was counted: "95 % interval of the mean over trainings".
    public let meaning: String

    /// Joins both ends; nil unless both are finite and in order.
    public init?(low: Double, high: Double, count: Int, meaning: String) {
        guard low.isFinite, high.isFinite, low <= high, count > 0 else { return nil }
        (self.low, self.high, self.count, self.meaning) = (low, high, count, meaning)
    }

    /// The 95 % interval of the mean of `values` by Student's t, within `limits`; nil for fewer than two.
    ///
    /// m ± t(n − 1)·s/√n.
    public init?(meanOf values: [Double], within limits: ClosedRange<Double>, meaning: String) {
        guard values.count > 1, values.allSatisfy(\.isFinite) else { return nil }
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
        self.init(
            mean: mean, standardDeviation: variance.squareRoot(), count: values.count, within: limits, meaning: meaning)
    }

    /// The same from the numbers that stand for the values; nil for fewer than two.
    public init?(
        mean: Double, standardDeviation: Double, count: Int, within limits: ClosedRange<Double>, meaning: String
    ) {
        guard count > 1, mean.isFinite, standardDeviation.isFinite, standardDeviation >= 0 else { return nil }
        let half =
            StudentT.quantile975(freedom: Double(count - 1)) * standardDeviation / Double(count).squareRoot()
        self.init(
            low: max(limits.lowerBound, mean - half), high: min(limits.upperBound, mean + half), count: count,
            meaning: meaning)
    }

    /// The ends times `factor`, which is positive.
    public func scaled(by factor: Double) -> Spread {
        Spread(low: low * factor, high: high * factor, count: count, meaning: meaning) ?? self
    }

    /// The 95 % interval of the median of `sorted`, whatever its distribution; nil for fewer than six values.
    ///
    /// From the k-th smallest to the k-th largest, with the largest k for which P(X < k) ≤ 2.5 %, X binomial of n and ½.
    static func ofMedian(_ sorted: [Double]) -> ClosedRange<Double>? {
        let count = sorted.count
        var (below, rank) = (0.0, 0)
        while rank < count / 2 {
            below += exp(Binomial.logChoose(count, rank) - Double(count) * log(2))
            guard below <= 0.025 else { break }
            rank += 1
        }
        return rank > 0 ? sorted[rank - 1]...sorted[count - rank] : nil
    }

    /// What the bars of several numbers are, in one sentence: each meaning with the counts behind it; empty for none.
    static func sentence(_ spreads: [Spread], of quantity: String) -> String {
        var meanings: [String] = []
        for spread in spreads where !meanings.contains(spread.meaning) { meanings.append(spread.meaning) }
        guard !meanings.isEmpty else { return "" }
        let parts = meanings.map { meaning -> String in
            let counts = spreads.filter { $0.meaning == meaning }.map(\.count)
            return "\(meaning) (\(counted(counts)))"
        }
        return "Bars of \(quantity): \(parts.joined(separator: "; "))."
    }

    /// `n = 3`, or `n = 3 to 5`; empty without counts.
    static func counted(_ counts: [Int]) -> String {
        guard let least = counts.min(), let most = counts.max() else { return "" }
        return "n = " + NumberText.grouped(least) + (most > least ? " to \(NumberText.grouped(most))" : "")
    }
}

/// The marks of intervals: a line with a cap at either end.
enum ErrorBar {
    /// A line from left to right at the height `y`.
    static func horizontal(
        _ ends: (Double, Double), y: Double, cap: Double, _ stroke: Stroke, on page: inout Page
    ) {
        page.line(from: FigurePoint(ends.0, y), to: FigurePoint(ends.1, y), stroke)
        guard cap > 0 else { return }
        for x in [ends.0, ends.1] { page.line(from: FigurePoint(x, y - cap), to: FigurePoint(x, y + cap), stroke) }
    }

    /// A line from `ends.0` to `ends.1` at the distance `x` from the left.
    static func vertical(
        _ ends: (Double, Double), x: Double, cap: Double, _ stroke: Stroke, on page: inout Page
    ) {
        page.line(from: FigurePoint(x, ends.0), to: FigurePoint(x, ends.1), stroke)
        guard cap > 0 else { return }
        for y in [ends.0, ends.1] { page.line(from: FigurePoint(x - cap, y), to: FigurePoint(x + cap, y), stroke) }
    }
}
