import Checkpoints
import Files
import Foundation
import HDF5
import TestSupport
import Testing

@Suite struct ExportVerbTests {
    /// Exported weights are read back by `eval` and give the very logits of the net that was exported.
    @Test(arguments: ["hdf5", "safetensors"])
    func exportedWeightsComeBack(format: String) throws {
        try withTemporaryFolder { folder in
            let weights = "\(folder)/net.\(format == "hdf5" ? "h5" : format)"
            let net = ["vgnetg-1.0mp-thumbnail", "--seed", "3"]
            let exported = try CommandLine.run(["export"] + net + ["--\(format)", weights])
            #expect(exported.status == 0, "\(exported.errors)")
            let logits = try [[], ["--weights", weights]].enumerated().map { index, more in
                let file = "\(folder)/\(index).h5"
                let outcome = try CommandLine.run(
                    ["eval"] + net + more + ["--runs", "0", "--save-logits", file])
                #expect(outcome.status == 0, "\(outcome.errors)")
                return try HDF5File(path: file).floats("/logits")
            }
            #expect(logits[0].count == 100)
            #expect(logits[0] == logits[1])
        }
    }

    @Test func aProjectIsWrittenWhole() throws {
        try withTemporaryFolder { folder in
            let outcome = try CommandLine.run(["export", "vgnetg-1.0mp", "--pytorch", folder + "/project"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder + "/project").sorted()
                    == ["README.md", "config.json", "model.py", "requirements.txt", "train.py"])
        }
    }

    @Test func aMobileNetHasNoPyTorchProject() throws {
        try withTemporaryFolder { folder in
            let outcome = try CommandLine.run(["export", VerbTests.ownCheckpoint, "--pytorch", folder + "/project"])
            #expect(outcome.status == 1)
            #expect(
                outcome.errors
                    == "kernelviz: error: MobileNetV1 0.5: is no VGNet; expected a VGNet config, a checkpoint that "
                    + "holds its design, or the name of a published net beside --pytorch. Export it with --onnx, --safetensors or --hdf5.\n"
            )
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    /// Whatever the spelling, and inside the project's folder too: said before anything is written.
    @Test(arguments: [
        ["--onnx", "a.x", "--safetensors", "./a.x"], ["--hdf5", "a", "--pytorch", "a/"],
        ["--pytorch", "p", "--safetensors", "p/weights.safetensors"], ["--onnx", "link", "--hdf5", "real"],
    ])
    func twoFormatsAtOnePathAreAWrongCommandLine(targets: [String]) throws {
        try withTemporaryFolder { folder in
            if targets.contains("link") {
                try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "real")
                try Data().write(to: URL(fileURLWithPath: folder + "/real"))
            }
            let before = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            let outcome = try CommandLine.run(["export", "vgnetg-1.0mp", "--force"] + targets, in: folder)
            #expect(outcome.status == 64)
            #expect(outcome.errors.contains("both write '"), "\(outcome.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == before)
        }
    }

    @Test func whatCannotBeWrittenIsSaidBeforeAnythingIs() throws {
        try withTemporaryFolder { folder in
            let outcome = try CommandLine.run(
                ["export", VerbTests.ownCheckpoint, "--onnx", "a.onnx", "--pytorch", "project"], in: folder)
            #expect(outcome.status == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test func withoutATargetTheCommandLineIsWrong() throws {
        #expect(try CommandLine.run(["export", "vgnetg-1.0mp"]).status == 64)
    }
}

@Suite struct FoldedExportTests {
    /// Normalised and branched kernels leave as kernels with a bias: the same logits, fewer parameters.
    @Test(arguments: ["normalized", "branched"]) func aFoldedNetGivesTheSameAnswer(form: String) throws {
        try withTemporaryFolder { folder in
            let config =
                "name: tiny\nchannels: [8, 16, 24, 32, 40]\nblocks: [2, 2, 2, 2]\nclasses: 5\ninput_size: 32\n"
                + "depthwise: \(form)\n"
            try AtomicFile.write(text: config, to: "\(folder)/net.yaml")
            for (flags, name) in [([], "whole"), (["--folded"], "folded")] {
                let outcome = try CommandLine.run(
                    ["export", "\(folder)/net.yaml", "--safetensors", "\(folder)/\(name).safetensors"] + flags)
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
            func answer(_ name: String) throws -> [Substring] {
                let outcome = try CommandLine.run([
                    "eval", "\(folder)/\(name).safetensors", "--input", SharedFiles.packageRoot + "/Weights/cat.jpg",
                    "--runs", "0",
                ])
                #expect(outcome.status == 0, "\(outcome.errors)")
                return outcome.output.split(separator: "\n").filter { $0.contains("%") }
            }
            #expect(try answer("whole") == answer("folded"))
            // A learned kernel with a normalisation behind it is no fixed bank: the downsampling alone is fixed.
            for name in ["whole", "folded"] {
                let labels = try CommandLine.run(["classify", "\(folder)/\(name).safetensors"])
                #expect(labels.output.contains("Fixed by design, no evidence of learning: #2, #4, #6, #8."))
            }
            let tensors = try Checkpoint.open("\(folder)/folded.safetensors").entries.map(\.name)
            #expect(tensors.contains("features.stage2.1.half3x3.bias"))
            #expect(!tensors.contains { $0.contains("half3x3.1") || $0.contains("skip") })
        }
    }
}
