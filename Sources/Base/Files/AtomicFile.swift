import Diagnostics
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes files whole or not at all: beside the target, then renamed.
public enum AtomicFile {
    /// Whether an existing target may be replaced.
    public enum Overwriting: Sendable {
        /// An existing target is an error that names `--force`.
        case refuse
        /// An existing target is replaced.
        case replace
    }

    /// Writes `bytes` to `path`; a reader sees the old file or the new one, never a part.
    ///
    /// Throws `files.exists`, `files.unwritable` or `files.writeFailed`; nothing is left behind then.
    public static func write(_ bytes: some Sequence<UInt8>, to path: String, overwriting: Overwriting = .replace) throws
    {
        try write(to: path, overwriting: overwriting) { temporary in
            try writeAll(ContiguousArray(bytes), to: temporary, shownAs: path)
        }
    }

    /// Writes the UTF-8 bytes of `text` to `path`; see ``write(_:to:overwriting:)-(_,String,_)``.
    public static func write(text: String, to path: String, overwriting: Overwriting = .replace) throws {
        try write(Array(text.utf8), to: path, overwriting: overwriting)
    }

    /// Lets `body` write a temporary file beside `path`, then renames it there; on a throw the temporary is removed.
    ///
    /// For libraries that insist on writing a file of their own (HDF5).
    public static func write(
        to path: String, overwriting: Overwriting = .replace, body: (_ temporaryPath: String) throws -> Void
    ) throws {
        try checkWritable(path, overwriting: overwriting)
        let temporary = "\(path).\(getpid()).tmp"
        unfinished.add(1, ordering: .relaxed)
        defer { unfinished.subtract(1, ordering: .relaxed) }
        do {
            try body(temporary)
            guard rename(temporary, path) == 0 else { throw failure(path, "cannot be renamed into place") }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    private static let unfinished = Atomic<Int>(0)

    /// Whether a file is being written: a process that ended now would leave its temporary behind.
    public static var isWriting: Bool { unfinished.load(ordering: .relaxed) > 0 }

    /// Removes the temporary files in `folder` whose process was killed before it could rename them.
    public static func removeLeftovers(inFolder folder: String) {
        for name in (try? InputFile.names(inFolder: folder)) ?? [] where name.hasSuffix(".tmp") {
            let process = name.dropLast(4).split(separator: ".").last.flatMap { Int32($0) }
            // Signal 0 only asks whether the process is there.
            guard let process, process > 0, kill(process, 0) != 0, errno == ESRCH else { continue }
            unlink("\(folder)/\(name)")
        }
    }

    /// Throws where `path` could not be written: call it before long work whose result goes there.
    public static func checkWritable(_ path: String, overwriting: Overwriting = .replace) throws {
        var status = stat()
        if unsafe stat(path, &status) == 0 {
            if status.st_mode & S_IFMT == S_IFDIR {
                throw KernelVizError(
                    code: "files.unwritable", subject: path, found: "is a folder", expected: "a file name",
                    advice: "Name a file inside it")
            }
            if overwriting == .refuse {
                throw KernelVizError(
                    code: "files.exists", subject: path, found: "already exists",
                    advice: "Choose another name or pass --force to replace it")
            }
        }
        let folder = FilePaths.folder(of: path)
        if access(folder, W_OK) != 0 {
            let missing = access(folder, F_OK) != 0
            throw KernelVizError(
                code: "files.unwritable", subject: path,
                found: missing ? "the folder '\(folder)' does not exist" : "the folder '\(folder)' is not writable",
                advice: missing ? "Create it first or choose another place" : "Choose another place")
        }
    }

    private static func writeAll(_ bytes: ContiguousArray<UInt8>, to temporary: String, shownAs path: String) throws {
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(path, "cannot be opened for writing") }
        defer { close(descriptor) }
        try unsafe bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let written = unsafe Glibc.write(
                    descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
                if written < 0 && errno == EINTR { continue }
                guard written > 0 else { throw failure(path, "cannot be written") }
                offset += written
            }
        }
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else {
            throw failure(path, "cannot be written")
        }
    }

    private static func failure(_ path: String, _ what: String) -> KernelVizError {
        let reason = FilePaths.lastSystemError()
        return KernelVizError(
            code: "files.writeFailed", subject: path, found: "\(what) (\(reason))",
            advice: "Check the free space and the permissions of the folder")
    }
}
