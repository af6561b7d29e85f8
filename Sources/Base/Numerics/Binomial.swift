import Glibc

/// Binomial coefficients and the tail of the binomial distribution.
public enum Binomial {
    /// ln C(n, k), for 0 ≤ k ≤ n.
    public static func logChoose(_ n: Int, _ k: Int) -> Double {
        lgamma(Double(n + 1)) - lgamma(Double(k + 1)) - lgamma(Double(n - k + 1))
    }

    /// P(X ≥ k) for X ~ B(n, p): Σ_{i ≥ k} C(n, i)·pⁱ·(1 − p)ⁿ⁻ⁱ, p in 0…1.
    public static func tail(atLeast k: Int, of n: Int, rate p: Double) -> Double {
        guard k > 0 else { return 1 }
        guard k <= n, p > 0 else { return 0 }
        guard p < 1 else { return 1 }
        var sum = 0.0
        for i in k...n {
            let term = exp(logChoose(n, i) + Double(i) * log(p) + Double(n - i) * log1p(-p))
            sum += term
            // Behind the mean the terms only fall.
            if Double(i) > Double(n) * p, term < sum * 1e-16 { break }
        }
        return min(1, sum)
    }
}
