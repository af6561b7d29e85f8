import CHDF5
import Diagnostics
import Files

/// An HDF5 file opened for reading, closed when the value ends.
///
/// Safe to use from several threads: operations wait for each other.
/// External links are never followed. A file that was tampered with can crash libhdf5 itself.
public struct HDF5File: ~Copyable, Sendable {
    /// The path as the user named it.
    public let path: String
    /// The file's length, a bound for what its data sets may claim.
    let sizeBytes: Int
    /// Whether the file is a copy in memory.
    let isInMemory: Bool
    let identifier: hid_t

    /// Opens the file at `path`.
    ///
    /// Throws `files.missing` and the like, `hdf5.notHDF5`, `hdf5.truncated` or `hdf5.unreadable`.
    public init(path: String) throws {
        let size = try InputFile.sizeBytes(path)
        let opened = try HDF5Library.locked { () -> hid_t in
            let access = try HDF5Library.check(
                H5Pcreate(kv_H5P_FILE_ACCESS()), "hdf5.unreadable", path, "cannot be opened")
            defer { H5Pclose(access) }
            kv_without_file_locking(access)
            let file = H5Fopen(path, kv_H5F_ACC_RDONLY(), access)
            if file < 0 { throw Self.openingFailure(path, sizeBytes: size, HDF5Library.innermostReason()) }
            return file
        }
        self.path = path
        self.sizeBytes = size
        self.isInMemory = false
        self.identifier = opened
    }

    /// Opens a file that was read or unpacked before; `path` names it in errors.
    ///
    /// Throws `hdf5.notHDF5`, `hdf5.truncated` or `hdf5.unreadable`. The library keeps a copy of its own.
    public init(bytes: [UInt8], path: String) throws {
        let opened = try HDF5Library.locked { () -> hid_t in
            let access = try HDF5Library.check(
                H5Pcreate(kv_H5P_FILE_ACCESS()), "hdf5.unreadable", path, "cannot be opened")
            defer { H5Pclose(access) }
            H5Pset_fapl_core(access, 1 << 20, false)
            let status = bytes.withUnsafeBytes { buffer in
                H5Pset_file_image(access, UnsafeMutableRawPointer(mutating: buffer.baseAddress), buffer.count)
            }
            try HDF5Library.check(status, "hdf5.unreadable", path, "cannot be opened")
            // The library insists on a name that no file has: nothing lies below a file.
            let file = H5Fopen(path + "/image", kv_H5F_ACC_RDONLY(), access)
            if file < 0 { throw Self.openingFailure(path, sizeBytes: bytes.count, HDF5Library.innermostReason()) }
            return file
        }
        self.path = path
        self.sizeBytes = bytes.count
        self.isInMemory = true
        self.identifier = opened
    }

    deinit { HDF5Library.close(identifier, H5Fclose) }

    /// Whether `path` holds an HDF5 signature, whatever the file is called.
    public static func isHDF5(_ path: String) throws -> Bool {
        try InputFile.check(path)
        return try HDF5Library.locked { H5Fis_hdf5(path) > 0 }
    }

    /// The shortest superblock, 8 bytes of signature included (version 2).
    private static let superblockBytes = 48

    private static func openingFailure(_ path: String, sizeBytes: Int, _ reason: String?) -> KernelVizError {
        guard let reason else {
            return KernelVizError(code: "hdf5.unreadable", subject: path, found: "HDF5 cannot open it")
        }
        if reason.contains("file signature not found") {
            return KernelVizError(
                code: "hdf5.notHDF5", subject: path, found: "not an HDF5 file (\(reason))",
                advice: "Pass a Keras .h5 file or an h5py state dict")
        }
        if reason.contains("already open for") {
            return KernelVizError(
                code: "hdf5.openForWriting", subject: path,
                found:
                    "a program has it open for writing, or ended without closing it (its marks of consistency are set)",
                expected: "a file that was closed",
                advice: "Close that program; where none runs, clear the marks on a copy: h5clear -s FILE")
        }
        if sizeBytes < superblockBytes {
            return KernelVizError(
                code: "hdf5.truncated", subject: path, found: "truncated HDF5 file (\(sizeBytes) bytes)",
                expected: "the whole file", advice: "Copy or download it again")
        }
        // "truncated file: eof = 1000, sblock->base_addr = 0, stored_eof = 2008432"
        let numbers = reason.split { !$0.isNumber }.compactMap { Int($0) }
        if reason.hasPrefix("truncated file"), let present = numbers.first, let whole = numbers.last {
            return KernelVizError(
                code: "hdf5.truncated", subject: path, found: "truncated HDF5 file (\(present) of \(whole) bytes)",
                expected: "the whole file", advice: "Copy or download it again")
        }
        return KernelVizError(
            code: "hdf5.unreadable", subject: path, found: "HDF5 cannot open it (\(reason))",
            advice: "The file is damaged; copy or download it again")
    }

    /// "net.h5: /conv1/weight": how an object inside the file is named in errors.
    func subject(_ object: String) -> String { Self.subject(path, object) }

    static func subject(_ path: String, _ object: String) -> String {
        "\(path): /\(object.drop(while: { $0 == "/" }))"
    }
}
