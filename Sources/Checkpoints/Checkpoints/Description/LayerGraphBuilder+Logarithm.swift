extension LayerGraphBuilder {
    /// ln(1 + e^x), as graphs without softplus spell it out; nil for other logarithms.
    mutating func logarithm(_ value: GraphValue, _ name: String) -> GraphValue? {
        let value = settled(value)
        guard let sum = self[value.node], sum.kind == .affine, Self.isNear(sum.scale, 1), Self.isNear(sum.shift, 1),
            let power = sum.inputs.first.flatMap({ self[$0] }), power.kind == .activation, power.function == "exp",
            let source = power.inputs.first
        else { return nil }
        return activation("softplus", GraphValue(node: source, axes: value.axes), name)
    }
}
