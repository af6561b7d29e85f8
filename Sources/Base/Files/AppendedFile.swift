import Diagnostics
import Glibc

/// Files that only grow, such as logs that others follow.
public enum AppendedFile {
    /// Puts `bytes` behind what the file at `path` holds; the file is made where it is missing.
    ///
    /// What could be written in part only is taken back, so that the file ends where it ended.
    /// Throws `files.writeFailed`.
    public static func append(_ bytes: [UInt8], to path: String) throws {
        let descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0o644)
        guard descriptor >= 0 else { throw FilePaths.writeFailure(path, "cannot be opened for writing") }
        defer { close(descriptor) }
        let end = lseek(descriptor, 0, SEEK_END)
        guard StreamFile.writeAll(bytes, to: descriptor) else {
            let error = FilePaths.writeFailure(path, "cannot be written")
            if end >= 0 { _ = ftruncate(descriptor, end) }
            throw error
        }
    }
}
