extension LayerGraph {
    /// The graph without nodes that its result does not need, the decomposed forms of activations put together:
    /// relu6(x + 3)/6 is hardSigmoid(x), x·sigmoid(x) is silu(x), x·hardSigmoid(x) is hardSwish(x), x·tanh(softplus(x)) is
    /// mish(x).
    ///
    /// Layers with weights stay also where the result does not need them: they are the file's.
    func simplified() -> LayerGraph {
        var result = self
        var readers: [String: Int] = [:]
        for node in nodes { for input in node.inputs { readers[input, default: 0] += 1 } }
        if let output { readers[output, default: 0] += 1 }
        var byName: [String: Node] = [:]
        for (place, node) in nodes.enumerated() {
            var node = node
            Self.join(&node, byName, readers)
            result.nodes[place] = node
            byName[node.name] = node
        }
        return result.withoutUnread()
    }

    private static func join(_ node: inout Node, _ byName: [String: Node], _ readers: [String: Int]) {
        /// The node that `name` is where nothing else reads it.
        func own(_ name: String) -> Node? { readers[name] == 1 ? byName[name] : nil }
        /// x of relu6(x + 3).
        func shifted(_ node: Node) -> String? {
            guard node.kind == .activation, node.function == "relu6", let inner = own(node.inputs[0]),
                inner.kind == .affine, LayerGraphBuilder.isNear(inner.scale, 1),
                LayerGraphBuilder.isNear(inner.shift, 3)
            else { return nil }
            return inner.inputs[0]
        }
        /// x of tanh(softplus(x)) = 2·sigmoid(2·softplus(x)) − 1.
        func softened(_ node: Node) -> String? {
            guard node.kind == .affine, LayerGraphBuilder.isNear(node.scale, 2),
                LayerGraphBuilder.isNear(node.shift, -1),
                let gate = own(node.inputs[0]), gate.kind == .activation, gate.function == "sigmoid",
                let doubled = own(gate.inputs[0]), doubled.kind == .affine, LayerGraphBuilder.isNear(doubled.scale, 2),
                doubled.shift?.allSatisfy({ $0 == 0 }) ?? true, let soft = own(doubled.inputs[0]),
                soft.kind == .activation, soft.function == "softplus"
            else { return nil }
            return soft.inputs[0]
        }
        func isSixth(_ node: Node) -> Bool {
            node.kind == .affine && LayerGraphBuilder.isNear(node.scale, 1 / 6)
                && node.shift?.allSatisfy { $0 == 0 } == true
        }
        func replace(_ function: String, _ input: String) {
            node.kind = .activation
            node.function = function
            node.inputs = [input]
            node.scale = nil
            node.shift = nil
        }
        if isSixth(node), let inner = own(node.inputs[0]) {
            if let x = shifted(inner) { return replace("hardSigmoid", x) }
            if inner.kind == .multiply, inner.inputs.count == 2 {
                for (gate, x) in [(inner.inputs[1], inner.inputs[0]), (inner.inputs[0], inner.inputs[1])] {
                    if let gate = own(gate), shifted(gate) == x { return replace("hardSwish", x) }
                }
            }
        }
        guard node.kind == .multiply, node.inputs.count == 2 else { return }
        for (gate, x) in [(node.inputs[1], node.inputs[0]), (node.inputs[0], node.inputs[1])] {
            guard let gate = own(gate) else { continue }
            if gate.kind == .activation, gate.inputs == [x] {
                if gate.function == "sigmoid" { return replace("silu", x) }
                if gate.function == "hardSigmoid" { return replace("hardSwish", x) }
            }
            if softened(gate) == x { return replace("mish", x) }
            // (x/6)·relu6(x + 3), as some converters order it.
            if let scaled = own(x), isSixth(scaled), shifted(gate) == scaled.inputs[0] {
                return replace("hardSwish", scaled.inputs[0])
            }
        }
    }

    private func withoutUnread() -> LayerGraph {
        var needed: Set<String> = []
        if let output = output ?? nodes.last?.name { needed.insert(output) }
        var kept: [Node] = []
        for node in nodes.reversed() {
            guard needed.contains(node.name) || node.kind == .input || node.weight != nil || node.mean != nil else {
                continue
            }
            needed.formUnion(node.inputs)
            kept.append(node)
        }
        var result = self
        result.nodes = kept.reversed()
        return result
    }
}
