/// What is done to a graph that was read layer by layer.
enum KerasGraphPasses {
    /// The word for a softmax until it is known whether it is the last step.
    static let softmax = "a softmax before the end"

    /// Drops a softmax at the end and what the output does not need; joins hard swish, hard sigmoid and SiLU where layers
    /// spell them out; makes fully connected layers in the middle 1×1 convolutions.
    static func finished(_ graph: LayerGraph) -> LayerGraph {
        var graph = graph
        dropSoftmax(&graph)
        prune(&graph)
        joinActivations(&graph)
        makeConvolutions(&graph)
        prune(&graph)
        return graph
    }

    private static func dropSoftmax(_ graph: inout LayerGraph) {
        while let output = graph.output, let node = graph.nodes.last(where: { $0.name == output }),
            node.kind == .unsupported, node.function == softmax, let input = node.inputs.first
        {
            graph.output = input
            graph.finalFunction = "softmax"
            graph.nodes.removeAll { $0.name == output && $0.inputs == [input] }
            // Another reader of the probabilities reads the logits no more: it goes with what the output does not need.
        }
    }

    /// Keeps what the output needs.
    private static func prune(_ graph: inout LayerGraph) {
        guard let output = graph.output else { return }
        var needed: Set<String> = [output]
        for node in graph.nodes.reversed() where needed.contains(node.name) { needed.formUnion(node.inputs) }
        graph.nodes.removeAll { !needed.contains($0.name) }
    }

    // MARK: Activations

    private static func joinActivations(_ graph: inout LayerGraph) {
        let places = Dictionary(
            graph.nodes.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        var uses: [String: Int] = [:]
        for input in graph.nodes.flatMap(\.inputs) { uses[input, default: 0] += 1 }
        if let output = graph.output { uses[output, default: 0] += 1 }
        // A node that one other alone reads.
        func only(_ name: String) -> LayerGraph.Node? {
            uses[name] == 1 ? places[name].map { graph.nodes[$0] } : nil
        }
        /// x of scale·x + shift with these two numbers.
        func affine(_ name: String, _ scale: Float, _ shift: Float) -> String? {
            guard let node = only(name), isAffine(node, scale, shift) else { return nil }
            return node.inputs.first
        }
        /// x of relu6(x + 3).
        func shifted(_ name: String) -> String? {
            guard let node = only(name), node.kind == .activation, node.function == "relu6",
                let input = node.inputs.first
            else { return nil }
            return affine(input, 1, 3)
        }
        for index in graph.nodes.indices {
            let node = graph.nodes[index]
            var joined: (function: String, input: String)?
            if isAffine(node, 1 / 6, 0), let input = node.inputs.first {
                if let x = shifted(input) {
                    joined = ("hardSigmoid", x)
                } else if let product = only(input), product.kind == .multiply, product.inputs.count == 2 {
                    for (a, b) in [(0, 1), (1, 0)] where shifted(product.inputs[b]) == product.inputs[a] {
                        joined = ("hardSwish", product.inputs[a])
                    }
                }
            } else if node.kind == .multiply, node.inputs.count == 2 {
                for (a, b) in [(0, 1), (1, 0)] {
                    let x = node.inputs[a]
                    if let other = only(node.inputs[b]), other.kind == .activation, other.inputs == [x] {
                        if other.function == "hardSigmoid" { joined = ("hardSwish", x) }
                        if other.function == "sigmoid" { joined = ("silu", x) }
                    } else if let y = affine(x, 1 / 6, 0), shifted(node.inputs[b]) == y {
                        joined = ("hardSwish", y)
                    }
                }
            }
            guard let joined else { continue }
            var result = LayerGraph.Node(.activation, name: node.name, inputs: [joined.input])
            result.function = joined.function
            graph.nodes[index] = result
            // What was joined is read no more; how often the others are is not told apart again.
            uses[joined.input, default: 0] += 1
        }
    }

    private static func isAffine(_ node: LayerGraph.Node, _ scale: Float, _ shift: Float) -> Bool {
        guard node.kind == .affine else { return false }
        return (node.scale ?? [1]).allSatisfy { abs($0 - scale) < 1e-5 }
            && (node.shift ?? [0]).allSatisfy { abs($0 - shift) < 1e-5 }
    }

    // MARK: Fully connected layers

    /// A fully connected layer whose result goes into anything but another one gives a map of 1×1 instead of a vector.
    private static func makeConvolutions(_ graph: inout LayerGraph) {
        var needsMap: Set<String> = []
        for index in graph.nodes.indices.reversed() {
            let node = graph.nodes[index]
            switch node.kind {
            case .linear where needsMap.contains(node.name):
                graph.nodes[index].kind = .convolution
                needsMap.formUnion(node.inputs)
            case .linear: break
            case .activation where !needsMap.contains(node.name): break
            default: needsMap.formUnion(node.inputs)
            }
        }
    }
}
