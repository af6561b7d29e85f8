import Diagnostics
import Files
import Tensors

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads `.safetensors`: 8 bytes of header length, a JSON header, then the tensors' bytes without gaps.
enum SafetensorsCheckpoint {
    /// The longest header that is read, the limit of the format's own library.
    static let maximumHeaderBytes = 100_000_000

    /// safetensors' names of number types.
    static let types: [(name: String, type: NumberType)] = [
        ("F32", .float32), ("F16", .float16), ("BF16", .bfloat16), ("F64", .float64), ("I64", .int64), ("I32", .int32),
        ("I16", .int16), ("I8", .int8), ("U64", .uint64), ("U32", .uint32), ("U16", .uint16), ("U8", .uint8),
        ("BOOL", .bool), ("F8_E4M3", .float8e4m3), ("F8_E5M2", .float8e5m2),
    ]

    /// The header's length where the first bytes look like a header; nil for another kind of file.
    static func headerBytes(_ head: [UInt8], fileBytes: Int) -> Int? {
        guard head.count > 8, head[8] == UInt8(ascii: "{") else { return nil }
        let length = head[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return length > 1 && length <= UInt64(max(0, fileBytes - 8)) ? Int(length) : nil
    }

    static func open(_ path: String, headerBytes: Int) throws -> Checkpoint {
        guard headerBytes <= maximumHeaderBytes else {
            throw damaged(path, "its header claims \(headerBytes) bytes; the format allows \(maximumHeaderBytes)")
        }
        let fileBytes = try InputFile.sizeBytes(path)
        let text = try InputFile.bytes(path, offset: 8, count: headerBytes)
        let header: [String: Item]
        do { header = try JSONDecoder().decode([String: Item].self, from: Data(text)) } catch {
            let header = String(decoding: text, as: UTF8.self)
            throw damaged(
                path, "its header " + JSONText.problem(header, otherwise: "is not the JSON of safetensors"))
        }
        if let twice = RepeatedKeys.first(in: text) {
            throw damaged(path, "'\(twice)' stands twice in its header, and nothing says which of the two is meant")
        }
        var tensors: [Place] = []
        for (name, item) in header where name != "__metadata__" {
            tensors.append(try place(name, item, dataStart: 8 + headerBytes, path))
        }
        tensors.sort { ($0.start, $0.end, $0.entry.name) < ($1.start, $1.end, $1.entry.name) }
        try checkLayout(tensors, dataStart: 8 + headerBytes, fileBytes: fileBytes, path)
        return Checkpoint(
            path: path, format: "safetensors", files: [path], entries: tensors.map(\.entry),
            attributes: header["__metadata__"]?.texts ?? [:],
            source: RegionSource(
                path: path,
                offsets: Dictionary(tensors.map { ($0.entry.name, $0.start) }, uniquingKeysWith: { first, _ in first }))
        )
    }

    private struct Place {
        let entry: Checkpoint.Entry
        let start: Int
        let end: Int
    }

    private static func place(_ name: String, _ item: Item, dataStart: Int, _ path: String) throws -> Place {
        guard let dtype = item.dtype, let dimensions = item.shape, let offsets = item.data_offsets, offsets.count == 2
        else { throw damaged(path, "'\(name)' lacks its type, shape or place") }
        guard let type = types.first(where: { $0.name == dtype })?.type else {
            throw KernelVizError(
                code: "weights.unknownType", subject: "\(path): \(name)", found: "stored as \(dtype)",
                expected: types.map(\.name).joined(separator: ", "))
        }
        guard let shape = Shape.checked(dimensions) else {
            throw damaged(path, "'\(name)' claims \(dimensions.map(String.init).joined(separator: "×")) elements")
        }
        let (start, startOverflow) = offsets[0].addingReportingOverflow(dataStart)
        let (end, endOverflow) = offsets[1].addingReportingOverflow(dataStart)
        guard offsets[0] >= 0, !startOverflow, !endOverflow, end >= start,
            end - start == shape.elementCount * type.sizeBytes
        else {
            throw damaged(
                path, "'\(name)', \(shape) \(dtype), cannot lie in bytes \(offsets[0])..<\(offsets[1])")
        }
        return Place(
            entry: GenericNames.entry(name, shape: shape, dtype: type.rawValue), start: start, end: end)
    }

    /// Tensors follow each other without gap or overlap up to the end, as the format's own library demands.
    private static func checkLayout(_ tensors: [Place], dataStart: Int, fileBytes: Int, _ path: String) throws {
        var position = dataStart
        var previous = ""
        for tensor in tensors {
            if tensor.start < position { throw damaged(path, "'\(previous)' and '\(tensor.entry.name)' overlap") }
            if tensor.start > position {
                throw damaged(path, "bytes before '\(tensor.entry.name)' belong to no tensor")
            }
            position = tensor.end
            previous = tensor.entry.name
        }
        guard position == fileBytes else {
            throw damaged(path, "its tensors end at byte \(position), the file at byte \(fileBytes)")
        }
    }

    static func damaged(_ path: String, _ found: String) -> KernelVizError {
        KernelVizError(
            code: "weights.brokenSafetensors", subject: path, found: "damaged safetensors file (\(found))",
            advice: "Copy or download it again")
    }

    /// A tensor of the header, or its metadata.
    private struct Item: Decodable {
        var dtype: String?
        var shape: [Int]?
        var data_offsets: [Int]?
        var texts: [String: String] = [:]

        enum Keys: String, CodingKey { case dtype, shape, data_offsets }

        init(from decoder: any Decoder) throws {
            let box = try decoder.container(keyedBy: Keys.self)
            dtype = try? box.decode(String.self, forKey: .dtype)
            shape = try? box.decode([Int].self, forKey: .shape)
            data_offsets = try? box.decode([Int].self, forKey: .data_offsets)
            if dtype == nil { texts = (try? decoder.singleValueContainer().decode([String: String].self)) ?? [:] }
        }
    }
}

/// Tensors whose elements lie in a file as they are.
struct RegionSource: TensorSource {
    let path: String
    let offsets: [String: Int]

    func region(_ entry: Checkpoint.Entry) -> FileRegion? {
        entry.type == nil ? nil : offsets[entry.name].map { FileRegion(path: path, offset: $0) }
    }

    func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
        guard let offset = offsets[entry.name], let type = entry.type else {
            throw KernelVizError(code: "weights.noTensor", subject: path, found: "no tensor '\(entry.name)'")
        }
        return StoredTensor(type: type, content: .region(path: path, offset: offset))
    }
}
