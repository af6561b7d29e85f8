import Diagnostics
import Files
import HDF5
import Tensors

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads several files as one checkpoint: those that an index names (`model.safetensors.index.json`), or all files of
/// one kind in a folder.
enum ShardedCheckpoint {
    /// How many files one checkpoint may have.
    static let maximumFiles = 400
    /// Files of the first of these that a folder holds are its checkpoint: other files may lie beside.
    private static let extensions = [
        "safetensors", "h5", "hdf5", "keras", "onnx", "pth", "pt", "bin", "npz", "npy",
    ]

    /// Opens the files that an index names, which lie beside it.
    static func openIndex(_ path: String) throws -> Checkpoint {
        let text = try InputFile.text(path, limitBytes: 1 << 28)
        guard let index = try? JSONDecoder().decode(Index.self, from: Data(text.utf8)), !index.weight_map.isEmpty else {
            throw KernelVizError(
                code: "weights.brokenIndex", subject: path,
                found: JSONText.problem(text, otherwise: "a JSON file without a weight map"),
                expected: "an index of weights, such as model.safetensors.index.json")
        }
        let names = Set(index.weight_map.values).sorted(by: NaturalOrder.precedes)
        if let outside = names.first(where: { $0.contains("/") || $0.hasPrefix(".") }) {
            throw KernelVizError(
                code: "weights.otherFile", subject: path, found: "names the file '\(outside)'",
                expected: "files beside it")
        }
        let folder = FilePaths.folder(of: path)
        let checkpoint = try join(names.map { "\(folder)/\($0)" }, path: path)
        if let missing = index.weight_map.keys.sorted().first(where: { checkpoint.entry(named: $0) == nil }) {
            throw KernelVizError(
                code: "weights.noTensor", subject: path,
                found:
                    "'\(index.weight_map[missing] ?? "")' does not hold the tensor '\(missing)' that the index puts there",
                advice: "Copy or download the files again")
        }
        return checkpoint
    }

    /// Opens a folder: by its index where there is one.
    static func openFolder(_ path: String) throws -> Checkpoint {
        let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
        let names = try InputFile.names(inFolder: path).sorted(by: NaturalOrder.precedes)
        if let index = names.first(where: { $0.hasSuffix(".index.json") }) {
            return try openIndex("\(folder)/\(index)")
        }
        // Hugging Face's folders hold the same weights in several formats, and settings and tokenizers beside them.
        if names.contains("config.json"),
            let weights = HuggingFaceSettings.weightNames.first(where: { names.contains($0) })
        {
            return try Checkpoint.openFile("\(folder)/\(weights)")
        }
        let files =
            extensions.lazy.map { wanted in names.filter { FilePaths.fileExtension(of: $0) == wanted } }
            .first { !$0.isEmpty } ?? []
        guard !files.isEmpty else {
            if let foreign = try foreign(names, in: folder) { throw foreign }
            throw KernelVizError(
                code: "weights.emptyFolder", subject: path, found: "holds no file of weights",
                expected: "files that end in " + extensions.sorted().map { ".\($0)" }.joined(separator: ", "))
        }
        return try join(files.map { "\(folder)/\($0)" }, path: path)
    }

    /// What a folder of another format is: that of the first file in it that is known.
    static func foreign(_ names: [String], in folder: String) throws -> KernelVizError? {
        if names.contains("Manifest.json"), names.contains("Data") { return ForeignFile.coreML.error(folder) }
        for name in names where !InputFile.isFolder("\(folder)/\(name)") {
            let path = "\(folder)/\(name)"
            // Texts lie beside weights of every kind and say nothing of them.
            guard let kind = try? FileKind.of(path), case .other(let file?) = kind, file.mayHoldWeights,
                file != ForeignFile.text(try InputFile.prefix(path, count: ForeignFile.headBytes), path: path)
            else { continue }
            return file.error(path)
        }
        return nil
    }

    /// Joins files whose tensors have different names.
    private static func join(_ files: [String], path: String) throws -> Checkpoint {
        guard files.count <= maximumFiles else {
            throw KernelVizError(
                code: "weights.tooMany", subject: path, found: "\(files.count) files",
                expected: "at most \(maximumFiles)")
        }
        let parts = try files.map { try Checkpoint.openFile($0) }
        if parts.count == 1, let only = parts.first { return only }
        var owners: [String: Int] = [:]
        for (index, part) in parts.enumerated() {
            for entry in part.entries {
                if let other = owners.updateValue(index, forKey: entry.name) {
                    throw KernelVizError(
                        code: "weights.twice", subject: path,
                        found: "'\(FilePaths.name(of: files[other]))' and '\(FilePaths.name(of: files[index]))' both "
                            + "hold the tensor '\(entry.name)'",
                        expected: "the parts of one checkpoint", advice: "Name one of the files instead")
                }
            }
        }
        return Checkpoint(
            path: path, format: "\(parts[0].format), \(parts.count) files", files: parts.flatMap(\.files),
            entries: parts.flatMap(\.entries), attributes: parts[0].attributes, model: parts[0].model,
            notes: parts.flatMap(\.notes),
            source: ShardedSource(parts: parts, owners: owners))
    }

    private struct Index: Decodable {
        let weight_map: [String: String]
    }
}

extension Checkpoint {
    /// Whether the files of a folder with these names are one checkpoint: shards with their index, or what the Hub keeps
    /// of one model.
    package static func isOne(folderOf names: [String]) -> Bool {
        names.contains { $0.hasSuffix(".index.json") }
            || names.contains("config.json") && names.contains { HuggingFaceSettings.weightNames.contains($0) }
    }

    /// Whether a folder without a file of the usual extensions is one of another framework, which opening it will name,
    /// or holds weights under a less usual one.
    package static func isKnown(folder: String) throws -> Bool {
        let names = try InputFile.names(inFolder: folder).sorted()
        let place = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        if names.contains(where: { ["bin", "npy"].contains(FilePaths.fileExtension(of: $0)) }) { return true }
        return try ShardedCheckpoint.foreign(names, in: place) != nil
    }
}

/// Tensors that lie in several checkpoints.
private struct ShardedSource: TensorSource {
    let parts: [Checkpoint]
    let owners: [String: Int]

    func region(_ entry: Checkpoint.Entry) -> FileRegion? {
        owners[entry.name].flatMap { parts[$0].region(entry) }
    }

    func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
        guard let owner = owners[entry.name] else {
            throw KernelVizError(code: "weights.noTensor", subject: parts[0].path, found: "no tensor '\(entry.name)'")
        }
        return try parts[owner].stored(entry)
    }
}
