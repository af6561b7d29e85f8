import Diagnostics
import Files
import HDF5

/// What a file is by its first bytes, whatever it is called.
enum FileKind: Equatable {
    case hdf5
    case zip
    case pickle
    case array
    case safetensors(headerBytes: Int)
    case onnx
    case index
    case empty
    /// None of these; in words where the bytes are known.
    case other(String?)

    static func of(_ path: String) throws -> FileKind {
        let size = try InputFile.sizeBytes(path)
        if size == 0 { return .empty }
        if try HDF5File.isHDF5(path) { return .hdf5 }
        let head = try InputFile.prefix(path, count: 512)
        if head.starts(with: Array("PK".utf8) + [3, 4]) { return .zip }
        if head.starts(with: ArrayHeader.magic) { return .array }
        if let length = SafetensorsCheckpoint.headerBytes(head, fileBytes: size) {
            return .safetensors(headerBytes: length)
        }
        // PROTO 2 to 5, which every pickle of torch.save begins with.
        if head.count > 2, head[0] == 0x80, (2...5).contains(head[1]) { return .pickle }
        if ONNXCheckpoint.isOne(head) { return .onnx }
        if path.hasSuffix(".index.json"), head.first == UInt8(ascii: "{") { return .index }
        return .other(known(head))
    }

    private static func known(_ head: [UInt8]) -> String? {
        let starts: [(bytes: [UInt8], name: String)] = [
            ([0x89] + Array("HDF".utf8), "an HDF5 file with a broken signature"),
            (Array("PK".utf8), "an empty or broken zip archive"), ([0x89] + Array("PNG".utf8), "a PNG image"),
            ([0xFF, 0xD8, 0xFF], "a JPEG image"), ([0x1F, 0x8B], "a gzip file; unpack it first"),
            (Array("GGUF".utf8), "a GGUF file"),
            (Array("version https://git-lfs".utf8), "a Git LFS pointer, not the file itself"),
            (Array("<!DOCTYPE".utf8), "a web page"), (Array("<html".utf8), "a web page"),
        ]
        if let start = starts.first(where: { head.starts(with: $0.bytes) }) { return start.name }
        if head.count > 262, head[257..<262].elementsEqual("ustar".utf8) { return "a tar archive" }
        if head.count > 8, head[4..<8].elementsEqual("TFL3".utf8) { return "a TensorFlow Lite model" }
        return nil
    }
}
