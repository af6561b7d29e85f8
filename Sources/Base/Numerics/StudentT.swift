/// Student's t distribution, as far as confidence intervals need it.
public enum StudentT {
    /// The value that t exceeds with probability 2.5 %, for ν ≥ 1 degrees of freedom.
    public static func quantile975(freedom: Double) -> Double {
        var (low, high) = (1.9, 13.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if upperTail(middle, freedom: freedom) > 0.025 { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The value that t exceeds with this probability, below one half, for ν ≥ 1 degrees of freedom.
    public static func quantile(above probability: Double, freedom: Double) -> Double {
        var (low, high) = (0.0, 1.0)
        while upperTail(high, freedom: freedom) > probability, high < 1e9 { high *= 2 }
        for _ in 0..<100 {
            let middle = (low + high) / 2
            if upperTail(middle, freedom: freedom) > probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// P(T > t) = I_x(ν/2, 1/2) / 2 with x = ν / (ν + t²), for t ≥ 0.
    public static func upperTail(_ t: Double, freedom: Double) -> Double {
        IncompleteBeta.regularized(freedom / (freedom + t * t), freedom / 2, 0.5) / 2
    }
}
