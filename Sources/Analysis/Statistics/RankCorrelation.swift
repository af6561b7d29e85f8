import Glibc
import Numerics

/// Spearman's rank correlation with its two-sided p-value.
public struct RankCorrelation: Sendable, Equatable, Codable {
    /// ρ, −1…1.
    public let coefficient: Double
    /// The chance of so strong a correlation without any, from Student's t with n − 2 degrees of freedom.
    public let pValue: Double
    /// How many pairs were ranked.
    public let pairs: Int

    /// Correlates the ranks of two equally long lists, ties sharing their mean rank.
    ///
    /// Nil with fewer than 4 pairs or where a list is constant.
    public init?(_ x: [Double], _ y: [Double]) {
        precondition(x.count == y.count)
        guard x.count >= 4 else { return nil }
        let (a, b) = (Self.ranks(x), Self.ranks(y))
        let mean = Double(x.count + 1) / 2
        var (aa, bb, ab) = (0.0, 0.0, 0.0)
        for (p, q) in zip(a, b) {
            aa += (p - mean) * (p - mean)
            bb += (q - mean) * (q - mean)
            ab += (p - mean) * (q - mean)
        }
        guard aa > 0, bb > 0 else { return nil }
        let rho = max(-1, min(1, ab / (aa * bb).squareRoot()))
        let freedom = Double(x.count - 2)
        coefficient = rho
        pairs = x.count
        // P(|T| > t) = I(ν / (ν + t²); ν/2, ½), and ν / (ν + t²) = 1 − ρ².
        pValue = IncompleteBeta.regularized(1 - rho * rho, freedom / 2, 0.5)
    }

    static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start
            while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
            for position in start...end { ranks[order[position]] = Double(start + end) / 2 + 1 }
            start = end + 1
        }
        return ranks
    }
}
