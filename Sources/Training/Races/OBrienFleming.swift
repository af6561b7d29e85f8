import Glibc
import Numerics

/// Two-sided tests at several planned looks after O'Brien and Fleming: strict at the first look, nearly the single test's at
/// the last.
///
/// With K looks after equal numbers of trainings the standard score of look k must exceed C·√(K/k). That is the sum of the
/// first k of K independent standard normal steps exceeding b = C·√K, so that C follows from the chance that such a walk
/// ever leaves ±b.
/// Source: P. C. O'Brien, T. R. Fleming, Biometrics 35 (1979); C. Jennison, B. W. Turnbull, "Group Sequential Methods"
/// (2000), chapters 2 and 19.
public struct OBrienFleming: Sendable, Equatable {
    /// K, 1…20.
    public let looks: Int

    /// A plan with so many looks, 1…20.
    public init(looks: Int) {
        precondition((1...20).contains(looks))
        self.looks = looks
    }

    /// The standard scores that looks 1…K must exceed, so that a difference of nothing is called one with probability
    /// `level` over all looks together.
    public func limits(level: Double) -> [Double] {
        let constant = constant(level: level)
        return (1...looks).map { constant * (Double(looks) / Double($0)).squareRoot() }
    }

    /// C, the limit of the last look.
    func constant(level: Double) -> Double {
        var (low, high) = (0.0, 9.0)
        for _ in 0..<40 {
            let middle = (low + high) / 2
            if crossing(middle) > level { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The p-value of a standard score at look `look`, all looks taken into account: the smallest level at which it would
    /// exceed its limit.
    ///
    /// Of several looks the smallest one holds (Jennison and Turnbull, section 8.4; for Holm's procedure over several
    /// comparisons W. Maurer, F. Bretz, Statistics in Biopharmaceutical Research 5 (2013)).
    public func pValue(score: Double, look: Int) -> Double {
        crossing(abs(score) * (Double(look) / Double(looks)).squareRoot())
    }

    /// The probability that some look exceeds its limit for a last limit of `constant`.
    func crossing(_ constant: Double) -> Double {
        guard constant > 0 else { return 1 }
        let bound = constant * Double(looks).squareRoot()
        guard bound < 35 else { return 0 }
        var crossed = 2 * StandardNormal.upperTail(bound)
        guard looks > 1 else { return min(1, crossed) }
        // The density of the walk inside ±bound, at an odd number of places for Simpson's rule.
        let places = 2 * max(100, Int((bound * 10).rounded(.up))) + 1
        let step = 2 * bound / Double(places - 1)
        let weights = (0..<places).map { index -> Double in
            let isEnd = index == 0 || index == places - 1
            let factor: Double = isEnd ? 1 : index % 2 == 1 ? 4 : 2
            return step / 3 * factor
        }
        let normal = (0..<places).map { Self.density(Double($0) * step) }
        let leaving = (0..<places).map { index in
            StandardNormal.upperTail(2 * bound - Double(index) * step) + StandardNormal.upperTail(Double(index) * step)
        }
        var density = (0..<places).map { Self.density(-bound + Double($0) * step) }
        for look in 2...looks {
            let mass = zip(density, weights).map(*)
            crossed += zip(mass, leaving).reduce(0) { $0 + $1.0 * $1.1 }
            if look < looks { density = Self.stepped(mass, normal) }
        }
        return min(1, crossed)
    }

    /// Σ mass[j] · normal[|i − j|] for every i.
    private static func stepped(_ mass: [Double], _ normal: [Double]) -> [Double] {
        mass.indices.map { i in
            var sum = 0.0
            for j in mass.indices { sum += mass[j] * normal[i < j ? j - i : i - j] }
            return sum
        }
    }

    private static func density(_ x: Double) -> Double { exp(-x * x / 2) / (2 * Double.pi).squareRoot() }

    /// The score that a standard normal variable exceeds with this probability, 0 to 1; at most 40 from nothing.
    static func score(above probability: Double) -> Double {
        var (low, high) = (-40.0, 40.0)
        for _ in 0..<100 {
            let middle = (low + high) / 2
            if StandardNormal.upperTail(middle) > probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
