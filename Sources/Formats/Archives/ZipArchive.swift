import CZip
import Diagnostics
import Files
import Synchronization

/// A zip archive opened for reading; members are unpacked into memory, never into files.
///
/// Safe to use from several threads: operations wait for each other.
public final class ZipArchive: Sendable {
    /// How many times its packed length a member can have: deflate's limit.
    static let maximumExpansion = 1_100
    /// How many members an archive may list.
    static let maximumCount = 1 << 18

    /// How many bytes the members of a packed archive may have together.
    static let maximumTotalBytes = 1 << 36

    /// The path as the user named it.
    public let path: String
    /// What the archive holds, in its own order.
    public let members: [ZipMember]

    /// The note to the whole archive; empty where there is none or it is no text.
    public let comment: String

    private struct Handle: @unchecked Sendable {
        let archive: OpaquePointer
    }
    private let handle: Mutex<Handle>

    /// Opens the archive at `path`.
    ///
    /// Throws `files.missing` and the like, `archives.unreadable` or `archives.tooLarge`, and `archives.bomb` where its members
    /// together claim what no honest archive of its length holds.
    public init(path: String) throws {
        try InputFile.check(path)
        var code: Int32 = 0
        guard let archive = zip_open(path, ZIP_RDONLY, &code) else { throw Self.unreadable(path, code: code) }
        do {
            members = try Self.list(archive, path: path)
            try Self.check(members, fileBytes: InputFile.sizeBytes(path), path: path)
        } catch {
            zip_discard(archive)
            throw error
        }
        self.path = path
        var length: Int32 = 0
        comment = zip_get_archive_comment(archive, &length, 0).map { String(cString: $0) } ?? ""
        handle = Mutex(Handle(archive: archive))
    }

    deinit { handle.withLock { zip_discard($0.archive) } }

    /// The first member called `name`.
    public func member(_ name: String) -> ZipMember? { members.first { $0.name == name } }

    /// Unpacks a member of at most `limitBytes` bytes.
    ///
    /// Throws `archives.tooLarge`, `archives.bomb`, `files.memory`, or `archives.unreadable` for a damaged one.
    public func bytes(of member: ZipMember, limitBytes: Int = .max) throws -> [UInt8] {
        let subject = "\(path): \(member.name)"
        guard member.sizeBytes <= limitBytes else {
            throw KernelVizError(
                code: "archives.tooLarge", subject: subject, found: "claims \(member.sizeBytes) bytes",
                expected: "at most \(limitBytes)", advice: "The archive is damaged; copy or download it again")
        }
        guard member.sizeBytes / Self.maximumExpansion <= member.packedBytes else {
            throw KernelVizError(
                code: "archives.bomb", subject: subject,
                found: "claims \(member.sizeBytes) bytes out of \(member.packedBytes) packed ones",
                expected: "at most \(Self.maximumExpansion) times as many",
                advice: "The archive is damaged or made to fill the memory; do not use it")
        }
        try MemoryLimit.check(member.sizeBytes, "the file in the archive", subject: subject)
        return try opened(member, subject) { file in
            let bytes = try Self.read(file, member.sizeBytes, subject)
            // Only at the end is the checksum compared.
            var extra: UInt8 = 0
            guard zip_fread(file, &extra, 1) == 0 else {
                throw Self.unreadable(subject, reason: "its length or checksum is wrong")
            }
            return bytes
        }
    }

    /// Unpacks the first `count` bytes of a member, which has as many; its checksum is not compared.
    ///
    /// Throws `archives.unreadable`.
    public func prefix(of member: ZipMember, count: Int) throws -> [UInt8] {
        let subject = "\(path): \(member.name)"
        return try opened(member, subject) { try Self.read($0, count, subject) }
    }

    private func opened<Result: Sendable>(
        _ member: ZipMember, _ subject: String, _ body: (OpaquePointer) throws -> Result
    ) throws -> Result {
        try handle.withLock { handle in
            guard let file = zip_fopen_index(handle.archive, zip_uint64_t(member.index), 0) else {
                throw Self.unreadable(subject, reason: String(cString: zip_strerror(handle.archive)))
            }
            defer { zip_fclose(file) }
            return try body(file)
        }
    }

    private static func read(_ file: OpaquePointer, _ count: Int, _ subject: String) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = zip_fread(file, buffer.baseAddress?.advanced(by: filled), zip_uint64_t(count - filled))
                guard got > 0 else {
                    let reason = got < 0 ? String(cString: zip_file_strerror(file)) : "ends after \(filled) bytes"
                    throw unreadable(subject, reason: reason)
                }
                filled += Int(got)
            }
        }
    }

    private static func list(_ archive: OpaquePointer, path: String) throws -> [ZipMember] {
        let count = Int(zip_get_num_entries(archive, 0))
        guard count <= maximumCount else {
            throw KernelVizError(
                code: "archives.tooLarge", subject: path, found: "lists \(count) files",
                expected: "at most \(maximumCount)")
        }
        return try (0..<max(0, count)).map { index in
            var status = zip_stat_t()
            guard zip_stat_index(archive, zip_uint64_t(index), 0, &status) == 0, let name = status.name,
                let size = Int(exactly: status.size), let packed = Int(exactly: status.comp_size)
            else { throw unreadable(path, reason: "its directory is damaged") }
            return ZipMember(index: index, name: String(cString: name), sizeBytes: size, packedBytes: packed)
        }
    }

    /// Throws `archives.bomb` where members share packed bytes, so that few of them unpack to many, or unpack to more than
    /// ``maximumTotalBytes``.
    static func check(_ members: [ZipMember], fileBytes: Int, path: String) throws {
        func bomb(_ found: String, _ expected: String) -> KernelVizError {
            KernelVizError(
                code: "archives.bomb", subject: path, found: found, expected: expected,
                advice: "The archive is damaged or made to fill the memory; do not use it")
        }
        var (packed, size) = (0, 0)
        for member in members {
            let sums = (
                packed.addingReportingOverflow(member.packedBytes), size.addingReportingOverflow(member.sizeBytes)
            )
            guard member.packedBytes >= 0, member.sizeBytes >= 0, !sums.0.overflow, !sums.1.overflow else {
                throw bomb("\(members.count) files of more bytes than can be counted", "lengths that fit the file")
            }
            (packed, size) = (sums.0.partialValue, sums.1.partialValue)
        }
        guard packed <= fileBytes else {
            throw bomb(
                "its \(members.count) files claim \(packed) packed bytes in a file of \(fileBytes)",
                "no byte in two of them")
        }
        guard size <= max(maximumTotalBytes, fileBytes) else {
            throw bomb(
                "its \(members.count) files claim \(size) bytes out of \(packed) packed ones",
                "at most \(maximumTotalBytes) together")
        }
    }

    static func unreadable(_ subject: String, code: Int32) -> KernelVizError {
        var text = [CChar](repeating: 0, count: 256)
        kv_zip_error_text(code, &text, text.count)
        let words = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return unreadable(subject, reason: String(decoding: words, as: UTF8.self))
    }

    static func unreadable(_ subject: String, reason: String) -> KernelVizError {
        KernelVizError(
            code: "archives.unreadable", subject: subject, found: "damaged zip archive (\(reason.lowercased()))",
            advice: "Copy or download it again")
    }
}
