import Diagnostics
import Files
import Tensors

/// Reads what `torch.save` wrote before 1.6: five pickles one after the other, then the storages.
enum LegacyTorchCheckpoint {
    /// The first pickle of such a file: 0x1950a86a20f9469cfc6c.
    private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    /// The same as the first pickle protocols write it.
    private static let decimalMagic = Array("L119547037146038801333356L".utf8)

    /// Whether the first bytes are such a pickle.
    static func isOne(_ head: [UInt8]) -> Bool {
        let start = head.prefix(64)
        return start.indices.contains {
            start[$0...].starts(with: magic) || start[$0...].starts(with: decimalMagic)
        }
    }

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
        let root = try reader.read()
        let keys = try reader.read()
        let listing = try PickledTensors(root, of: reader)
        guard !listing.tensors.isEmpty else { throw listing.noTensors("a PyTorch file") }
        let names = (reader.heap.items(keys) ?? []).compactMap { reader.heap.text($0) }
        let places = try storages(
            names, types: reader.storageTypes, from: reader.position, path: path, fileBytes: fileBytes)
        return try listing.checkpoint(
            path: path, format: "PyTorch (legacy)", storages: .file(path, places: places))
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
