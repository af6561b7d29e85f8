import Archives
import Diagnostics
import Files

/// Zip archives that are no checkpoint themselves: what they are, and what lies in them.
enum ForeignArchive {
    /// Extensions of files of weights that people put into archives.
    private static let weights: Set<String> = [
        "pth", "pt", "ckpt", "h5", "hdf5", "keras", "safetensors", "onnx", "npz", "npy", "tflite", "bin", "pkl", "pb",
    ]

    /// Opens an archive; a file that begins as one and has no directory at its end was cut off.
    static func opened(_ path: String) throws -> ZipArchive {
        do { return try ZipArchive(path: path) } catch let error as KernelVizError
            where error.code == "archives.unreadable" && error.found.contains("not a zip archive")
        {
            throw KernelVizError(
                code: error.code, subject: path,
                found: "a truncated zip archive (\(try InputFile.sizeBytes(path)) bytes; the list of its files, which "
                    + "stands at the end, is not there)",
                expected: "the whole file", advice: "Copy or download it again")
        }
    }

    /// What to say of an archive without weights that are read.
    static func error(_ archive: ZipArchive) -> KernelVizError {
        let names = archive.members.map(\.name).filter { !$0.hasSuffix("/") && !$0.hasPrefix("__MACOSX/") }
        let foreign = known(names)
        let inside = names.filter { weights.contains(FilePaths.fileExtension(of: $0)) }
        var found = foreign.map { "this is \($0.name)" } ?? "a zip archive without weights (\(names.count) files)"
        var advice = foreign?.advice
        if foreign == nil, let first = inside.first {
            let more = inside.count > 1 ? " and \(inside.count - 1) more" : ""
            found = "a zip archive around '\(first)'\(more)"
            advice = "Unpack it first: unzip FILE '\(first)'"
        }
        return KernelVizError(
            code: "weights.unknownFormat", subject: archive.path, found: found,
            expected: "a Keras, PyTorch or NumPy archive", advice: advice)
    }

    private static func known(_ names: [String]) -> ForeignFile? {
        func has(_ ending: String) -> Bool { names.contains { $0 == ending || $0.hasSuffix("/" + ending) } }
        if has("saved_model.pb") { return archived(ForeignFile.savedModel) }
        if has("serialized_exported_program.json") || has("archive_format")
            || names.contains(where: { $0.hasSuffix("models/model.json") })
        {
            return ForeignFile(
                "a torch.export program (.pt2)",
                "Save its state dict: torch.save(torch.export.load(FILE).state_dict, 'net.pth')")
        }
        if has("bytecode.pkl") {
            return ForeignFile(
                "a PyTorch Mobile archive without data", "Save the state dict of the model that it was made from")
        }
        if names.contains(where: { $0.hasSuffix(".mlmodel") }) || has("Manifest.json") && has("weight.bin") {
            return archived(ForeignFile.coreML)
        }
        if has("MAR-INF/MANIFEST.json") {
            return ForeignFile("a TorchServe archive (.mar)", "Unpack it first: unzip FILE; its weights lie in it")
        }
        if has("[Content_Types].xml") { return ForeignFile("an Office document", "Name a file of weights") }
        if has("AndroidManifest.xml") {
            return ForeignFile("an Android program", "Unpack it: unzip FILE 'assets/*'; its models lie there")
        }
        return nil
    }

    private static func archived(_ file: ForeignFile) -> ForeignFile {
        ForeignFile(file.name + ", zipped", "Unpack it first: unzip FILE. " + file.advice)
    }
}
