import CZip
import Diagnostics
import Files

/// Writes a zip archive of uncompressed members; the same calls give the same bytes.
///
/// Members are asked for their bytes one at a time while the archive is written, so memory holds one of them.
public struct ZipWriter: ~Copyable {
    private let archive: OpaquePointer
    private let path: String
    private let failure = FailureBox()

    /// Writes an archive to `path` whole or not at all; `body` adds the members.
    ///
    /// Throws `files.exists` and the like, `archives.unwritable`, or what `body` or a member throws.
    public static func write(
        to path: String, overwriting: AtomicFile.Overwriting = .replace, body: (borrowing ZipWriter) throws -> Void
    ) throws {
        try AtomicFile.write(to: path, overwriting: overwriting) { temporary in
            let writer = try ZipWriter(temporary: temporary, path: path)
            do { try body(writer) } catch {
                zip_discard(writer.archive)
                throw error
            }
            try writer.close()
        }
    }

    private init(temporary: String, path: String) throws {
        var code: Int32 = 0
        guard let archive = zip_open(temporary, ZIP_CREATE | ZIP_TRUNCATE, &code) else {
            throw KernelVizError(
                code: "archives.unwritable", subject: path, found: ZipArchive.unreadable(path, code: code).found,
                advice: "Check the free space and the permissions of the folder")
        }
        self.archive = archive
        self.path = path
    }

    /// A note to the whole archive, which other programs pass over; at most 65,535 bytes.
    public func setComment(_ text: String) throws {
        guard zip_set_archive_comment(archive, text, zip_uint16_t(text.utf8.count)) == 0 else { throw unwritable() }
    }

    /// Adds a member of `sizeBytes` bytes, which `bytes` hands over when its turn has come.
    public func add(_ name: String, sizeBytes: Int, bytes: @escaping () throws -> [UInt8]) throws {
        let member = MemberSource(sizeBytes: sizeBytes, failure: failure, produce: bytes)
        let context = Unmanaged.passRetained(member).toOpaque()
        guard let source = zip_source_function(archive, memberCallback, context) else {
            Unmanaged<MemberSource>.fromOpaque(context).release()
            throw unwritable()
        }
        let index = zip_file_add(archive, name, source, zip_flags_t(ZIP_FL_ENC_UTF_8))
        guard index >= 0 else {
            zip_source_free(source)
            throw unwritable()
        }
        // 1 January 1980, the first day that the format knows: the same archive on every day.
        guard zip_set_file_compression(archive, zip_uint64_t(index), ZIP_CM_STORE, 0) == 0,
            zip_file_set_dostime(archive, zip_uint64_t(index), 0, 0x21, 0) == 0
        else { throw unwritable() }
    }

    private consuming func close() throws {
        guard zip_close(archive) == 0 else {
            let error = failure.error ?? unwritable()
            zip_discard(archive)
            throw error
        }
    }

    private func unwritable() -> KernelVizError {
        KernelVizError(
            code: "archives.unwritable", subject: path,
            found: "cannot be written (\(String(cString: zip_strerror(archive)).lowercased()))",
            advice: "Check the free space and the permissions of the folder")
    }
}

/// The first error that a member threw while libzip asked for it.
private final class FailureBox {
    var error: (any Error)?
}

/// What libzip asks a member for, one call after the other.
private final class MemberSource {
    let sizeBytes: Int
    private let failure: FailureBox
    private let produce: () throws -> [UInt8]
    private var bytes: [UInt8] = []
    private var position = 0

    init(sizeBytes: Int, failure: FailureBox, produce: @escaping () throws -> [UInt8]) {
        self.sizeBytes = sizeBytes
        self.failure = failure
        self.produce = produce
    }

    func open() -> zip_int64_t {
        do {
            bytes = try produce()
            position = 0
            return bytes.count == sizeBytes ? 0 : -1
        } catch {
            failure.error = error
            return -1
        }
    }

    func read(_ data: UnsafeMutableRawPointer?, _ length: Int) -> zip_int64_t {
        let count = min(length, bytes.count - position)
        bytes.withUnsafeBytes { buffer in
            guard count > 0, let data, let base = buffer.baseAddress else { return }
            data.copyMemory(from: base.advanced(by: position), byteCount: count)
        }
        position += count
        return zip_int64_t(count)
    }

    func close() { bytes = [] }
}

private func memberCallback(
    _ context: UnsafeMutableRawPointer?, _ data: UnsafeMutableRawPointer?, _ length: zip_uint64_t,
    _ command: zip_source_cmd_t
) -> zip_int64_t {
    guard let context else { return -1 }
    let member = Unmanaged<MemberSource>.fromOpaque(context)
    switch command {
    case ZIP_SOURCE_OPEN: return member.takeUnretainedValue().open()
    case ZIP_SOURCE_READ: return member.takeUnretainedValue().read(data, Int(length))
    case ZIP_SOURCE_CLOSE:
        member.takeUnretainedValue().close()
        return 0
    case ZIP_SOURCE_STAT:
        guard let status = data?.assumingMemoryBound(to: zip_stat_t.self) else { return -1 }
        zip_stat_init(status)
        status.pointee.size = zip_uint64_t(member.takeUnretainedValue().sizeBytes)
        status.pointee.valid = zip_uint64_t(ZIP_STAT_SIZE)
        return zip_int64_t(MemoryLayout<zip_stat_t>.size)
    case ZIP_SOURCE_ERROR:
        guard let codes = data?.assumingMemoryBound(to: Int32.self) else { return -1 }
        codes[0] = Int32(ZIP_ER_READ)
        codes[1] = 0
        return zip_int64_t(2 * MemoryLayout<Int32>.size)
    case ZIP_SOURCE_FREE:
        member.release()
        return 0
    case ZIP_SOURCE_SUPPORTS:
        let commands = [
            ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE,
        ]
        return commands.reduce(0) { $0 | 1 << zip_int64_t($1.rawValue) }
    default: return -1
    }
}
