import Glibc

/// The standard normal distribution.
public enum StandardNormal {
    /// P(Z > z).
    public static func upperTail(_ z: Double) -> Double { erfc(z / 2.0.squareRoot()) / 2 }
}
