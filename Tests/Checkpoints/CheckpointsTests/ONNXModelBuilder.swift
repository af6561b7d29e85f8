import Files
import ONNXSchema
import SwiftProtobuf
import TestSupport

@testable import Checkpoints

/// Small ONNX models, node by node.
struct ONNXModelBuilder {
    var graph = ONNXGraphProto()
    var opset: Int64 = 17

    /// A model whose image `x` has these axes; 0 is a length that is free.
    init(input: [Int64] = [1, 4, 8, 8]) {
        var value = ONNXValueInfoProto()
        value.name = "x"
        value.type.tensorType.elemType = 1
        value.type.tensorType.shape.dim = input.map { length in .with { if length > 0 { $0.dimValue = length } } }
        graph.input = [value]
    }

    /// A setting of a node.
    enum Setting {
        case int(Int64)
        case ints([Int64])
        case float(Float)
        case text(String)
        case graph(ONNXGraphProto)
    }

    /// A tensor of single precision.
    static func tensor(_ name: String, _ shape: [Int64], _ numbers: [Float]) -> ONNXTensorProto {
        .with {
            $0.name = name
            $0.dims = shape
            $0.dataType = 1
            $0.floatData = numbers
        }
    }

    /// Numbers that tell their places: 0, 1, 2 …
    mutating func weight(_ name: String, _ shape: [Int64]) {
        let count = Int(shape.reduce(1, *))
        graph.initializer.append(Self.tensor(name, shape, (0..<count).map(Float.init)))
    }

    mutating func floats(_ name: String, _ numbers: [Float], shape: [Int64]? = nil) {
        graph.initializer.append(Self.tensor(name, shape ?? [Int64(numbers.count)], numbers))
    }

    /// Whole numbers of a type of the standard's.
    mutating func integers(_ name: String, _ numbers: [Int32], type: Int32, shape: [Int64]? = nil) {
        graph.initializer.append(
            .with {
                $0.name = name
                $0.dims = shape ?? [Int64(numbers.count)]
                $0.dataType = type
                $0.int32Data = numbers
            })
    }

    mutating func longs(_ name: String, _ numbers: [Int64], isScalar: Bool = false) {
        graph.initializer.append(
            .with {
                $0.name = name
                $0.dims = isScalar ? [] : [Int64(numbers.count)]
                $0.dataType = 7
                $0.int64Data = numbers
            })
    }

    static func node(
        _ type: String, _ inputs: [String], _ outputs: [String], _ settings: [String: Setting] = [:]
    ) -> ONNXNodeProto {
        .with { node in
            node.opType = type
            node.input = inputs
            node.output = outputs
            node.attribute = settings.sorted { $0.key < $1.key }.map { name, value in
                .with {
                    $0.name = name
                    switch value {
                    case .int(let number): $0.i = number
                    case .ints(let numbers): $0.ints = numbers
                    case .float(let number): $0.f = number
                    case .text(let text): $0.s = .init(text.utf8)
                    case .graph(let graph): $0.g = graph
                    }
                }
            }
        }
    }

    mutating func add(_ type: String, _ inputs: [String], _ output: String, _ settings: [String: Setting] = [:]) {
        graph.node.append(Self.node(type, inputs, [output], settings))
    }

    /// The file's bytes; the last node's first output is the result.
    func bytes() throws -> [UInt8] {
        var model = ONNXModelProto()
        model.irVersion = 8
        model.opsetImport = [.with { $0.version = opset }]
        model.graph = graph
        // A file without a number holds no weights at all.
        if graph.initializer.isEmpty { model.graph.initializer = [Self.tensor("spare", [1], [0])] }
        if let output = graph.node.last?.output.first { model.graph.output = [.with { $0.name = output }] }
        return try model.serializedBytes()
    }

    /// The checkpoint, opened in this process; its numbers are in memory.
    func open() throws -> Checkpoint {
        try withTemporaryFolder { folder in
            let path = folder + "/net.onnx"
            try AtomicFile.write(try bytes(), to: path)
            return try Checkpoint.open(path, reading: .inProcess)
        }
    }

    /// The nodes of its graph.
    func nodes() throws -> [LayerGraph.Node] { try open().model?.graph?.nodes ?? [] }
}

extension [LayerGraph.Node] {
    /// Kinds, and functions of activations.
    var words: [String] { map { $0.function ?? $0.kind.rawValue } }
}
