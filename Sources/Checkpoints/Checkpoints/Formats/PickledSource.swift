import Archives
import Diagnostics
import Files
import Synchronization
import Tensors

/// Where the storages of pickled tensors lie.
enum PickledStorages: Sendable {
    /// In an archive, by key.
    case archive(ZipArchive, members: [String: ZipMember], isBigEndian: Bool)
    /// In a file as they are, by key.
    case file(String, places: [String: LegacyTorchCheckpoint.Place])
    /// In the pickle only.
    case none

    /// The length of a storage; nil where it is absent.
    func sizeBytes(_ key: String) -> Int? {
        switch self {
        case .archive(_, let members, _): members[key]?.sizeBytes
        case .file(_, let places): places[key]?.bytes
        case .none: nil
        }
    }
}

/// Tensors as views of storages that are read when asked for; the last storage is kept, since views often share one.
final class PickledSource: TensorSource {
    private let path: String
    private let tensors: [String: TorchTensor]
    /// All tensors of the pickle, among them the scales of quantised ones.
    private let all: [TorchTensor]
    private let inline: [String: ArraySlice<UInt8>]
    private let storages: PickledStorages
    private let last = Mutex<(key: String, bytes: ArraySlice<UInt8>)?>(nil)

    init(path: String, listing: PickledTensors, storages: PickledStorages) {
        self.path = path
        self.tensors = Dictionary(listing.tensors.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
        self.all = listing.tensors.contains { $0.tensor.quantisation != nil } ? listing.heap.tensors : []
        self.inline = listing.heap.inlineStorages
        self.storages = storages
    }

    func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
        guard let tensor = tensors[entry.name] else { throw absent(entry.name) }
        if let quantisation = tensor.quantisation {
            let floats = try dequantised(tensor, quantisation, entry.name)
            return StoredTensor(type: .float32, content: .floats(floats))
        }
        if case .file(let path, let places) = storages, tensor.isContiguous, inline[tensor.storage.key] == nil,
            let place = places[tensor.storage.key]
        {
            let offset = place.offset + tensor.offset * tensor.type.sizeBytes
            return StoredTensor(type: tensor.type, content: .region(path: path, offset: offset))
        }
        return StoredTensor(type: tensor.type, content: .bytes(try elements(tensor, entry.name)))
    }

    /// Little-endian elements, row-major.
    private func elements(_ tensor: TorchTensor, _ name: String) throws -> [UInt8] {
        let elements = tensor.elements(of: try storage(tensor.storage.key, name))
        if case .archive(_, _, isBigEndian: true) = storages, tensor.type.sizeBytes > 1,
            inline[tensor.storage.key] == nil
        {
            return ArrayHeader.swapped(elements, size: tensor.type.sizeBytes)
        }
        return elements
    }

    private func storage(_ key: String, _ name: String) throws -> ArraySlice<UInt8> {
        if let bytes = inline[key] { return bytes }
        return try last.withLock { last in
            if let last, last.key == key { return last.bytes }
            let bytes: [UInt8]
            switch storages {
            case .archive(let archive, let members, _):
                guard let member = members[key] else { throw absent(name) }
                bytes = try archive.bytes(of: member)
            case .file(let path, let places):
                guard let place = places[key] else { throw absent(name) }
                bytes = try InputFile.bytes(path, offset: place.offset, count: place.bytes)
            case .none: throw absent(name)
            }
            last = (key: key, bytes: bytes[...])
            return bytes[...]
        }
    }

    /// (integer − zero point) · scale in single precision, as PyTorch does it.
    private func dequantised(_ tensor: TorchTensor, _ quantisation: TorchQuantisation, _ name: String) throws -> [Float]
    {
        let integers = tensor.type.doubles(try elements(tensor, name))
        switch quantisation {
        case .perTensor(let scale, let zeroPoint):
            return integers.map { Float($0 - Double(zeroPoint)) * Float(scale) }
        case .perChannel(let scales, let zeros, let axis):
            let scales = all[scales].type.doubles(try elements(all[scales], name))
            let zeros = all[zeros].type.doubles(try elements(all[zeros], name))
            let inner = tensor.shape.dimensions[(axis + 1)...].reduce(1, *)
            let length = tensor.shape[axis]
            return integers.indices.map { index in
                let channel = index / inner % length
                return Float(integers[index] - zeros[channel]) * Float(scales[channel])
            }
        }
    }

    private func absent(_ name: String) -> KernelVizError {
        KernelVizError(code: "weights.noTensor", subject: path, found: "no tensor '\(name)'")
    }
}
