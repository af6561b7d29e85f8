import Glibc

/// A new file beside the one that it will become, under a name that nobody can guess: no link can wait there.
///
/// The name holds the process; while that lives the file is locked, so that what a killed one left can be told apart, also
/// from files of another machine or container that counts its own processes.
struct TemporaryFile: ~Copyable {
    private static let prefix = ".kernelviz-"
    private static let suffix = ".tmp"

    let path: String
    /// Holds the lock.
    private let descriptor: Int32

    /// Throws `files.writeFailed` of `shown`.
    init(inFolder folder: String, shownAs shown: String) throws {
        var generator = SystemRandomNumberGenerator()
        let random = String(UInt64.random(in: .min ... .max, using: &generator), radix: 16)
        path = "\(folder)/\(Self.prefix)\(getpid())-\(random)\(Self.suffix)"
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FilePaths.writeFailure(shown, "cannot be opened for writing") }
        // A file system without locks leaves the number of the process alone to judge by.
        flock(descriptor, LOCK_EX | LOCK_NB)
    }

    deinit { close(descriptor) }

    /// Removes what killed processes left in `folder`, also under the names that earlier versions gave.
    static func removeLeftovers(inFolder folder: String) {
        guard let handle = unsafe opendir(folder) else { return }
        defer { unsafe closedir(handle) }
        let place = MemoryLayout<dirent>.offset(of: \.d_name) ?? 19
        while let entry = unsafe readdir(handle) {
            let characters = unsafe UnsafeRawPointer(entry).advanced(by: place).assumingMemoryBound(to: CChar.self)
            let name = unsafe String(cString: characters)
            guard let process = process(of: name), kill(process, 0) != 0, errno == ESRCH else { continue }
            removeUnlessLocked("\(folder)/\(name)")
        }
    }

    /// The process that a temporary file's name holds; nil for other files.
    static func process(of name: String) -> pid_t? {
        if name.hasPrefix(prefix) {
            // libzip writes beside the file that it was told, with a dot and letters more.
            let rest = name.dropFirst(prefix.count)
            let digits = rest.prefix { $0.isNumber }
            guard rest[digits.endIndex...].hasPrefix("-"), rest.contains(suffix) else { return nil }
            return positive(String(digits))
        }
        guard name.hasSuffix(suffix) else { return nil }
        return name.dropLast(suffix.count).split(separator: ".").last.flatMap { positive(String($0)) }
    }

    private static func positive(_ digits: String) -> pid_t? { pid_t(digits).flatMap { $0 > 0 ? $0 : nil } }

    private static func removeUnlessLocked(_ path: String) {
        let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK { unlink(path) }
    }
}
