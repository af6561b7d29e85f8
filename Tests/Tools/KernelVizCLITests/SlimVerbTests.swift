import Foundation
import HDF5
import TestSupport
import Testing

@Suite struct SlimVerbTests {
    /// Every format is read back by `eval` and gives the logits of the network that was slimmed.
    @Test func slimmedFilesGiveTheSameLogits() throws {
        try withTemporaryFolder { folder in
            let files = ["onnx", "safetensors", "h5"].map { "\(folder)/slim.\($0)" }
            let outcome = try CommandLine.run(
                ["slim", VerbTests.ownCheckpoint, "--format", "json"] + files.flatMap { ["-o", $0] })
            #expect(outcome.status == 0, "\(outcome.errors)")
            let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
            #expect(report.foldedNorms == 27 && report.written == files)
            let logits = try ([VerbTests.ownCheckpoint] + files).enumerated().map { index, file in
                let saved = "\(folder)/logits\(index).h5"
                let outcome = try CommandLine.run(["eval", file, "--runs", "0", "--save-logits", saved])
                #expect(outcome.status == 0, "\(outcome.errors)")
                return try HDF5File(path: saved).floats("/logits")
            }
            let largest = try #require(logits[0].map { abs($0) }.max())
            for other in logits.dropFirst() {
                #expect(other.count == 10)
                #expect(zip(logits[0], other).allSatisfy { abs($0 - $1) < 1e-5 * largest })
            }
        }
    }

    @Test func aNameThatSaysNoFormatIsRefusedBeforeAnyWork() throws {
        try withTemporaryFolder { folder in
            let outcome = try CommandLine.run(["slim", "nowhere.h5", "-o", "\(folder)/project"])
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("a name that says no format; expected a file ending in .onnx"))
        }
    }

    @Test func existingFilesStay() throws {
        try withTemporaryFolder { folder in
            let file = "\(folder)/slim.onnx"
            try Data("mine".utf8).write(to: URL(fileURLWithPath: file))
            let outcome = try CommandLine.run(["slim", VerbTests.ownCheckpoint, "-o", file])
            #expect(outcome.status == 1 && outcome.errors.contains("--force"))
            #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == Data("mine".utf8))
            let twice = try CommandLine.run(["slim", VerbTests.ownCheckpoint, "-o", "a.onnx", "-o", "./a.onnx"])
            #expect(twice.status == 64)
        }
    }

    private struct Report: Decodable {
        let foldedNorms: Int
        let written: [String]
    }
}
