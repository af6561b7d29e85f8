import ONNXSchema

/// The settings of a node by name.
struct ONNXAttributes {
    private let byName: [String: ONNXAttributeProto]

    init(_ node: ONNXNodeProto) {
        byName = Dictionary(node.attribute.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Whether the node has the setting.
    func has(_ name: String) -> Bool { byName[name] != nil }
    /// A whole number.
    func int(_ name: String) -> Int? { byName[name].map { Int(truncatingIfNeeded: $0.i) } }
    /// Whole numbers.
    func ints(_ name: String) -> [Int]? { byName[name].map { $0.ints.map { Int(truncatingIfNeeded: $0) } } }
    /// A number.
    func float(_ name: String) -> Float? { byName[name].map(\.f) }
    /// Numbers.
    func floats(_ name: String) -> [Float]? { byName[name].map(\.floats) }
    /// A text.
    func text(_ name: String) -> String? { byName[name].map { String(decoding: $0.s, as: UTF8.self) } }
    /// A graph, as branches and loops have.
    func graph(_ name: String) -> ONNXGraphProto? { byName[name].flatMap { $0.hasG ? $0.g : nil } }
    /// All graphs, by name.
    var graphs: [(name: String, graph: ONNXGraphProto)] {
        byName.values.filter(\.hasG).map { ($0.name, $0.g) }.sorted { $0.name < $1.name }
    }

    /// What a `Constant` holds.
    var constant: ONNXTensorProto? {
        if let value = byName["value"], value.hasT { return value.t }
        if let value = byName["value_float"] { return Self.tensor([value.f], []) }
        if let value = byName["value_floats"] { return Self.tensor(value.floats, [value.floats.count]) }
        if let value = byName["value_int"] { return Self.tensor([value.i], []) }
        if let value = byName["value_ints"] { return Self.tensor(value.ints, [value.ints.count]) }
        return nil
    }

    private static func tensor(_ numbers: [Float], _ shape: [Int]) -> ONNXTensorProto {
        var tensor = ONNXTensorProto()
        (tensor.dataType, tensor.floatData, tensor.dims) = (1, numbers, shape.map(Int64.init))
        return tensor
    }

    private static func tensor(_ numbers: [Int64], _ shape: [Int]) -> ONNXTensorProto {
        var tensor = ONNXTensorProto()
        (tensor.dataType, tensor.int64Data, tensor.dims) = (7, numbers, shape.map(Int64.init))
        return tensor
    }
}
