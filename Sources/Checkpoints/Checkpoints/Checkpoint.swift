import Diagnostics
import Files
import Tensors

/// A file of named tensors, opened: what it holds is known, the tensors are read when asked for.
public struct Checkpoint: Sendable {
    /// One tensor as the file holds it.
    public struct Entry: Sendable, Equatable {
        /// The name in the file, path components joined by "/" or "." as the file does.
        public let name: String
        /// The lengths in the file's own axis order.
        public let shape: Shape
        /// The stored number type in NumPy's spelling ("float32", "float16", ">f8" is "float64").
        public let dtype: String
        /// The layer that owns the tensor, components joined by dots ("features.4.conv.1.0", "conv_dw_1").
        public let module: String
        /// What the tensor is to its layer ("weight", "running_mean", "depthwise_kernel").
        public let parameter: String
        /// The meaning of the axes where the tensor is a convolution's weight.
        public let axes: WeightAxes
        /// What was done to the stored numbers to make these of them ("dequantised from int8"); nil for nothing.
        public let note: String?
        /// The number type; nil for one that only floating-point conversion can read.
        public var type: NumberType? { NumberType(rawValue: dtype) }

        /// Names a tensor; `module` and `parameter` are the parts of `name` before and after the last separator
        /// unless the format knows better.
        public init(
            name: String, shape: Shape, dtype: String, module: String? = nil, parameter: String? = nil,
            axes: WeightAxes = .outputInputRowsColumns, note: String? = nil
        ) {
            self.name = name
            self.shape = shape
            self.dtype = dtype
            let parts = name.split { $0 == "/" || $0 == "." }
            self.module = module ?? parts.dropLast().joined(separator: ".")
            self.parameter = parameter ?? String(parts.last ?? "")
            self.axes = axes
            self.note = note
        }
    }

    /// The path as the user named it.
    public let path: String
    /// The file format in words ("HDF5", "Keras HDF5").
    public let format: String
    /// What the file holds, names unique, in file order.
    public let entries: [Entry]
    /// Root attributes that are strings or numbers, as text ("family", "padding", "batch_norm").
    public let attributes: [String: String]
    /// What the file says about its layers beyond their weights; nil where it holds weights only.
    public let model: ModelFacts?
    /// What kernelviz said of the network when it wrote the file; nil in other files.
    public let description: NetworkDescription?
    /// What reading left out, converted or took for granted: one sentence each, for people.
    public let notes: [String]
    /// Tensors that lie in the file and are no part of the network: a second copy of its weights, such as the moving
    /// average that a training keeps. They can be read by their names.
    public let setAside: [Entry]

    private let byName: [String: Int]
    private let asideByName: [String: Int]
    private let source: any TensorSource
    private let digest: FileDigest
    /// The limit under which the file was opened, whatever thread reads a tensor later.
    private let memoryBytes = MemoryLimit.bytes

    /// Joins a file's listing with the means to read its tensors; one argument for each thing that readers find.
    package init(
        path: String, format: String, files: [String], sha256: String? = nil, entries: [Entry],
        attributes: [String: String] = [:], model: ModelFacts? = nil, notes: [String] = [],
        setAside: [Entry] = [], source: any TensorSource
    ) {
        self.path = path
        self.format = format
        let description = attributes[NetworkDescription.key].flatMap(NetworkDescription.init(json:))
        let entries = description.map { $0.identified(entries) } ?? entries
        self.entries = entries
        self.attributes = attributes
        self.notes = notes
        self.setAside = setAside
        self.description = description
        // What kernelviz wrote of the network knows the tensors as they are in this file.
        self.model = (description?.graph?.facts(entries) ?? model)?.sanitized
        self.digest = FileDigest(files, known: sha256)
        self.byName = Dictionary(
            entries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.asideByName = Dictionary(
            setAside.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.source = source
    }

    /// The files that hold the tensors: one, or the shards of a larger checkpoint.
    public var files: [String] { digest.files }

    /// SHA-256 of the file, 64 hexadecimal digits; of several files, of their digests in order, one a line.
    ///
    /// Computed when first asked for; empty where the file is no longer readable then.
    public var sha256: String { digest.hexadecimal }

    /// The entry called `name`, or nil.
    public func entry(named name: String) -> Entry? { byName[name].map { entries[$0] } }

    /// Reads one tensor, converted to float32, in the file's own axis order.
    ///
    /// Throws `weights.noTensor` (with the nearest name), `files.memory` where it is larger than `MemoryLimit` allowed
    /// when the file was opened, or the format's own error.
    public func tensor(named name: String) throws -> Tensor {
        let entry = try existing(name)
        let scalars = try bounded(entry.shape.elementCount, name) { subject in
            try source.stored(entry).floats(count: entry.shape.elementCount, subject: subject)
        }
        return Tensor(shape: entry.shape, scalars: scalars)
    }

    /// Reads some rows of a tensor (places along its first axis), converted to float32, in the file's own axis order.
    ///
    /// Where the file allows it, no more than these rows comes into memory.
    /// Throws as ``tensor(named:)``; the rows must lie inside the tensor.
    public func rows(_ rows: Range<Int>, of name: String) throws -> [Float] {
        let entry = try existing(name)
        precondition(entry.shape.rank > 0 && rows.lowerBound >= 0 && rows.upperBound <= entry.shape[0])
        let count = rows.count * entry.shape.dimensions.dropFirst().reduce(1, *)
        return try bounded(count, name) { subject in
            try source.stored(entry, rows: rows).floats(count: count, subject: subject)
        }
    }

    /// Reads one tensor without converting anything but the byte order.
    ///
    /// Throws as ``tensor(named:)``.
    public func bytes(named name: String) throws -> TensorBytes {
        let entry = try existing(name)
        return try bounded(entry.shape.elementCount, name) { subject in
            let stored = try source.stored(entry)
            let bytes = try stored.bytes(count: entry.shape.elementCount, subject: subject)
            return TensorBytes(type: stored.type, shape: entry.shape, bytes: bytes)
        }
    }

    /// Throws `files.memory` where all tensors together, as whoever runs a network holds them, take more than
    /// `MemoryLimit` allowed when the file was opened.
    public func checkMemoryOfAll() throws {
        var bytes = 0
        for entry in entries { bytes = Self.sum(bytes, Self.floatBytes(entry.shape.elementCount)) }
        try checkMemory(bytes, "its \(entries.count) tensors, which are held together,")
    }

    /// Throws `files.memory` where what is made of this file, in words, takes more than `MemoryLimit` allowed when it was
    /// opened.
    package func checkMemory(_ bytes: Int, _ what: String) throws {
        try MemoryLimit.$bytes.withValue(memoryBytes) { try MemoryLimit.check(bytes, what, subject: path) }
    }

    /// The limit in bytes of what is held of this file at once.
    package var memoryLimit: Int { memoryBytes }

    private func bounded<Result>(_ elements: Int, _ name: String, _ body: (String) throws -> Result) throws -> Result {
        let subject = "\(path): \(name)"
        return try MemoryLimit.$bytes.withValue(memoryBytes) {
            try MemoryLimit.check(Self.floatBytes(elements), "the tensor, as 32-bit numbers,", subject: subject)
            return try body(subject)
        }
    }

    private static func floatBytes(_ elements: Int) -> Int {
        let (bytes, isHuge) = elements.multipliedReportingOverflow(by: MemoryLayout<Float>.size)
        return isHuge ? .max : bytes
    }

    private static func sum(_ bytes: Int, _ others: Int) -> Int {
        let (sum, isHuge) = bytes.addingReportingOverflow(others)
        return isHuge ? .max : sum
    }

    /// The same file with some of its entries set aside, more attributes and more said of it.
    func with(
        entries: [Entry]? = nil, setAside: [Entry]? = nil, attributes more: [String: String] = [:],
        notes others: [String] = [], path: String? = nil, files: [String]? = nil,
        source change: (any TensorSource) -> any TensorSource = { $0 }
    ) -> Checkpoint {
        let entries = entries ?? self.entries
        let gone = setAside.map { Set($0.map(\.module)).subtracting(entries.map(\.module)) } ?? []
        return Checkpoint(
            path: path ?? self.path, format: format, files: files ?? self.files, entries: entries,
            attributes: attributes.merging(more) { own, _ in own },
            model: gone.isEmpty ? model : model?.without(gone), notes: notes + others,
            setAside: setAside ?? self.setAside, source: change(source))
    }

    /// What the source hands over, for readers that pass it on.
    func stored(_ entry: Entry) throws -> StoredTensor { try source.stored(entry) }

    /// Where a tensor's elements lie in a file as they are, as far as the source knows without reading.
    func region(_ entry: Entry) -> FileRegion? { source.region(entry) }

    /// What the source hands over of some rows.
    func stored(_ entry: Entry, rows: Range<Int>) throws -> StoredTensor { try source.stored(entry, rows: rows) }

    private func existing(_ name: String) throws -> Entry {
        if let entry = entry(named: name) ?? asideByName[name].map({ setAside[$0] }) { return entry }
        throw KernelVizError(
            code: "weights.noTensor", subject: path, found: "no tensor '\(name)'",
            advice: NearestName.advice(for: name, among: entries.map(\.name)))
    }
}
