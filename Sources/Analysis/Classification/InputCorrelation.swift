/// How the pixels of a layer's input go together: the correlation of two pixels by their distance.
///
/// Measured from feature maps of real images, centred, each channel weighted alike; the same in opposite directions.
public struct InputCorrelation: Sendable, Equatable, Codable {
    /// The largest distance that was measured along either axis, in pixels; 1 or more.
    public let reach: Int
    /// Correlations −1…1 for row distances 0…reach (outer) and column distances −reach…reach.
    public let values: [Double]

    /// Joins measured correlations; `values.count == (reach + 1)·(2·reach + 1)`, 1 at distance 0.
    public init(reach: Int, values: [Double]) {
        precondition(reach > 0 && values.count == (reach + 1) * (2 * reach + 1))
        self.reach = reach
        self.values = values
    }

    /// The AR(1) prior as a table: ρ^(|Δx| + |Δy|).
    public init(rho: Double, reach: Int) {
        func power(_ distance: Int) -> Double { (0..<distance).reduce(1) { product, _ in product * rho } }
        self.init(
            reach: reach,
            values: (0...reach).flatMap { y in (-reach...reach).map { power(y) * power(abs($0)) } })
    }

    /// The correlation of pixels so far apart, −1…1; both distances at most ``reach``.
    public func at(rows: Int, columns: Int) -> Double {
        let (y, x) = rows < 0 ? (-rows, -columns) : (rows, columns)
        return values[y * (2 * reach + 1) + x + reach]
    }

    /// The mean correlation of direct neighbours, across and down: what the AR(1) prior calls ρ.
    public var neighbours: Double { (at(rows: 0, columns: 1) + at(rows: 1, columns: 0)) / 2 }
}
