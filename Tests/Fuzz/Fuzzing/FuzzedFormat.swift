import Architectures
import Checkpoints
import Datasets
import Diagnostics
import Files
import Images
import Sandbox
import VGNets

/// What is read of unknown origin, each with a way to make inputs that are nearly right.
public enum FuzzedFormat: String, CaseIterable, Sendable {
    case safetensors, pickle, zip, numpy, onnx, tflite, yaml, png, jpeg, csv, names, idx, hdf5

    /// What became of an input.
    public enum Outcome: Sendable, Equatable {
        /// It was read.
        case read
        /// It was refused in a sentence.
        case refused
        /// It was refused in other words than a sentence that names it.
        case wrong(String)
    }

    /// Whether it is read by another process, because its library is known to crash.
    public var isIsolated: Bool { self == .hdf5 }
}

/// Inputs of a format, and the reader that they are for.
public struct FuzzCorpus: Sendable {
    private let format: FuzzedFormat
    private let files: [[UInt8]]
    private let zips: [ZipParts]
    private let messages: [WireMessage]
    private let pictures: [[JPEGParts.Segment]]
    private let places: [[Int]]
    private let text: String
    private let path: String
    private let reader: String?

    /// Healthy inputs of the package at `root`; inputs are written into `folder` where a reader wants files.
    ///
    /// `reader` is the program that reads in a process of its own; nil for this one.
    public init(_ format: FuzzedFormat, root: String, folder: String, reader: String? = nil) throws {
        self.format = format
        self.reader = reader
        let fixtures = root + "/Tests/Checkpoints/CheckpointsTests/Fixtures/"
        files = try Self.healthy(format).map { name in
            try InputFile.bytes(format == .jpeg ? "\(root)/Tests/Fuzz/Seeds/\(name).jpg" : fixtures + name)
        }
        zips = [.zip, .pickle].contains(format) ? files.map { ZipParts($0) } : []
        messages = format == .onnx ? files.compactMap { WireMessage($0) } : []
        pictures = format == .jpeg ? files.map(JPEGParts.segments) : []
        places = format == .tflite ? files.map(FlatBufferInput.places) : []
        text = format == .yaml ? try VGNetConfig(named: "vgnetg-1.0mp").yaml() : ""
        // Errors name the file, or a folder or a picture beside it.
        let place = folder + "/mutant"
        try FolderWriter.prepare(place)
        path =
            place + "/"
            + ([.csv: "mutant.csv", .names: "mutant.txt", .idx: "train-images-idx3-ubyte"][format] ?? "mutant")
        if format == .idx {
            let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 2, 0, 1]
            try AtomicFile.write(labels, to: place + "/train-labels-idx1-ubyte")
        }
        if format == .csv {
            let picture = try InputFile.bytes(root + "/Weights/cat.jpg")
            for name in ["a.jpg", "b.png"] { try AtomicFile.write(picture, to: "\(place)/\(name)") }
        }
    }

    private static func healthy(_ format: FuzzedFormat) -> [String] {
        switch format {
        case .pickle:
            [
                "frameworks/state_dict.pth", "frameworks/training.pth", "objects/quantised.pth", "objects/script.pt",
                "objects/arrays_2.pkl", "objects/arrays_5.pkl", "objects/joblib.pkl",
                "frameworks/state_dict_legacy.pth",
                "objects/objects.npy",
            ]
        case .zip:
            ["frameworks/arrays.npz", "frameworks/packed.npz", "frameworks/state_dict.pth", "objects/objects.npz"]
        case .onnx:
            [
                "frameworks/exported.onnx", "frameworks/constants.onnx", "graphs/functions.onnx",
                "graphs/norms_people.onnx",
                "graphs/quantised_qdq.onnx", "graphs/torch_plain.onnx", "graphs/quantised_operators.onnx",
            ]
        case .tflite: ["graphs/keras_float.tflite", "graphs/keras_int8.tflite", "graphs/keras_dynamic.tflite"]
        case .jpeg: ["baseline", "full", "progressive", "restarts", "grey", "cmyk"]
        case .hdf5: ["frameworks/keras2_weights.h5", "frameworks/keras3.weights.h5", "filters_gzip.h5"]
        case .safetensors, .numpy, .yaml, .png, .csv, .names, .idx: []
        }
    }

    /// The input of a seed.
    public func input(seed: Int) -> [UInt8] {
        var chance = Chance(seed: UInt64(truncatingIfNeeded: seed))
        switch format {
        case .safetensors: return SafetensorsInput.bytes(&chance)
        case .pickle: return pickle(&chance)
        case .zip:
            var zip = zips[chance.number(0...zips.count - 1)]
            zip.mutate(&chance)
            return chance.once(in: 8) ? chance.mutant(of: zip.written()) : zip.written()
        case .numpy: return ArrayInput.bytes(&chance)
        case .onnx:
            var message = chance.one(of: messages)
            let words = [
                "Conv", "If", "Loop", "Scan", "Constant", "Gemm", "Reshape", "Cast", "", "x", "weight", "ai.onnx",
                "\u{1B}[31m", "../../etc/passwd",
            ]
            message.mutate(&chance, words: words)
            return chance.once(in: 10) ? chance.mutant(of: message.written()) : message.written()
        case .tflite:
            let index = chance.number(0...files.count - 1)
            return FlatBufferInput.bytes(files[index], places[index], &chance)
        case .yaml: return YAMLInput.bytes(text, &chance)
        case .png: return PNGParts.input(&chance)
        case .jpeg: return JPEGParts.input(chance.one(of: pictures), &chance)
        case .csv:
            let list = Array("filename,class_index,label\na.jpg,0,\"cat, tabby\"\nb.png,1,dog\n".utf8)
            let words = ["\"", ",", ";", "\r\n", "\u{FEFF}", "-1", "9999999999999999999", "\u{85}", "../"]
            return chance.once(in: 8) ? list : chance.mutant(of: list, words: words)
        case .names:
            let list = chance.one(of: [
                "cat\ndog\n", "0: cat\n1: dog\n", "[\"cat\", \"dog\"]",
                "{\"0\": [\"n1\", \"cat\"], \"1\": [\"n2\", \"dog\"]}",
            ])
            return chance.mutant(of: Array(list.utf8), words: ["{", "[", "\"", "\\u0000", ",", ":", "\n", "-1"])
        case .idx:
            let lengths = (0..<3).flatMap { _ in Words.big(chance.once(in: 4) ? chance.extreme() : 2, 4) }
            let rank = UInt8(chance.once(in: 6) ? chance.number(0...255) : 3)
            let file: [UInt8] = [0, 0, 8, rank] + lengths + Array(1...8)
            return chance.once(in: 2) ? file : chance.mutant(of: file)
        case .hdf5:
            let file = chance.one(of: files)
            return chance.once(in: 8) ? file : chance.mutant(of: file)
        }
    }

    private func pickle(_ chance: inout Chance) -> [UInt8] {
        let index = chance.number(0...files.count - 1)
        var zip = zips[index]
        if let place = zip.members.firstIndex(where: {
            $0.name.suffix(8) == Array("data.pkl".utf8)[...] && $0.method == 0
        }) {
            var program = PickleProgram(zip.members[place].data)
            program.mutate(&chance)
            zip.replace(place, with: program.written())
            return zip.written()
        }
        // An array of objects has its pickle behind the header.
        let header = files[index].starts(with: [0x93]) ? 10 + Words.little(files[index], at: 8, 2) : 0
        var program = PickleProgram(Array(files[index][header...]))
        program.mutate(&chance)
        return files[index][..<header] + program.written()
    }

    /// Reads an input as the verbs would.
    public func attempt(_ bytes: [UInt8]) -> FuzzedFormat.Outcome {
        do {
            try read(bytes)
            return .read
        } catch let error as KernelVizError {
            let text = error.description
            let isSentence = text.contains("mutant") && !text.contains("\n") && text.hasSuffix(".")
            return isSentence ? .refused : .wrong(text)
        } catch { return .wrong("\(error)") }
    }

    private func read(_ bytes: [UInt8]) throws {
        switch format {
        case .png, .jpeg: _ = try ImageFile.reading(of: bytes, subject: "mutant")
        case .yaml:
            guard let text = String(validating: bytes, as: UTF8.self) else { return }
            _ = try VGNetConfig(yaml: text, subject: "mutant")
        case .csv:
            try FuzzFile.write(bytes, to: path)
            _ = try ImageDataSet.open(path)
        case .names:
            try FuzzFile.write(bytes, to: path)
            _ = try ClassNames.read(path)
        case .idx:
            try FuzzFile.write(bytes, to: path)
            _ = try ImageDataSet.open(FilePaths.folder(of: path)).image(0)
        case .hdf5: try readWeights(bytes, .isolated(executable: reader, limits: ReaderLimits(seconds: 5)))
        case .safetensors, .pickle, .zip, .numpy, .onnx, .tflite: try readWeights(bytes, .inProcess)
        }
    }

    private func readWeights(_ bytes: [UInt8], _ reading: Checkpoint.Reading) throws {
        try FuzzFile.write(bytes, to: path)
        _ = try CheckpointInspection(Checkpoint.open(path, reading: reading))
    }
}
