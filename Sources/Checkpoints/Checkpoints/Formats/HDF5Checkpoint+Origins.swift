import Diagnostics
import Files
import HDF5

extension HDF5Checkpoint {
    /// What is said of a file for the program that wrote it: Latin-1 names, MATLAB's order of axes.
    static func notes(_ listing: HDF5Listing, path: String) -> [String] {
        var notes: [String] = []
        if listing.latinNameCount > 0 {
            notes.append(
                "\(listing.latinNameCount) names in the file are no UTF-8; they were read as Latin-1 (\"é\" for byte E9)."
            )
        }
        if beginning(path).hasPrefix("MATLAB") {
            notes.append(
                "MATLAB writes arrays by columns: their axes stand in reverse order here, so rows and columns of each "
                    + "kernel have changed places.")
        }
        return notes
    }

    /// A file whose data sets are no arrays of numbers.
    static func noNumbers(_ listing: HDF5Listing, path: String) -> KernelVizError {
        let shown = listing.datasets.prefix(4).map { "'\($0.path)' \($0.dtype)" }.joined(separator: ", ")
        let more = listing.datasets.count > 4 ? " and \(listing.datasets.count - 4) more" : ""
        let head = beginning(path)
        let isJulia =
            FilePaths.fileExtension(of: path) == "jld2" || head.hasPrefix("Julia") || head.hasPrefix("HDF5-based Julia")
        let writer = isJulia ? "a Julia file (JLD2)" : head.hasPrefix("MATLAB") ? "a MATLAB file" : "an HDF5 file"
        return KernelVizError(
            code: "weights.noTensors", subject: path,
            found: listing.datasets.isEmpty
                ? "\(writer) without data sets" : "\(writer) without arrays of numbers (it holds \(shown)\(more))",
            expected: "data sets of numbers, one for each tensor",
            advice: isJulia
                ? "Save each array by its name in Julia: using HDF5; h5write(\"net.h5\", name, array)"
                : head.hasPrefix("MATLAB")
                    ? "Export the network in MATLAB: exportONNXNetwork(net, 'net.onnx')"
                    : "Save each array by its name with h5py: file[name] = array")
    }

    private static func beginning(_ path: String) -> String {
        String(decoding: (try? InputFile.prefix(path, count: 128)) ?? [], as: UTF8.self)
    }
}
