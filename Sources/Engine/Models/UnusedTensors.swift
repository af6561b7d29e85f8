import Architectures
import Checkpoints
import Engine
import Tensors

/// The tensors of a file that a graph by its family's design does not use although they have an effect.
struct UnusedTensors {
    /// Parameters by the keys of the state dict.
    private let keys: Set<String>
    /// Tensors that only layers read which the file's own result does not need.
    private let idle: Set<String>
    private let network: ConvNetwork

    init(_ network: ConvNetwork, _ graph: Graph) {
        self.network = network
        keys = Set(graph.parameters.flatMap { [$0.name, $0.key] })
        idle = Self.idle(network.checkpoint.model?.graph)
    }

    /// The first one in file order. Single numbers, whole numbers and counters of batches are no weights.
    var first: Checkpoint.Entry? {
        network.checkpoint.entries.first { entry in
            entry.shape.elementCount > 1 && entry.type?.isFloatingPoint == true && !idle.contains(entry.name)
                && !isUsed(entry)
        }
    }

    /// Words for one parameter: Keras' and PyTorch's.
    private static let words: [String: [String]] = [
        "kernel": ["weight"], "depthwise_kernel": ["weight"], "pointwise_kernel": ["weight", "pointwise_weight"],
        "gamma": ["gamma", "weight"], "beta": ["beta", "bias"], "moving_mean": ["running_mean"],
        "moving_variance": ["running_var"],
    ]

    private func isUsed(_ entry: Checkpoint.Entry) -> Bool {
        let module = entry.module.replacing("/", with: ".")
        let words = Self.words[entry.parameter] ?? [entry.parameter]
        let names = words.map { "\(module).\($0)" } + [entry.stateDictName]
        return names.contains { keys.contains($0) || keys.contains(network.withoutPrefix($0)) }
    }

    private static func idle(_ description: LayerGraph?) -> Set<String> {
        guard let description, let output = description.output else { return [] }
        var needed: Set<String> = [output]
        for node in description.nodes.reversed() where needed.contains(node.name) { needed.formUnion(node.inputs) }
        func tensors(_ isNeeded: Bool) -> Set<String> {
            Set(
                description.nodes.filter { needed.contains($0.name) == isNeeded }
                    .flatMap { [$0.weight, $0.bias, $0.mean, $0.variance].compactMap(\.self) })
        }
        return tensors(false).subtracting(tensors(true))
    }
}
