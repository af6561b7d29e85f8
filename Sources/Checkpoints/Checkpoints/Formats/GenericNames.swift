import Tensors

/// What a tensor's name alone says where the format says no more: whose tensor it is, and how its axes lie.
enum GenericNames {
    /// An entry by PyTorch's or Keras' naming rules.
    ///
    /// Keras' own paths are taken for what they are also after a conversion: "conv1/conv1/kernel:0" is the kernel of
    /// conv1, H×W×I×O.
    static func entry(_ name: String, shape: Shape, dtype: String) -> Checkpoint.Entry {
        var parts = name.split { $0 == "/" || $0 == "." }.map(String.init)
        var parameter = parts.popLast() ?? ""
        if let colon = parameter.firstIndex(of: ":") {
            parameter = String(parameter[..<colon])
            if parts.first == "model_weights" { parts.removeFirst() }
            let half = parts.count / 2
            if half > 0, parts.count == 2 * half, parts[..<half] == parts[half...] { parts = Array(parts[..<half]) }
        }
        return Checkpoint.Entry(
            name: name, shape: shape, dtype: dtype, module: parts.joined(separator: "."), parameter: parameter,
            axes: axes(parameter))
    }

    /// The axes that Keras' words for weights imply; O×I×H×W for everything else.
    static func axes(_ parameter: String) -> WeightAxes {
        switch parameter {
        case "kernel", "pointwise_kernel": .rowsColumnsInputOutput
        case "depthwise_kernel": .rowsColumnsChannelMultiplier
        default: .outputInputRowsColumns
        }
    }
}
