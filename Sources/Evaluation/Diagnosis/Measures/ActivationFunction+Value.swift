import Engine
import Glibc

extension ActivationFunction {
    /// The function of one number, in double precision.
    func value(_ x: Double) -> Double {
        switch self {
        case .relu: max(x, 0)
        case .relu6: min(max(x, 0), 6)
        case .silu: x / (1 + exp(-x))
        case .hardSwish: x * min(max(x + 3, 0), 6) / 6
        case .sigmoid: 1 / (1 + exp(-x))
        case .hardSigmoid: min(max(x + 3, 0), 6) / 6
        case .gelu: x * erfc(-x / 2.0.squareRoot()) / 2
        case .elu: x > 0 ? x : expm1(x)
        case .softplus: x > 30 ? x : log1p(exp(x))
        case .mish: x * tanh(x > 30 ? x : log1p(exp(x)))
        case .exponential: exp(x)
        case .squareRoot: max(x, 0).squareRoot()
        }
    }

    /// Where the function is flat to the left: below it every number gives the same; nil for none.
    var flatBelow: Double? {
        switch self {
        case .relu, .relu6: 0
        case .hardSwish, .hardSigmoid: -3
        default: nil
        }
    }

    /// The smallest and largest values over an interval.
    func range(_ low: Double, _ high: Double) -> (low: Double, high: Double) {
        switch self {
        case .silu, .hardSwish, .gelu, .mish:
            // They fall to one minimum and rise behind it.
            let lowest = minimum
            let ends = (value(low), value(high))
            let inside = low <= lowest.place && lowest.place <= high
            // x·0 at −∞ is no number.
            let left = low == -.infinity ? 0 : ends.0
            let right = high == .infinity ? Double.infinity : ends.1
            return (inside ? lowest.value : min(left, right), max(left, right))
        default:
            let left = low == -.infinity && self == .softplus ? 0 : value(low)
            return (left, value(high))
        }
    }

    /// Where the functions with one minimum have it.
    private var minimum: (place: Double, value: Double) {
        let place =
            switch self {
            case .silu: -1.2784645427610738
            case .hardSwish: -1.5
            case .gelu: -0.7517915246935645
            default: -1.1924493438420498
            }
        return (place, value(place))
    }
}

/// e^x, for modules without Glibc's other names.
func exponential(_ x: Double) -> Double { exp(x) }

/// The natural logarithm, likewise.
func logarithm(_ x: Double) -> Double { log(x) }
