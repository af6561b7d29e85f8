import Diagnostics
import Files
import Tensors

/// A constant of a TensorFlow Lite model: where its numbers lie, and what is made of them.
struct TFLiteTensor: Sendable, Equatable {
    /// Bytes of the file.
    let data: Range<Int>
    /// Whether two numbers share a byte, the first one in the lower half.
    let isHalfByte: Bool
    var recipe: TensorRecipe

    var shape: Shape { recipe.shape }

    /// Our types by the schema's numbers; four-bit numbers come as bytes.
    static let types: [Int: NumberType] = [
        0: .float32, 1: .float16, 2: .int32, 3: .uint8, 4: .int64, 6: .bool, 7: .int16, 9: .int8, 10: .float64,
        12: .uint64, 15: .uint32, 16: .uint16, 17: .int8, 18: .bfloat16, 20: .uint8, 21: .float8e4m3, 22: .float8e5m2,
    ]

    /// A tensor with data; nil where it has none, or texts and complex numbers, which are no weights.
    ///
    /// Throws `weights.brokenTFLite` where data and shape disagree, `weights.unsupportedTFLite` for sparse data.
    init?(_ tensor: TFLiteModel.Tensor, path: String) throws {
        guard let data = tensor.data, let type = Self.types[tensor.type] else { return nil }
        let subject = "\(path): \(tensor.name)"
        guard !tensor.isSparse else {
            throw KernelVizError(
                code: "weights.unsupportedTFLite", subject: subject, found: "sparse weights",
                expected: "dense ones", advice: "Convert the model without sparsity")
        }
        isHalfByte = tensor.type == 17 || tensor.type == 20
        let lengths = tensor.lengths.map(String.init).joined(separator: "×")
        guard let shape = Shape.checked(tensor.lengths),
            data.count == (isHalfByte ? (shape.elementCount + 1) / 2 : shape.elementCount * type.sizeBytes)
        else {
            throw KernelVizError(
                code: "weights.brokenTFLite", subject: subject,
                found: "\(data.count) bytes for the shape \(lengths) \(type)",
                advice: "Copy or download the file again")
        }
        self.data = data
        recipe = TensorRecipe(shape: shape, type: type)
        if !type.isFloatingPoint, let scales = tensor.scales {
            guard let dequantised = recipe.adding(.dequantise(scales)) else {
                throw KernelVizError(
                    code: "weights.brokenTFLite", subject: subject,
                    found: "\(scales.scales.count) scales along axis \(scales.axis) of the shape \(shape)",
                    advice: "Copy or download the file again")
            }
            recipe = dequantised
        }
    }

    /// With one more step; nil where it does not fit.
    func adding(_ step: TensorRecipe.Step) -> TFLiteTensor? {
        guard let recipe = recipe.adding(step) else { return nil }
        var result = self
        result.recipe = recipe
        return result
    }

    /// The elements, read from the file.
    func stored(_ path: String) throws -> StoredTensor {
        let type = recipe.stored.type
        let subject = path
        guard isHalfByte else {
            let content = StoredTensor(type: type, content: .region(path: path, offset: data.lowerBound))
            return try recipe.applied(to: content, subject: subject)
        }
        let packed = try InputFile.bytes(path, offset: data.lowerBound, count: data.count)
        let halves = (0..<recipe.stored.shape.elementCount).map { index in
            let half = packed[index / 2] >> (index % 2 == 0 ? 0 : 4) & 0xF
            return type == .int8 && half > 7 ? half | 0xF0 : half
        }
        return try recipe.applied(to: StoredTensor(type: type, content: .bytes(halves)), subject: subject)
    }

    /// The numbers; nil where there are more than `limit`.
    func floats(_ path: String, limit: Int = 1 << 16) throws -> [Float]? {
        guard shape.elementCount <= limit else { return nil }
        return try stored(path).floats(count: shape.elementCount, subject: path)
    }

    /// The whole numbers of a small constant of a whole type.
    func integers(_ path: String, limit: Int = 64) throws -> [Int]? {
        guard [.int32, .int64].contains(recipe.type), let numbers = try floats(path, limit: limit) else { return nil }
        return numbers.map { Int(max(-0x1p40, min(0x1p40, $0))) }
    }
}

/// The tensors of a TensorFlow Lite checkpoint by their entries' names.
struct TFLiteSource: TensorSource {
    let path: String
    let tensors: [String: TFLiteTensor]

    func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
        guard let tensor = tensors[entry.name] else {
            throw KernelVizError(code: "weights.noTensor", subject: path, found: "no tensor '\(entry.name)'")
        }
        return try tensor.stored(path)
    }

    func region(_ entry: Checkpoint.Entry) -> FileRegion? {
        guard let tensor = tensors[entry.name], !tensor.isHalfByte, tensor.recipe.steps.isEmpty else { return nil }
        return FileRegion(path: path, offset: tensor.data.lowerBound)
    }
}
