import Glibc
import Tensors

/// How the weights of an untrained VGNet are drawn.
public enum WeightStart: String, Sendable, Equatable, Codable, CaseIterable {
    /// PyTorch's default: uniform in ±1/√fanIn.
    case standard = "default"
    /// The same, each depthwise kernel scaled to gain 1; see ``KernelGain``.
    case unitGain = "unit-gain"
}

/// The gain of a depthwise kernel: the ratio of the standard deviations behind and before it.
///
/// For an input whose neighbouring pixels correlate with ρ, rows and columns alike (a separable first-order
/// autoregressive field), the squared gain is Σ kᵢkⱼ ρ^(|Δrow| + |Δcolumn|).
public enum KernelGain {
    /// The correlation of neighbouring pixels that ``WeightStart/unitGain`` assumes.
    public static let correlation = 0.5

    /// The gain of one kernel of `rows` × `columns` weights in row-major order; `correlation` in 0..<1.
    public static func gain(
        _ kernel: ArraySlice<Float>, rows: Int, columns: Int, correlation: Double = correlation
    ) -> Double {
        precondition((0..<1).contains(correlation))
        return gain(kernel, rows: rows, columns: columns) { pow(correlation, Double(abs($0) + abs($1))) }
    }

    /// The gain of one kernel for pixels that correlate by `correlation(rows, columns)` where they lie so far apart.
    public static func gain(
        _ kernel: ArraySlice<Float>, rows: Int, columns: Int, by correlation: (_ rows: Int, _ columns: Int) -> Double
    ) -> Double {
        precondition(kernel.count == rows * columns)
        let weights = kernel.map(Double.init)
        var square = 0.0
        for (i, first) in weights.enumerated() {
            for (j, second) in weights.enumerated() {
                square += first * second * correlation(j / columns - i / columns, j % columns - i % columns)
            }
        }
        return max(0, square).squareRoot()
    }

    /// C×1×kH×kW kernels, each scaled to gain 1; kernels without gain stay.
    static func unit(
        _ kernels: Tensor,
        by correlation: (_ rows: Int, _ columns: Int) -> Double = { pow(correlation, Double(abs($0) + abs($1))) }
    ) -> Tensor {
        let (rows, columns) = (kernels.shape[2], kernels.shape[3])
        let size = rows * columns
        var scaled = kernels
        for start in stride(from: 0, to: kernels.scalars.count, by: size) {
            let kernel = kernels.scalars[start..<start + size]
            let gain = gain(kernel, rows: rows, columns: columns, by: correlation)
            guard gain > 0 else { continue }
            for index in start..<start + size { scaled.scalars[index] = Float(Double(scaled.scalars[index]) / gain) }
        }
        return scaled
    }
}
