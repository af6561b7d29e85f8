/// The 95 % confidence interval of a share, by Wilson's score: right for few images and shares near 0 or 1 too.
///
/// Source: E. B. Wilson, JASA 22 (1927).
public struct WilsonInterval: Sendable, Equatable, Codable {
    /// The share that was found.
    public let share: Double
    /// The lower end of the interval.
    public let low: Double
    /// The upper end of the interval.
    public let high: Double

    /// The interval for `hits` of `count`; 0 to 1 where nothing was counted.
    public init(hits: Int, of count: Int) {
        guard count > 0 else {
            (share, low, high) = (0, 0, 1)
            return
        }
        let z = 1.959963984540054
        let n = Double(count)
        let p = Double(hits) / n
        let center = (p + z * z / (2 * n)) / (1 + z * z / n)
        let half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
        (share, low, high) = (p, max(0, center - half), min(1, center + half))
    }
}
