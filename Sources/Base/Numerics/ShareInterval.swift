/// A share with the 95 % interval in which the true one lies, by Wilson's score: right for few trials and for shares near
/// 0 or 1 too.
///
/// Source: E. B. Wilson, JASA 22 (1927).
public struct ShareInterval: Sendable, Equatable, Codable {
    /// The observed share, 0…1.
    public let share: Double
    /// The lower end of the interval.
    public let low: Double
    /// The upper end of the interval.
    public let high: Double

    /// The Wilson score interval of `count` among `total`; 0…1 where nothing was counted.
    ///
    /// (p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n) with z = 1.96 (Wilson, 1927).
    public init(count: Int, total: Int) {
        precondition(count >= 0 && count <= total)
        guard total > 0 else {
            (share, low, high) = (0, 0, 1)
            return
        }
        let z = 1.959963984540054
        let n = Double(total)
        let p = Double(count) / n
        let middle = p + z * z / (2 * n)
        let reach = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
        share = p
        low = count == 0 ? 0 : max(0, (middle - reach) / (1 + z * z / n))
        high = count == total ? 1 : min(1, (middle + reach) / (1 + z * z / n))
    }
}
