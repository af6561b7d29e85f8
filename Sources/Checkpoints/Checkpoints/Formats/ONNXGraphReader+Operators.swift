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
            // A constant before a result: only sums, products, differences and extremes have these.
            if node.opType == "Max" || node.opType == "Min" { return try extreme(node, label(node)).map { [$0] } }
            return try arithmetic(node).map { [$0] }
        }
        let name = label(node)
        let attributes = ONNXAttributes(node)
        switch node.opType {
        case "Identity", "Dropout", "CastLike": return Array(repeating: first, count: min(node.output.count, 1))
        case "Cast":
            // Whole numbers are rounded; single, half and double precision and bfloat16 stay what they are.
            let type = attributes.int("to") ?? 1
            guard [1, 10, 11, 16].contains(type) else { return refuse("with to \(type), a type of whole numbers") }
            return [first]
        case "Relu", "Sigmoid", "QuickGelu", "HardSwish", "HardSigmoid", "Clip", "LeakyRelu", "PRelu", "Tanh", "Swish",
            "Neg", "Abs", "Pow", "Gelu", "FastGelu", "BiasGelu":
            return try function(node, attributes, first, name).map { [$0] }
        case "Elu", "Selu", "Celu", "Softplus", "Mish", "Exp", "Sqrt", "Log":
            return exponential(node, attributes, first, name).map { [$0] }
        case "Add", "Sum", "Mul", "Sub", "Div": return try arithmetic(node).map { [$0] }
        case "GlobalAveragePool":
            guard let rank = first.axes?.count else { return builder.mean(first, [], keeps: true, name).map { [$0] } }
            return builder.mean(first, Array(2..<max(2, rank)), keeps: true, name).map { [$0] }
        case "GlobalMaxPool":
            guard let result = builder.globalMaximum(first, [.batch, .channels, .rows, .columns], name) else {
                return refuse("over \(words(first))")
            }
            return [result]
        case "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin":
            return try reduced(node, attributes, first, name).map { [$0] }
        case "Max", "Min": return try extreme(node, name).map { [$0] }
        case "AveragePool", "MaxPool": return try pool(node, attributes, first, name).map { [$0] }
        case "Pad": return try pad(node, attributes, first, name).map { [$0] }
        case "Softmax", "LogSoftmax": return softmax(node, attributes, first).map { [$0] }
        case "QuantizeLinear", "DequantizeLinear": return try quantised(node, first, name).map { [$0] }
        case "Resize", "Upsample": return try resized(node, attributes, first).map { [$0] }
        default: return try rearranged(node, attributes, first, name)
        }
    }

    /// Operators that join, cut and turn values without computing anything.
    private mutating func rearranged(
        _ node: ONNXNodeProto, _ attributes: ONNXAttributes, _ first: GraphValue, _ name: String
    ) throws -> [GraphValue]? {
        switch node.opType {
        case "Concat":
            let inputs = node.input.compactMap { values[$0] }
            guard inputs.count == node.input.count else { return nil }
            let axis = attributes.int("axis") ?? 1
            guard let result = builder.concatenated(inputs, axis, name) else {
                return refuse("with axis \(axis) of \(words(first))")
            }
            return [result]
        case "Split": return try split(node, attributes, first, name)
        case "Slice": return try slice(node, first, name).map { [$0] }
        case "Gather":
            return try gathered(node, attributes.int("axis") ?? 0, first, name).map { [$0] }
        case "Flatten":
            let axis = attributes.int("axis") ?? 1
            guard let result = first.flattened(at: axis) else { return refuse("with axis \(axis) of \(words(first))") }
            return [result]
        case "Reshape": return try reshape(node, attributes, first).map { [$0] }
        case "Squeeze":
            return try first.squeezed(numbers(node, "axes", input: 1)).map { [$0] }
        case "Unsqueeze":
            guard let axes = try numbers(node, "axes", input: 1) else { return nil }
            return first.unsqueezed(axes).map { [$0] }
        case "Transpose":
            let rank = first.axes?.count ?? 0
            let order = attributes.ints("perm") ?? Array((0..<rank).reversed())
            guard let result = first.transposed(order) else {
                return refuse("with perm \(Self.list(order)) of \(words(first))")
            }
            return [result]
        default: return nil
        }
    }

    /// Left out at the end, along the classes: results are logits.
    private mutating func softmax(
        _ node: ONNXNodeProto, _ attributes: ONNXAttributes, _ value: GraphValue
    ) -> GraphValue? {
        guard let output = node.output.first, isResult(output) else { return refuse("before the end") }
        guard let axes = value.axes else {
            if output == outputs.first { builder.finalFunction = node.opType }
            return value
        }
        // Until opset 12 all axes from this one on were one.
        let axis = attributes.int("axis") ?? (opset < 13 ? 1 : -1)
        let place = axis < 0 ? axis + axes.count : axis
        let isWhole = opset < 13 ? place == 1 : value.isChannels(place)
        guard axes.indices.contains(place), isWhole else { return refuse("with axis \(axis) of \(words(value))") }
        if output == outputs.first { builder.finalFunction = node.opType }
        return value
    }

    /// One place of an axis; or all of a flat value in its order, which is how PyTorch's exporter writes `as_strided`.
    private mutating func gathered(
        _ node: ONNXNodeProto, _ axis: Int, _ value: GraphValue, _ name: String
    ) throws -> GraphValue? {
        guard let second = node.input.dropFirst().first else { return nil }
        if let places = constants.tensors[second], !places.shape.dimensions.isEmpty, axis == 0, value.axes?.count == 1,
            let count = value.length(of: 0)?.number, count == places.shape.elementCount,
            let numbers = try constants.data.integers(places, limit: 1 << 20), numbers == Array(0..<count)
        {
            return value.reshaped(places.shape.dimensions.map(GraphLength.number))
        }
        if let places = flatPlaces[second], axis == 0, value.axes?.count == 1, places.isEverything {
            return value.reshaped([places.length] + places.shape.map(GraphLength.number))
        }
        guard let places = try integers(second), places.shape.isEmpty, let index = places.numbers?.first else {
            return nil
        }
        return builder.taken(value, axis, index, name) ?? refuse("with axis \(axis) of \(words(value))")
    }

    // MARK: words

    /// The lengths of a value's axes, "?" for one that is known only when the network runs ("1×8×?×?").
    func words(_ value: GraphValue) -> String {
        guard let axes = value.axes else { return "a result of unknown shape" }
        return axes.indices.map { value.length(of: $0)?.number.map(String.init) ?? "?" }.joined(separator: "×")
    }

    /// Numbers in a row.
    static func list(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: " ") }

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
                guard let bound = try scalar(name) else { return refuse("with bounds that are computed") }
                if place == 1 { low = bound } else { high = bound }
            }
            let (lowest, highest) = (Self.open(low ?? -.infinity), Self.open(high ?? .infinity))
            guard let result = builder.clipped(value, lowest, highest, name) else {
                return refuse("with min \(lowest) and max \(highest)")
            }
            return result
        case "LeakyRelu": return builder.leakyRelu(value, [attributes.float("alpha") ?? 0.01], name)
        case "PRelu":
            let value = builder.settled(value)
            guard node.input.count == 2, let slope = try floats(node.input[1]),
                let numbers = builder.perChannel(slope.numbers, slope.shape, beside: value)
            else { return refuse("with slopes that are neither one number nor one a channel") }
            return builder.leakyRelu(value, numbers, name)
        case "Abs": return builder.absolute(value, name)
        case "Pow":
            guard node.input.count == 2, let exponent = try scalar(node.input[1]) else {
                return refuse("with an exponent that is no number")
            }
            return builder.power(value, exponent, name) ?? refuse("with the exponent \(exponent)")
        case "Gelu", "FastGelu", "BiasGelu": return try gelu(node, attributes, value, name)
        default: return nil
        }
    }

    /// Functions with e^x in them, and the root.
    private mutating func exponential(
        _ node: ONNXNodeProto, _ attributes: ONNXAttributes, _ value: GraphValue, _ name: String
    ) -> GraphValue? {
        switch node.opType {
        case "Elu": return builder.elu(value, attributes.float("alpha") ?? 1, name)
        case "Selu":
            return builder.selu(
                value, attributes.float("alpha") ?? LayerGraphBuilder.seluAlpha,
                attributes.float("gamma") ?? LayerGraphBuilder.seluGamma, name)
        case "Celu":
            let alpha = attributes.float("alpha") ?? 1
            return alpha > 0 ? builder.celu(value, alpha, name) : refuse("with alpha \(alpha)")
        case "Log": return builder.logarithm(value, name) ?? refuse("of something other than 1 + e^x")
        default: return builder.namedFunction(node.opType.lowercased(), value, name)
        }
    }

    /// GELU or its approximation, ONNX Runtime's with a sum before it.
    private mutating func gelu(
        _ node: ONNXNodeProto, _ attributes: ONNXAttributes, _ value: GraphValue, _ name: String
    ) throws -> GraphValue? {
        var value = value
        if node.opType != "Gelu", node.input.count > 1, !node.input[1].isEmpty {
            guard let sum = try added(value, node.input[1], "\(name).sum") else { return nil }
            value = sum
        }
        let form = node.opType == "FastGelu" ? "tanh" : attributes.text("approximate") ?? "none"
        switch form {
        case "none": return builder.activation("gelu", value, name)
        case "tanh": return builder.tanhGELU(value, name)
        default: return refuse("with approximate '\(form)'")
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
