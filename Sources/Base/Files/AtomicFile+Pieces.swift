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
            let descriptor = unsafe open(temporary, O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { throw FilePaths.writeFailure(path, "cannot be opened for writing") }
            defer { close(descriptor) }
            try body { piece in
                guard StreamFile.writeAll(piece, to: descriptor) else {
                    throw FilePaths.writeFailure(path, "cannot be written")
                }
            }
            guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else {
                throw FilePaths.writeFailure(path, "cannot be written")
            }
        }
    }
}
