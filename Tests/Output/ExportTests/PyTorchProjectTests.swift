import Diagnostics
import Engine
import Export
import Foundation
import HDF5
import Models
import Tensors
import TestSupport
import Testing
import TrainingRuns
import VGNets
import Checkpoints

/// The project as files.
@Suite struct PyTorchProjectTests {
    static func text(_ name: String, of project: PyTorchProject) throws -> String {
        String(decoding: try #require(project.files.first { $0.name == name }).bytes, as: UTF8.self)
    }

    @Test func theProjectHoldsTheDesignAndNothingElse() throws {
        let config = try VGNetConfig.published("vgnetg-1.0mp-se")
        let project = try PyTorchProject(config: config)
        #expect(project.files.map(\.name) == ["README.md", "config.json", "model.py", "train.py", "requirements.txt"])
        #expect(
            try Self.text("config.json", of: project) == """
                {
                  "name": "vgnetg-1.0mp-se",
                  "channels": [28, 56, 112, 224, 368],
                  "blocks": [4, 7, 13, 2],
                  "downsampling": "gaussian",
                  "gaussian_sigma": 1.1,
                  "gaussian_signs": "alternating",
                  "gaussian_decimals": 4,
                  "identity": 0.5,
                  "half": "learnable",
                  "last": "shared8",
                  "activation": "relu",
                  "squeeze_excite": 0.25,
                  "squeeze_excite_activation": "relu",
                  "dropout": 0.0,
                  "classes": 1000,
                  "input_size": 224,
                  "input_channels": 3,
                  "thumbnail": false
                }

                """)
        let readme = try Self.text("README.md", of: project)
        #expect(readme.hasPrefix("# vgnetg-1.0mp-se\n"))
        // Table 3 and fvcore.
        #expect(readme.contains("| learnable parameters | 1,143,190 |"))
        #expect(readme.contains("| MACs of one 224×224 image | 141,443,080 |"))
        #expect(!readme.contains("{{"))
        #expect(!readme.contains("--init weights.safetensors`"))
    }

    @Test func everyPublishedDesignIsReadBackFromItsJSON() throws {
        for name in VGNetConfig.publishedNames {
            let config = try VGNetConfig.published(name)
            let text = try Self.text("config.json", of: PyTorchProject(config: config))
            #expect(try VGNetConfig(yaml: text, subject: "config.json") == config)
        }
    }

    /// An option of kernelviz's table as train.py writes it.
    private static func row(_ option: TrainingOption) -> String? {
        guard let name = option.projectName else { return nil }
        let names = ([name] + ([option.name] + option.otherNames).filter { $0 != name }).map { "\"--\($0)\"" }
        let kind: String
        let test: String
        switch option.values {
        case .whole(let range): (kind, test) = ("int", "\(range.lowerBound) <= x <= \(range.upperBound)")
        case .real(let least, let most, let includesLeast, let includesMost):
            let end = most == .infinity ? "math.inf" : "\(Int(most))"
            let closes = includesMost && most != .infinity
            (kind, test) = ("float", "\(Int(least)) \(includesLeast ? "<=" : "<") x \(closes ? "<=" : "<") \(end)")
        case .words(let words): (kind, test) = ("str", "x in (\(words.map { "\"\($0)\"" }.joined(separator: ", ")))")
        case .flag, .file: return nil
        }
        return """
                ((\(names.joined(separator: ", "))\(names.count == 1 ? "," : "")), \(kind), lambda x: \(test), \
            "\(option.values.expectation)", \(option.defaultText ?? "None"),
                 "\(option.help)"),

            """
    }

    @Test func trainPyHasTheOptionsOfTheTable() throws {
        let script = try Self.text("train.py", of: PyTorchProject(config: .published("vgnetg-1.0mp")))
        let rows = TrainingOption.all.compactMap(Self.row)
        #expect(rows.count == 11)
        #expect(script.contains("OPTIONS = [\n\(rows.joined())]\n"), "\(rows.joined())")
        #expect(script.contains("<= \(TrainingOption.seeds.upperBound), "))
        // Flags have names of their own there.
        for option in TrainingOption.all where option.projectName != nil && option.values == .flag {
            #expect(script.contains("\"--no-\(option.name)\""))
        }
    }

    @Test func weightsTakeTheKeysOfTheModel() throws {
        let config = try VGNetConfig.published("vgnetg-1.0mp-thumbnail").replacing(dropout: 0.1)
        let graph = try VGNet(config.replacing(dropout: 0), seed: 1).graph
        let project = try PyTorchProject(config: config, weights: StateDict(graph: graph))
        let file = try #require(project.files.last)
        #expect(file.name == "weights.safetensors")
        let header = String(
            decoding: file.bytes.dropFirst(8).prefix(Int(file.bytes[0]) + 256 * Int(file.bytes[1])), as: UTF8.self)
        #expect(header.contains("\"classifier.1.weight\""))
        #expect(!header.contains("\"classifier.weight\""))
        #expect(try Self.text("README.md", of: project).contains("`train.py --init weights.safetensors`"))
    }

    @Test func nothingIsReplacedUnasked() throws {
        let project = try PyTorchProject(config: VGNetConfig.published("vgnetg-1.0mp"))
        try withTemporaryFolder { folder in
            let target = "\(folder)/a/b"
            try project.write(to: target)
            let names = try FileManager.default.contentsOfDirectory(atPath: target)
            #expect(names.sorted() == project.files.map(\.name).sorted())
            try FileManager.default.removeItem(atPath: "\(target)/README.md")
            let error = #expect(throws: KernelVizError.self) { try project.write(to: target) }
            #expect(
                error?.description
                    == "\(target)/config.json: already exists. Choose another name or pass --force to replace it.")
            #expect(!FileManager.default.fileExists(atPath: "\(target)/README.md"))
            try project.write(to: target, overwriting: .replace)
            #expect(FileManager.default.fileExists(atPath: "\(target)/README.md"))
            let inside = #expect(throws: KernelVizError.self) { try project.write(to: "\(target)/README.md/x") }
            #expect(
                inside?.description == "\(target)/README.md: is a file; expected a folder. Choose another place.")
        }
    }
}

/// The project as PyTorch runs it.
@Suite struct PyTorchPeerTests {
    @Test(.needsSharedFiles, .needsPython) func everyGoldenNetLoadsStrictlyAndGivesItsLogits() throws {
        try withTemporaryFolder { folder in
            let cases = try GoldenNet.names.map { name in
                let golden = try GoldenNet(name)
                let weights = StateDict(graph: try VGNet(golden.config, weights: golden.weights).graph)
                try PyTorchProject(config: golden.config, weights: weights).write(to: "\(folder)/\(name)")
                return ["project": "\(folder)/\(name)", "golden": golden.path]
            }
            try JSONEncoder().encode(cases).write(to: URL(fileURLWithPath: "\(folder)/cases.json"))
            let outcome = try PythonCheck.run("check_pytorch.py", ["\(folder)/cases.json"])
            #expect(outcome.status == 0, "\(outcome.output)")
            #expect(outcome.output.split(separator: "\n").count { $0.contains(" parameters, logits ") } == 13)
        }
    }

    @Test(.needsPython) func twoProcessesTrainAndTheEngineRunsWhatTheyLearned() throws {
        let config = try VGNetConfig(
            name: "tiny", channels: [8, 16, 40, 72, 96], blocks: [2, 2, 3, 2], activation: .silu,
            squeezeExcite: SqueezeExcite(), dropout: 0.1, classes: 3, inputSize: 48)
        try withTemporaryFolder { folder in
            let weights = StateDict(graph: try VGNet(config, seed: 5).graph)
            try PyTorchProject(config: config, weights: weights).write(to: "\(folder)/project")
            let outcome = try PythonCheck.run("check_training.py", ["\(folder)/project", "\(folder)/run"])
            #expect(outcome.status == 0, "\(outcome.output)")
            #expect(outcome.output.contains("trained, resumed and read back"))
            guard outcome.status == 0 else { return }
            let path = "\(folder)/run/trained.h5"
            let net = try VGNet(config, checkpoint: Checkpoint.open(path))
            let file = try HDF5File(path: path)
            let image = try file.tensor("input")
            let logits = try net.plan(batch: 2).run(image)
            #expect(relativeError(logits, try file.tensor("logits")) <= 1e-4)
        }
    }
}
