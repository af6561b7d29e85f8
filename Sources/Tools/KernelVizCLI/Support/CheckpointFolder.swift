import Files
import KernelViz

/// The checkpoints that an argument stands for.
enum CheckpointFolder {
    /// The extensions by which a file in a folder counts as a checkpoint; a file named by itself may have any.
    static let extensions = ["h5", "hdf5", "keras", "pth", "pt", "safetensors", "npz", "tflite", "onnx"]

    /// `path` itself, or the checkpoints in the folder, by name; folders inside it are passed over. A folder with an index
    /// of shards, Hugging Face's, or another framework's is one checkpoint, to be opened or named as a whole.
    ///
    /// Throws `classify.emptyFolder`.
    static func files(_ path: String) throws -> [String] {
        guard InputFile.isFolder(path) else { return [path] }
        let prefix = path.hasSuffix("/") ? path : path + "/"
        let names = try InputFile.names(inFolder: path).sorted()
        if Checkpoint.isOne(folderOf: names) { return [path] }
        let files = names.filter {
            extensions.contains(FilePaths.fileExtension(of: $0)) && !InputFile.isFolder(prefix + $0)
        }
        guard files.isEmpty else { return files.map { prefix + $0 } }
        if try Checkpoint.isKnown(folder: path) { return [path] }
        throw KernelVizError(
            code: "classify.emptyFolder", subject: path, found: "no checkpoint in this folder",
            expected: "files ending in \(extensions.dropLast().map { "." + $0 }.joined(separator: ", ")) or .onnx",
            advice: "Name a file, or a folder that holds some")
    }
}
