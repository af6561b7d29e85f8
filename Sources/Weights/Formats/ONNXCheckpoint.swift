import Diagnostics
import Files
import ONNX
import SwiftProtobuf
import Tensors

/// Reads the weights of an ONNX model under the names of the layers that use them; strides come from the graph.
enum ONNXCheckpoint {
    /// Protocol buffers end at 2 GiB.
    static let maximumBytes = 1 << 31

    /// Whether the first bytes look like a model: field 1 (the version, a small number), then field 2, 3, 4, 5, 6, 7 or 8.
    static func isOne(_ head: [UInt8]) -> Bool {
        guard head.count > 4, head[0] == 0x08, (1...64).contains(head[1]) else { return false }
        return [0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42].contains(head[2])
    }

    static func open(_ path: String) throws -> Checkpoint {
        let bytes = try InputFile.bytes(path, limitBytes: maximumBytes)
        let model: ONNXModelProto
        do { model = try ONNXModelProto(serializedBytes: bytes) } catch {
            throw KernelVizError(
                code: "weights.brokenONNX", subject: path, found: "damaged ONNX model",
                advice: "Copy or download it again")
        }
        let constants = ONNXConstants(model.graph)
        let names = ONNXNames(model.graph, constants)
        var entries: [Checkpoint.Entry] = []
        var tensors: [String: ONNXTensorProto] = [:]
        // All initializers, and of the others what layers use: most constants are numbers for the graph's own sake.
        for name in model.graph.initializer.map(\.name) + names.used where tensors[name] == nil {
            guard let tensor = constants.tensors[name] else { continue }
            let subject = "\(path): \(name)"
            guard let type = types[Int(tensor.dataType)] else {
                // Texts and complex numbers are no weights.
                continue
            }
            guard let shape = Shape.checked(tensor.dims.map { Int($0) }) else {
                throw KernelVizError(
                    code: "weights.tooLarge", subject: subject,
                    found: "claims \(tensor.dims.map(String.init).joined(separator: "×")) elements",
                    expected: "a tensor that fits into memory",
                    advice: "The file is damaged; copy or download it again")
            }
            tensors[name] = tensor
            entries.append(names.entry(name, shape: shape, dtype: type.rawValue))
        }
        entries = entries.enumerated().sorted {
            (names.place($0.element), $0.offset) < (names.place($1.element), $1.offset)
        }
        .map(\.element)
        return Checkpoint(
            path: path, format: "ONNX", files: [path], entries: entries,
            attributes: Dictionary(
                model.metadataProps.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first }),
            model: names.facts, source: ONNXSource(path: path, tensors: tensors))
    }

    /// Our types by ONNX's numbers.
    static let types: [Int: NumberType] = [
        1: .float32, 2: .uint8, 3: .int8, 4: .uint16, 5: .int16, 6: .int32, 7: .int64, 9: .bool, 10: .float16,
        11: .float64, 12: .uint32, 13: .uint64, 16: .bfloat16, 17: .float8e4m3, 19: .float8e5m2,
    ]
}

/// Initializers, from the raw bytes, the field of their type, or a file beside the model.
struct ONNXSource: TensorSource {
    let path: String
    let tensors: [String: ONNXTensorProto]

    func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
        guard let tensor = tensors[entry.name], let type = entry.type else {
            throw KernelVizError(code: "weights.noTensor", subject: path, found: "no tensor '\(entry.name)'")
        }
        let byteCount = entry.shape.elementCount * type.sizeBytes
        if tensor.dataLocation == .external { return try external(tensor, type, byteCount) }
        let bytes = tensor.rawData.isEmpty ? Self.typedBytes(tensor, type) : [UInt8](tensor.rawData)
        guard bytes.count == byteCount else {
            throw KernelVizError(
                code: "weights.brokenONNX", subject: "\(path): \(entry.name)",
                found: "\(bytes.count) bytes for the shape \(entry.shape) \(type)", expected: "\(byteCount) bytes",
                advice: "Copy or download the file again")
        }
        return StoredTensor(type: type, content: .bytes(bytes))
    }

    /// A file beside the model, by its bare name: no path leads elsewhere.
    private func external(_ tensor: ONNXTensorProto, _ type: NumberType, _ byteCount: Int) throws -> StoredTensor {
        let fields = Dictionary(
            tensor.externalData.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        let subject = "\(path): \(tensor.name)"
        guard let location = fields["location"], !location.contains("/"), location != "..", !location.isEmpty else {
            throw KernelVizError(
                code: "weights.otherFile", subject: subject,
                found: "its data lie in '\(fields["location"] ?? "")'",
                expected: "a file beside the model")
        }
        let file = FilePaths.folder(of: path) + "/" + location
        let offset = Int(fields["offset"] ?? "0") ?? -1
        let size = try InputFile.sizeBytes(file)
        guard offset >= 0, byteCount <= size, offset <= size - byteCount else {
            throw KernelVizError(
                code: "weights.brokenONNX", subject: subject, found: "'\(location)' has \(size) bytes",
                expected: "\(byteCount) bytes from byte \(offset) on", advice: "Copy or download the files again")
        }
        return StoredTensor(type: type, content: .region(path: file, offset: offset))
    }

    private static func typedBytes(_ tensor: ONNXTensorProto, _ type: NumberType) -> [UInt8] {
        switch type {
        case .float32: littleEndian(tensor.floatData.map(\.bitPattern))
        case .float64: littleEndian(tensor.doubleData.map(\.bitPattern))
        case .int64: littleEndian(tensor.int64Data)
        case .uint64: littleEndian(tensor.uint64Data)
        case .uint32: littleEndian(tensor.uint64Data.map { UInt32(truncatingIfNeeded: $0) })
        case .int32: littleEndian(tensor.int32Data)
        case .int16, .uint16, .float16, .bfloat16:
            littleEndian(tensor.int32Data.map { UInt16(truncatingIfNeeded: $0) })
        default: tensor.int32Data.map { UInt8(truncatingIfNeeded: $0) }
        }
    }

    private static func littleEndian<Number: FixedWidthInteger>(_ numbers: [Number]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(numbers.count * Number.bitWidth / 8)
        for number in numbers {
            for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
                result.append(UInt8(truncatingIfNeeded: number >> Number(shift)))
            }
        }
        return result
    }
}
