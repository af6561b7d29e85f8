import Diagnostics
import Glibc

extension AtomicFile {
    /// Lets `body` append pieces to a new file, which appears at `path` when all are written; on a throw nothing is left.
    ///
    /// Throws `files.exists`, `files.unwritable` or `files.writeFailed`, or what `body` throws.
    public static func writePieces(
        to path: String, overwriting: Overwriting = .replace,
        body: (_ append: ([UInt8]) throws -> Void) throws -> Void
    ) throws {
        try write(to: path, overwriting: overwriting) { temporary in
            let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw pieceFailure(path) }
            defer { close(descriptor) }
            try body { piece in
                var offset = 0
                while offset < piece.count {
                    let written = unsafe piece.withUnsafeBytes { buffer in
                        unsafe Glibc.write(
                            descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
                    }
                    if written < 0 && errno == EINTR { continue }
                    guard written > 0 else { throw pieceFailure(path) }
                    offset += written
                }
            }
            guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else { throw pieceFailure(path) }
        }
    }

    private static func pieceFailure(_ path: String) -> KernelVizError {
        KernelVizError(
            code: "files.writeFailed", subject: path, found: "cannot be written (\(FilePaths.lastSystemError()))",
            advice: "Check the free space and the permissions of the folder")
    }
}
