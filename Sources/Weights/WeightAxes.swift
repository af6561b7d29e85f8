import Tensors

/// How a file orders the axes of a convolution's weight.
public enum WeightAxes: String, Sendable, Equatable, Codable {
    /// O×I×H×W, as PyTorch stores it.
    case outputInputRowsColumns = "OIHW"
    /// H×W×I×O, as Keras stores it.
    case rowsColumnsInputOutput = "HWIO"
    /// H×W×C×M, a Keras depthwise weight: M kernels for each of C input channels.
    case rowsColumnsChannelMultiplier = "HWCM"

    /// These axes, or H×W×C×M where a depthwise layer's weight lies beside H×W×I×O ones: Keras 3 calls both "kernel".
    func forLayer(isDepthwise: Bool) -> WeightAxes {
        isDepthwise && self == .rowsColumnsInputOutput ? .rowsColumnsChannelMultiplier : self
    }

    /// The O×I×H×W shape of a weight that the file holds with `shape`; nil unless it has four axes, none of them empty.
    ///
    /// A depthwise H×W×C×M becomes (C·M)×1×H×W: output channel c·M + m is kernel m of input channel c.
    func outputFirst(_ shape: Shape) -> Shape? {
        guard shape.rank == 4, shape.dimensions.allSatisfy({ $0 > 0 }) else { return nil }
        return switch self {
        case .outputInputRowsColumns: shape
        case .rowsColumnsInputOutput: [shape[3], shape[2], shape[0], shape[1]]
        case .rowsColumnsChannelMultiplier: [shape[2] * shape[3], 1, shape[0], shape[1]]
        }
    }

    /// The weight as O×I×H×W; `tensor` has four axes.
    func outputFirst(_ tensor: Tensor) -> Tensor {
        switch self {
        case .outputInputRowsColumns:
            return tensor
        case .rowsColumnsInputOutput:
            return tensor.transposed([3, 2, 0, 1])
        case .rowsColumnsChannelMultiplier:
            let shape: Shape = [tensor.shape[2] * tensor.shape[3], 1, tensor.shape[0], tensor.shape[1]]
            return tensor.transposed([2, 3, 0, 1]).reshaped(shape)
        }
    }
}
