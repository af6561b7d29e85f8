import ONNX
import Tensors

/// Whose tensor each one is: the graph's nodes say it, where exporters have replaced the names of tensors.
struct ONNXNames {
    private struct Use {
        let module: String
        let parameter: String
        let place: Int
    }

    private var uses: [String: Use] = [:]
    /// Strides, groups and paddings by layer.
    private(set) var facts = ModelFacts()

    init(_ graph: ONNXGraphProto, _ constants: ONNXConstants) {
        let initializers = Set(graph.initializer.map(\.name))
        if let input = graph.input.first(where: { !initializers.contains($0.name) }) {
            let axes = input.type.tensorType.shape.dim
            if axes.count == 4, axes[2].dimValue > 1 { facts.inputSize = Int(axes[2].dimValue) }
        }
        for (place, node) in graph.node.enumerated() {
            guard let parameters = Self.parameters[node.opType] else { continue }
            let module = Self.module(node, constants)
            for (input, parameter) in zip(node.input, parameters) where constants.contains(input) {
                // What several layers share has the first name for the first of them only.
                let origin = constants.origin(of: input)
                let name = uses[origin] == nil ? origin : input
                guard uses[name] == nil, !parameter.isEmpty else { continue }
                uses[name] = Use(module: module, parameter: parameter, place: place)
            }
            guard facts.layers[module] == nil else { continue }
            facts.layers[module] = Self.layer(node)
            facts.order.append(module)
        }
    }

    func entry(_ name: String, shape: Shape, dtype: String) -> Checkpoint.Entry {
        guard let use = uses[name] else { return GenericNames.entry(name, shape: shape, dtype: dtype) }
        return Checkpoint.Entry(name: name, shape: shape, dtype: dtype, module: use.module, parameter: use.parameter)
    }

    /// The tensors that layers use, in the order of their nodes.
    var used: [String] {
        uses.sorted { ($0.value.place, $0.key) < ($1.value.place, $1.key) }.map(\.key)
    }

    /// The place of the node that uses a tensor; behind all others for one that none uses.
    func place(_ entry: Checkpoint.Entry) -> Int { uses[entry.name]?.place ?? Int.max }

    /// What the inputs of the operators that have weights are to their layers.
    private static let parameters: [String: [String]] = [
        "Conv": ["", "weight", "bias"], "ConvTranspose": ["", "transposed_weight", "bias"],
        "Gemm": ["", "weight", "bias"], "BatchNormalization": ["", "weight", "bias", "running_mean", "running_var"],
    ]

    /// The layer's module path: from the weight's own name ("features.0.0.weight"), else from the node's
    /// ("/features/features.0/features.0.0/Conv"), else the name of what it computes.
    private static func module(_ node: ONNXNodeProto, _ constants: ONNXConstants) -> String {
        if let weight = node.input.dropFirst().first, constants.contains(weight), weight.hasSuffix(".weight") {
            return String(weight.dropLast(".weight".count))
        }
        if node.name.hasPrefix("/") {
            var parts: [String] = []
            for part in node.name.split(separator: "/").dropLast().map(String.init) {
                if let last = parts.last, part.hasPrefix(last + ".") { parts.removeLast() }
                parts.append(part)
            }
            if !parts.isEmpty { return parts.joined(separator: ".") }
        }
        return node.name.isEmpty ? node.output.first ?? "" : node.name
    }

    private static func layer(_ node: ONNXNodeProto) -> ModelFacts.Layer {
        var layer = ModelFacts.Layer(className: node.opType)
        let isConvolution = node.opType.hasPrefix("Conv")
        if isConvolution {
            // The standard's defaults.
            layer.stride = 1
            layer.groups = 1
        }
        for attribute in node.attribute {
            switch attribute.name {
            case "strides": layer.stride = attribute.ints.first.map { Int(truncatingIfNeeded: $0) }
            case "group": layer.groups = Int(truncatingIfNeeded: attribute.i)
            case "pads": layer.padding = attribute.ints.map(String.init).joined(separator: " ")
            case "auto_pad":
                let text = String(decoding: attribute.s, as: UTF8.self)
                if text.hasPrefix("SAME") { layer.padding = "same" }
            case "epsilon": layer.epsilon = attribute.f
            default: break
            }
        }
        return layer
    }
}
