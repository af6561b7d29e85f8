import ONNX

/// The tensors that a graph holds: initializers, and what `Constant` and `Identity` nodes make of them, by name.
///
/// Exporters write weights in all three ways; the last one for parameters that several layers share.
struct ONNXConstants {
    private(set) var tensors: [String: ONNXTensorProto] = [:]
    /// The first name of what `Identity` nodes gave another one.
    private var origins: [String: String] = [:]

    init(_ graph: ONNXGraphProto) {
        for tensor in graph.initializer where tensors[tensor.name] == nil { tensors[tensor.name] = tensor }
        // Nodes come in an order in which every input is known.
        for node in graph.node {
            guard let output = node.output.first, !output.isEmpty, tensors[output] == nil else { continue }
            switch node.opType {
            case "Constant":
                guard let value = node.attribute.first(where: { $0.name == "value" && $0.hasT }) else { continue }
                tensors[output] = value.t
            case "Identity":
                guard let input = node.input.first, let tensor = tensors[input] else { continue }
                tensors[output] = tensor
                origins[output] = origin(of: input)
            default: continue
            }
        }
    }

    /// The name under which a tensor was first known.
    func origin(of name: String) -> String { origins[name] ?? name }

    func contains(_ name: String) -> Bool { tensors[name] != nil }
}
