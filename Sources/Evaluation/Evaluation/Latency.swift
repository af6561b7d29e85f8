import Numerics

/// How long one forward pass takes, in wall-clock milliseconds.
public struct Latency: Sendable, Equatable, Codable {
    /// The median over all counted runs.
    public let median: Double
    /// The fastest run.
    public let minimum: Double
    /// The value below which a tenth of the runs lie.
    public let percentile10: Double
    /// The value below which nine tenths of the runs lie.
    public let percentile90: Double
    /// How many runs were counted; warm-up runs are not.
    public let runs: Int

    /// Summarises run times in milliseconds; `milliseconds` is not empty.
    public init(milliseconds: [Double]) {
        precondition(!milliseconds.isEmpty)
        let sorted = milliseconds.sorted()
        median = OrderStatistics.quantile(0.5, ofSorted: sorted)
        minimum = sorted[0]
        percentile10 = OrderStatistics.quantile(0.1, ofSorted: sorted)
        percentile90 = OrderStatistics.quantile(0.9, ofSorted: sorted)
        runs = sorted.count
    }

    /// Times `body`: `warmUp` runs that do not count, then `runs` that do.
    ///
    /// `progress` is called after each counted run with how many are done; it may throw to stop.
    public static func measure(
        runs: Int, warmUp: Int = 2, progress: (_ done: Int) throws -> Void = { _ in }, body: () throws -> Void
    ) throws -> Latency {
        for _ in 0..<warmUp { try body() }
        let clock = ContinuousClock()
        var times: [Double] = []
        for run in 0..<max(1, runs) {
            let elapsed = try clock.measure(body)
            times.append(elapsed / .milliseconds(1))
            try progress(run + 1)
        }
        return Latency(milliseconds: times)
    }
}
