import Diagnostics
import Files
import HDF5

/// What a file is by its first bytes, whatever it is called.
enum FileKind: Equatable {
    case hdf5
    case zip
    /// What `torch.save` wrote before 1.6.
    case legacyTorch
    /// Any other Python pickle.
    case pickle
    case array
    case safetensors(headerBytes: Int)
    case onnx
    case tensorFlowLite
    case index
    case empty
    /// None of these; named where the bytes are known.
    case other(ForeignFile?)

    static func of(_ path: String) throws -> FileKind {
        let size = try InputFile.sizeBytes(path)
        if size == 0 { return .empty }
        if try HDF5File.isHDF5(path) { return .hdf5 }
        let head = try InputFile.prefix(path, count: min(size, ForeignFile.headBytes))
        if head.starts(with: Array("PK".utf8) + [3, 4]) { return .zip }
        if head.starts(with: ArrayHeader.magic) { return .array }
        if let length = SafetensorsCheckpoint.headerBytes(head, fileBytes: size) {
            return .safetensors(headerBytes: length)
        }
        if LegacyTorchCheckpoint.isOne(head) { return .legacyTorch }
        // PROTO 2 to 5, which almost every pickle begins with.
        if head.count > 2, head[0] == 0x80, (2...5).contains(head[1]) { return .pickle }
        if TFLiteCheckpoint.isOne(head) { return .tensorFlowLite }
        if path.hasSuffix(".index.json"), head.first == UInt8(ascii: "{") { return .index }
        if let foreign = try ForeignFile.protocolBuffer(head, path: path) { return .other(foreign) }
        if ONNXCheckpoint.isOne(head) { return .onnx }
        if let foreign = try ForeignFile.of(head, path: path, sizeBytes: size) { return .other(foreign) }
        return try isOldPickle(head, path: path, size) ? .pickle : .other(nil)
    }

    /// Whether a file is a pickle of protocol 0 or 1, which has no signature: one of the instructions that such a pickle
    /// begins with, and the one at its end.
    private static func isOldPickle(_ head: [UInt8], path: String, _ size: Int) throws -> Bool {
        guard size > 2, let first = head.first, "(]}c)lLIX".utf8.contains(first) else { return false }
        return try InputFile.bytes(path, offset: size - 1, count: 1) == [UInt8(ascii: ".")]
    }
}
