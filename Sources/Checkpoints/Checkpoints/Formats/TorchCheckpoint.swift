import Archives
import Diagnostics
import Files
import Tensors

/// Reads PyTorch's zip archives: `data.pkl` describes the tensors, `data/<key>` holds their storages. TorchScript keeps
/// its code beside them, which is not run.
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
        let order = try members[folder + "byteorder"].map { try archive.bytes(of: $0, limitBytes: 64) } ?? []
        let isScript = archive.members.contains {
            $0.name.hasPrefix(folder + "code/") || $0.name == folder + "constants.pkl"
        }
        let isBigEndian = order.starts(with: "big".utf8)
        let listing = try list(archive, members[folder + "data.pkl"])
        var contents = Contents(
            listing: listing, storages: storages(archive, folder + "data/", isBigEndian),
            notes: isScript
                ? ["TorchScript: the tensors were read by their attributes' names; its code was not run."] : [])
        // A frozen module keeps its weights as constants of its code.
        if listing.tensors.isEmpty, isScript, let constants = members[folder + "constants.pkl"] {
            contents = Contents(
                listing: try list(archive, constants), storages: storages(archive, folder + "constants/", isBigEndian),
                notes: [
                    "TorchScript, frozen: its weights are constants of its code without names of layers; it was not run."
                ])
        }
        guard !contents.listing.tensors.isEmpty else {
            throw listing.noTensors(isScript ? "a TorchScript archive" : "a PyTorch file")
        }
        return try contents.listing.checkpoint(
            path: archive.path, format: isScript ? "TorchScript" : "PyTorch", storages: contents.storages,
            notes: contents.notes)
    }

    private struct Contents {
        let listing: PickledTensors
        let storages: PickledStorages
        let notes: [String]
    }

    private static func list(_ archive: ZipArchive, _ member: ZipMember?) throws -> PickledTensors {
        guard let member else {
            throw KernelVizError(code: "weights.brokenPickle", subject: archive.path, found: "lacks its data.pkl")
        }
        var reader = PickleReader(
            try archive.bytes(of: member, limitBytes: maximumPickleBytes), subject: archive.path)
        return try PickledTensors(try reader.read(), of: reader)
    }

    /// The members of a folder by the rest of their names.
    private static func storages(_ archive: ZipArchive, _ folder: String, _ isBigEndian: Bool) -> PickledStorages {
        let members = archive.members.filter { $0.name.hasPrefix(folder) }
        return .archive(
            archive,
            members: Dictionary(
                members.map { (String($0.name.dropFirst(folder.count)), $0) }, uniquingKeysWith: { first, _ in first }),
            isBigEndian: isBigEndian)
    }
}

extension PickledTensors {
    /// The tensors as a checkpoint.
    ///
    /// Throws `weights.brokenPickle` where a storage is absent or too short.
    func checkpoint(
        path: String, format: String, storages: PickledStorages, notes earlier: [String] = []
    ) throws -> Checkpoint {
        let (entries, axesNote) = ArrayAxes.guessed(
            try entries { storages.sizeBytes($0) }, where: { name in isArray(name) })
        var notes = earlier
        if let moduleClass {
            notes.append(
                "A pickled model (\(moduleClass.prefix(80))): its parameters and buffers were read as its state dict "
                    + "would name them; no code was run.")
        }
        notes += self.notes + [axesNote].compactMap { $0 }
        return Checkpoint(
            path: path, format: format, files: [path], entries: entries,
            attributes: Dictionary(uniqueKeysWithValues: settings.map { ("torch.\($0.key)", $0.value) }),
            model: facts.layers.isEmpty ? nil : facts, notes: notes,
            source: PickledSource(path: path, listing: self, storages: storages))
    }
}
