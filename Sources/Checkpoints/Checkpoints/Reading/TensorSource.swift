import Diagnostics
import Files
import Tensors

/// Where a checkpoint's tensors come from: an open file, another process, bytes in memory.
package protocol TensorSource: Sendable {
    /// The elements of one tensor of the checkpoint's listing, in the file's axis order.
    func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor
    /// Where the elements lie in a file as they are, as far as that is known without reading; else nil.
    func region(_ entry: Checkpoint.Entry) -> FileRegion?
    /// The elements of some rows (places along the first axis), which lie inside the tensor.
    func stored(_ entry: Checkpoint.Entry, rows: Range<Int>) throws -> StoredTensor
}

/// A place in a file.
package struct FileRegion: Sendable, Equatable {
    package let path: String
    /// In bytes.
    package let offset: Int

    package init(path: String, offset: Int) {
        self.path = path
        self.offset = offset
    }
}

extension TensorSource {
    package func region(_ entry: Checkpoint.Entry) -> FileRegion? { nil }

    /// By reading everything, unless the elements lie in a file as they are.
    package func stored(_ entry: Checkpoint.Entry, rows: Range<Int>) throws -> StoredTensor {
        try stored(entry).rows(rows, of: entry)
    }
}

/// A tensor's elements as a format hands them over.
package struct StoredTensor: Sendable, Equatable {
    /// The elements, or where they lie.
    package enum Content: Sendable, Equatable {
        /// Little-endian elements.
        case bytes([UInt8])
        /// Elements of type float32, ready for use.
        case floats([Float])
        /// Little-endian elements that lie in a file as they are, from a byte on.
        case region(path: String, offset: Int)
    }

    package let type: NumberType
    package let content: Content

    package init(type: NumberType, content: Content) {
        self.type = type
        self.content = content
    }

    /// Some rows of a whole tensor.
    func rows(_ rows: Range<Int>, of entry: Checkpoint.Entry) -> StoredTensor {
        let length = entry.shape.dimensions.dropFirst().reduce(1, *)
        let (start, end) = (rows.lowerBound * length, rows.upperBound * length)
        switch content {
        case .floats(let values): return StoredTensor(type: type, content: .floats(Array(values[start..<end])))
        case .bytes(let bytes):
            return StoredTensor(
                type: type, content: .bytes(Array(bytes[start * type.sizeBytes..<end * type.sizeBytes])))
        case .region(let path, let offset):
            return StoredTensor(type: type, content: .region(path: path, offset: offset + start * type.sizeBytes))
        }
    }

    /// The elements of a tensor of `count` elements as float32.
    func floats(count: Int, subject: String) throws -> [Float] {
        let floats: [Float]
        switch content {
        case .floats(let values): floats = values
        case .bytes(let bytes): floats = type.floats(bytes)
        case .region(let path, let offset) where type == .float32:
            try check(path, offset: offset, count: count, subject)
            return try InputFile.floats(path, offset: offset, count: count)
        case .region(let path, let offset):
            try check(path, offset: offset, count: count, subject)
            floats = type.floats(try InputFile.bytes(path, offset: offset, count: count * type.sizeBytes))
        }
        guard floats.count == count else { throw Self.changed(subject, found: floats.count, expected: count) }
        return floats
    }

    /// The elements of a tensor of `count` elements, little-endian.
    func bytes(count: Int, subject: String) throws -> [UInt8] {
        let bytes: [UInt8]
        switch content {
        case .floats(let values): bytes = unsafe values.withUnsafeBytes { unsafe Array($0) }
        case .bytes(let own): bytes = own
        case .region(let path, let offset):
            try check(path, offset: offset, count: count, subject)
            return try InputFile.bytes(path, offset: offset, count: count * type.sizeBytes)
        }
        guard bytes.count == count * type.sizeBytes else {
            throw Self.changed(subject, found: bytes.count / type.sizeBytes, expected: count)
        }
        return bytes
    }

    /// Before memory is taken: the region lies in the file.
    private func check(_ path: String, offset: Int, count: Int, _ subject: String) throws {
        let there = max(0, try InputFile.sizeBytes(path) - offset) / type.sizeBytes
        guard there >= count else { throw Self.changed(subject, found: there, expected: count) }
    }

    private static func changed(_ subject: String, found: Int, expected: Int) -> KernelVizError {
        KernelVizError(
            code: "weights.changed", subject: subject, found: "\(found) elements", expected: "\(expected)",
            advice: "The file changed while it was read; try again")
    }
}
