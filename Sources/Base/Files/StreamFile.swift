import Diagnostics
import Glibc

/// Results that go into something which is no file: a pipe, a terminal, `/dev/null`, or, as "-", standard output.
public enum StreamFile {
    /// Whether `path` names such a thing.
    public static func isOne(_ path: String) -> Bool {
        if descriptor(of: path) != nil { return true }
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return false }
        return [S_IFIFO, S_IFCHR].contains(status.st_mode & S_IFMT)
    }

    /// Writes the UTF-8 bytes of `text`; throws `files.writeFailed`.
    public static func write(text: String, to path: String) throws {
        let open = descriptor(of: path)
        let descriptor = unsafe open ?? Glibc.open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FilePaths.writeFailure(path, "cannot be opened for writing") }
        defer { if open == nil { close(descriptor) } }
        guard writeAll(Array(text.utf8), to: descriptor) else {
            throw failure(path == "-" ? "standard output" : path)
        }
    }

    /// Writes all bytes, however many calls it takes; false where one fails, and `errno` says why.
    public static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let written = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
            }
            if written < 0 && errno == EINTR { continue }
            if written < 0 && errno == EAGAIN {
                // Whoever shares the descriptor made it one that does not wait.
                var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                unsafe poll(&request, 1, -1)
                continue
            }
            guard written > 0 else { return false }
            offset += written
        }
        return true
    }

    /// All bytes of standard input.
    ///
    /// Throws `files.unreadable` where it cannot be read, and `files.tooLarge` for more than `limitBytes`.
    static func standardInput(limitBytes: Int) throws -> [UInt8] {
        var result: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe part.withUnsafeMutableBytes { unsafe read(STDIN_FILENO, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw KernelVizError(
                    code: "files.unreadable", subject: "standard input",
                    found: "cannot be read (\(FilePaths.lastSystemError()))")
            }
            if count == 0 { return result }
            result += part[..<count]
            guard result.count <= limitBytes else {
                throw KernelVizError(
                    code: "files.tooLarge", subject: "standard input", found: "more than \(limitBytes) bytes",
                    expected: "at most \(limitBytes)")
            }
        }
    }

    /// What the calling thread's `errno` says of a stream called `name` that could not be written.
    public static func failure(_ name: String) -> KernelVizError {
        KernelVizError(
            code: "files.writeFailed", subject: name, found: "cannot be written (\(FilePaths.lastSystemError()))",
            advice: "The result is not complete")
    }

    /// The descriptor that a name stands for: these are no files to be replaced, whatever lies behind them.
    private static func descriptor(of path: String) -> Int32? {
        switch path {
        case "-", "/dev/stdout": return STDOUT_FILENO
        case "/dev/stderr": return STDERR_FILENO
        default:
            for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
                return Int32(path.dropFirst(folder.count)).flatMap { $0 >= 0 ? $0 : nil }
            }
            return nil
        }
    }

    /// What is no file, in words.
    static func kind(_ mode: mode_t) -> String {
        switch mode & S_IFMT {
        case S_IFIFO: "a pipe"
        case S_IFCHR, S_IFBLK: "a device"
        case S_IFSOCK: "a socket"
        default: "no file"
        }
    }
}
