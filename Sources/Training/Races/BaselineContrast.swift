import Numerics
import Sweeps

/// How far a net lies above a baseline that has the same seeds and more.
///
/// With n seeds of the net, n₀ of the baseline, the first n of them the net's, and w = n/n₀, the difference of the means is
/// mean(y − w·y₀) over the common seeds minus (1 − w)·mean(y₀) over the others. Both parts are independent, so that
/// SE² = s²(y − w·y₀)/n + (1 − w)²·s²(y₀)/(n₀ − n): what common seeds make alike falls out, further baseline seeds help, and
/// with n = n₀ it is the paired t test. The degrees of freedom are Satterthwaite's.
public struct BaselineContrast: Sendable, Equatable {
    /// The mean of the net minus that of the baseline.
    public let mean: Double
    /// The standard error of the difference.
    public let standardError: Double
    /// Degrees of freedom, from 1.
    public let freedom: Double
    /// Seeds of the net.
    public let count: Int
    /// Seeds of the baseline.
    public let baselineCount: Int

    /// Compares top-1 by seed; nil where fewer than two seeds are common or a seed of the net is not the baseline's.
    public init?(_ net: [UInt64: Double], minus baseline: [UInt64: Double]) {
        let seeds = net.keys.sorted()
        guard seeds.count > 1, seeds.allSatisfy({ baseline[$0] != nil }) else { return nil }
        let weight = Double(seeds.count) / Double(baseline.count)
        let common = seeds.map { (net[$0] ?? 0) - weight * (baseline[$0] ?? 0) }
        let others = baseline.keys.sorted().filter { net[$0] == nil }.compactMap { baseline[$0] }
        guard let first = SampleSummary(common), let deviation = first.standardDeviation else { return nil }
        let own = deviation * deviation / Double(common.count)
        count = seeds.count
        baselineCount = baseline.count
        guard let second = SampleSummary(others),
            let spread = SampleSummary(baseline.keys.sorted().compactMap { baseline[$0] })?.standardDeviation
        else {
            (mean, standardError, freedom) = (first.mean, own.squareRoot(), Double(common.count - 1))
            return
        }
        let rest = (1 - weight) * (1 - weight) * spread * spread / Double(others.count)
        mean = first.mean - (1 - weight) * second.mean
        standardError = (own + rest).squareRoot()
        let parts: Double = own * own / Double(common.count - 1) + rest * rest / Double(baseline.count - 1)
        let satterthwaite = (own + rest) * (own + rest) / parts
        // All alike, or so small that the squares vanish: as few as the net has.
        freedom = satterthwaite.isFinite ? max(1, satterthwaite) : Double(common.count - 1)
    }

    /// The standard score with the same tail as t = mean/SE has at its degrees of freedom; 40 at the most.
    public var score: Double {
        guard standardError > 0 else { return mean == 0 ? 0 : mean > 0 ? 40 : -40 }
        let t = mean / standardError
        let score = OBrienFleming.score(above: StudentT.upperTail(abs(t), freedom: freedom))
        return t < 0 ? -score : score
    }

    /// The 95 % interval by Student's t, for one look alone.
    public var interval: ClosedRange<Double> {
        let half = StudentT.quantile975(freedom: freedom) * standardError
        return mean - half...mean + half
    }
}
