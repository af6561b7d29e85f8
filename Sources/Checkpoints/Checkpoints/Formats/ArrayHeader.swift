import Diagnostics
import Tensors

/// The header of a NumPy `.npy` array: a magic, a version, and a Python dictionary as text.
struct ArrayHeader: Equatable {
    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    /// The longest header that is read; NumPy's own limit is 10,000.
    static let maximumBytes = 1 << 16

    let type: NumberType
    let shape: Shape
    let isBigEndian: Bool
    /// Whether the first axis runs fastest.
    let isColumnMajor: Bool
    /// Where the elements begin.
    let dataOffset: Int

    /// Reads the header at the beginning of `bytes`.
    ///
    /// Throws `weights.brokenArray`, or `weights.unknownType` for arrays of anything but numbers.
    init(_ bytes: [UInt8], subject: String) throws {
        guard bytes.starts(with: Self.magic), bytes.count > 12, (1...3).contains(bytes[6]) else {
            throw Self.broken(subject, "no header")
        }
        let lengthBytes = bytes[6] == 1 ? 2 : 4
        let length = bytes[8..<8 + lengthBytes].reversed().reduce(0) { $0 << 8 | Int($1) }
        let start = 8 + lengthBytes
        guard length <= Self.maximumBytes, start + length <= bytes.count,
            let text = String(validating: bytes[start..<start + length], as: UTF8.self)
        else { throw Self.broken(subject, "its header is cut off") }
        var literal = PythonLiteral(text)
        guard case .dictionary(let fields) = literal.value(), case .text(let descr)? = fields["descr"],
            case .boolean(let isColumnMajor)? = fields["fortran_order"], case .tuple(let items)? = fields["shape"]
        else {
            if text.contains("[(") {
                throw KernelVizError(
                    code: "weights.unknownType", subject: subject, found: "an array of records",
                    expected: "an array of numbers")
            }
            throw Self.broken(subject, "its header cannot be read")
        }
        let dimensions = items.compactMap { if case .integer(let number) = $0 { number } else { nil } }
        guard dimensions.count == items.count, let shape = Shape.checked(dimensions) else {
            throw Self.broken(subject, "it claims the shape (\(dimensions.map(String.init).joined(separator: ", ")))")
        }
        guard let type = Self.types[String(descr.dropFirst())], "<>|=".contains(descr.prefix(1)) else {
            throw KernelVizError(
                code: "weights.unknownType", subject: subject,
                found: descr.contains("O") ? "an array of Python objects" : "an array of type '\(descr)'",
                expected: "an array of numbers")
        }
        self.type = type
        self.shape = shape
        self.isBigEndian = descr.first == ">"
        self.isColumnMajor = isColumnMajor
        self.dataOffset = start + length
    }

    /// Where the pickle of an array of Python objects begins; nil for other arrays.
    static func objectsOffset(_ bytes: [UInt8]) -> Int? {
        guard bytes.starts(with: magic), bytes.count > 12, (1...3).contains(bytes[6]) else { return nil }
        let lengthBytes = bytes[6] == 1 ? 2 : 4
        let start = 8 + lengthBytes + bytes[8..<8 + lengthBytes].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard start <= bytes.count, let text = String(validating: bytes[(8 + lengthBytes)..<start], as: UTF8.self)
        else { return nil }
        var literal = PythonLiteral(text)
        guard case .dictionary(let fields) = literal.value(), case .text(let descr)? = fields["descr"],
            descr.drop(while: { "<>|=".contains($0) }).hasPrefix("O")
        else { return nil }
        return start
    }

    /// NumPy's codes without the byte order; ml_dtypes writes bfloat16 as two raw bytes.
    static let types: [String: NumberType] = [
        "b1": .bool, "i1": .int8, "u1": .uint8, "i2": .int16, "u2": .uint16, "i4": .int32, "u4": .uint32, "i8": .int64,
        "u8": .uint64, "f2": .float16, "f4": .float32, "f8": .float64, "V2": .bfloat16,
    ]

    /// The header of a row-major little-endian array, padded so that its elements begin at a multiple of 64; nil for a
    /// type that NumPy lacks.
    static func bytes(type: NumberType, shape: Shape) -> [UInt8]? {
        guard let code = types.first(where: { $0.value == type })?.key else { return nil }
        let order = type.sizeBytes == 1 ? "|" : "<"
        let lengths = shape.dimensions.map(String.init).joined(separator: ", ") + (shape.rank == 1 ? "," : "")
        var text = "{'descr': '\(order)\(code)', 'fortran_order': False, 'shape': (\(lengths)), }"
        text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
        let length = text.utf8.count
        return magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(text.utf8)
    }

    /// The elements little-endian and row-major.
    func elements(_ data: [UInt8], subject: String) throws -> [UInt8] {
        guard data.count == shape.elementCount * type.sizeBytes else {
            throw Self.broken(subject, "\(data.count) bytes of elements for the shape \(shape) \(type)")
        }
        let ordered = isBigEndian ? Self.swapped(data, size: type.sizeBytes) : data
        return isColumnMajor && shape.rank > 1 ? rowMajor(ordered) : ordered
    }

    static func swapped(_ data: [UInt8], size: Int) -> [UInt8] {
        var result = data
        for start in stride(from: 0, to: data.count, by: size) {
            for index in 0..<size { result[start + index] = data[start + size - 1 - index] }
        }
        return result
    }

    private func rowMajor(_ data: [UInt8]) -> [UInt8] {
        var strides: [Int] = []
        var step = 1
        for length in shape.dimensions {
            strides.append(step)
            step *= length
        }
        return StridedElements.gather(data, offset: 0, shape: shape, strides: strides, elementBytes: type.sizeBytes)
    }

    static func broken(_ subject: String, _ found: String) -> KernelVizError {
        KernelVizError(
            code: "weights.brokenArray", subject: subject, found: "damaged NumPy array (\(found))",
            advice: "Copy or download it again")
    }
}

/// Elements picked from a buffer by strides.
enum StridedElements {
    /// The elements of a view, row-major; every index lies inside `data`, which the caller has checked.
    static func gather(
        _ data: [UInt8], offset: Int, shape: Shape, strides: [Int], elementBytes: Int
    ) -> [UInt8] {
        let count = shape.elementCount
        var result: [UInt8] = []
        result.reserveCapacity(count * elementBytes)
        var index = Array(repeating: 0, count: shape.rank)
        var position = offset
        for _ in 0..<count {
            let start = position * elementBytes
            result.append(contentsOf: data[start..<start + elementBytes])
            var axis = shape.rank - 1
            while axis >= 0 {
                index[axis] += 1
                position += strides[axis]
                if index[axis] < shape[axis] { break }
                position -= strides[axis] * index[axis]
                index[axis] = 0
                axis -= 1
            }
        }
        return result
    }
}
