import Diagnostics
import Files
import HDF5
import Tensors

/// Reads an HDF5 file's listing into a checkpoint: state dicts as they lie, Keras files by their own lists.
enum HDF5Checkpoint {
    static func open(_ path: String) throws -> Checkpoint {
        try open(HDF5File(path: path), path: path, files: [path], format: nil, config: nil)
    }

    /// Opens a file that lies inside an archive; `config` is the model that the archive describes, `version` that of Keras.
    static func open(
        _ file: consuming HDF5File, path: String, files: [String], format: String?, config: String?,
        version: String? = nil
    ) throws -> Checkpoint {
        let listing = try file.listing()
        var attributes: [String: String] = [:]
        for name in try file.attributeNames() {
            attributes[name] = try file.attribute(name)?.text
        }
        if let config { attributes["model_config"] = config }
        if let version { attributes["keras_version"] = version }
        let contents = try contents(file, listing, &attributes)
        let model = attributes["model_config"].flatMap {
            KerasModelConfig.read(json: $0, entries: contents.entries, version: contents.version)
        }
        guard !contents.entries.isEmpty else { throw noNumbers(listing, path: path) }
        return Checkpoint(
            path: path, format: format ?? contents.format, files: files, entries: contents.entries,
            attributes: attributes, model: model?.facts,
            notes: contents.notes + (model?.notes ?? []) + notes(listing, path: path),
            source: HDF5TensorSource(file, listing, divisors: contents.divisors))
    }

    /// The attribute that names the type of numbers kept as integers of their size.
    static let typeAttribute = "dtype"
    /// Types that may be kept so.
    static let disguised: [NumberType] = [.bfloat16, .float8e4m3, .float8e5m2]

    private struct Contents {
        let format: String
        let entries: [Checkpoint.Entry]
        var notes: [String] = []
        /// For quantised matrices the data set of numbers, one a column, by which they are divided.
        var divisors: [String: String] = [:]
        /// The major version of Keras.
        var version: Int?
    }

    private static func contents(
        _ file: borrowing HDF5File, _ listing: HDF5Listing, _ attributes: inout [String: String]
    ) throws -> Contents {
        let config = attributes["model_config"]
        if let keras = try KerasLayout(file, listing: listing, attributes: attributes, config: config) {
            let (entries, notes) = try keras.entries(attributes: attributes)
            return Contents(format: "Keras HDF5", entries: entries, notes: notes, version: keras.origin.major)
        }
        if let keras = try Keras3Layout(file, listing: listing, config: config) {
            let (entries, notes) = try keras.entries()
            let version = KerasOrigin(attributes: attributes, config: config, weightNames: []).major
            return Contents(
                format: "Keras 3 HDF5", entries: entries, notes: notes, divisors: keras.divisors, version: version ?? 3)
        }
        if let keras = KerasNumberedLayout(file, listing: listing, attributes: attributes) {
            let (entries, notes) = try keras.entries(attributes: attributes)
            return Contents(format: "Keras HDF5", entries: entries, notes: notes, version: 1)
        }
        if let filters = try FilterCollection(listing, path: file.path) {
            attributes[FilterCollection.rangesAttribute] = try FilterCollection.ranges(file, listing)
            return Contents(format: "CNN Filter DB", entries: filters.entries)
        }
        let entries = try listing.datasets.filter { $0.kind == .numeric }.map { dataset in
            var dtype = dataset.dtype
            // Types that h5py lacks are kept as integers of their size, the name in an attribute.
            if ["uint8", "int8", "uint16", "int16"].contains(dtype) {
                let own = try file.attribute(typeAttribute, of: dataset.path)?.text
                let wanted = own ?? attributes[typeAttribute]
                if let type = wanted.flatMap(NumberType.init), disguised.contains(type),
                    dtype.hasSuffix("int\(type.sizeBytes * 8)")
                {
                    dtype = type.rawValue
                }
            }
            return GenericNames.entry(dataset.path, shape: try shape(dataset, file.path), dtype: dtype)
        }
        return Contents(format: "HDF5", entries: entries)
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
    /// Where elements lie as they are.
    private let offsets: [String: Int]
    /// For quantised matrices the data set of numbers, one a column, by which they are divided.
    private let divisors: [String: String]

    init(_ file: consuming HDF5File, _ listing: HDF5Listing, divisors: [String: String] = [:]) {
        self.file = file
        offsets = Dictionary(
            listing.datasets.compactMap { dataset in dataset.plainOffset.map { (dataset.path, $0) } },
            uniquingKeysWith: { first, _ in first })
        self.divisors = divisors
    }

    func region(_ entry: Checkpoint.Entry) -> FileRegion? {
        guard entry.type != nil, divisors[entry.name] == nil else { return nil }
        return offsets[entry.name].map { FileRegion(path: file.path, offset: $0) }
    }

    func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
        if let divisor = divisors[entry.name] {
            let values = try file.floats(entry.name)
            let columns = try file.floats(divisor)
            guard let last = entry.shape.dimensions.last, last > 0, columns.count == last else {
                throw KernelVizError(
                    code: "weights.changed", subject: "\(file.path): \(divisor)", found: "\(columns.count) scales",
                    expected: "one a column of '\(entry.name)'")
            }
            let scaled = values.enumerated().map { $0.element / columns[$0.offset % last] }
            return StoredTensor(type: .float32, content: .floats(scaled))
        }
        guard let type = entry.type else {
            return StoredTensor(type: .float32, content: .floats(try file.floats(entry.name)))
        }
        if let place = region(entry) {
            return StoredTensor(type: type, content: .region(path: place.path, offset: place.offset))
        }
        if type == .float32 {
            return StoredTensor(type: type, content: .floats(try file.floats(entry.name)))
        }
        return StoredTensor(type: type, content: .bytes(try file.bytes(entry.name)))
    }

    func stored(_ entry: Checkpoint.Entry, rows: Range<Int>) throws -> StoredTensor {
        if divisors[entry.name] != nil { return try stored(entry).rows(rows, of: entry) }
        if let type = entry.type, let place = region(entry) {
            return StoredTensor(type: type, content: .region(path: place.path, offset: place.offset))
                .rows(rows, of: entry)
        }
        return StoredTensor(type: .float32, content: .floats(try file.floats(entry.name, rows: rows)))
    }
}
