import Diagnostics
import Glibc
import Synchronization

/// Writes files whole or not at all: beside the target, then renamed.
///
/// Links are followed: what they lead to is replaced, they stay. A file that is replaced hands on its permissions.
/// Devices, pipes and folders are never replaced; ``StreamFile`` writes into the first two.
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
        try writePieces(to: path, overwriting: overwriting) { append in try append(Array(bytes)) }
    }

    /// Writes the UTF-8 bytes of `text` to `path`; see ``write(_:to:overwriting:)-(_,String,_)``.
    public static func write(text: String, to path: String, overwriting: Overwriting = .replace) throws {
        try write(Array(text.utf8), to: path, overwriting: overwriting)
    }

    /// Lets `body` write a temporary file beside `path`, then renames it there; on a throw the temporary is removed.
    ///
    /// For libraries that insist on writing a file of their own (HDF5). Errors of `body` that name the temporary file
    /// name `path` instead.
    public static func write(
        to path: String, overwriting: Overwriting = .replace, body: (_ temporaryPath: String) throws -> Void
    ) throws {
        let target = try WriteTarget(path, overwriting: overwriting)
        removeLeftoversOnce(inFolder: target.folder)
        unfinished.add(1, ordering: .relaxed)
        defer { unfinished.subtract(1, ordering: .relaxed) }
        let temporary = try TemporaryFile(inFolder: target.folder, shownAs: path)
        do {
            try body(temporary.path)
            try target.take(temporary.path, overwriting: overwriting)
        } catch {
            unlink(temporary.path)
            throw renamed(error, from: temporary.path, to: path)
        }
    }

    /// An error of the temporary file as one of the file that was to be: nobody knows the temporary name.
    private static func renamed(_ error: any Error, from temporary: String, to path: String) -> any Error {
        guard let error = error as? KernelVizError, error.subject.hasPrefix(temporary) else { return error }
        return KernelVizError(
            code: error.code, subject: path + error.subject.dropFirst(temporary.count), found: error.found,
            expected: error.expected, advice: error.advice)
    }

    /// Throws where `path` could not be written: call it before long work whose result goes there.
    public static func checkWritable(_ path: String, overwriting: Overwriting = .replace) throws {
        _ = try WriteTarget(path, overwriting: overwriting)
    }

    private static let unfinished = Atomic<Int>(0)

    /// Whether a file is being written: a process that ended now would leave its temporary behind.
    public static var isWriting: Bool { unfinished.load(ordering: .relaxed) > 0 }

    /// Folders in which this process has looked for leftovers.
    private static let visited = Mutex<Set<String>>([])

    private static func removeLeftoversOnce(inFolder folder: String) {
        if visited.withLock({ $0.insert(folder).inserted }) { removeLeftovers(inFolder: folder) }
    }

    /// Removes the temporary files in `folder` whose process was killed before it could rename them.
    public static func removeLeftovers(inFolder folder: String) { TemporaryFile.removeLeftovers(inFolder: folder) }
}
