import Diagnostics
import Files
import HDF5

extension Checkpoint {
    /// Opens the file at `path`; its content decides the format, not its name.
    ///
    /// Throws `files.missing` and the like, `weights.emptyFile`, `weights.unknownFormat`, `hdf5.truncated`,
    /// `hdf5.unreadable` or `hdf5.externalLink`.
    public static func open(_ path: String) throws -> Checkpoint {
        switch try FileKind.of(path) {
        case .hdf5: return try HDF5Checkpoint.open(path)
        case .empty:
            throw KernelVizError(
                code: "weights.emptyFile", subject: path, found: "the file is empty", expected: "a file of weights",
                advice: "Copy or download it again")
        case .other(let what):
            throw KernelVizError(
                code: "weights.unknownFormat", subject: path,
                found: "not an HDF5 file (\(what.map { "this is \($0)" } ?? "file signature not found"))",
                advice: "Pass a Keras .h5 file or an h5py state dict")
        }
    }
}

/// What a file is by its first bytes.
enum FileKind: Equatable {
    case hdf5
    case empty
    /// Neither; in words where the bytes are known.
    case other(String?)

    static func of(_ path: String) throws -> FileKind {
        if try InputFile.sizeBytes(path) == 0 { return .empty }
        if try HDF5File.isHDF5(path) { return .hdf5 }
        let head = try InputFile.prefix(path, count: 512)
        let starts: [(bytes: [UInt8], name: String)] = [
            ([0x89] + Array("HDF".utf8), "an HDF5 file with a broken signature"),
            (Array("PK".utf8) + [3, 4], "a zip archive, as .pth, .npz and .keras files are"),
            ([0x80, 2], "a Python pickle"),
            ([0x93] + Array("NUMPY".utf8), "a NumPy array"),
            ([0x89] + Array("PNG".utf8), "a PNG image"),
        ]
        for start in starts where head.starts(with: start.bytes) { return .other(start.name) }
        return .other(nil)
    }
}
