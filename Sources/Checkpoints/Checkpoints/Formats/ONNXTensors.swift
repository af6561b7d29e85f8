import Diagnostics
import Files
import ONNXSchema
import Tensors

/// A constant of a graph: what is stored, and what the graph makes of it.
struct ONNXTensor: Sendable {
    let stored: ONNXTensorProto
    var recipe: TensorRecipe
    /// The initializers that it comes from: its own name, and those of its scales.
    var sources: [String]

    /// What is stored, as it is; nil for texts and complex numbers, which are no weights.
    ///
    /// Throws `weights.tooLarge` where it claims more elements than memory holds.
    init?(_ tensor: ONNXTensorProto, path: String) throws {
        guard let type = ONNXData.type(tensor) else { return nil }
        guard let shape = Shape.checked(tensor.dims.map { Int($0) }) else {
            throw KernelVizError(
                code: "weights.tooLarge", subject: "\(path): \(tensor.name)",
                found: "claims \(tensor.dims.map(String.init).joined(separator: "×")) elements",
                expected: "a tensor that fits into memory",
                advice: "The file is damaged; copy or download it again")
        }
        stored = tensor
        recipe = TensorRecipe(shape: shape, type: type)
        sources = tensor.name.isEmpty ? [] : [tensor.name]
    }

    /// With one more step; nil where it does not fit.
    func adding(_ step: TensorRecipe.Step) -> ONNXTensor? {
        guard let recipe = recipe.adding(step) else { return nil }
        var result = self
        result.recipe = recipe
        return result
    }

    var shape: Shape { recipe.shape }

    /// The tensor before it was given other axes and nothing else; nil where nothing or more was done to it.
    var withOwnAxes: ONNXTensor? {
        guard !recipe.steps.isEmpty, recipe.steps.allSatisfy({ if case .reshape = $0 { true } else { false } }) else {
            return nil
        }
        var result = self
        result.recipe = TensorRecipe(shape: recipe.stored.shape, type: recipe.stored.type)
        return result
    }

    /// A matrix O×I that was made a kernel of one pixel, or the reverse; nil for anything else.
    var matrixOrPoint: ONNXTensor? {
        guard let own = withOwnAxes, shape.rank >= 2, own.shape.rank >= 2,
            shape.dimensions[0..<2] == own.shape.dimensions[0..<2],
            [shape.rank, own.shape.rank].sorted() == [2, 4]
        else { return nil }
        return own
    }
}

/// The numbers of a model's tensors: raw bytes, the field of their type, or a file beside the model.
struct ONNXData: Sendable {
    let path: String

    /// Our types by ONNX's numbers.
    private static let types: [Int: NumberType] = [
        1: .float32, 2: .uint8, 3: .int8, 4: .uint16, 5: .int16, 6: .int32, 7: .int64, 9: .bool, 10: .float16,
        11: .float64, 12: .uint32, 13: .uint64, 16: .bfloat16, 17: .float8e4m3, 19: .float8e5m2,
        21: .uint8, 22: .int8,
    ]

    /// The type as which a tensor is read: four-bit numbers come as bytes. Nil for texts and complex numbers.
    static func type(_ tensor: ONNXTensorProto) -> NumberType? { types[Int(tensor.dataType)] }

    /// Whether two numbers share a byte, the first one in the lower half.
    private static func isHalfByte(_ tensor: ONNXTensorProto) -> Bool { tensor.dataType == 21 || tensor.dataType == 22 }

    /// The elements of a constant, after the graph's steps.
    func stored(_ tensor: ONNXTensor) throws -> StoredTensor {
        let content = try stored(tensor.stored, tensor.recipe.stored.shape, tensor.recipe.stored.type)
        return try tensor.recipe.applied(to: content, subject: "\(path): \(tensor.stored.name)")
    }

    /// The elements of a constant as numbers; nil where it has more than `limit`.
    func floats(_ tensor: ONNXTensor, limit: Int = 1 << 16) throws -> [Float]? {
        guard tensor.shape.elementCount <= limit else { return nil }
        return try stored(tensor).floats(count: tensor.shape.elementCount, subject: "\(path): \(tensor.stored.name)")
    }

    /// The whole numbers of a small constant; nil where it is large or of another type.
    func integers(_ tensor: ONNXTensor, limit: Int = 64) throws -> [Int]? {
        guard tensor.shape.elementCount <= limit, [.int32, .int64].contains(tensor.recipe.type) else { return nil }
        let stored = try stored(tensor)
        let bytes = try stored.bytes(count: tensor.shape.elementCount, subject: "\(path): \(tensor.stored.name)")
        let size = stored.type.sizeBytes
        return (0..<tensor.shape.elementCount).map { index in
            let bits = bytes[index * size..<(index + 1) * size].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return size == 4 ? Int(Int32(truncatingIfNeeded: bits)) : Int(Int64(bitPattern: bits))
        }
    }

    private func stored(_ tensor: ONNXTensorProto, _ shape: Shape, _ type: NumberType) throws -> StoredTensor {
        let isHalf = Self.isHalfByte(tensor)
        let byteCount = isHalf ? (shape.elementCount + 1) / 2 : shape.elementCount * type.sizeBytes
        let content: StoredTensor
        if tensor.dataLocation == .external {
            content = try external(tensor, type, byteCount)
        } else {
            let bytes = tensor.rawData.isEmpty ? Self.typedBytes(tensor, type) : [UInt8](tensor.rawData)
            guard bytes.count == byteCount else {
                throw KernelVizError(
                    code: "weights.brokenONNX", subject: "\(path): \(tensor.name)",
                    found: "\(bytes.count) bytes for the shape \(shape) \(type)", expected: "\(byteCount) bytes",
                    advice: "Copy or download the file again")
            }
            content = StoredTensor(type: type, content: .bytes(bytes))
        }
        guard isHalf else { return content }
        let packed = try StoredTensor(type: .uint8, content: content.content).bytes(
            count: byteCount, subject: "\(path): \(tensor.name)")
        let halves = (0..<shape.elementCount).map { index in
            let half = packed[index / 2] >> (index % 2 == 0 ? 0 : 4) & 0xF
            return type == .int8 && half > 7 ? half | 0xF0 : half
        }
        return StoredTensor(type: type, content: .bytes(halves))
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

/// The tensors of an ONNX checkpoint by their entries' names.
struct ONNXSource: TensorSource {
    let data: ONNXData
    let tensors: [String: ONNXTensor]

    func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
        guard let tensor = tensors[entry.name] else {
            throw KernelVizError(code: "weights.noTensor", subject: data.path, found: "no tensor '\(entry.name)'")
        }
        return try data.stored(tensor)
    }
}
