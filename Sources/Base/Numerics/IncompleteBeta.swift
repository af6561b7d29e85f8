import Glibc

/// The regularised incomplete beta function, by Lentz's continued fraction (DLMF 8.17.22).
public enum IncompleteBeta {
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

    /// I(x; a, b) for x in 0…1 and positive a and b; absolute error below 1e-12.
    public static func regularized(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        // The fraction converges fast below the mean; above it the other tail's does, which is never asked back.
        return x > (a + 1) / (a + b + 2) ? 1 - tail(1 - x, b, a) : tail(x, a, b)
    }

    /// I(x; a, b) for x in 0…1, up to about the mean.
    private static func tail(_ x: Double, _ a: Double, _ b: Double) -> Double {
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
