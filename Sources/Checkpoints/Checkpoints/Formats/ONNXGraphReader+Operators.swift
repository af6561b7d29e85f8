import ONNXSchema
import Tensors

extension ONNXGraphReader {
    /// What a node gives; nil where it has no counterpart.
    mutating func operation(_ node: ONNXNodeProto) throws -> [GraphValue]? {
        switch node.domain {
        case "", "ai.onnx", "com.microsoft": break
        default: return nil
        }
        if let results = try weighted(node) { return results }
        guard let first = node.input.first.flatMap({ values[$0] }) else {
            // A constant before a result: only sums, products and differences have these.
            return try arithmetic(node).map { [$0] }
        }
        let name = label(node)
        let attributes = ONNXAttributes(node)
        switch node.opType {
        case "Identity", "Dropout", "Cast", "CastLike": return Array(repeating: first, count: min(node.output.count, 1))
        case "Relu", "Sigmoid", "QuickGelu", "HardSwish", "HardSigmoid", "Clip", "LeakyRelu", "PRelu", "Tanh", "Swish",
            "Neg", "Max", "Min":
            return try function(node, attributes, first, name).map { [$0] }
        case "Add", "Sum", "Mul", "Sub", "Div": return try arithmetic(node).map { [$0] }
        case "Concat":
            let inputs = node.input.compactMap { values[$0] }
            guard inputs.count == node.input.count else { return nil }
            return builder.concatenated(inputs, attributes.int("axis") ?? 1, name).map { [$0] }
        case "Split": return try split(node, attributes, first, name)
        case "Slice": return try slice(node, first, name).map { [$0] }
        case "Gather":
            guard let second = node.input.dropFirst().first, let places = try integers(second), places.shape.isEmpty,
                let index = places.numbers?.first
            else { return nil }
            return builder.taken(first, attributes.int("axis") ?? 0, index, name).map { [$0] }
        case "GlobalAveragePool":
            guard let rank = first.axes?.count else { return builder.mean(first, [], keeps: true, name).map { [$0] } }
            return builder.mean(first, Array(2..<max(2, rank)), keeps: true, name).map { [$0] }
        case "ReduceMean":
            let axes = try numbers(node, "axes", input: 1)
            guard let axes, !axes.isEmpty else { return nil }
            return builder.mean(first, axes, keeps: attributes.int("keepdims") != 0, name).map { [$0] }
        case "AveragePool", "MaxPool": return try pool(node, attributes, first, name).map { [$0] }
        case "Pad": return try pad(node, attributes, first, name).map { [$0] }
        case "Flatten": return first.flattened(at: attributes.int("axis") ?? 1).map { [$0] }
        case "Reshape": return try reshape(node, attributes, first).map { [$0] }
        case "Squeeze":
            return try first.squeezed(numbers(node, "axes", input: 1)).map { [$0] }
        case "Unsqueeze":
            guard let axes = try numbers(node, "axes", input: 1) else { return nil }
            return first.unsqueezed(axes).map { [$0] }
        case "Transpose":
            let rank = first.axes?.count ?? 0
            let order = attributes.ints("perm") ?? Array((0..<rank).reversed())
            return first.transposed(order).map { [$0] }
        case "Softmax", "LogSoftmax":
            // Results are logits.
            guard let output = node.output.first, isResult(output) else { return nil }
            return [first]
        case "QuantizeLinear", "DequantizeLinear": return try quantised(node, first, name).map { [$0] }
        case "Resize", "Upsample": return try resized(node, attributes, first).map { [$0] }
        default: return nil
        }
    }

    // MARK: functions

    private mutating func function(
        _ node: ONNXNodeProto, _ attributes: ONNXAttributes, _ value: GraphValue, _ name: String
    ) throws -> GraphValue? {
        switch node.opType {
        case "Relu": return builder.activation("relu", value, name)
        case "Sigmoid": return builder.activation("sigmoid", value, name)
        case "HardSwish": return builder.activation("hardSwish", value, name)
        case "Tanh": return builder.tanh(value, name)
        case "Neg": return builder.affine(value, [-1], [0], name)
        case "Swish":
            return (attributes.float("alpha") ?? 1) == 1 ? builder.activation("silu", value, name) : nil
        case "QuickGelu":
            // x·sigmoid(α·x).
            let alpha = attributes.float("alpha") ?? 1.702
            if alpha == 1 { return builder.activation("silu", value, name) }
            let gate = builder.activation(
                "sigmoid", builder.affine(value, [alpha], [0], "\(name).scaled"), "\(name).sigmoid")
            return builder.joined(.multiply, value, gate, name)
        case "HardSigmoid":
            return hardSigmoid(value, attributes.float("alpha") ?? 0.2, attributes.float("beta") ?? 0.5, name)
        case "Clip":
            var (low, high) = (attributes.float("min"), attributes.float("max"))
            for (place, name) in node.input.enumerated().dropFirst() where !name.isEmpty {
                guard let bound = try scalar(name) else { return nil }
                if place == 1 { low = bound } else { high = bound }
            }
            return builder.clipped(value, Self.open(low ?? -.infinity), Self.open(high ?? .infinity), name)
        case "Max", "Min":
            guard node.input.count == 2, let bound = try scalar(node.input[1]) else { return nil }
            return node.opType == "Max"
                ? builder.clipped(value, bound, .infinity, name) : builder.clipped(value, -.infinity, bound, name)
        case "LeakyRelu": return builder.leakyRelu(value, [attributes.float("alpha") ?? 0.01], name)
        case "PRelu":
            let value = builder.settled(value)
            guard node.input.count == 2, let slope = try floats(node.input[1]),
                let numbers = builder.perChannel(slope.numbers, slope.shape, beside: value)
            else { return nil }
            return builder.leakyRelu(value, numbers, name)
        default: return nil
        }
    }

    /// The largest number of a type as a bound is none.
    private static func open(_ bound: Float) -> Float {
        abs(bound) >= 3.4e38 ? (bound < 0 ? -.infinity : .infinity) : bound
    }

    /// clip(α·x + β, 0, 1).
    private mutating func hardSigmoid(
        _ value: GraphValue, _ alpha: Float, _ beta: Float, _ name: String
    ) -> GraphValue? {
        if LayerGraphBuilder.isNear([alpha], 1 / 6), LayerGraphBuilder.isNear([beta], 0.5) {
            return builder.activation("hardSigmoid", value, name)
        }
        return builder.clipped(builder.affine(value, [alpha], [beta], "\(name).affine"), 0, 1, name)
    }

    // MARK: sums and products

    private mutating func arithmetic(_ node: ONNXNodeProto) throws -> GraphValue? {
        guard ["Add", "Sum", "Mul", "Sub", "Div"].contains(node.opType), !node.input.isEmpty else { return nil }
        let name = label(node)
        if node.opType == "Sum", node.input.count != 2 {
            guard var sum = values[node.input[0]] else { return nil }
            for input in node.input.dropFirst() {
                guard let value = values[input], let next = builder.joined(.add, sum, value, name) else { return nil }
                sum = next
            }
            return sum
        }
        guard node.input.count == 2 else { return nil }
        let isSum = node.opType == "Add" || node.opType == "Sum"
        if node.opType == "Mul", let scaled = try scaled(node) { return scaled }
        switch (values[node.input[0]], values[node.input[1]]) {
        case (let a?, let b?):
            switch node.opType {
            case "Mul": return builder.joined(.multiply, a, b, name)
            case "Sub": return builder.joined(.add, a, builder.affine(b, [-1], [0], "\(name).negative"), name)
            case "Div": return nil
            default: return builder.joined(.add, a, b, name)
            }
        case (let value?, nil):
            if isSum, let joined = bias(value, node.input[1]) { return joined }
            return try affine(node, value, constant: node.input[1], isFirst: false, name)
        case (nil, let value?):
            if isSum, let joined = bias(value, node.input[0]) { return joined }
            return try affine(node, value, constant: node.input[0], isFirst: true, name)
        default: return nil
        }
    }

    private mutating func affine(
        _ node: ONNXNodeProto, _ value: GraphValue, constant: String, isFirst: Bool, _ name: String
    ) throws -> GraphValue? {
        // Behind an operator without counterpart nothing is to be added to.
        guard value.axes != nil else { return value }
        let value = builder.settled(value)
        guard let constant = try floats(constant),
            let numbers = builder.perChannel(constant.numbers, constant.shape, beside: value)
        else { return nil }
        let (ones, zeros) = (numbers.map { _ in Float(1) }, numbers.map { _ in Float(0) })
        switch node.opType {
        case "Add", "Sum": return builder.affine(value, ones, numbers, name)
        case "Mul": return builder.affine(value, numbers, zeros, name)
        case "Sub":
            return isFirst
                ? builder.affine(value, ones.map { -$0 }, numbers, name)
                : builder.affine(value, ones, numbers.map { -$0 }, name)
        case "Div":
            guard !isFirst, numbers.allSatisfy({ $0 != 0 }) else { return nil }
            return builder.affine(value, numbers.map { 1 / $0 }, zeros, name)
        default: return nil
        }
    }

    /// A constant that is added to the result of a layer without bias, one number a channel, is its bias.
    private mutating func bias(_ value: GraphValue, _ constant: String) -> GraphValue? {
        guard let tensor = constants.tensors[constant], let channels = value.channels, channels > 1,
            tensor.shape.elementCount == channels, isOwn(value.node), let layer = builder[value.node],
            layer.kind == .convolution || layer.kind == .linear, layer.bias == nil, let weight = layer.weight,
            builder.perChannel(
                Array(repeating: 0, count: channels), tensor.shape.dimensions, beside: value) != nil,
            let module = uses[weight]?.module,
            let entry = parameter(constant, "bias", of: module, .reshape([channels]))
        else { return nil }
        builder.change(value.node) { $0.bias = entry }
        return value
    }

    // MARK: parts and axes

    private mutating func split(
        _ node: ONNXNodeProto, _ attributes: ONNXAttributes, _ value: GraphValue, _ name: String
    ) throws -> [GraphValue]? {
        let axis = attributes.int("axis") ?? 0
        let value = builder.settled(value)
        guard let rank = value.axes?.count else { return Array(repeating: value, count: node.output.count) }
        guard let length = value.length(of: axis < 0 ? axis + rank : axis)?.number else { return nil }
        var lengths = try numbers(node, "split", input: 1) ?? []
        if lengths.isEmpty {
            let count = max(1, node.output.count)
            let each = (length + count - 1) / count
            lengths = (0..<count).map { min(each, max(0, length - $0 * each)) }
        }
        guard lengths.count == node.output.count, lengths.allSatisfy({ (1...length).contains($0) }),
            lengths.reduce(0, +) == length
        else { return nil }
        var results: [GraphValue] = []
        var start = 0
        for (place, length) in lengths.enumerated() {
            guard let part = builder.sliced(value, axis, start..<start + length, "\(name).\(place)") else { return nil }
            results.append(part)
            start += length
        }
        return results
    }

    private mutating func slice(_ node: ONNXNodeProto, _ value: GraphValue, _ name: String) throws -> GraphValue? {
        guard let starts = try numbers(node, "starts", input: 1), let ends = try numbers(node, "ends", input: 2),
            starts.count == ends.count
        else { return nil }
        let axes = try numbers(node, "axes", input: 3) ?? Array(starts.indices)
        let steps = try numbers(node, "steps", input: 4) ?? Array(repeating: 1, count: starts.count)
        guard axes.count == starts.count, steps.allSatisfy({ $0 == 1 }) else { return nil }
        var value = builder.settled(value)
        guard let rank = value.axes?.count else { return value }
        for (place, axis) in axes.enumerated() {
            guard let length = value.length(of: axis < 0 ? axis + rank : axis) else { return nil }
            let (start, end) = (starts[place], ends[place])
            guard let length = length.number else {
                guard start == 0, end >= 1 << 30 else { return nil }
                continue
            }
            func clamped(_ place: Int) -> Int { min(max(place < 0 ? max(place, -length) + length : place, 0), length) }
            guard clamped(start) < clamped(end),
                let next = builder.sliced(value, axis, clamped(start)..<clamped(end), name)
            else { return nil }
            value = next
        }
        return value
    }

    private mutating func reshape(
        _ node: ONNXNodeProto, _ attributes: ONNXAttributes, _ value: GraphValue
    ) throws -> GraphValue? {
        guard value.axes != nil else { return value }
        let wanted: [GraphLength?]
        if let lengths = attributes.ints("shape") {
            wanted = lengths.map(GraphLength.number)
        } else {
            guard node.input.count > 1, let shape = try integers(node.input[1]), shape.shape.count == 1 else {
                return nil
            }
            wanted = shape.items
        }
        let keepsZero = attributes.int("allowzero") == 1
        var lengths: [GraphLength] = []
        for (place, length) in wanted.enumerated() {
            switch length {
            case .number(0) where !keepsZero:
                guard let own = value.length(of: place) else { return nil }
                lengths.append(own)
            case let known?: lengths.append(known)
            case nil:
                // One unknown length may be what the others leave.
                guard !wanted.contains(.number(-1)), wanted.count(where: { $0 == nil }) == 1 else { return nil }
                lengths.append(.number(-1))
            }
        }
        return value.reshaped(lengths)
    }

    private mutating func pad(
        _ node: ONNXNodeProto, _ attributes: ONNXAttributes, _ value: GraphValue, _ name: String
    ) throws -> GraphValue? {
        guard var pads = try numbers(node, "pads", input: 1) ?? attributes.ints("paddings"),
            pads.count.isMultiple(of: 2)
        else { return nil }
        if pads.allSatisfy({ $0 == 0 }) { return value }
        var fill = attributes.float("value") ?? 0
        if node.input.count > 2, !node.input[2].isEmpty {
            guard let given = try scalar(node.input[2]) else { return nil }
            fill = given
        }
        guard (attributes.text("mode") ?? "constant") == "constant", fill == 0 else { return nil }
        if node.input.count > 3, let rank = value.axes?.count {
            guard let axes = try numbers(node, "axes", input: 3), axes.count * 2 == pads.count else { return nil }
            var all = Array(repeating: 0, count: 2 * rank)
            for (place, axis) in axes.enumerated() {
                let axis = axis < 0 ? axis + rank : axis
                guard (0..<rank).contains(axis) else { return nil }
                all[axis] = pads[place]
                all[axis + rank] = pads[place + axes.count]
            }
            pads = all
        }
        let rank = pads.count / 2
        return builder.padded(value, (0..<rank).map { (pads[$0], pads[$0 + rank]) }, name)
    }

    private mutating func resized(
        _ node: ONNXNodeProto, _ attributes: ONNXAttributes, _ value: GraphValue
    ) throws -> GraphValue? {
        if let scales = attributes.floats("scales") { return scales.allSatisfy { $0 == 1 } ? value : nil }
        let place = node.opType == "Upsample" ? 1 : 2
        guard node.input.count > place, let scales = try floats(node.input[place]), !scales.numbers.isEmpty,
            scales.numbers.allSatisfy({ $0 == 1 })
        else { return nil }
        return value
    }

    // MARK: quantised results

    /// Rounding of results to a quantised type is left out; where the type ends at 0, or at 0 and 6, it is an activation.
    private mutating func quantised(_ node: ONNXNodeProto, _ value: GraphValue, _ name: String) throws -> GraphValue? {
        leaveOutRounding()
        if node.opType == "DequantizeLinear" { return value }
        guard node.input.count > 1, let scale = try scalar(node.input[1]) else { return nil }
        return try clamped(value, scale, node.input.count > 2 ? node.input[2] : "", name)
    }

    mutating func leaveOutRounding() {
        let remark =
            "The rounding of quantised results is left out of the graph: logits differ a little from the model's own."
        if !remarks.contains(remark) { remarks.append(remark) }
    }

    /// What the ends of a quantised type do to a result.
    mutating func clamped(_ value: GraphValue, _ scale: Float, _ zero: String, _ name: String) throws -> GraphValue? {
        let type = constants.tensors[zero]?.recipe.type ?? .uint8
        let (low, high) = ONNXConstants.range(type)
        let zero = zero.isEmpty ? 0 : try scalar(zero)
        guard let zero, zero == low else { return value }
        let top = (high - zero) * scale
        return builder.clipped(value, 0, abs(top - 6) < 0.51 * scale ? 6 : .infinity, name)
    }

    /// Whether a name is a result of the whole, or becomes one through nodes that change nothing.
    func isResult(_ name: String) -> Bool { outputs.contains(name) }
}
