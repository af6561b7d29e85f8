import Glibc
import Numerics

/// The distributions from which libraries draw weights, and whether a layer still has one.
struct InitialDistribution: Equatable {
    enum Shape: Equatable { case uniform, normal, truncatedNormal }

    /// As people call it.
    let name: String
    let shape: Shape
    /// The bound of a uniform distribution, the deviation of a normal one before it was truncated.
    let scale: Double

    /// What PyTorch, torchvision, Keras and TensorFlow draw for a weight O×I×H×W.
    static func candidates(outputs: Int, inputs: Int, cells: Int, isDepthwise: Bool) -> [InitialDistribution] {
        let fanIn = Double(max(1, inputs * cells))
        let fanOut = Double(max(1, outputs * cells))
        // PyTorch counts the outputs of all groups; Keras sees a depthwise kernel as H×W×C×1.
        let kerasIn = isDepthwise ? Double(max(1, outputs * cells)) : fanIn
        let kerasOut = isDepthwise ? Double(max(1, cells)) : fanOut
        // Of a normal distribution cut at two deviations, which Keras divides by (0.8796…).
        let cut = 0.87962566103423978
        return [
            InitialDistribution(name: "PyTorch's default", shape: .uniform, scale: 1 / fanIn.squareRoot()),
            InitialDistribution(name: "He uniform", shape: .uniform, scale: (6 / fanIn).squareRoot()),
            InitialDistribution(
                name: "Glorot uniform (Keras' default)", shape: .uniform, scale: (6 / (kerasIn + kerasOut)).squareRoot()
            ),
            InitialDistribution(
                name: "Glorot uniform", shape: .uniform, scale: (6 / (fanIn + fanOut)).squareRoot()),
            InitialDistribution(name: "He normal (fan in)", shape: .normal, scale: (2 / fanIn).squareRoot()),
            InitialDistribution(name: "He normal (fan out)", shape: .normal, scale: (2 / fanOut).squareRoot()),
            InitialDistribution(name: "LeCun normal", shape: .normal, scale: (1 / fanIn).squareRoot()),
            InitialDistribution(
                name: "Glorot normal", shape: .normal, scale: (2 / (fanIn + fanOut)).squareRoot()),
            InitialDistribution(
                name: "He normal (Keras)", shape: .truncatedNormal, scale: (2 / kerasIn).squareRoot() / cut),
            InitialDistribution(
                name: "Glorot normal (Keras)", shape: .truncatedNormal,
                scale: (2 / (kerasIn + kerasOut)).squareRoot() / cut),
            InitialDistribution(name: "normal, deviation 0.01", shape: .normal, scale: 0.01),
            InitialDistribution(name: "normal, deviation 0.02", shape: .normal, scale: 0.02),
            InitialDistribution(name: "truncated normal, 0.02", shape: .truncatedNormal, scale: 0.02),
            InitialDistribution(name: "truncated normal, 0.09", shape: .truncatedNormal, scale: 0.09),
        ]
    }

    /// P(X ≤ x).
    func cumulative(_ x: Double) -> Double {
        switch shape {
        case .uniform: return min(1, max(0, (x / scale + 1) / 2))
        case .normal: return StandardNormal.upperTail(-x / scale)
        case .truncatedNormal:
            let tail = StandardNormal.upperTail(2)
            let value = StandardNormal.upperTail(-x / scale)
            return min(1, max(0, (value - tail) / (1 - 2 * tail)))
        }
    }

    /// Kolmogorov's p of `sorted` weights, ascending, being drawn from it.
    ///
    /// P(D > d) by the series with Stephens' correction of √n (M. A. Stephens, JRSS B 32, 1970).
    func probability(sorted: [Double]) -> Double {
        let n = Double(sorted.count)
        guard n > 0, scale > 0 else { return 0 }
        var distance = 0.0
        for (index, value) in sorted.enumerated() {
            let expected = cumulative(value)
            distance = max(distance, expected - Double(index) / n, Double(index + 1) / n - expected)
        }
        let t = distance * (n.squareRoot() + 0.12 + 0.11 / n.squareRoot())
        // The series does not converge near 0, where the probability is 1.
        guard t > 0.3 else { return 1 }
        var sum = 0.0
        for k in 1...100 {
            let term = exp(-2 * Double(k * k) * t * t)
            sum += k % 2 == 1 ? term : -term
            if term < 1e-15 { break }
        }
        return min(1, max(0, 2 * sum))
    }
}
