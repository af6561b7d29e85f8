import Diagnostics
import HDF5
import Tensors

/// A data set of 3×3 kernels without networks, as CNN Filter DB is (Gavrikov and Keuper, arXiv 2203.15331).
///
/// The code of its authors says `/filters`, its description `/filter`; beside it lies a table of where each came from.
struct FilterCollection {
    let entries: [Checkpoint.Entry]

    /// Nil where the file is something else.
    init?(_ listing: HDF5Listing, path: String) throws {
        guard
            let filters = listing.datasets.first(where: { ["filters", "filter"].contains($0.path) }),
            filters.kind == .numeric, filters.dimensions.count == 2, filters.dimensions[1] == 9
        else { return nil }
        let shape = try HDF5Checkpoint.shape(filters, path)
        let rest = try listing.datasets.filter { $0.kind == .numeric && $0.path != filters.path }.map {
            GenericNames.entry($0.path, shape: try HDF5Checkpoint.shape($0, path), dtype: $0.dtype)
        }
        entries =
            [
                Checkpoint.Entry(
                    name: filters.path, shape: shape, dtype: filters.dtype, module: filters.path, parameter: "weight",
                    axes: .kernelList)
            ] + rest
    }

    /// The checkpoint attribute that holds the kernels' layers: "first:last" of each, in the file's order, joined by spaces.
    static let rangesAttribute = "filter_ids"

    /// The layers' kernels by the file's own table: its column `filter_ids` holds "first:last", both included.
    ///
    /// The table is a pickled array of strings; they are looked for in its bytes, and nothing is unpickled. Nil where there
    /// is no such column.
    static func ranges(_ file: borrowing HDF5File, _ listing: HDF5Listing) throws -> String? {
        for dataset in listing.datasets where dataset.path.hasSuffix("_items") && dataset.kind == .string {
            guard try file.strings(dataset.path) == ["filter_ids"] else { continue }
            let values = dataset.path.dropLast("_items".count) + "_values"
            guard let bytes = try file.variableBytes(String(values)) else { return nil }
            let texts = bytes.split { !($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: ":")) }
                .filter { $0.contains(UInt8(ascii: ":")) }.compactMap { String(validating: $0, as: UTF8.self) }
            return texts.isEmpty ? nil : texts.joined(separator: " ")
        }
        return nil
    }
}
