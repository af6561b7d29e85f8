import Glibc

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
        pValue = Self.incompleteBeta(1 - rho * rho, freedom / 2, 0.5)
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

    /// The numerators of the continued fraction.
    private static func fraction(_ step: Int, _ x: Double, _ a: Double, _ b: Double) -> Double {
        guard step > 0 else { return 1 }
        let m = Double(step / 2)
        let lower: Double = a + 2 * m
        if step % 2 == 0 {
            let upper: Double = m * (b - m) * x
            return upper / ((lower - 1) * lower)
        }
        let upper: Double = (a + m) * (a + b + m) * x
        return -upper / (lower * (lower + 1))
    }

    /// The regularised incomplete beta function I(x; a, b) by Lentz's continued fraction.
    static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        guard x < (a + 1) / (a + b + 2) else { return 1 - incompleteBeta(1 - x, b, a) }
        let gammas: Double = lgamma(a + b) - lgamma(a) - lgamma(b)
        let powers: Double = a * log(x) + b * log(1 - x)
        let front = exp(gammas + powers) / a
        let tiny = 1e-300
        var (f, c, d) = (1.0, 1.0, 0.0)
        for step in 0...300 {
            let numerator = fraction(step, x, a, b)
            d = 1 + numerator * d
            d = 1 / (abs(d) < tiny ? tiny : d)
            c = 1 + numerator / c
            c = abs(c) < tiny ? tiny : c
            f *= c * d
            if abs(1 - c * d) < 1e-13 { break }
        }
        return front * (f - 1)
    }
}
