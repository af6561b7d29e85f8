import Diagnostics
import HDF5
import Files
import Tensors

/// Reads an HDF5 file's listing into a checkpoint: state dicts as they lie, Keras files by their own lists.
enum HDF5Checkpoint {
    static func open(_ path: String) throws -> Checkpoint {
        let file = try HDF5File(path: path)
        let listing = try file.listing()
        var attributes: [String: String] = [:]
        for name in try file.attributeNames() {
            attributes[name] = try file.attribute(name)?.text
        }
        let format: String
        let entries: [Checkpoint.Entry]
        if let keras = try KerasLayout(file, listing: listing) {
            format = "Keras HDF5"
            let facts = attributes["model_config"].map(KerasModelFacts.init(json:))
            entries = try keras.entries(file, listing: listing, facts: facts)
        } else {
            format = "HDF5"
            entries = try listing.datasets.filter { $0.kind == .numeric }.map { dataset in
                Checkpoint.Entry(
                    name: dataset.path, shape: try shape(dataset, path), dtype: dataset.dtype)
            }
        }
        return Checkpoint(
            path: path, format: format, sha256: try InputFile.sha256(path), entries: entries,
            attributes: attributes, source: HDF5TensorSource(file))
    }

    static func shape(_ dataset: HDF5Dataset, _ path: String) throws -> Shape {
        guard let shape = Shape.checked(dataset.dimensions) else {
            throw KernelVizError(
                code: "weights.tooLarge", subject: "\(path): \(dataset.path)",
                found: "claims \(dataset.dimensions.map(String.init).joined(separator: "×")) elements",
                expected: "a tensor that fits into memory", advice: "The file is damaged; copy or download it again")
        }
        return shape
    }
}

/// Tensors read on demand from an HDF5 file that stays open.
final class HDF5TensorSource: TensorSource {
    private let file: HDF5File

    init(_ file: consuming HDF5File) { self.file = file }

    func tensor(named name: String, shape: Shape) throws -> Tensor {
        let scalars = try file.floats(name)
        guard scalars.count == shape.elementCount else {
            throw KernelVizError(
                code: "weights.changed", subject: "\(file.path): \(name)",
                found: "\(scalars.count) elements", expected: shape.description,
                advice: "The file changed while it was read; try again")
        }
        return Tensor(shape: shape, scalars: scalars)
    }
}
