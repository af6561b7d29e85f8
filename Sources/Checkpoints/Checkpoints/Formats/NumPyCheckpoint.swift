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
        let name = FilePaths.stem(of: path)
        if let offset = ArrayHeader.objectsOffset(head) {
            return try PickleCheckpoint.openObjects(path, dataOffset: offset)
        }
        let header = try ArrayHeader(head, subject: path)
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

    /// The attribute that names the array of bytes in which all others lie, where they are too long for a note.
    private static let metadataKey = "kernelviz.metadata"
    /// The longest text that is read from such an array.
    private static let maximumMetadataBytes = 1 << 28

    /// The note to an archive whose attributes lie in an array of bytes.
    static func pointer(to name: String) throws -> String { try encoded([metadataKey: name]) }

    /// The attributes of an archive, from its note or from the array that the note names, and what of them was lost.
    private static func attributes(
        of archive: ZipArchive
    ) throws -> (attributes: [String: String], member: String?, notes: [String]) {
        let own = decoded(archive.comment)
        guard let name = own[metadataKey] else { return (own, nil, []) }
        if let member = archive.members.first(where: { $0.name == "\(name).npy" }),
            member.sizeBytes <= maximumMetadataBytes
        {
            let bytes = try archive.bytes(of: member)
            if let header = try? ArrayHeader(bytes, subject: "\(archive.path): \(name)"), header.type == .uint8,
                bytes.count - header.dataOffset == header.shape.elementCount
            {
                let all = decoded(String(decoding: bytes[header.dataOffset...], as: UTF8.self))
                if !all.isEmpty { return (all, name, []) }
            }
        }
        return ([:], name, ["Its metadata, which should lie in the array '\(name)', could not be read."])
    }

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
        var pickled: [String: (source: PickledSource, name: String)] = [:]
        var leftOut: [String] = []
        var (attributes, metadata, notes) = try attributes(of: archive)
        let types = attributes.removeValue(forKey: typesKey).map(decoded) ?? [:]
        for member in archive.members where member.name.hasSuffix(".npy") {
            let name = String(member.name.dropLast(4))
            let subject = "\(archive.path): \(name)"
            let head = try archive.prefix(of: member, count: min(member.sizeBytes, ArrayHeader.maximumBytes + 16))
            guard arrays[name] == nil, name != metadata else { continue }
            if let offset = ArrayHeader.objectsOffset(head) {
                let part = try PickleCheckpoint.objects(
                    try archive.bytes(of: member), dataOffset: offset, subject: subject)
                for (own, entry) in part.entries where pickled[own] == nil {
                    let whole = own == "tensor" ? name : "\(name).\(own)"
                    pickled[whole] = (source: part.source, name: own)
                    entries.append(GenericNames.entry(whole, shape: entry.shape, dtype: entry.dtype))
                }
                if part.entries.isEmpty { leftOut.append(name) }
                notes += part.notes
                continue
            }
            let header: ArrayHeader
            do { header = try ArrayHeader(head, subject: subject) } catch let error as KernelVizError
                where error.code == "weights.unknownType"
            {
                leftOut.append(name)
                continue
            }
            let own = types[name].flatMap(NumberType.init)
            let type = own.map { $0.sizeBytes == header.type.sizeBytes ? $0 : header.type } ?? header.type
            arrays[name] = ArchivedArray(member: member, header: header, type: type)
            entries.append(GenericNames.entry(name, shape: header.shape, dtype: type.rawValue))
        }
        if let first = leftOut.first {
            notes.append(
                "Left out, as no arrays of numbers: '\(first)'"
                    + (leftOut.count > 1 ? " and \(leftOut.count - 1) more." : "."))
        }
        let (known, axesNote) = ArrayAxes.guessed(entries) { _ in true }
        return Checkpoint(
            path: archive.path, format: "NumPy archive", files: [archive.path], entries: known,
            attributes: attributes, notes: notes + (axesNote.map { [$0] } ?? []),
            source: ArrayArchiveSource(archive: archive, arrays: arrays, pickled: pickled))
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
    /// Arrays inside of arrays of Python objects, by the names that they have here.
    let pickled: [String: (source: PickledSource, name: String)]

    func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
        let subject = "\(archive.path): \(entry.name)"
        if let inner = pickled[entry.name] {
            return try inner.source.stored(
                Checkpoint.Entry(name: inner.name, shape: entry.shape, dtype: entry.dtype))
        }
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
