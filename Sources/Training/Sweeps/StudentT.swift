import Glibc

/// Student's t distribution, as far as confidence intervals need it.
enum StudentT {
    /// The value that t exceeds with probability 2.5 %, for ν ≥ 1 degrees of freedom.
    static func quantile975(freedom: Double) -> Double {
        var (low, high) = (1.9, 13.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if upperTail(middle, freedom: freedom) > 0.025 { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// P(T > t) = I_x(ν/2, 1/2) / 2 with x = ν / (ν + t²), for t ≥ 0.
    static func upperTail(_ t: Double, freedom: Double) -> Double {
        incompleteBeta(freedom / (freedom + t * t), a: freedom / 2, b: 0.5) / 2
    }

    /// The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22).
    private static func incompleteBeta(_ x: Double, a: Double, b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        // The fraction converges fast below (a + 1)/(a + b + 2) only.
        guard x < (a + 1) / (a + b + 2) else { return 1 - incompleteBeta(1 - x, a: b, b: a) }
        let logarithm: Double = lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x)
        // From the innermost term outwards.
        var fraction = 0.0
        for term in stride(from: 200, through: 1, by: -1) {
            let m = Double(term)
            let n: Double = a + 2 * m
            let even: Double = m * (b - m) * x / ((n - 1) * n)
            let odd: Double = -(a + m) * (a + b + m) * x / (n * (n + 1))
            fraction = even / (1 + odd / (1 + fraction))
        }
        let first: Double = -(a + b) * x / (a + 1)
        return exp(logarithm) / a / (1 + first / (1 + fraction))
    }
}
