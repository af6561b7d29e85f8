import Architectures
import Checkpoints
import Diagnostics
import Engine

/// The function that the settings beside the weights build a network with (timm's `act_layer`, transformers'
/// `hidden_act`), in the place of its design's.
struct StatedActivation {
    /// Which layers have it.
    private enum Places {
        /// All, gates apart.
        case all
        /// All but those inside squeeze-and-excite.
        case besidesSqueezes
        /// The stem and the sums of blocks.
        case stemAndSums
    }

    private let function: ActivationFunction
    private let places: Places

    /// timm's words and transformers'.
    private static let functions: [String: ActivationFunction] = [
        "relu": .relu, "relu6": .relu6, "silu": .silu, "swish": .silu, "hard_swish": .hardSwish,
        "hardswish": .hardSwish, "gelu": .gelu, "elu": .elu, "mish": .mish,
    ]
    /// The designs' own functions: a file that names them says nothing new.
    private static let designs: [ConvNetwork.Family: ActivationFunction] = [
        .mobileNetV2: .relu6, .resNet: .relu, .regNet: .relu, .convNeXt: .gelu,
    ]

    /// Nil where the settings name none, or the design's own.
    ///
    /// Throws `networks.unsupportedOperation` for a function that is not known here, and for a family of which it is not
    /// known which layers would have it.
    init?(_ network: ConvNetwork) throws {
        guard let settings = HubConfig(network.checkpoint.attributes), let name = settings.activation else {
            return nil
        }
        let own = Self.functions[name]
        if let own, let design = network.knownFamily.flatMap({ Self.designs[$0] }), own == design { return nil }
        let places = Self.places(network, isTransformers: settings.activationKey == "hidden_act")
        guard let function = own, let places else {
            throw KernelVizError(
                code: "networks.unsupportedOperation", subject: network.checkpoint.path,
                found: "config.json builds it with \(settings.activationKey) '\(name.prefix(40))'",
                expected: places != nil
                    ? Self.functions.keys.sorted().joined(separator: ", ") : "\(network.title) with its own functions",
                advice: "Export it to ONNX to run it, or say the function with --activation")
        }
        (self.function, self.places) = (function, places)
    }

    /// The layers that a library builds with the function; nil where that is not known.
    private static func places(_ network: ConvNetwork, isTransformers: Bool) -> Places? {
        switch network.knownFamily {
        case .mobileNetV1, .mobileNetV2, .efficientNet, .efficientNetV2, .efficientNetEdgeTPU: return .all
        case .resNet where isTransformers: return .stemAndSums
        // Squeeze-and-excite keeps its own.
        case .resNet: return network.title.hasPrefix("SE-") ? nil : .all
        case .regNet: return isTransformers ? .besidesSqueezes : nil
        case .convNeXt: return isTransformers ? .all : nil
        default: return nil
        }
    }

    /// The graph with the function behind every layer that has one; gates are left alone.
    func applied(to graph: Graph) -> Graph {
        graph.mappingNodes { node in
            guard case .activation(let own) = node.operation, own != .sigmoid, own != .hardSigmoid,
                isPlace(node, graph)
            else { return (node.operation, node.inputs) }
            return (.activation(function), node.inputs)
        }
    }

    private func isPlace(_ node: Graph.Node, _ graph: Graph) -> Bool {
        switch places {
        case .all: return true
        case .stemAndSums: return node.name == "stem" || graph[node.inputs[0]].operation == .add
        case .besidesSqueezes:
            let layer = graph[node.inputs[0]]
            return layer.inputs.first.map { graph[$0].operation != .globalAveragePool } ?? true
        }
    }
}
