import Glibc
import Numerics

/// Fisher's exact test of two shares.
public enum FisherTest {
    /// The chance of `a` or more of the `a + b` hits among the first `n`, when all n + m draw from the same pot.
    ///
    /// - Parameters:
    ///   - a: hits of the first group.
    ///   - n: its size.
    ///   - b: hits of the second group.
    ///   - m: its size.
    public static func greater(_ a: Int, of n: Int, _ b: Int, of m: Int) -> Double {
        precondition(a >= 0 && b >= 0 && a <= n && b <= m)
        let hits = a + b
        let all = Binomial.logChoose(n + m, hits)
        var chance = 0.0
        var k = a
        while k <= min(n, hits) {
            if hits - k <= m { chance += exp(Binomial.logChoose(n, k) + Binomial.logChoose(m, hits - k) - all) }
            k += 1
        }
        return min(1, chance)
    }
}
