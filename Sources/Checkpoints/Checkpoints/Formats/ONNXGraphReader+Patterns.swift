import ONNXSchema

/// Normalisations and GELU, which exporters spell out in parts: mean, difference, square, root, quotient.
///
/// Each node is looked at once, in the graph's order: from what its inputs are on the way to follows what its result is.
extension ONNXGraphReader {
    /// What a node does to a pattern.
    enum PatternStep {
        /// Its result is the whole.
        case whole(GraphValue)
        /// Its result is a part, which has no counterpart of its own.
        case part(GraphPattern)
        /// Its result is a part, and something by itself.
        case both(GraphPattern, GraphValue?)
    }

    /// Reads a node that makes or completes a pattern; false for other nodes.
    mutating func readPattern(_ node: ONNXNodeProto) throws -> Bool {
        guard node.domain.isEmpty || node.domain == "ai.onnx" || node.domain == "com.microsoft",
            let output = node.output.first, !output.isEmpty, let step = try patternStep(node)
        else { return false }
        switch step {
        case .whole(let value): set(output, value)
        case .part(let pattern):
            patterns[output] = pattern
            let inputs = node.input.compactMap { values[$0] }
            set(output, builder.unsupported(Self.words(pattern) ?? node.opType, label(node), inputs))
        case .both(let pattern, let value):
            patterns[output] = pattern
            guard let value else { return false }
            set(output, value)
        }
        return true
    }

    /// What is asked for where a pattern stays unfinished; nil for the operator's own name.
    private static func words(_ pattern: GraphPattern) -> String? {
        switch pattern {
        case .mean, .variance: "ReduceMean over the channels"
        case .meanOfLines: "ReduceMean over rows or columns alone"
        case .energy: "a sum of squares over each channel"
        default: nil
        }
    }

    private mutating func patternStep(_ node: ONNXNodeProto) throws -> PatternStep? {
        switch node.opType {
        case "Identity", "Cast", "Dropout":
            return node.input.first.flatMap { patterns[$0] }.map { .both($0, nil) }
        case "ReduceMean", "ReduceL2", "ReduceSum", "ReduceSumSquare":
            return try meanOfLines(node) ?? reduction(node)
        case "Sub": return try difference(node)
        case "Add", "Sum": return try sum(node)
        case "Mul": return try product(node)
        case "Div": return try quotient(node)
        case "Pow":
            guard node.input.count == 2, let exponent = try scalar(node.input[1]) else { return nil }
            switch exponent {
            case 2: return square(node.input[0])
            case 0.5: return root(node.input[0])
            case -0.5:
                guard case .variance(let norm)? = patterns[node.input[0]] else { return nil }
                return .part(.inverse(norm))
            default: return nil
            }
        case "Sqrt": return node.input.first.flatMap { root($0) }
        case "Reciprocal":
            guard case .deviation(let norm)? = node.input.first.flatMap({ patterns[$0] }) else { return nil }
            return .part(.inverse(norm))
        case "Erf":
            guard let value = node.input.first.flatMap({ values[$0] }), let inner = builder[value.node],
                inner.kind == .affine, LayerGraphBuilder.isNear(inner.scale, Float(0.5).squareRoot()),
                inner.shift?.allSatisfy({ $0 == 0 }) ?? true, let source = inner.inputs.first
            else { return nil }
            return .part(.error(GraphValue(node: source, axes: value.axes)))
        default: return nil
        }
    }

    // MARK: means and roots

    private mutating func reduction(_ node: ONNXNodeProto) throws -> PatternStep? {
        let attributes = ONNXAttributes(node)
        guard let name = node.input.first, attributes.int("keepdims") != 0,
            let places = try numbers(node, "axes", input: 1), !places.isEmpty
        else { return nil }
        let isMean = node.opType == "ReduceMean"
        switch patterns[name] {
        case .squares(let x)? where isMean && isOver([.channels], places, x): return .part(.variance(.init(x: x)))
        case .ownSquares(let x)? where isMean && isOver([.channels], places, x):
            return .part(.variance(.init(x: x, isCentred: false)))
        case .response(let x)? where isMean && isOver([.channels], places, x):
            return .part(.meanResponse(.init(x: x)))
        case .ownSquares(let x)? where node.opType == "ReduceSum" && isOver([.rows, .columns], places, x):
            return .part(.energy(x))
        default: break
        }
        guard let value = values[name], value.axes != nil else { return nil }
        let x = builder.settled(value)
        switch node.opType {
        case "ReduceMean" where isOver([.channels], places, x): return .part(.mean(x))
        case "ReduceL2" where isOver([.rows, .columns], places, x): return .part(.response(x))
        case "ReduceSumSquare" where isOver([.rows, .columns], places, x): return .part(.energy(x))
        default: return nil
        }
    }

    /// Whether the axes at `places` of a value are these, whole, and no others. Rows and columns of a map of one pixel are
    /// no axes of their own: any axis of length 1 stands for them.
    private func isOver(_ wanted: Set<GraphValue.Axis>, _ places: [Int], _ x: GraphValue) -> Bool {
        guard let axes = x.axes else { return false }
        let places = Set(places.map { $0 < 0 ? $0 + axes.count : $0 })
        guard places.allSatisfy(axes.indices.contains) else { return false }
        let reduced = places.flatMap { axes[$0].map(\.axis) }
        let kept = axes.indices.filter { !places.contains($0) }.flatMap { axes[$0].map(\.axis) }
        return (!reduced.isEmpty || !wanted.contains(.channels)) && wanted.isSuperset(of: reduced)
            && wanted.isDisjoint(with: kept)
    }

    private func root(_ name: String) -> PatternStep? {
        switch patterns[name] {
        case .variance(let norm)?: .part(.deviation(norm))
        case .energy(let x)?: .part(.response(x))
        default: nil
        }
    }

    private mutating func square(_ name: String) -> PatternStep? {
        if case .centred(let x)? = patterns[name] { return .part(.squares(x)) }
        guard patterns[name] == nil, let value = values[name], value.axes != nil else { return nil }
        return .both(.ownSquares(builder.settled(value)), nil)
    }

    // MARK: two inputs

    /// Both orders of two inputs.
    private func orders(_ node: ONNXNodeProto) -> [(String, String)] {
        guard node.input.count == 2 else { return [] }
        return [(node.input[0], node.input[1]), (node.input[1], node.input[0])]
    }

    /// Whether a name stands for the very value.
    private mutating func isValue(_ name: String, _ x: GraphValue) -> Bool {
        values[name].map { builder.settled($0) == x } ?? false
    }

    /// Whether a name is a constant with one number for each channel of `x`.
    private func isPerChannel(_ name: String, _ x: GraphValue) -> Bool {
        guard values[name] == nil, let tensor = constants.tensors[name], let channels = x.channels,
            tensor.shape.elementCount == channels
        else { return false }
        return builder.perChannel(Array(repeating: 0, count: channels), tensor.shape.dimensions, beside: x) != nil
    }

    private mutating func difference(_ node: ONNXNodeProto) throws -> PatternStep? {
        guard node.input.count == 2 else { return nil }
        switch patterns[node.input[1]] {
        case .mean(let x)? where isValue(node.input[0], x): return .part(.centred(x))
        case .scaledMean(var norm)? where isPerChannel(node.input[0], norm.x):
            norm.shift = node.input[0]
            return .part(.offset(norm))
        case .scaledMean(let norm)? where patterns[node.input[0]] == .scaled(norm):
            return try normalised(node, norm).map { .whole($0) }
        default: return nil
        }
    }

    private mutating func sum(_ node: ONNXNodeProto) throws -> PatternStep? {
        for (name, other) in orders(node) {
            switch patterns[name] {
            case .variance(var norm)? where norm.epsilon == 0:
                guard let epsilon = try scalar(other) else { continue }
                norm.epsilon = epsilon
                return .part(.variance(norm))
            case .meanResponse(var norm)? where norm.epsilon == 0:
                guard let epsilon = try scalar(other) else { continue }
                norm.epsilon = epsilon
                return .part(.meanResponse(norm))
            case .scaled(var norm)?:
                guard case .offset(let offset)? = patterns[other] else { continue }
                norm.shift = offset.shift
                if norm == offset { return try normalised(node, norm).map { .whole($0) } }
            case .answer(var norm)?:
                if isValue(other, norm.x) {
                    return try normalised(node, norm, as: .responseNormalization).map { .whole($0) }
                }
                guard norm.shift == nil, isPerChannel(other, norm.x) else { continue }
                norm.shift = other
                return .part(.answer(norm))
            case .error(let x)?:
                if try scalar(other) == 1 { return .part(.distribution(x, factor: 1)) }
            default: continue
            }
        }
        return nil
    }

    private mutating func product(_ node: ONNXNodeProto) throws -> PatternStep? {
        if node.input.count == 2, node.input[0] == node.input[1] { return square(node.input[0]) }
        for (name, other) in orders(node) {
            let step: PatternStep?
            switch patterns[name] {
            case .inverse(let norm)?: step = try scaled(node, norm, by: other)
            case .share(let norm)?, .answer(let norm)?: step = try answering(name, norm, by: other)
            case .distribution(let x, let factor)?: step = try distributed(node, x, factor, by: other)
            case .gelu(let gelu, let factor)?:
                guard let number = try scalar(other) else { continue }
                step = multiple(of: gelu, factor * number, label(node))
            default: continue
            }
            if let step { return step }
        }
        return nil
    }

    private mutating func quotient(_ node: ONNXNodeProto) throws -> PatternStep? {
        guard node.input.count == 2 else { return nil }
        switch (patterns[node.input[0]], patterns[node.input[1]]) {
        case (.centred(let x)?, .deviation(let norm)?) where norm.x == x && norm.isCentred:
            return try normalised(node, norm).map { .whole($0) }
        case (.response(let x)?, .meanResponse(let norm)?) where norm.x == x: return .part(.share(norm))
        case (nil, .deviation(let norm)?):
            if !norm.isCentred, isValue(node.input[0], norm.x) { return try normalised(node, norm).map { .whole($0) } }
            return try scalar(node.input[0]) == 1 ? .part(.inverse(norm)) : nil
        case (.gelu(let gelu, let factor)?, nil):
            guard let number = try scalar(node.input[1]), number != 0 else { return nil }
            return multiple(of: gelu, factor / number, label(node))
        default: return nil
        }
    }

    // MARK: the last steps

    /// A product with gain/√(variance + ε).
    private mutating func scaled(
        _ node: ONNXNodeProto, _ norm: GraphPattern.Normalising, by other: String
    ) throws -> PatternStep? {
        var norm = norm
        switch patterns[other] {
        case .centred(let x)? where x == norm.x && norm.isCentred: return try normalised(node, norm).map { .whole($0) }
        case .mean(let x)? where x == norm.x && norm.isCentred: return .part(.scaledMean(norm))
        default: break
        }
        if isValue(other, norm.x) {
            return norm.isCentred ? .part(.scaled(norm)) : try normalised(node, norm).map { .whole($0) }
        }
        guard norm.gain == nil, isPerChannel(other, norm.x) else { return nil }
        norm.gain = other
        return .part(.inverse(norm))
    }

    /// A product with g/(mean of g + ε), or with that of x and it.
    private mutating func answering(
        _ name: String, _ norm: GraphPattern.Normalising, by other: String
    ) throws -> PatternStep? {
        var norm = norm
        var isShare = false
        if case .share? = patterns[name] { isShare = true }
        if isShare, isValue(other, norm.x) { return .part(.answer(norm)) }
        guard norm.shift == nil else { return nil }
        // What PyTorch's `addcmul` multiplies by.
        if try scalar(other) == 1 { return .part(isShare ? .share(norm) : .answer(norm)) }
        guard norm.gain == nil, isPerChannel(other, norm.x) else { return nil }
        norm.gain = other
        return .part(isShare ? .share(norm) : .answer(norm))
    }

    /// A product with factor·(1 + erf(x/√2)).
    private mutating func distributed(
        _ node: ONNXNodeProto, _ x: GraphValue, _ factor: Float, by other: String
    ) throws -> PatternStep? {
        if let number = try scalar(other) { return .part(.distribution(x, factor: factor * number)) }
        guard let value = values[other], value.axes == x.axes else { return nil }
        var multiple: Float?
        if value.node == x.node {
            multiple = 1
        } else if let inner = builder[value.node], inner.kind == .affine, inner.inputs == [x.node],
            let scale = inner.scale?.first, inner.scale?.count == 1, inner.shift?.allSatisfy({ $0 == 0 }) ?? true
        {
            multiple = scale
        }
        guard let multiple else { return nil }
        let name = label(node)
        return self.multiple(of: builder.activation("gelu", x, name), 2 * factor * multiple, name)
    }

    private mutating func multiple(of gelu: GraphValue, _ factor: Float, _ name: String) -> PatternStep {
        if LayerGraphBuilder.isNear([factor], 1) { return .whole(gelu) }
        return .both(.gelu(gelu, factor: factor), builder.affine(gelu, [factor], [0], "\(name).multiple"))
    }

    /// A normalisation whose gain and shift are one number a channel.
    private mutating func normalised(
        _ node: ONNXNodeProto, _ norm: GraphPattern.Normalising,
        as kind: LayerGraph.Kind? = nil
    ) throws -> GraphValue? {
        let module = module(node, weight: norm.gain)
        let weight = norm.gain.flatMap { perChannel($0, "weight", of: module) }
        let bias = norm.shift.flatMap { perChannel($0, "bias", of: module) }
        let layer = builder.add(
            kind ?? (norm.isCentred ? .layerNormalization : .rmsNormalization), module, [norm.x.node]
        ) {
            ($0.weight, $0.bias, $0.epsilon) = (weight, bias, norm.epsilon)
        }
        return GraphValue(node: layer, axes: norm.x.axes)
    }
}
