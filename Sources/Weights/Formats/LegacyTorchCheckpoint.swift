import Diagnostics
import Files
import Tensors

/// Reads what `torch.save` wrote before 1.6: five pickles one after the other, then the storages.
enum LegacyTorchCheckpoint {
    /// The first pickle of such a file: 0x1950a86a20f9469cfc6c.
    private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]

    static func open(_ path: String) throws -> Checkpoint {
        let fileBytes = try InputFile.sizeBytes(path)
        let head = try InputFile.bytes(
            path, offset: 0, count: min(fileBytes, TorchCheckpoint.maximumPickleBytes))
        var reader = PickleReader(head, subject: path)
        guard case .longInteger(let first) = try reader.read(), first == magic else {
            throw KernelVizError(
                code: "weights.unknownFormat", subject: path, found: "a Python pickle of something else",
                expected: "a PyTorch state dict", advice: "Save one with torch.save(model.state_dict(), path)")
        }
        // The protocol's number and a description of the machine.
        _ = try reader.read()
        _ = try reader.read()
        let listing = try TorchTensors(try reader.read(), subject: path)
        let keys = (try reader.read().items ?? []).compactMap(\.asText)
        let places = try storages(
            keys, types: reader.storageTypes, from: reader.position, path: path, fileBytes: fileBytes)
        let entries = try listing.entries { places[$0].map { $0.bytes } }
        return Checkpoint(
            path: path, format: "PyTorch (legacy)", files: [path], entries: entries,
            source: LegacyTorchSource(path: path, listing: listing, places: places))
    }

    struct Place: Sendable {
        let offset: Int
        let bytes: Int
    }

    /// Each storage is its number of elements, 8 bytes, and the elements.
    private static func storages(
        _ keys: [String], types: [String: NumberType?], from start: Int, path: String, fileBytes: Int
    ) throws -> [String: Place] {
        var places: [String: Place] = [:]
        var position = start
        for key in keys {
            guard position <= fileBytes - 8 else { throw cutOff(path, key) }
            let count = try InputFile.bytes(path, offset: position, count: 8).reversed().reduce(UInt64(0)) {
                $0 << 8 | UInt64($1)
            }
            position += 8
            guard let type = types[key] else { throw cutOff(path, key) }
            let (bytes, overflow) = (Int(exactly: count) ?? -1).multipliedReportingOverflow(by: type?.sizeBytes ?? 1)
            guard !overflow, bytes >= 0, bytes <= fileBytes - position else { throw cutOff(path, key) }
            places[key] = Place(offset: position, bytes: bytes)
            position += bytes
        }
        return places
    }

    private static func cutOff(_ path: String, _ key: String) -> KernelVizError {
        KernelVizError(
            code: "weights.brokenPickle", subject: path, found: "ends inside the storage '\(key)'",
            expected: "a whole state dict", advice: "Copy or download it again")
    }
}

/// Tensors as views of storages that lie in the file as they are.
struct LegacyTorchSource: TensorSource {
    let path: String
    let tensors: [String: TorchTensor]
    let places: [String: LegacyTorchCheckpoint.Place]

    init(path: String, listing: TorchTensors, places: [String: LegacyTorchCheckpoint.Place]) {
        self.path = path
        self.tensors = Dictionary(listing.tensors.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
        self.places = places
    }

    func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
        guard let tensor = tensors[entry.name], let place = places[tensor.storage.key] else {
            throw KernelVizError(code: "weights.noTensor", subject: path, found: "no tensor '\(entry.name)'")
        }
        if tensor.isContiguous {
            let offset = place.offset + tensor.offset * tensor.type.sizeBytes
            return StoredTensor(type: tensor.type, content: .region(path: path, offset: offset))
        }
        let storage = try InputFile.bytes(path, offset: place.offset, count: place.bytes)
        return StoredTensor(type: tensor.type, content: .bytes(tensor.elements(of: storage)))
    }
}
