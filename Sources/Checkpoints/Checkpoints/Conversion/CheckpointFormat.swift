import Diagnostics
import Files

/// The formats in which checkpoints are written.
public enum CheckpointFormat: String, Sendable, CaseIterable {
    /// One data set a tensor.
    case hdf5
    case safetensors
    /// NumPy's archive, uncompressed.
    case npz

    /// The format that a file name asks for.
    ///
    /// Throws `weights.unknownExtension`.
    public init(path: String) throws {
        switch FilePaths.fileExtension(of: path) {
        case "h5", "hdf5": self = .hdf5
        case "safetensors": self = .safetensors
        case "npz": self = .npz
        case let other:
            throw KernelVizError(
                code: "weights.unknownExtension", subject: path,
                found: other.isEmpty ? "has no extension" : "ends in '.\(other)'",
                expected: ".h5, .safetensors or .npz")
        }
    }
}
