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

    @Test func withoutATargetTheCommandLineIsWrong() throws {
        #expect(try CommandLine.run(["export", "vgnetg-1.0mp"]).status == 64)
    }
}
