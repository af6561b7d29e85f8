import Archives
import Diagnostics
import Files
import Tensors

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads NumPy's `.npy` (one array) and `.npz` (a zip archive of them).
enum NumPyCheckpoint {
    static func openArray(_ path: String) throws -> Checkpoint {
        let size = try InputFile.sizeBytes(path)
        let head = try InputFile.prefix(path, count: min(size, ArrayHeader.maximumBytes + 16))
        let header = try ArrayHeader(head, subject: path)
        let name = FilePaths.stem(of: path)
        guard size - header.dataOffset == header.shape.elementCount * header.type.sizeBytes else {
            throw ArrayHeader.broken(
                path, "\(size - header.dataOffset) bytes of elements for the shape \(header.shape) \(header.type)")
        }
        let entry = GenericNames.entry(name, shape: header.shape, dtype: header.type.rawValue)
        return Checkpoint(
            path: path, format: "NumPy array", files: [path], entries: [entry],
            source: ArrayFileSource(path: path, header: header))
    }

    /// The attribute under which the types of arrays are kept that NumPy has no name for, by the arrays' names.
    private static let typesKey = "kernelviz.types"

    /// The note to an archive: attributes as JSON, and types that NumPy lacks; empty without any.
    static func comment(_ attributes: [String: String], types: [(String, String)]) throws -> String {
        var all = attributes
        if !types.isEmpty { all[typesKey] = try encoded(Dictionary(types, uniquingKeysWith: { first, _ in first })) }
        return all.isEmpty ? "" : try encoded(all)
    }

    private static func encoded(_ texts: [String: String]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(texts), as: UTF8.self)
    }

    private static func decoded(_ json: String) -> [String: String] {
        (try? JSONDecoder().decode([String: String].self, from: Data(json.utf8))) ?? [:]
    }

    /// Opens an archive whose members are arrays.
    static func open(_ archive: ZipArchive) throws -> Checkpoint {
        var entries: [Checkpoint.Entry] = []
        var arrays: [String: ArchivedArray] = [:]
        var attributes = decoded(archive.comment)
        let types = attributes.removeValue(forKey: typesKey).map(decoded) ?? [:]
        for member in archive.members where member.name.hasSuffix(".npy") {
            let name = String(member.name.dropLast(4))
            let subject = "\(archive.path): \(name)"
            let head = try archive.prefix(of: member, count: min(member.sizeBytes, ArrayHeader.maximumBytes + 16))
            let header = try ArrayHeader(head, subject: subject)
            guard arrays[name] == nil else { continue }
            let own = types[name].flatMap(NumberType.init)
            let type = own.map { $0.sizeBytes == header.type.sizeBytes ? $0 : header.type } ?? header.type
            arrays[name] = ArchivedArray(member: member, header: header, type: type)
            entries.append(GenericNames.entry(name, shape: header.shape, dtype: type.rawValue))
        }
        return Checkpoint(
            path: archive.path, format: "NumPy archive", files: [archive.path], entries: entries,
            attributes: attributes, source: ArrayArchiveSource(archive: archive, arrays: arrays))
    }
}

/// An array inside an archive.
struct ArchivedArray: Sendable {
    let member: ZipMember
    let header: ArrayHeader
    /// What the elements are: the header's type, or one of the same size that NumPy has no name for.
    let type: NumberType
}

/// Arrays unpacked when asked for.
struct ArrayArchiveSource: TensorSource {
    let archive: ZipArchive
    let arrays: [String: ArchivedArray]

    func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
        let subject = "\(archive.path): \(entry.name)"
        guard let array = arrays[entry.name] else {
            throw KernelVizError(code: "weights.noTensor", subject: archive.path, found: "no tensor '\(entry.name)'")
        }
        let whole = try archive.bytes(of: array.member)
        let elements = try array.header.elements(Array(whole[array.header.dataOffset...]), subject: subject)
        return StoredTensor(type: array.type, content: .bytes(elements))
    }
}

/// One array that is a file of its own.
struct ArrayFileSource: TensorSource {
    let path: String
    let header: ArrayHeader

    func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
        if !header.isBigEndian && !header.isColumnMajor {
            return StoredTensor(type: header.type, content: .region(path: path, offset: header.dataOffset))
        }
        let data = try InputFile.bytes(
            path, offset: header.dataOffset, count: header.shape.elementCount * header.type.sizeBytes)
        return StoredTensor(type: header.type, content: .bytes(try header.elements(data, subject: path)))
    }
}
