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

    @Test func optionsOfALossBelongTogether() throws {
        for (options, words) in [
            (["--max-drop", "1"], "--max-drop needs pictures"),
            (["--images", "folder", "--limit", "0"], "--limit starts at 1"),
            (["--max-drop", "1", "--images", "folder", "--limit", "19"], "--limit starts at 20"),
            (["--curve", "x.svg"], "--curve belongs to --max-drop"),
            (["--max-drop", "101", "--images", "folder"], "0 to 100"),
            (["--max-drop", "1", "--images", "folder", "--keep-norms"], "--keep-norms is not to be had"),
        ] {
            let outcome = try CommandLine.run(["slim", VerbTests.ownCheckpoint, "-o", "never.onnx"] + options)
            #expect(outcome.status == 64 && outcome.errors.contains(words), "\(options)")
        }
    }

    /// What was taken out exactly changes no answer.
    @Test func exactSlimmingKeepsAllAnswers() throws {
        try withTemporaryFolder { folder in
            let picture = SharedFiles.packageRoot + "/Weights/cat.jpg"
            try FileManager.default.createDirectory(atPath: "\(folder)/one", withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: picture, toPath: "\(folder)/one/a.jpg")
            let outcome = try CommandLine.run([
                "slim", VerbTests.ownCheckpoint, "-o", "\(folder)/slim.onnx", "--images", "\(folder)/one",
            ])
            #expect(outcome.status == 0, "\(outcome.errors)")
            // Wilson's interval of one of one.
            #expect(outcome.output.contains("100.0 % of the only picture keep the first class"))
            #expect(outcome.output.contains("(95 % interval 20.7…100.0)"))
            #expect(outcome.output.contains("how many are right is not known: the pictures have no classes."))
        }
    }

    @Test func fewPicturesAreRefusedInOneSentence() throws {
        try withTemporaryFolder { folder in
            let picture = SharedFiles.packageRoot + "/Weights/cat.jpg"
            try FileManager.default.createDirectory(atPath: "\(folder)/few", withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: picture, toPath: "\(folder)/few/a.jpg")
            let file = "\(folder)/slim.onnx"
            let outcome = try CommandLine.run([
                "slim", VerbTests.ownCheckpoint, "-o", file, "--max-drop", "1", "--images", "\(folder)/few",
            ])
            #expect(outcome.status == 1 && outcome.errors.contains("1 picture; expected at least 20"))
            #expect(!FileManager.default.fileExists(atPath: file))
        }
    }

    /// The written files are the network that the report tells of, in every format, and the curve is drawn.
    @Test func aLossIsChosenAndTold() throws {
        try withTemporaryFolder { folder in
            let picture = SharedFiles.packageRoot + "/Weights/cat.jpg"
            try FileManager.default.createDirectory(atPath: "\(folder)/many", withIntermediateDirectories: true)
            for number in 1...20 {
                try FileManager.default.copyItem(atPath: picture, toPath: "\(folder)/many/\(number).jpg")
            }
            let outcome = try CommandLine.run([
                "slim", VerbTests.ownCheckpoint, "-o", "\(folder)/slim.onnx", "-o", "\(folder)/slim.safetensors", "-o",
                "\(folder)/slim.h5", "--max-drop", "100", "--images", "\(folder)/many", "--curve",
                "\(folder)/curve.svg", "--format", "json",
            ])
            #expect(outcome.status == 0, "\(outcome.errors)")
            let report = try JSONDecoder().decode(Loss.self, from: Data(outcome.output.utf8))
            #expect(report.budget.measure == "agreement" && report.budget.reportingImages == 10)
            #expect(report.budget.curve.first?.kernels == 0 && report.budget.curve.count > 2)
            #expect(report.budget.curve.last?.kernels == report.budget.chosen.kernels)
            let figure = try String(contentsOfFile: "\(folder)/curve.svg", encoding: .utf8)
            #expect(figure.contains("<svg"))
            #expect(report.splits.contains { !$0.shared.isEmpty })
            let logits = try ["onnx", "safetensors", "h5"].map { format in
                let saved = "\(folder)/logits-\(format).h5"
                let read = try CommandLine.run([
                    "eval", "\(folder)/slim.\(format)", "--runs", "0", "--save-logits", saved,
                ])
                #expect(read.status == 0, "\(read.errors)")
                return try HDF5File(path: saved).floats("/logits")
            }
            let largest = try #require(logits[0].map { abs($0) }.max())
            for other in logits.dropFirst() {
                #expect(zip(logits[0], other).allSatisfy { abs($0 - $1) < 1e-5 * largest } && other.count == 10)
            }
        }
    }

    /// A Python without ONNX Runtime is said before any work, and nothing is written.
    @Test func onnxRuntimeIsAskedForFirst() throws {
        try withTemporaryFolder { folder in
            let file = "\(folder)/slim.onnx"
            let outcome = try CommandLine.run(
                ["slim", VerbTests.ownCheckpoint, "-o", file, "--onnxruntime"],
                environment: ["KERNELVIZ_PYTHON": "\(folder)/no-python"])
            #expect(outcome.status == 1 && outcome.errors.contains("expected a Python with numpy and onnxruntime"))
            #expect(!FileManager.default.fileExists(atPath: file))
        }
    }

    private struct Loss: Decodable {
        struct Budget: Decodable {
            let measure: String
            let reportingImages: Int
            let chosen: Point
            let curve: [Point]
        }
        struct Point: Decodable { let kernels: Int }
        struct Split: Decodable {
            let shared: [Int]
        }

        let budget: Budget
        let splits: [Split]
    }

    private struct Report: Decodable {
        let foldedNorms: Int
        let written: [String]
    }
}
