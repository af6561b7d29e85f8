import Diagnostics
import Sandbox
import Tensors

/// What an isolated reader and its parent say to each other.
///
/// The parent believes nothing: lengths are bounded by the message, shapes and types are checked anew.
enum CheckpointMessages {
    /// A request.
    enum Request: Equatable {
        /// `copy` names one of several copies of the weights; `memoryBytes` is the limit of what is read.
        case open(path: String, copy: String?, memoryBytes: Int)
        /// The tensor at this place of the listing.
        case tensor(Int)
        /// Some rows of the tensor at this place.
        case rows(Int, Range<Int>)
    }

    static func encode(_ request: Request) -> [UInt8] {
        var writer = ByteWriter()
        switch request {
        case .open(let path, let copy, let memoryBytes):
            writer.write(UInt8(0))
            writer.write(path)
            writer.write(copy)
            writer.write(memoryBytes)
        case .tensor(let index):
            writer.write(UInt8(1))
            writer.write(index)
        case .rows(let index, let rows):
            writer.write(UInt8(2))
            for number in [index, rows.lowerBound, rows.upperBound] { writer.write(number) }
        }
        return writer.bytes
    }

    static func request(_ bytes: [UInt8]) throws -> Request {
        var reader = ByteReader(bytes)
        switch try reader.byte() {
        case 0:
            return .open(
                path: try reader.text(), copy: try reader.optionalText(), memoryBytes: try reader.number())
        case 1: return .tensor(try reader.number())
        default:
            let (index, lower, upper) = (try reader.number(), try reader.number(), try reader.number())
            guard lower >= 0, lower <= upper else { throw ByteReader.Malformed() }
            return .rows(index, lower..<upper)
        }
    }

    /// A checkpoint without its tensors.
    struct Listing: Sendable {
        var format: String
        var files: [String]
        var entries: [Checkpoint.Entry]
        /// For each entry where its elements lie as they are, as far as that is known.
        var regions: [FileRegion?]
        var attributes: [String: String]
        var model: ModelFacts?
        var notes: [String] = []
        /// Entries that are no part of the network; ``regions`` goes on over them.
        var setAside: [Checkpoint.Entry] = []
    }

    /// An answer that is an error: first byte 1.
    static func encode(_ error: KernelVizError) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt8(1))
        for text in [error.code, error.subject, error.found] { writer.write(text) }
        writer.write(error.expected)
        writer.write(error.advice)
        return writer.bytes
    }

    /// Throws the error where an answer is one, else returns a reader behind the first byte.
    static func success(_ bytes: [UInt8]) throws -> ByteReader {
        var reader = ByteReader(bytes)
        guard try reader.byte() == 1 else { return reader }
        throw KernelVizError(
            code: try reader.text(), subject: try reader.text(), found: try reader.text(),
            expected: try reader.optionalText(), advice: try reader.optionalText())
    }

    static func encode(_ listing: Listing) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt8(0))
        writer.write(listing.format)
        writer.write(listing.files.count)
        for file in listing.files { writer.write(file) }
        writer.write(listing.entries.count)
        writer.write(listing.setAside.count)
        for (entry, region) in zip(listing.entries + listing.setAside, listing.regions) {
            writer.write(entry.name)
            writer.write(entry.shape.rank)
            for length in entry.shape.dimensions { writer.write(length) }
            for text in [entry.dtype, entry.module, entry.parameter, entry.axes.rawValue] { writer.write(text) }
            writer.write(entry.note)
            writer.write(region?.path)
            writer.write(region?.offset ?? 0)
        }
        writer.write(listing.attributes.count)
        for (key, value) in listing.attributes.sorted(by: { $0.key < $1.key }) {
            writer.write(key)
            writer.write(value)
        }
        encode(listing.model, to: &writer)
        writer.write(listing.notes.count)
        for note in listing.notes { writer.write(note) }
        return writer.bytes
    }

    static func listing(_ bytes: [UInt8]) throws -> Listing {
        var reader = try success(bytes)
        let format = try reader.text()
        let files = try (0..<reader.count()).map { _ in try reader.text() }
        var entries: [Checkpoint.Entry] = []
        var regions: [FileRegion?] = []
        let (count, asideCount) = (try reader.count(), try reader.count())
        for _ in 0..<count + asideCount {
            entries.append(try entry(&reader))
            let (path, offset) = (try reader.optionalText(), try reader.number())
            guard offset >= 0 else { throw ByteReader.Malformed() }
            regions.append(path.map { FileRegion(path: $0, offset: offset) })
        }
        let pairs = try (0..<reader.count()).map { _ in (try reader.text(), try reader.text()) }
        let model = try model(&reader)
        return Listing(
            format: format, files: files, entries: Array(entries[..<count]), regions: regions,
            attributes: Dictionary(pairs, uniquingKeysWith: { first, _ in first }), model: model,
            notes: try (0..<reader.count()).map { _ in try reader.text() }, setAside: Array(entries[count...]))
    }

    private static func entry(_ reader: inout ByteReader) throws -> Checkpoint.Entry {
        let name = try reader.text()
        let dimensions = try (0..<reader.count(itemBytes: 8)).map { _ in try reader.number() }
        guard let shape = Shape.checked(dimensions) else { throw ByteReader.Malformed() }
        let (dtype, module, parameter) = (try reader.text(), try reader.text(), try reader.text())
        guard let axes = WeightAxes(rawValue: try reader.text()) else { throw ByteReader.Malformed() }
        return Checkpoint.Entry(
            name: name, shape: shape, dtype: dtype, module: module, parameter: parameter, axes: axes,
            note: try reader.optionalText())
    }

    private static func encode(_ model: ModelFacts?, to writer: inout ByteWriter) {
        writer.write(UInt8(model == nil ? 0 : 1))
        guard let model else { return }
        writer.write(model.inputSize.map(String.init))
        writer.write(model.order.count)
        for name in model.order {
            writer.write(name)
            let layer = model.layers[name] ?? ModelFacts.Layer(className: "")
            writer.write(layer.className)
            writer.write(layer.stride.map(String.init))
            writer.write(layer.unevenStrides.map { $0.map(String.init).joined(separator: " ") })
            writer.write(layer.padding)
            writer.write(layer.epsilon.map { String($0.bitPattern) })
            writer.write(layer.groups.map(String.init))
            writer.write(layer.dilation.map(String.init))
            writer.write(layer.norm)
        }
        writer.write(model.graph.flatMap(NetworkDescription.json))
    }

    private static func model(_ reader: inout ByteReader) throws -> ModelFacts? {
        guard try reader.byte() == 1 else { return nil }
        var model = ModelFacts()
        model.inputSize = try reader.optionalText().flatMap { Int($0) }
        for _ in 0..<(try reader.count()) {
            let name = try reader.text()
            var layer = ModelFacts.Layer(className: try reader.text())
            layer.stride = try reader.optionalText().flatMap { Int($0) }
            layer.unevenStrides = try reader.optionalText().map { $0.split(separator: " ").compactMap { Int($0) } }
            layer.padding = try reader.optionalText()
            layer.epsilon = try reader.optionalText().flatMap { UInt32($0) }.map(Float.init(bitPattern:))
            layer.groups = try reader.optionalText().flatMap { Int($0) }
            layer.dilation = try reader.optionalText().flatMap { Int($0) }
            layer.norm = try reader.optionalText()
            model.order.append(name)
            model.layers[name] = layer
        }
        model.graph = try reader.optionalText().flatMap { NetworkDescription.decoded(LayerGraph.self, $0) }
        return model
    }
}
