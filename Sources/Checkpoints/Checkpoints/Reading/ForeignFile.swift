import Diagnostics
import Files

/// A file of another format: what it is, and how its weights become a file that is read.
struct ForeignFile: Equatable, Sendable {
    /// "a Caffe model (.caffemodel)".
    let name: String
    /// What to do, one sentence without its full stop.
    let advice: String

    /// How many bytes of a file are looked at.
    static let headBytes = 4096

    /// Whether weights can be in it at all.
    let mayHoldWeights: Bool

    init(_ name: String, _ advice: String, mayHoldWeights: Bool = true) {
        self.name = name
        self.advice = advice
        self.mayHoldWeights = mayHoldWeights
    }

    /// The error that says it.
    func error(_ path: String) -> KernelVizError {
        KernelVizError(
            code: "weights.unknownFormat", subject: path, found: "this is \(name)", expected: Self.expected,
            advice: advice)
    }

    /// What is read.
    static let expected = "HDF5, safetensors, PyTorch, NumPy, Keras, ONNX or TensorFlow Lite"

    /// Knows a file by its first bytes, and by its name where bytes do not tell; nil for one that is not known.
    static func of(_ head: [UInt8], path: String, sizeBytes: Int) throws -> ForeignFile? {
        if let known = signatures.first(where: { $0.matches(head) }) { return known.file }
        if head.count > 262, head[257..<262].elementsEqual("ustar".utf8) { return tar(path) }
        if let file = truncatedSafetensors(head, sizeBytes) { return file }
        if let file = try weightsByName(head, path: path, sizeBytes) { return file }
        return text(head, path: path)
    }

    // MARK: Signatures

    private struct Signature: Sendable {
        let bytes: [UInt8]
        var offset = 0
        let file: ForeignFile

        func matches(_ head: [UInt8]) -> Bool {
            head.count >= offset + bytes.count && head[offset...].starts(with: bytes)
        }
    }

    private static func compressed(_ bytes: [UInt8], _ name: String, _ command: String) -> Signature {
        Signature(bytes: bytes, file: ForeignFile(name, "Unpack it first: \(command)"))
    }

    private static func image(_ bytes: [UInt8], offset: Int = 0, _ name: String) -> Signature {
        Signature(
            bytes: bytes, offset: offset,
            file: ForeignFile(
                name, "Name a file of weights here; pictures go to 'kernelviz eval NET --input PICTURE'",
                mayHoldWeights: false))
    }

    private static let signatures: [Signature] = [
        Signature(
            bytes: [0x89] + Array("HDF".utf8),
            file: ForeignFile("an HDF5 file with a broken signature", "It was changed on its way; download it again")),
        Signature(
            bytes: Array("PK".utf8),
            file: ForeignFile("an empty or broken zip archive", "Copy or download it again")),
        image([0x89] + Array("PNG".utf8), "a PNG image"), image([0xFF, 0xD8, 0xFF], "a JPEG image"),
        image(Array("GIF8".utf8), "a GIF image"), image(Array("WEBP".utf8), offset: 8, "a WebP image"),
        image([0x49, 0x49, 0x2A, 0x00], "a TIFF image"), image([0x4D, 0x4D, 0x00, 0x2A], "a TIFF image"),
        Signature(
            bytes: Array("%PDF".utf8),
            file: ForeignFile("a PDF document", "Name a file of weights", mayHoldWeights: false)),
        compressed([0x1F, 0x8B], "a gzip file", "gunzip --keep FILE"),
        compressed([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "an xz file", "unxz --keep FILE"),
        compressed(Array("BZh".utf8), "a bzip2 file", "bunzip2 --keep FILE"),
        compressed([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard file", "unzstd FILE"),
        compressed([0x04, 0x22, 0x4D, 0x18], "an LZ4 file", "unlz4 FILE"),
        compressed([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive", "7z x FILE"),
        compressed(Array("Rar!".utf8), "a RAR archive", "unrar x FILE"),
        compressed([0x1F, 0x9D], "a compress (.Z) file", "uncompress FILE"),
        Signature(
            bytes: [0x78, 0x9C],
            file: ForeignFile(
                "a zlib stream (joblib's compressed files are such)",
                "Write it again without compression: joblib.dump(joblib.load(FILE), 'weights.pkl')")),
        Signature(
            bytes: Array("GGUF".utf8),
            file: ForeignFile(
                "a GGUF file",
                "It holds language models mostly; in Python, gguf.GGUFReader gives its tensors by name: "
                    + "numpy.savez('net.npz', **{t.name: t.data for t in reader.tensors})")),
        Signature(
            bytes: Array("lmgg".utf8),
            file: ForeignFile("a GGML file", "Convert the model that it was made from instead")),
        Signature(
            bytes: Array("MATLAB 5.0 MAT-file".utf8),
            file: ForeignFile(
                "a MATLAB file (.mat, version 5)",
                "Export the network with exportONNXNetwork(net, 'net.onnx'), or its arrays in Python with "
                    + "scipy.io.loadmat and numpy.savez")),
        Signature(
            bytes: [0x12, 0x01, 0, 0, 0, 0, 0, 0],
            file: ForeignFile(
                "an MXNet file of parameters (.params)",
                "Export the model to ONNX: mx.onnx.export_model('net-symbol.json', 'net-0000.params')")),
        Signature(
            bytes: Array("PTMF".utf8), offset: 4,
            file: ForeignFile(
                "a PyTorch Mobile flatbuffer (.ptl)",
                "Save the state dict of the model that it was made from: torch.save(model.state_dict(), path)")),
        Signature(
            bytes: Array("ET12".utf8), offset: 4,
            file: ForeignFile(
                "an ExecuTorch program (.pte)",
                "Save the state dict of the model that it was made from: torch.save(model.state_dict(), path)")),
        Signature(
            bytes: Array("7767517".utf8),
            file: ForeignFile(
                "an ncnn network (.param)",
                "Convert the ONNX or PyTorch model that it was made from; ncnn keeps weights without names in its .bin")
        ),
        Signature(
            bytes: Array("version https://git-lfs".utf8),
            file: ForeignFile(
                "a Git LFS pointer, not the file itself", "Fetch the file: git lfs pull, or download it from its page")),
        Signature(
            bytes: Array("# xet version".utf8),
            file: ForeignFile(
                "a Hugging Face Xet pointer, not the file itself", "Fetch the file: hf download, or git xet pull")),
        Signature(
            bytes: [0x7F] + Array("ELF".utf8),
            file: ForeignFile("a program or library", "Name a file of weights", mayHoldWeights: false)),
        Signature(
            bytes: Array("ARROW1".utf8),
            file: ForeignFile("an Arrow file", "Name a file of weights", mayHoldWeights: false)),
        Signature(
            bytes: Array("PAR1".utf8),
            file: ForeignFile("a Parquet file", "Name a file of weights", mayHoldWeights: false)),
        Signature(
            bytes: Array("SQLite format 3".utf8),
            file: ForeignFile("an SQLite data base", "Name a file of weights", mayHoldWeights: false)),
    ]

    private static func tar(_ path: String) -> ForeignFile {
        ForeignFile(
            "a tar archive",
            FilePaths.fileExtension(of: path).hasPrefix("p")
                ? "PyTorch before 0.1.10 wrote such files: save it again with torch.save(torch.load(path), path), "
                    + "else unpack it with tar -xf FILE"
                : "Unpack it first: tar -xf FILE")
    }

    /// A header that is longer than the rest of the file.
    private static func truncatedSafetensors(_ head: [UInt8], _ sizeBytes: Int) -> ForeignFile? {
        guard head.count > 9, head[8] == UInt8(ascii: "{"), head[9] == UInt8(ascii: "\"") || head[9] == 0x20 else {
            return nil
        }
        let length = head[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(SafetensorsCheckpoint.maximumHeaderBytes) else { return nil }
        return ForeignFile(
            "a truncated safetensors file (\(sizeBytes) bytes; its header alone has \(length))",
            "Copy or download it again")
    }
}
