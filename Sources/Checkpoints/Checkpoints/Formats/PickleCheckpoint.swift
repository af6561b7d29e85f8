import Diagnostics
import Files
import Tensors

/// Reads plain Python pickles of arrays and tensors: `pickle.dump` of lists and dictionaries of NumPy arrays, PaddlePaddle's
/// `.pdparams`, joblib's uncompressed files, NumPy's arrays of objects.
enum PickleCheckpoint {
    /// The longest file that is read: it is held in memory whole.
    static let maximumBytes = 1 << 31

    static func open(_ path: String) throws -> Checkpoint {
        let bytes = try InputFile.bytes(path, limitBytes: maximumBytes)
        var reader = PickleReader(bytes, subject: path)
        let root = try reader.read()
        var listing = try PickledTensors(root, of: reader)
        guard !listing.tensors.isEmpty else {
            throw KernelVizError(
                code: "weights.noTensors", subject: path,
                found: "a Python pickle without arrays of numbers (\(reader.heap.words(root)))",
                expected: "a state dict, or arrays by name",
                advice: "Save them with torch.save(model.state_dict(), path) or numpy.savez(path, **arrays)")
        }
        if reader.position < bytes.count { listing.sayMore(bytes.count - reader.position) }
        return try listing.checkpoint(path: path, format: "Python pickle", storages: .none)
    }

    /// Opens NumPy's array of Python objects, a pickle behind its header.
    static func openObjects(_ path: String, dataOffset: Int) throws -> Checkpoint {
        let listing = try objects(InputFile.bytes(path, limitBytes: maximumBytes), dataOffset, subject: path)
        guard !listing.tensors.isEmpty else {
            throw KernelVizError(
                code: "weights.noTensors", subject: path,
                found: "a NumPy array of Python objects without arrays of numbers", expected: "an array of numbers",
                advice: "Save each array by its name with numpy.savez(path, **arrays)")
        }
        return try listing.checkpoint(path: path, format: "NumPy array of objects", storages: .none)
    }

    /// What an array of objects inside an archive holds.
    struct Objects {
        /// The arrays in it by their names there.
        let entries: [(name: String, entry: Checkpoint.Entry)]
        let source: PickledSource
        let notes: [String]
    }

    /// Reads an array of objects inside an archive.
    static func objects(_ bytes: [UInt8], dataOffset: Int, subject: String) throws -> Objects {
        let listing = try objects(bytes, dataOffset, subject: subject)
        return Objects(
            entries: try listing.entries { _ in nil }.map { (name: $0.name, entry: $0) },
            source: PickledSource(path: subject, listing: listing, storages: .none), notes: listing.notes)
    }

    private static func objects(_ bytes: [UInt8], _ dataOffset: Int, subject: String) throws -> PickledTensors {
        var reader = PickleReader(bytes, position: dataOffset, subject: subject)
        let root = try reader.read()
        return try PickledTensors(root, of: reader)
    }
}

extension PickledTensors {
    /// Says that the file goes on behind its pickle.
    mutating func sayMore(_ byteCount: Int) {
        add(note: "\(byteCount) bytes behind the file's first pickle were left out.")
    }

    /// Whether a tensor is a NumPy array.
    func isArray(_ name: String) -> Bool {
        tensor(named: name).map { heap.arrayKeys.contains($0.storage.key) } ?? false
    }
}

extension PickleHeap {
    /// What a value is in few words.
    func words(_ value: PickleValue) -> String {
        switch value {
        case .dictionary(let place):
            let keys = dictionaries[place].prefix(4).compactMap { text($0.key) }.map { "'\($0.prefix(40))'" }
            let more = dictionaries[place].count > keys.count ? ", …" : ""
            return keys.isEmpty ? "a dictionary" : "a dictionary of \(keys.joined(separator: ", "))\(more)"
        case .sequence(let place): return "a list or tuple of \(sequences[place].count)"
        case .object(let place): return "an object of \(objects[place].name.prefix(80))"
        case .integer, .number, .longInteger, .boolean: return "a number"
        case .text: return "a text"
        case .bytes: return "bytes"
        default: return "nothing"
        }
    }
}
