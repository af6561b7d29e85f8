extension LayerGraph {
    /// The same graph over tensors with other names; of those in `transposed` (by their old names) the two axes were
    /// exchanged.
    func renamed(_ names: [String: String], transposed: Set<String>) -> LayerGraph {
        var result = self
        result.nodes = nodes.map { node in
            var node = node
            if let weight = node.weight, transposed.contains(weight) {
                node.isInputFirst = node.isInputFirst == true ? nil : true
            }
            node.weight = node.weight.map { names[$0] ?? $0 }
            node.bias = node.bias.map { names[$0] ?? $0 }
            node.mean = node.mean.map { names[$0] ?? $0 }
            node.variance = node.variance.map { names[$0] ?? $0 }
            return node
        }
        return result
    }
}

extension NetworkDescription {
    /// The entries of a file as this description knows them.
    func identified(_ entries: [Checkpoint.Entry]) -> [Checkpoint.Entry] {
        guard let tensors else { return entries }
        return entries.map { entry in
            guard let own = tensors[entry.name] else { return entry }
            return Checkpoint.Entry(
                name: entry.name, shape: entry.shape, dtype: entry.dtype, module: own.module, parameter: own.parameter,
                axes: own.axes, note: entry.note)
        }
    }
}
