import Diagnostics
import HDF5
import Tensors

/// A data set of loose 3×3 kernels without networks, as CNN Filter DB is (Gavrikov and Keuper, arXiv 2203.15331).
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
                    axes: .looseKernels)
            ] + rest
    }
}
