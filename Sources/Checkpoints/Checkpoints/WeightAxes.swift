import Tensors

/// How a file orders the axes of a convolution's weight.
public enum WeightAxes: String, Sendable, Equatable, Codable {
    /// O×I×H×W, as PyTorch stores it.
    case outputInputRowsColumns = "OIHW"
    /// H×W×I×O, as Keras stores it.
    case rowsColumnsInputOutput = "HWIO"
    /// H×W×C×M, a Keras depthwise weight: M kernels for each of C input channels.
    case rowsColumnsChannelMultiplier = "HWCM"
    /// H×W×O×I, a Keras transposed convolution's weight.
    case rowsColumnsOutputInput = "HWOI"
    /// I×O×H×W, as PyTorch and ONNX store the weight of a transposed convolution; O is that of one group.
    case inputOutputRowsColumns = "IOHW"
    /// O×H×W×I, as TensorFlow Lite stores the weight of a convolution.
    case outputRowsColumnsInput = "OHWI"
    /// 1×H×W×O, as TensorFlow Lite stores a depthwise weight: output channel c·M + m is kernel m of input channel c.
    case oneRowsColumnsOutput = "1HWO"
    /// K×N², square kernels without a network, each row after row.
    case kernelList = "KN²"
    /// O×I×H×W of a framework that turns kernels by 180° before it slides them (Theano): the weight is turned when it is
    /// read, so that it is what every other framework would hold.
    case turnedOutputInputRowsColumns = "OIHW turned"
    /// H×W×I×O, likewise.
    case turnedRowsColumnsInputOutput = "HWIO turned"
    /// H×W×C×M, likewise.
    case turnedRowsColumnsChannelMultiplier = "HWCM turned"
    /// H×W×O×I, likewise.
    case turnedRowsColumnsOutputInput = "HWOI turned"

    /// Whether kernels are turned by 180° when they are read.
    public var isTurned: Bool { unturned != self }

    /// The order of the axes alone.
    public var unturned: WeightAxes {
        switch self {
        case .turnedOutputInputRowsColumns: .outputInputRowsColumns
        case .turnedRowsColumnsInputOutput: .rowsColumnsInputOutput
        case .turnedRowsColumnsChannelMultiplier: .rowsColumnsChannelMultiplier
        case .turnedRowsColumnsOutputInput: .rowsColumnsOutputInput
        default: self
        }
    }

    /// The same order, of a framework that turns kernels; itself where none such is known.
    var turned: WeightAxes {
        switch self {
        case .outputInputRowsColumns: .turnedOutputInputRowsColumns
        case .rowsColumnsInputOutput: .turnedRowsColumnsInputOutput
        case .rowsColumnsChannelMultiplier: .turnedRowsColumnsChannelMultiplier
        case .rowsColumnsOutputInput: .turnedRowsColumnsOutputInput
        default: self
        }
    }

    /// These axes, or H×W×C×M where a depthwise layer's weight lies beside H×W×I×O ones: Keras 3 calls both "kernel".
    package func forLayer(isDepthwise: Bool) -> WeightAxes {
        guard isDepthwise else { return self }
        return switch self {
        case .rowsColumnsInputOutput: .rowsColumnsChannelMultiplier
        case .turnedRowsColumnsInputOutput: .turnedRowsColumnsChannelMultiplier
        default: self
        }
    }

    /// The O×I×H×W shape of a weight that the file holds with `shape`; nil unless it has four axes (a list of kernels: two),
    /// none of them empty.
    ///
    /// A depthwise H×W×C×M becomes (C·M)×1×H×W: output channel c·M + m is kernel m of input channel c.
    package func outputFirst(_ shape: Shape) -> Shape? {
        if self == .kernelList {
            guard shape.rank == 2, shape[0] > 0, let size = (2...31).first(where: { $0 * $0 == shape[1] }) else {
                return nil
            }
            return [shape[0], 1, size, size]
        }
        guard shape.rank == 4, shape.dimensions.allSatisfy({ $0 > 0 }) else { return nil }
        return switch unturned {
        case .rowsColumnsInputOutput: [shape[3], shape[2], shape[0], shape[1]]
        case .rowsColumnsChannelMultiplier: Self.depthwiseShape(shape)
        case .rowsColumnsOutputInput: [shape[2], shape[3], shape[0], shape[1]]
        case .inputOutputRowsColumns: [shape[1], shape[0], shape[2], shape[3]]
        case .outputRowsColumnsInput: [shape[0], shape[3], shape[1], shape[2]]
        case .oneRowsColumnsOutput: shape[0] == 1 ? [shape[3], 1, shape[1], shape[2]] : nil
        case .kernelList: nil
        default: shape
        }
    }

    /// Nil where the product of claimed lengths is no number.
    private static func depthwiseShape(_ shape: Shape) -> Shape? {
        let (outputs, overflow) = shape[2].multipliedReportingOverflow(by: shape[3])
        return overflow ? nil : [outputs, 1, shape[0], shape[1]]
    }

    /// The weight as O×I×H×W, turned where its framework turns it; `tensor` has four axes, or two where it holds a
    /// list of kernels.
    package func outputFirst(_ tensor: Tensor) -> Tensor {
        let result = ordered(tensor)
        return isTurned ? Self.turned(result) : result
    }

    private func ordered(_ tensor: Tensor) -> Tensor {
        switch unturned {
        case .rowsColumnsInputOutput:
            return tensor.transposed([3, 2, 0, 1])
        case .rowsColumnsChannelMultiplier:
            let shape: Shape = [tensor.shape[2] * tensor.shape[3], 1, tensor.shape[0], tensor.shape[1]]
            return tensor.transposed([2, 3, 0, 1]).reshaped(shape)
        case .rowsColumnsOutputInput:
            return tensor.transposed([2, 3, 0, 1])
        case .inputOutputRowsColumns:
            return tensor.transposed([1, 0, 2, 3])
        case .outputRowsColumnsInput:
            return tensor.transposed([0, 3, 1, 2])
        case .oneRowsColumnsOutput:
            return tensor.transposed([3, 0, 1, 2])
        case .kernelList:
            return outputFirst(tensor.shape).map(tensor.reshaped) ?? tensor
        default:
            return tensor
        }
    }

    /// Each H×W kernel of an O×I×H×W weight by 180°: its elements in reverse.
    private static func turned(_ tensor: Tensor) -> Tensor {
        let size = tensor.shape[2] * tensor.shape[3]
        guard size > 1 else { return tensor }
        var scalars = tensor.scalars
        for start in stride(from: 0, to: scalars.count, by: size) { scalars[start..<start + size].reverse() }
        return Tensor(shape: tensor.shape, scalars: scalars)
    }
}
