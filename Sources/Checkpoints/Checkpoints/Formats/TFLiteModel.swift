import Diagnostics
import Files
import Tensors

/// A TensorFlow Lite model: the tables of its first graph, by the public schema's field numbers
/// (https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs).
struct TFLiteModel {
    /// A value of the graph: a constant where it has data.
    struct Tensor {
        var name: String
        /// -1 for a length that is free.
        var lengths: [Int]
        /// The schema's number of the type.
        var type: Int
        /// Where its numbers lie in the file; nil for a value that is computed.
        var data: Range<Int>?
        var scales: TensorRecipe.Scales?
        var isSparse = false
    }

    /// An operator with its options.
    struct Operator {
        /// The schema's word, or that of a custom operator.
        var name: String
        /// -1 for an absent one.
        var inputs: [Int]
        var outputs: [Int]
        var options: FlatBuffer.Table?
    }

    let buffer: FlatBuffer
    private(set) var tensors: [Tensor] = []
    private(set) var operators: [Operator] = []
    private(set) var inputs: [Int] = []
    private(set) var outputs: [Int] = []
    /// How many graphs the model has; only the first is read.
    private(set) var graphCount = 0
    /// What the file says of itself.
    private(set) var text: String?
    /// The buffer of the metadata ("TFLITE_METADATA"), which says how images are prepared.
    private(set) var metadata: Range<Int>?

    /// Reads the tables of a file.
    ///
    /// Throws `FlatBuffer.Malformed` where offsets or indices lead astray.
    init(_ bytes: [UInt8]) throws {
        buffer = FlatBuffer(bytes)
        let model = try buffer.root()
        text = try buffer.text(model, 3)
        let buffers = try buffer.tables(model, 4).map(data)
        for entry in try buffer.tables(model, 6) where try buffer.text(entry, 0) == "TFLITE_METADATA" {
            let index = Int(try buffer.int(entry, 1, UInt32(0)))
            guard buffers.indices.contains(index) else { throw FlatBuffer.Malformed() }
            metadata = buffers[index]
        }
        let names = try buffer.tables(model, 1).map { code in
            // Numbers beyond 127 came later, in a field of their own.
            let number = max(try buffer.byte(code, 0), try buffer.int32(code, 3))
            return number == 32
                ? try buffer.text(code, 1) ?? "CUSTOM" : TFLiteOperators.name(number) ?? "operator \(number)"
        }
        let graphs = try buffer.tables(model, 2)
        graphCount = graphs.count
        guard let graph = graphs.first else { throw FlatBuffer.Malformed() }
        tensors = try buffer.tables(graph, 0).map { try tensor($0, buffers) }
        inputs = try buffer.ints(graph, 1) ?? []
        outputs = try buffer.ints(graph, 2) ?? []
        operators = try buffer.tables(graph, 3).map { table in
            let code = Int(try buffer.int(table, 0, UInt32(0)))
            guard names.indices.contains(code) else { throw FlatBuffer.Malformed() }
            return Operator(
                name: names[code], inputs: try buffer.ints(table, 1) ?? [], outputs: try buffer.ints(table, 2) ?? [],
                options: try buffer.table(table, 4))
        }
        let places = operators.flatMap { $0.inputs + $0.outputs } + inputs + outputs
        guard places.allSatisfy({ $0 >= -1 && $0 < tensors.count }) else { throw FlatBuffer.Malformed() }
        // What an operator gives is no constant.
        for index in operators.flatMap(\.outputs) where index >= 0 { tensors[index].data = nil }
    }

    /// A buffer's data: inside the table, or, in large models, behind it.
    private func data(_ table: FlatBuffer.Table) throws -> Range<Int>? {
        if let range = try buffer.vector(table, 0, elementBytes: 1), !range.isEmpty { return range }
        let offset = try buffer.int(table, 1, UInt64(0))
        let size = try buffer.int(table, 2, UInt64(0))
        guard offset > 1 else { return nil }
        guard size <= UInt64(buffer.bytes.count), offset <= UInt64(buffer.bytes.count) - size else {
            throw FlatBuffer.Malformed()
        }
        return Int(offset)..<Int(offset) + Int(size)
    }

    private func tensor(_ table: FlatBuffer.Table, _ buffers: [Range<Int>?]) throws -> Tensor {
        let index = Int(try buffer.int(table, 2, UInt32(0)))
        guard buffers.isEmpty || buffers.indices.contains(index) else { throw FlatBuffer.Malformed() }
        var lengths = try buffer.ints(table, 0) ?? []
        if let signature = try buffer.ints(table, 7), signature.count == lengths.count {
            lengths = zip(lengths, signature).map { $1 < 0 ? -1 : $0 }
        }
        var scales: TensorRecipe.Scales?
        if let quantization = try buffer.table(table, 4), let numbers = try buffer.floats(quantization, 2),
            !numbers.isEmpty
        {
            let zeros = try buffer.numbers(quantization, 3, Int64.self) ?? []
            scales = .init(
                scales: numbers, zeros: zeros.allSatisfy { $0 == 0 } ? [] : zeros.map { Float($0) },
                axis: try buffer.int32(quantization, 6))
        }
        return Tensor(
            name: try buffer.text(table, 3) ?? "", lengths: lengths, type: try buffer.byte(table, 1),
            data: buffers.isEmpty ? nil : buffers[index], scales: scales,
            isSparse: try buffer.table(table, 6) != nil)
    }
}
