import Architectures
import Checkpoints
import Diagnostics
import Engine

/// The function that the settings beside the weights build a network with (timm's `act_layer`), in the place of its
/// design's.
struct StatedActivation {
    private let function: ActivationFunction

    /// timm's words.
    private static let functions: [String: ActivationFunction] = [
        "relu": .relu, "relu6": .relu6, "silu": .silu, "swish": .silu, "hard_swish": .hardSwish, "gelu": .gelu,
    ]
    /// Families that timm builds with one function behind all of their layers, gates apart.
    private static let uniform: Set<ConvNetwork.Family> = [
        .mobileNetV1, .mobileNetV2, .efficientNet, .efficientNetV2, .efficientNetEdgeTPU, .resNet,
    ]

    /// Nil where the settings name none.
    ///
    /// Throws `networks.unsupportedOperation` for a function that is not known here, and where only some layers of a
    /// family would have it.
    init?(_ network: ConvNetwork) throws {
        guard let name = HubConfig(network.checkpoint.attributes)?.activation else { return nil }
        // ResNet's squeeze-and-excite keeps its own.
        let isUniform = network.knownFamily.map(Self.uniform.contains) == true && !network.title.hasPrefix("SE-")
        guard let function = Self.functions[name], isUniform else {
            throw KernelVizError(
                code: "networks.unsupportedOperation", subject: network.checkpoint.path,
                found: "config.json builds it with act_layer '\(name.prefix(40))'",
                expected: isUniform
                    ? Self.functions.keys.sorted().joined(separator: ", ") : "\(network.title) with its own functions",
                advice: "Export it to ONNX to run it, or say the function with --activation")
        }
        self.function = function
    }

    /// The graph with the function behind every layer that has one; gates are left alone.
    func applied(to graph: Graph) -> Graph {
        graph.mappingNodes { node in
            guard case .activation(let own) = node.operation, own != .sigmoid, own != .hardSigmoid else {
                return (node.operation, node.inputs)
            }
            return (.activation(function), node.inputs)
        }
    }
}
