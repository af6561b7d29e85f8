/// How much a share changes between two trials of the same cases, with its 95 % interval.
public struct PairedShares: Sendable, Equatable, Codable {
    /// The first share less the second, −1…1.
    public let difference: Double
    /// The lower end of the interval.
    public let low: Double
    /// The upper end of the interval.
    public let high: Double

    /// Compares trials case by case; −1…1 where there is no case.
    ///
    /// The square-and-add interval on both shares' Wilson limits with their correlation (R. Newcombe, "Improved confidence
    /// intervals for the difference between binomial proportions based on paired data", 1998, method 10). It has a width
    /// where no case changes.
    public init(_ first: [Bool], _ second: [Bool]) {
        precondition(first.count == second.count)
        guard !first.isEmpty else {
            (difference, low, high) = (0, -1, 1)
            return
        }
        let n = Double(first.count)
        let both = Double(zip(first, second).count { $0 && $1 })
        let onlyFirst = Double(zip(first, second).count { $0 && !$1 })
        let onlySecond = Double(zip(first, second).count { !$0 && $1 })
        let neither = n - both - onlyFirst - onlySecond
        let one = ShareInterval(count: Int(both + onlyFirst), total: first.count)
        let two = ShareInterval(count: Int(both + onlySecond), total: first.count)
        let margins = (both + onlyFirst) * (onlySecond + neither) * (both + onlySecond) * (onlyFirst + neither)
        var product = both * neither - onlyFirst * onlySecond
        if product > 0 { product = max(0, product - n / 2) }
        let correlation = margins > 0 ? product / margins.squareRoot() : 0
        func reach(_ a: Double, _ b: Double) -> Double { max(0, a * a - 2 * correlation * a * b + b * b).squareRoot() }
        difference = one.share - two.share
        low = max(-1, difference - reach(one.share - one.low, two.high - two.share))
        high = min(1, difference + reach(one.high - one.share, two.share - two.low))
    }

    /// The loss of cases that were all counted the first time, of which a share is lost the second time.
    public init(lost: ShareInterval) { (difference, low, high) = (lost.share, lost.low, lost.high) }
}
