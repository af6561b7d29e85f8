import Diagnostics
import Glibc

extension InputFile {
    /// The `count` bytes of the file at `path` that begin at `offset`.
    ///
    /// Throws `files.missing` and the like, or `files.changed` where the file ends before.
    public static func bytes(_ path: String, offset: Int, count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            try unsafe read(path, offset: offset, into: UnsafeMutableRawBufferPointer(buffer))
            filled = count
        }
    }

    /// `count` little-endian float32 numbers of the file at `path` that begin at byte `offset`; throws as
    /// ``bytes(_:offset:count:)``.
    public static func floats(_ path: String, offset: Int, count: Int) throws -> [Float] {
        try [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            try unsafe read(path, offset: offset, into: UnsafeMutableRawBufferPointer(buffer))
            filled = count
        }
    }

    /// Fills `buffer` from `offset` on.
    private static func read(_ path: String, offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        let descriptor = try openForReading(path)
        defer { close(descriptor) }
        var filled = 0
        while filled < buffer.count {
            let got = unsafe pread(
                descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled, offset + filled)
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else {
                throw KernelVizError(
                    code: "files.changed", subject: path,
                    found: got < 0 ? FilePaths.lastSystemError() : "ends at byte \(offset + filled)",
                    expected: "\(buffer.count) bytes from byte \(offset) on",
                    advice: "The file changed while it was read; try again")
            }
            filled += got
        }
    }
}
