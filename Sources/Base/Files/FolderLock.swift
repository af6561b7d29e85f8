import Diagnostics
import Glibc

/// A folder that one process at a time works in; free again when the value or the process ends, however it ends.
public struct FolderLock: ~Copyable {
    private let descriptor: Int32

    /// Takes the folder at `path`.
    ///
    /// Throws `files.locked` where another process, or another value of this one, has it. File systems that know no
    /// locks let everyone in.
    public init(_ path: String) throws {
        descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK else { return }
        close(descriptor)
        throw KernelVizError(
            code: "files.locked", subject: path, found: "another process works in this folder",
            advice: "Wait until it ends, or choose another folder")
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
}
