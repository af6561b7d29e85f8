import Engine
import Tensors
import Architectures
import Checkpoints

extension FamilyBuilder {
    /// A linear layer of the file.
    private struct Linear {
        let name: String
        let weightKey: String
        /// K×C, whatever order the file has.
        let weight: Tensor
        let bias: (key: String, tensor: Tensor)?
    }

    /// Convolutions behind the mean that are no classifier, by the last part of their names.
    private static let headConvolutions = ["conv_head", "Conv_2"]

    /// Convolutions left over and linear layers behind the mean; `function` stands between them. `flattens` leaves out
    /// the mean: all pixels of a channel go into the first linear layer.
    ///
    /// Where no linear layer has a classifier's name, the file's last one is the classifier if it reads as many numbers
    /// as there are features; ``assumptions`` says so.
    mutating func classify(_ function: ActivationFunction?, flattens: Bool = false) throws {
        var linear = try linearLayers(features: rest.last?.outputChannels ?? width, flattens: flattens)
        guard !rest.isEmpty || !linear.isEmpty else { return graph.setOutput(current) }
        if flattens {
            // As many pixels as the first layer reads; an image of another size is told when a run is planned.
            if let inputs = linear.first?.weight.shape[1], inputs % max(1, width) == 0 { width = inputs }
        } else {
            current = graph.add(.globalAveragePool, current, name: "gap")
        }
        while let layer = peek() {
            let isHead = Self.headConvolutions.contains { path(of: layer) == $0 || path(of: layer).hasSuffix("." + $0) }
            let isLast = position == network.layers.count - 1 && linear.isEmpty && !isHead
            try self.layer(isLast ? nil : function)
            if isLast { classes = width }
        }
        let between = function ?? .relu
        if function == nil, linear.count > 1 {
            assumptions.append(
                "\(linear.count) linear layers behind the mean, the design has one: a ReLU was assumed behind "
                    + linear.dropLast().map { "'\($0.name)'" }.joined(separator: ", "))
        }
        while !linear.isEmpty {
            let layer = linear.removeFirst()
            guard layer.weight.shape[1] == width else {
                throw unfit("'\(layer.name)' has weight \(layer.weight.shape) on \(width) features")
            }
            let weight = graph.addParameter(graph.freeParameterName(layer.weightKey), layer.weight)
            let bias = layer.bias.map { graph.addParameter(graph.freeParameterName($0.key), $0.tensor) }
            current = graph.add(
                .linear(weight: weight, bias: bias), current, name: linear.isEmpty ? "logits" : layer.name)
            width = layer.weight.shape[0]
            if !linear.isEmpty { current = graph.add(.activation(between), current, name: "\(layer.name).act") }
            classes = width
        }
    }

    /// Linear layers of the classifier in the order in which they fit each other, the file's where none does; or the last
    /// linear layer of the file where it fits the features.
    private mutating func linearLayers(features: Int, flattens: Bool) throws -> [Linear] {
        let named = network.checkpoint.entries.filter { Self.isLinear($0) && ClassifierNames.contains($0.module) }
        if !named.isEmpty {
            let layers = try named.map(linear)
            return Self.chain(layers, from: features, flattens: flattens) ?? layers
        }
        guard let last = network.checkpoint.entries.last(where: { Self.isLinear($0) && !isRead($0) }) else { return [] }
        let layer = try linear(last)
        let inputs = layer.weight.shape[1]
        guard flattens ? inputs > 0 && inputs % max(1, features) == 0 : inputs == features else { return [] }
        assumptions.append(
            "classifier: '\(layer.name)' (\(layer.weight.shape[0])×\(inputs); assumed from its width, its name is none that "
                + "\(network.title) has)")
        return [layer]
    }

    /// The first order, files' orders first, in which each layer reads as many numbers as the one before it gives; nil for
    /// none, or for more layers than any classifier has.
    private static func chain(_ layers: [Linear], from width: Int, flattens: Bool) -> [Linear]? {
        guard layers.count <= 6 else { return nil }
        if layers.isEmpty { return [] }
        for (place, layer) in layers.enumerated() {
            let inputs = layer.weight.shape[1]
            guard flattens ? inputs > 0 && inputs % max(1, width) == 0 : inputs == width else { continue }
            var others = layers
            others.remove(at: place)
            if let rest = chain(others, from: layer.weight.shape[0], flattens: false) { return [layer] + rest }
        }
        return nil
    }

    private static func isLinear(_ entry: Checkpoint.Entry) -> Bool {
        entry.shape.rank == 2 && (entry.parameter == "weight" || entry.parameter == "kernel")
    }

    private func linear(_ entry: Checkpoint.Entry) throws -> Linear {
        let checkpoint = network.checkpoint
        let stored = try checkpoint.tensor(named: entry.name)
        let bias = checkpoint.entries.first { $0.module == entry.module && $0.parameter == "bias" }
        return Linear(
            name: network.withoutPrefix(entry.module),
            weightKey: network.withoutPrefix(entry.stateDictName(as: "weight")),
            weight: entry.parameter == "kernel" ? stored.transposed([1, 0]) : stored,
            bias: try bias.map {
                (network.withoutPrefix($0.stateDictName(as: "bias")), try checkpoint.tensor(named: $0.name))
            })
    }

    /// Whether the graph has the weight, or will have it: it is a layer of the design.
    private func isRead(_ entry: Checkpoint.Entry) -> Bool {
        let key = network.withoutPrefix(entry.stateDictName(as: "weight")).replacing("/", with: ".")
        return graph.parameters.contains { $0.key == key }
            || network.layers.contains { $0.tensorName == entry.name }
    }

    /// Linear layers that the graph does not have, and layers outside the family's design, in one sentence; nil where
    /// there are none.
    func leftOut(outside: [ConvLayer]) -> String? {
        var names = network.checkpoint.entries.filter { Self.isLinear($0) && !isRead($0) }.map {
            "'\(network.withoutPrefix($0.module))'"
        }
        names += outside.map { "'\(network.withoutPrefix($0.name))'" }
        guard !names.isEmpty else { return nil }
        let rest = names.count > 4 ? " and \(names.count - 4) more" : ""
        return "not run, no part of \(network.title): " + names.prefix(4).joined(separator: ", ") + rest
    }
}
