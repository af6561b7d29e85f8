import Archives
import Diagnostics
import Files
import Synchronization
import Tensors

/// Reads PyTorch's zip archives: `data.pkl` describes the tensors, `data/<key>` holds their storages.
enum TorchCheckpoint {
    /// The longest pickle that is read: names, shapes and places of some hundred thousand tensors.
    static let maximumPickleBytes = 1 << 27

    /// The folder of `data.pkl` in an archive, empty or ending in a slash; nil in another kind of archive.
    static func folder(_ archive: ZipArchive) -> String? {
        archive.members.lazy.map(\.name).first { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }
            .map { String($0.dropLast("data.pkl".count)) }
    }

    static func open(_ archive: ZipArchive, folder: String) throws -> Checkpoint {
        let members = Dictionary(archive.members.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        guard let pickle = members[folder + "data.pkl"] else {
            throw KernelVizError(code: "weights.brokenPickle", subject: archive.path, found: "lacks its data.pkl")
        }
        var reader = PickleReader(
            try archive.bytes(of: pickle, limitBytes: maximumPickleBytes), subject: archive.path)
        let listing = try TorchTensors(try reader.read(), subject: archive.path)
        let entries = try listing.entries { members["\(folder)data/\($0)"]?.sizeBytes }
        let order = try members[folder + "byteorder"].map { try archive.bytes(of: $0, limitBytes: 64) } ?? []
        return Checkpoint(
            path: archive.path, format: "PyTorch", files: [archive.path], entries: entries,
            source: TorchSource(
                archive: archive, folder: folder, members: members, listing: listing,
                isBigEndian: order.starts(with: "big".utf8)))
    }
}

/// Tensors as views of storages that are unpacked when asked for; the last storage is kept, since views often share one.
final class TorchSource: TensorSource {
    private let archive: ZipArchive
    private let folder: String
    private let members: [String: ZipMember]
    private let tensors: [String: TorchTensor]
    private let isBigEndian: Bool
    private let last = Mutex<(key: String, bytes: [UInt8])?>(nil)

    init(
        archive: ZipArchive, folder: String, members: [String: ZipMember], listing: TorchTensors, isBigEndian: Bool
    ) {
        self.archive = archive
        self.folder = folder
        self.members = members
        self.tensors = Dictionary(listing.tensors.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
        self.isBigEndian = isBigEndian
    }

    func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
        guard let tensor = tensors[entry.name], let member = members["\(folder)data/\(tensor.storage.key)"] else {
            throw KernelVizError(code: "weights.noTensor", subject: archive.path, found: "no tensor '\(entry.name)'")
        }
        let storage = try last.withLock { last in
            if let last, last.key == tensor.storage.key { return last.bytes }
            let bytes = try archive.bytes(of: member)
            last = (key: tensor.storage.key, bytes: bytes)
            return bytes
        }
        let elements = tensor.elements(of: storage)
        let size = tensor.type.sizeBytes
        let ordered = isBigEndian && size > 1 ? ArrayHeader.swapped(elements, size: size) : elements
        return StoredTensor(type: tensor.type, content: .bytes(ordered))
    }
}

extension TorchTensor {
    /// The elements of the view, row-major; the view lies inside `storage`.
    func elements(of storage: [UInt8]) -> [UInt8] {
        let size = type.sizeBytes
        if isContiguous {
            let count = shape.elementCount * size
            return offset == 0 && count == storage.count
                ? storage : Array(storage[offset * size..<offset * size + count])
        }
        return StridedElements.gather(storage, offset: offset, shape: shape, strides: strides, elementBytes: size)
    }
}
