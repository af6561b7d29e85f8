import Tensors

/// How a file orders the axes of a convolution's weight.
public enum WeightAxes: String, Sendable, Equatable, Codable {
    /// O×I×H×W, as PyTorch stores it.
    case outputInputRowsColumns = "OIHW"
    /// H×W×I×O, as Keras stores it.
    case rowsColumnsInputOutput = "HWIO"
    /// H×W×C×M, a Keras depthwise weight: M kernels for each of C input channels.
    case rowsColumnsChannelMultiplier = "HWCM"
    /// I×O×H×W, as PyTorch and ONNX store the weight of a transposed convolution; O is that of one group.
    case inputOutputRowsColumns = "IOHW"
    /// O×H×W×I, as TensorFlow Lite stores the weight of a convolution.
    case outputRowsColumnsInput = "OHWI"
    /// 1×H×W×O, as TensorFlow Lite stores a depthwise weight: output channel c·M + m is kernel m of input channel c.
    case oneRowsColumnsOutput = "1HWO"
    /// K×N², loose square kernels, each row after row.
    case looseKernels = "KN²"

    /// These axes, or H×W×C×M where a depthwise layer's weight lies beside H×W×I×O ones: Keras 3 calls both "kernel".
    package func forLayer(isDepthwise: Bool) -> WeightAxes {
        isDepthwise && self == .rowsColumnsInputOutput ? .rowsColumnsChannelMultiplier : self
    }

    /// The O×I×H×W shape of a weight that the file holds with `shape`; nil unless it has four axes (loose kernels: two),
    /// none of them empty.
    ///
    /// A depthwise H×W×C×M becomes (C·M)×1×H×W: output channel c·M + m is kernel m of input channel c.
    package func outputFirst(_ shape: Shape) -> Shape? {
        if self == .looseKernels {
            guard shape.rank == 2, shape[0] > 0, let size = (2...31).first(where: { $0 * $0 == shape[1] }) else {
                return nil
            }
            return [shape[0], 1, size, size]
        }
        guard shape.rank == 4, shape.dimensions.allSatisfy({ $0 > 0 }) else { return nil }
        return switch self {
        case .outputInputRowsColumns: shape
        case .rowsColumnsInputOutput: [shape[3], shape[2], shape[0], shape[1]]
        case .rowsColumnsChannelMultiplier: Self.depthwiseShape(shape)
        case .inputOutputRowsColumns: [shape[1], shape[0], shape[2], shape[3]]
        case .outputRowsColumnsInput: [shape[0], shape[3], shape[1], shape[2]]
        case .oneRowsColumnsOutput: shape[0] == 1 ? [shape[3], 1, shape[1], shape[2]] : nil
        case .looseKernels: nil
        }
    }

    /// Nil where the product of claimed lengths is no number.
    private static func depthwiseShape(_ shape: Shape) -> Shape? {
        let (outputs, overflow) = shape[2].multipliedReportingOverflow(by: shape[3])
        return overflow ? nil : [outputs, 1, shape[0], shape[1]]
    }

    /// The weight as O×I×H×W; `tensor` has four axes, or two where it holds loose kernels.
    package func outputFirst(_ tensor: Tensor) -> Tensor {
        switch self {
        case .outputInputRowsColumns:
            return tensor
        case .rowsColumnsInputOutput:
            return tensor.transposed([3, 2, 0, 1])
        case .rowsColumnsChannelMultiplier:
            let shape: Shape = [tensor.shape[2] * tensor.shape[3], 1, tensor.shape[0], tensor.shape[1]]
            return tensor.transposed([2, 3, 0, 1]).reshaped(shape)
        case .inputOutputRowsColumns:
            return tensor.transposed([1, 0, 2, 3])
        case .outputRowsColumnsInput:
            return tensor.transposed([0, 3, 1, 2])
        case .oneRowsColumnsOutput:
            return tensor.transposed([3, 0, 1, 2])
        case .looseKernels:
            return outputFirst(tensor.shape).map(tensor.reshaped) ?? tensor
        }
    }
}
