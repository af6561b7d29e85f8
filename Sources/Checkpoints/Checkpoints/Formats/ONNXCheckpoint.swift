import Diagnostics
import Files
import ONNXSchema
import SwiftProtobuf
import Tensors

/// Reads the weights of an ONNX model under the names of the layers that use them, and what the network computes.
enum ONNXCheckpoint {
    /// Protocol buffers end at 2 GiB.
    static let maximumBytes = 1 << 31

    /// Whether the first bytes look like a model: field 1 (the version, a small number), then field 2, 3, 4, 5, 6, 7 or 8.
    static func isOne(_ head: [UInt8]) -> Bool {
        guard head.count > 4, head[0] == 0x08, (1...64).contains(head[1]) else { return false }
        return [0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42].contains(head[2])
    }

    static func open(_ path: String) throws -> Checkpoint {
        let model = try model(path)
        let data = ONNXData(path: path)
        let reader = try ONNXGraphReader(model, ONNXConstants(data))
        var entries: [Checkpoint.Entry] = []
        var tensors: [String: ONNXTensor] = [:]
        // What stands for a computed weight is not listed beside it.
        let hidden = Set(reader.uses.values.filter { !$0.tensor.recipe.steps.isEmpty }.flatMap(\.tensor.sources))
            .subtracting(reader.uses.keys)
        // All initializers, and of the others what layers use: most constants are numbers for the graph's own sake.
        for name in model.graph.initializer.map(\.name) + reader.used where tensors[name] == nil {
            if let use = reader.uses[name] {
                tensors[name] = use.tensor
                entries.append(
                    Checkpoint.Entry(
                        name: name, shape: use.tensor.shape, dtype: use.tensor.recipe.type.rawValue, module: use.module,
                        parameter: use.parameter, axes: use.axes, note: use.tensor.recipe.note))
            } else if !hidden.contains(name), let tensor = reader.constants.tensors[name] {
                tensors[name] = tensor
                entries.append(
                    GenericNames.entry(name, shape: tensor.shape, dtype: tensor.recipe.type.rawValue))
            }
        }
        entries = entries.enumerated().sorted {
            let places = (
                reader.uses[$0.element.name]?.place ?? Int.max, reader.uses[$1.element.name]?.place ?? Int.max
            )
            return (places.0, $0.offset) < (places.1, $1.offset)
        }
        .map(\.element)
        let graph = reader.graph
        var facts = LayerGraph(nodes: graph.nodes + reader.sideNodes, origin: graph.origin).facts(entries)
        facts.graph = graph
        facts.inputSize = reader.inputSize
        return Checkpoint(
            path: path, format: "ONNX", files: [path], entries: entries,
            attributes: Dictionary(
                model.metadataProps.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first }),
            model: facts, notes: reader.remarks, source: ONNXSource(data: data, tensors: tensors))
    }

    private static func model(_ path: String) throws -> ONNXModelProto {
        let bytes = try InputFile.bytes(path, limitBytes: maximumBytes)
        do { return try ONNXModelProto(serializedBytes: bytes) } catch {
            throw KernelVizError(
                code: "weights.brokenONNX", subject: path, found: "damaged ONNX model",
                advice: "Copy or download it again")
        }
    }
}
