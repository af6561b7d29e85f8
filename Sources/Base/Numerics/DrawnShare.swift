/// A share that was measured for each of several random draws of the same cases.
///
/// Draws share their cases: together they are not as many independent ones. The spread is that of the draws.
public struct DrawnShare: Sendable, Equatable, Codable {
    /// The mean over the draws, 0…1.
    public let mean: Double
    /// The least of them.
    public let least: Double
    /// The most.
    public let most: Double

    /// Summarises draws of the same cases; 0 where there is none.
    public init(_ draws: [[Bool]]) {
        let shares = draws.map { ShareInterval(count: $0.count { $0 }, total: $0.count).share }
        mean = shares.isEmpty ? 0 : shares.reduce(0, +) / Double(shares.count)
        least = shares.min() ?? 0
        most = shares.max() ?? 0
    }
}

/// By how much a share is larger than the mean share of several random draws of the same cases, with its 95 % interval.
public struct DifferenceFromDraws: Sendable, Equatable, Codable {
    /// The share less the draws' mean, −1…1.
    public let difference: Double
    /// The lower end of the interval.
    public let low: Double
    /// The upper end of the interval.
    public let high: Double

    /// Compares case by case; −1…1 where there is no case or no draw.
    ///
    /// Each case counts once: 1 or 0 less the mean of its draws. With a case more of either sign, the interval is
    /// m ± 1.96·√(v/(n + 2) + d/k), m the mean of these n + 2 numbers, v their variance, d the variance of the k draws'
    /// shares. For one draw it is the adjusted Wald interval of D. Bonett and R. Price ("Adjusted Wald confidence interval
    /// for a difference of binomial proportions based on paired data", 2012); d/k is what other draws would change.
    public init(_ own: [Bool], draws: [[Bool]]) {
        precondition(draws.allSatisfy { $0.count == own.count })
        guard !own.isEmpty, !draws.isEmpty else {
            (difference, low, high) = (0, -1, 1)
            return
        }
        let count = Double(draws.count)
        let cases = own.indices.map { place in
            (own[place] ? 1 : 0) - Double(draws.count { $0[place] }) / count
        }
        let n = Double(own.count)
        let mean = cases.reduce(0, +) / (n + 2)
        let variance = (cases.reduce(2) { $0 + $1 * $1 }) / (n + 2) - mean * mean
        let shares = draws.map { Double($0.count { $0 }) / n }
        let middle = shares.reduce(0, +) / count
        let ofDraws = count > 1 ? shares.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / (count - 1) : 0
        let reach = 1.959963984540054 * (variance / (n + 2) + ofDraws / count).squareRoot()
        difference = cases.reduce(0, +) / n
        low = max(-1, mean - reach)
        high = min(1, mean + reach)
    }
}
