import Diagnostics
import Files
import VGNets

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A small PyTorch project that trains a VGNet elsewhere: model, training with the paper's recipe, README.
///
/// `config.json` holds the design, `model.py` builds it with the authors' state-dict keys, `train.py` trains it in one
/// process or under torchrun. What it writes (`weights.safetensors`, `weights.pth`) has the same keys again.
/// The files are the ones of the folder `PyTorchTemplate` beside this source, embedded in the binary.
public struct PyTorchProject: Sendable {
    /// One file of the project.
    public struct File: Sendable, Equatable {
        /// The name in the project's folder.
        public let name: String
        /// The whole content.
        public let bytes: [UInt8]
    }

    /// The files in the order in which they are written.
    public let files: [File]

    /// The project of a design; `weights`, where given, become `weights.safetensors` to start from.
    ///
    /// Throws what ``SafetensorsWriter`` throws.
    public init(config: VGNetConfig, weights: StateDict? = nil, classNames: [String] = []) throws {
        var files = [
            File(name: "README.md", bytes: Array(Self.readme(config, hasWeights: weights != nil).utf8)),
            File(name: "config.json", bytes: Array(config.json.utf8)),
            File(name: "model.py", bytes: PackageResources.model_py),
            File(name: "train.py", bytes: PackageResources.train_py),
            File(name: "requirements.txt", bytes: PackageResources.requirements_txt),
        ]
        if let weights {
            let metadata = ModelMetadata(config: config, classNames: classNames)
            let bytes = try SafetensorsWriter.bytes(of: Self.keyed(weights, for: config), metadata: metadata)
            files.append(File(name: "weights.safetensors", bytes: bytes))
        }
        self.files = files
    }

    /// The names of all files that a project can have.
    public static let names = [
        "README.md", "config.json", "model.py", "train.py", "requirements.txt", "weights.safetensors",
    ]

    /// Throws where the files could not be written into `folder`, which may be missing.
    public func check(_ folder: String, overwriting: AtomicFile.Overwriting) throws {
        guard InputFile.isFolder(folder) else {
            // What is there is no folder, or nothing is.
            if (try? InputFile.check(folder)) != nil { try FolderWriter.prepare(folder) }
            return
        }
        for file in files { try AtomicFile.checkWritable("\(folder)/\(file.name)", overwriting: overwriting) }
    }

    /// Writes the files into `folder`, which is made where it is missing.
    ///
    /// Throws `files.exists` before anything is written where a file of the project is there and may not be replaced,
    /// and `files.unwritable` or `files.writeFailed`.
    public func write(to folder: String, overwriting: AtomicFile.Overwriting = .refuse) throws {
        try check(folder, overwriting: overwriting)
        try FolderWriter.prepare(folder)
        for file in files { try AtomicFile.write(file.bytes, to: "\(folder)/\(file.name)", overwriting: overwriting) }
    }

    /// The classifier is `classifier.1` where a dropout layer stands before it, as in `model.py`; weights of the same
    /// network may come with either key.
    private static func keyed(_ weights: StateDict, for config: VGNetConfig) throws -> StateDict {
        let prefix = config.dropout > 0 ? "classifier.1" : "classifier"
        let entries = weights.entries.map { entry in
            guard entry.name.hasPrefix("classifier."), let last = entry.name.split(separator: ".").last else {
                return entry
            }
            return StateDict.Entry(name: "\(prefix).\(last)", tensor: entry.tensor)
        }
        return try StateDict(subject: config.name, entries: entries)
    }

    private static func readme(_ config: VGNetConfig, hasWeights: Bool) -> String {
        let size = config.inputSize
        let weights = "- `weights.safetensors`: weights to start from: `train.py --init weights.safetensors`\n"
        let words = [
            ("name", config.name), ("parameters", grouped(config.parameters.learnable)), ("size", "\(size)"),
            ("macs", grouped(config.macs(inputHeight: size, inputWidth: size))), ("classes", "\(config.classes)"),
            ("weights", hasWeights ? weights : ""),
        ]
        return words.reduce(String(decoding: PackageResources.README_md, as: UTF8.self)) { text, word in
            text.replacing("{{\(word.0)}}", with: word.1)
        }
    }

    /// 997358 as "997,358".
    private static func grouped(_ number: Int) -> String {
        var result = ""
        for (index, digit) in String(number).reversed().enumerated() {
            if index > 0 && index % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return String(result.reversed())
    }
}
