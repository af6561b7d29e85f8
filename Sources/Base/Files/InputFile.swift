import CCrypto
import Diagnostics
import Glibc

/// Reading files that people name on a command line.
public enum InputFile {
    /// Throws `files.missing`, `files.isFolder` or `files.unreadable` unless `path` is a file that can be read.
    public static func check(_ path: String) throws {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            throw KernelVizError(
                code: "files.missing", subject: path, found: FilePaths.lastSystemError(),
                advice: "Check the path")
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            throw KernelVizError(
                code: "files.isFolder", subject: path, found: "is a folder", expected: "a file",
                advice: "Name a file inside it")
        }
        guard access(path, R_OK) == 0 else {
            throw KernelVizError(
                code: "files.unreadable", subject: path, found: FilePaths.lastSystemError(),
                advice: "Check the permissions of the file")
        }
    }

    /// Whether anything lies at `path`, readable or not.
    public static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The size of the file at `path` in bytes.
    public static func sizeBytes(_ path: String) throws -> Int {
        try check(path)
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// All bytes of the file at `path`; at most `limitBytes`, else `files.tooLarge`, and no more than ``MemoryLimit`` allows.
    public static func bytes(_ path: String, limitBytes: Int = .max) throws -> [UInt8] {
        let size = try sizeBytes(path)
        guard size <= limitBytes else {
            throw KernelVizError(
                code: "files.tooLarge", subject: path, found: "has \(size) bytes",
                expected: "at most \(limitBytes)")
        }
        try MemoryLimit.check(size, "the file, which is read as a whole,", subject: path)
        var result: [UInt8] = []
        result.reserveCapacity(size)
        try forEachChunk(path, ofBytes: size == 0 ? chunkBytes : max(size, 4096)) { chunk in
            unsafe result.append(contentsOf: chunk)
            // Pipes and files that grow tell no size.
            try MemoryLimit.check(result.count, "the file, which is read as a whole,", subject: path)
            guard result.count <= limitBytes else {
                throw KernelVizError(
                    code: "files.tooLarge", subject: path, found: "has more than \(limitBytes) bytes",
                    expected: "at most \(limitBytes)")
            }
        }
        return result
    }

    /// The first bytes of the file at `path`, at most `count`: enough to tell what it is.
    public static func prefix(_ path: String, count: Int) throws -> [UInt8] {
        try check(path)
        var result: [UInt8] = []
        struct Enough: Error {}
        do {
            try forEachChunk(path, ofBytes: count) { chunk in
                unsafe result.append(contentsOf: chunk.prefix(count - result.count))
                if result.count == count { throw Enough() }
            }
        } catch is Enough {}
        return result
    }

    /// SHA-256 of the file at `path`, 64 lower-case hexadecimal digits.
    public static func sha256(_ path: String) throws -> String {
        try check(path)
        var hash = SHA256Digest()
        try forEachChunk(path) { unsafe hash.update($0) }
        return hash.hexadecimal()
    }

    /// The descriptor of the file at `path`, which the caller closes.
    static func openForReading(_ path: String) throws -> CInt {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw KernelVizError(
                code: "files.unreadable", subject: path, found: FilePaths.lastSystemError(),
                advice: "Check the permissions of the file")
        }
        return descriptor
    }

    private static let chunkBytes = 1 << 20

    /// Hands the file to `body` in pieces of at most `bytes`, and never more than 1 MiB.
    private static func forEachChunk(
        _ path: String, ofBytes bytes: Int = chunkBytes, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let descriptor = try openForReading(path)
        defer { close(descriptor) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(1, min(bytes, chunkBytes)), alignment: 64)
        defer { unsafe buffer.deallocate() }
        while true {
            let count = unsafe read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw KernelVizError(
                    code: "files.unreadable", subject: path, found: FilePaths.lastSystemError(),
                    advice: "Check the file and the disk it lies on")
            }
            if count == 0 { return }
            try unsafe body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}
