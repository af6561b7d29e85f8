import ONNXSchema
import Tensors

/// The tensors that a graph holds, by name: initializers, `Constant` nodes, and what nodes make of these alone.
///
/// Exporters keep weights behind Identity (for parameters that several layers share), Transpose (TensorFlow's order),
/// Cast (half precision) and DequantizeLinear (quantised models).
struct ONNXConstants {
    private(set) var tensors: [String: ONNXTensor] = [:]
    /// The first name of what nodes gave another one without changing a number.
    private var origins: [String: String] = [:]
    let data: ONNXData

    init(_ data: ONNXData) { self.data = data }

    /// Adds a graph's initializers; names that are known stay what they are.
    mutating func add(_ graph: ONNXGraphProto) throws {
        for tensor in graph.initializer where tensors[tensor.name] == nil {
            tensors[tensor.name] = try ONNXTensor(tensor, path: data.path)
        }
    }

    /// Adds what a node makes of constants alone; false where it is no such node.
    mutating func add(_ node: ONNXNodeProto) throws -> Bool {
        guard let output = node.output.first, !output.isEmpty, tensors[output] == nil else { return false }
        let attributes = ONNXAttributes(node)
        if node.opType == "Constant" {
            guard let value = attributes.constant, let tensor = try ONNXTensor(value, path: data.path) else {
                return false
            }
            tensors[output] = tensor
            return true
        }
        guard let name = node.input.first, let input = tensors[name] else { return false }
        if node.opType == "Identity" {
            tensors[output] = input
            // PyTorch's exporter keeps equal parameters once and gives the others their names by an Identity.
            if !Self.isStateDictKey(output) { origins[output] = origin(of: name) }
            return true
        }
        guard let result = try computed(node, attributes, input) else { return false }
        tensors[output] = result
        if ["Unsqueeze", "Squeeze", "Reshape"].contains(node.opType) { origins[output] = origin(of: name) }
        return true
    }

    private func computed(
        _ node: ONNXNodeProto, _ attributes: ONNXAttributes, _ input: ONNXTensor
    ) throws -> ONNXTensor? {
        let rank = input.shape.rank
        switch node.opType {
        case "Transpose":
            return input.adding(.transpose(attributes.ints("perm") ?? Array((0..<rank).reversed())))
        case "Cast":
            guard let type = ONNXData.type(.with { $0.dataType = Int32(clamping: attributes.int("to") ?? 0) }) else {
                return nil
            }
            return type == input.recipe.type ? input : input.adding(.round(type))
        case "DequantizeLinear":
            guard let (scales, sources) = try scales(node, attributes, rank) else { return nil }
            var result = input.adding(.dequantise(scales))
            result?.sources += sources
            return result
        case "QuantizeLinear":
            guard let (scales, sources) = try scales(node, attributes, rank) else { return nil }
            let zero = node.input.count > 2 ? tensors[node.input[2]]?.recipe.type : nil
            let (low, high) = Self.range(zero ?? .uint8)
            var result = input.adding(.quantise(scales, low: low, high: high))
            result?.sources += sources
            return result
        default: return try reshaped(node, attributes, input)
        }
    }

    private func reshaped(
        _ node: ONNXNodeProto, _ attributes: ONNXAttributes, _ input: ONNXTensor
    ) throws -> ONNXTensor? {
        let rank = input.shape.rank
        /// The whole numbers of an input.
        func numbers(_ place: Int) throws -> [Int]? {
            guard node.input.count > place, let tensor = tensors[node.input[place]] else { return nil }
            return try data.integers(tensor)
        }
        switch node.opType {
        case "Reshape":
            guard var lengths = try attributes.ints("shape") ?? numbers(1) else { return nil }
            for place in lengths.indices where lengths[place] == 0 && place < rank {
                lengths[place] = input.shape[place]
            }
            if let free = lengths.firstIndex(of: -1) {
                lengths[free] = 1
                guard let rest = Shape.checked(lengths), rest.elementCount > 0 else { return nil }
                lengths[free] = input.shape.elementCount / rest.elementCount
            }
            return Shape.checked(lengths).flatMap { input.adding(.reshape($0)) }
        case "Flatten":
            let place = attributes.int("axis") ?? 1
            guard (0...rank).contains(place < 0 ? place + rank : place) else { return nil }
            let lengths = input.shape.dimensions
            let cut = place < 0 ? place + rank : place
            return input.adding(.reshape([lengths[..<cut].reduce(1, *), lengths[cut...].reduce(1, *)]))
        case "Squeeze":
            let axes = try attributes.ints("axes") ?? numbers(1) ?? (0..<rank).filter { input.shape[$0] == 1 }
            let lost = Set(axes.map { $0 < 0 ? $0 + rank : $0 })
            return input.adding(.reshape(Shape((0..<rank).filter { !lost.contains($0) }.map { input.shape[$0] })))
        case "Unsqueeze":
            guard let axes = try attributes.ints("axes") ?? numbers(1) else { return nil }
            let whole = rank + axes.count
            let added = Set(axes.map { $0 < 0 ? $0 + whole : $0 })
            guard whole <= 16, added.count == axes.count, added.allSatisfy({ (0..<whole).contains($0) }) else {
                return nil
            }
            var rest = input.shape.dimensions[...]
            return input.adding(.reshape(Shape((0..<whole).map { added.contains($0) ? 1 : rest.removeFirst() })))
        default: return nil
        }
    }

    /// The scale and zero point that a node has as its second and third input.
    private func scales(
        _ node: ONNXNodeProto, _ attributes: ONNXAttributes, _ rank: Int
    ) throws -> (TensorRecipe.Scales, [String])? {
        guard node.input.count > 1 else { return nil }
        let axis = attributes.int("axis") ?? 1
        return try scales(
            node.input[1], node.input.count > 2 ? node.input[2] : "", axis: axis < 0 ? axis + rank : axis,
            block: attributes.int("block_size") ?? 0)
    }

    /// Scale and zero point by the names of the tensors; nil where they are not constant.
    func scales(
        _ scale: String, _ zero: String, axis: Int, block: Int = 0
    ) throws -> (TensorRecipe.Scales, [String])? {
        guard let scale = tensors[scale], let numbers = try data.floats(scale, limit: 1 << 22) else { return nil }
        var zeros: [Float] = []
        var sources = scale.sources
        if !zero.isEmpty {
            guard let zero = tensors[zero], let read = try data.floats(zero, limit: 1 << 22) else { return nil }
            zeros = read
            sources += zero.sources
        }
        guard zeros.isEmpty || zeros.count == numbers.count || zeros.count == 1 else { return nil }
        if zeros.count == 1, numbers.count > 1 { zeros = Array(repeating: zeros[0], count: numbers.count) }
        return (.init(scales: numbers, zeros: zeros, axis: axis, block: block), sources)
    }

    /// The least and the largest place of a quantised type.
    static func range(_ type: NumberType) -> (low: Float, high: Float) {
        switch type {
        case .int8: (-128, 127)
        case .int16: (-32_768, 32_767)
        case .uint16: (0, 65_535)
        default: (0, 255)
        }
    }

    /// Whether a name is one that PyTorch's modules give ("layers.0.weight"), no exporter's own ("onnx::Mul_12", "/a/b").
    static func isStateDictKey(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count > 1 && !parts.contains("") && !name.contains { "/: ".contains($0) }
    }

    /// The name under which a tensor was first known.
    func origin(of name: String) -> String { origins[name] ?? name }

    func contains(_ name: String) -> Bool { tensors[name] != nil }
}
