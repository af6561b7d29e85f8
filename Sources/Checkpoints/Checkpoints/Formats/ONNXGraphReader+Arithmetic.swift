import ONNXSchema
import Tensors

// Sums, products, differences and quotients, of results and of a result and a constant.
extension ONNXGraphReader {
    mutating func arithmetic(_ node: ONNXNodeProto) throws -> GraphValue? {
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
            if node.opType == "Div" { return refuse("of two results") }
            let other = node.opType == "Sub" ? builder.affine(b, [-1], [0], "\(name).negative") : b
            return builder.joined(node.opType == "Mul" ? .multiply : .add, a, other, name)
                ?? refuse("of \(words(a)) and \(words(b))")
        case (let value?, nil):
            if isSum { return try added(value, node.input[1], name) }
            return try affine(node, value, constant: node.input[1], isFirst: false, name)
        case (nil, let value?):
            if isSum { return try added(value, node.input[0], name) }
            return try affine(node, value, constant: node.input[0], isFirst: true, name)
        default: return nil
        }
    }

    private mutating func affine(
        _ node: ONNXNodeProto, _ value: GraphValue, constant: String, isFirst: Bool, _ name: String
    ) throws -> GraphValue? {
        // Behind an operator without counterpart nothing is to be added to.
        guard value.axes != nil else { return value }
        if node.opType == "Mul", let scaled = gain(node, value, constant) { return scaled }
        let value = builder.settled(value)
        guard let constant = try floats(constant) else {
            return refuse("by something that is neither result nor constant")
        }
        guard let numbers = builder.perChannel(constant.numbers, constant.shape, beside: value) else {
            return refuse("of \(words(value)) and a constant of shape \(Self.shape(constant.shape))")
        }
        let (ones, zeros) = (numbers.map { _ in Float(1) }, numbers.map { _ in Float(0) })
        switch node.opType {
        case "Mul": return builder.affine(value, numbers, zeros, name)
        case "Sub":
            return isFirst
                ? builder.affine(value, ones.map { -$0 }, numbers, name)
                : builder.affine(value, ones, numbers.map { -$0 }, name)
        case "Div":
            if isFirst { return refuse("of a constant by a result") }
            guard numbers.allSatisfy({ $0 != 0 }) else { return refuse("by zero") }
            return builder.affine(value, numbers.map { 1 / $0 }, zeros, name)
        default: return nil
        }
    }

    /// The sum with a constant, one number or one a channel.
    mutating func added(_ value: GraphValue, _ constant: String, _ name: String) throws -> GraphValue? {
        // Behind an operator without counterpart nothing is to be added to.
        guard value.axes != nil else { return value }
        if let joined = bias(value, constant) { return joined }
        let value = builder.settled(value)
        guard let constant = try floats(constant) else {
            return refuse("with something that is neither result nor constant")
        }
        guard let numbers = builder.perChannel(constant.numbers, constant.shape, beside: value) else {
            return refuse("of \(words(value)) and a constant of shape \(Self.shape(constant.shape))")
        }
        return builder.affine(value, numbers.map { _ in 1 }, numbers, name)
    }

    private static func shape(_ lengths: [Int]) -> String { lengths.map(String.init).joined(separator: "×") }

    /// A constant of one number a channel by which a result is multiplied: the gain of a normalisation that has none, else
    /// a scale of its own, as ConvNeXt's blocks have; nil for other constants, and where an image is scaled.
    private mutating func gain(_ node: ONNXNodeProto, _ value: GraphValue, _ constant: String) -> GraphValue? {
        let value = builder.settled(value)
        guard let tensor = constants.tensors[constant], let channels = value.channels, channels > 1,
            tensor.shape.elementCount == channels, tensor.recipe.type.isFloatingPoint, !builder.isImage(value.node),
            builder.perChannel(Array(repeating: 0, count: channels), tensor.shape.dimensions, beside: value) != nil
        else { return nil }
        let module = module(node, weight: constant)
        if let layer = builder[value.node], [.layerNormalization, .rmsNormalization].contains(layer.kind),
            layer.weight == nil, layer.bias == nil, isOwn(value.node)
        {
            guard let entry = perChannel(constant, "weight", of: module) else { return nil }
            builder.change(value.node) { $0.weight = entry }
            return value
        }
        // What timm and the authors call it.
        guard let entry = perChannel(constant, "gamma", of: module) else { return nil }
        let scaled = builder.add(.affineTensors, label(node), [value.node]) { $0.weight = entry }
        return GraphValue(node: scaled, axes: value.axes)
    }

    /// A constant that is added to the result of a layer without bias, one number a channel, is its bias.
    private mutating func bias(_ value: GraphValue, _ constant: String) -> GraphValue? {
        guard let tensor = constants.tensors[constant], let channels = value.channels, channels > 1,
            tensor.shape.elementCount == channels, isOwn(value.node), let layer = builder[value.node],
            layer.bias == nil,
            builder.perChannel(
                Array(repeating: 0, count: channels), tensor.shape.dimensions, beside: value) != nil
        else { return nil }
        let module = layer.weight.flatMap { uses[$0]?.module }
        var entry: String?
        switch layer.kind {
        case .convolution, .linear:
            entry = module.flatMap { parameter(constant, "bias", of: $0, .reshape([channels])) }
        case .layerNormalization, .rmsNormalization, .responseNormalization:
            entry = perChannel(constant, "bias", of: module ?? layer.name)
        default: break
        }
        guard let entry else { return nil }
        builder.change(value.node) { $0.bias = entry }
        return value
    }
}
