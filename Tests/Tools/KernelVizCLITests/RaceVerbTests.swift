import Foundation
import TestSupport
import Testing

/// `derive --race` and `derive --init` as their users call them, on pictures that a small net learns within seconds.
@Suite struct RaceVerbTests {
    private static let checkpoint = SharedFiles.packageRoot + "/Weights/mobilenetv1_0.5_cifar10.h5"
    private static let size = ["--budget", "10000", "--thumbnail", "--input-size", "8", "--no-latency"]

    private static func race(_ folder: String, _ options: [String] = ["--epochs", "2"]) -> [String] {
        ["derive", checkpoint, "--race", folder + "/data", "--hours", "1", "--seeds", "2", "--no-gate"] + size
            + ["--train", "batch=8", "--train", "warmup=0"] + options
    }

    /// Plans a race, keeps its first contender alone, so that four trainings decide it, and puts the plan into folders.
    private static func plan(_ folder: String, into names: [String]) throws {
        let planned = try CommandLine.run(race(folder) + ["--out", folder + "/planned", "--print-jobs"])
        #expect(planned.status == 0, "\(planned.errors)")
        #expect(planned.errors.contains("1 training up to the next decision"), "\(planned.errors)")
        let path = URL(fileURLWithPath: folder + "/planned/race.json")
        var plan = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any])
        let contenders = try #require(plan["contenders"] as? [Any])
        plan["contenders"] = [try #require(contenders.first)]
        plan["size"] =
            ["contenders": 1, "epochs": 2, "finalists": 1, "looks": 1, "rounds": [Int](), "seedsPerLook": 2]
            as [String: Any]
        let data = try JSONSerialization.data(withJSONObject: plan)
        for name in names {
            try FileManager.default.createDirectory(atPath: folder + "/" + name, withIntermediateDirectories: true)
            try data.write(to: URL(fileURLWithPath: "\(folder)/\(name)/race.json"))
        }
    }

    private static func results(_ folder: String) throws -> [Data] {
        try ["results.json", "results.md", "winner.yaml"].map {
            try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)"))
        }
    }

    private static func shell(_ line: Substring) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", String(line)]
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test func aRaceThatIsKilledOrHandedOnEndsInTheSameBytes() throws {
        try withTemporaryFolder { folder in
            try TinyImages.write(folder + "/data")
            try Self.plan(folder, into: ["whole", "broken", "jobs"])
            let whole = try CommandLine.run(Self.race(folder) + ["--out", folder + "/whole"])
            #expect(whole.status == 0, "\(whole.errors)")
            #expect(whole.errors.contains("Going on with the race in"))
            let expected = try Self.results(folder + "/whole")
            let report = try #require(try JSONSerialization.jsonObject(with: expected[0]) as? [String: Any])
            #expect((report["trainings"] as? [Any])?.count == 4 && report["pending"] as? Int == 0)
            #expect(Data(whole.output.utf8) == expected[2])

            for delay in [0.4, 0.8, 1.6] {
                try CommandLine.kill(Self.race(folder) + ["--out", folder + "/broken"], after: delay)
            }
            let broken = try CommandLine.run(Self.race(folder) + ["--out", folder + "/broken"])
            #expect(broken.status == 0, "\(broken.errors)")
            #expect(try Self.results(folder + "/broken") == expected)

            // The baseline's first training is a decision, the other three come to the next one.
            for count in [1, 3] {
                let jobs = try CommandLine.run(Self.race(folder) + ["--out", folder + "/jobs", "--print-jobs"])
                let lines = jobs.output.split(separator: "\n")
                #expect(lines.count == count, "\(jobs.errors)")
                for line in lines { #expect(try Self.shell(line) == 0, "\(line)") }
            }
            let left = try CommandLine.run(Self.race(folder) + ["--out", folder + "/jobs", "--print-jobs", "--slurm"])
            #expect(left.output.isEmpty && left.errors.contains("Nothing is left to train. "), "\(left.errors)")
            #expect(try Self.results(folder + "/jobs") == expected)
        }
    }

    @Test func aRaceGoesOnWithTheSameDataAndOptionsOnly() throws {
        try withTemporaryFolder { folder in
            try TinyImages.write(folder + "/data")
            try Self.plan(folder, into: ["out"])
            let other = try CommandLine.run(Self.race(folder, ["--epochs", "3"]) + ["--out", folder + "/out"])
            #expect(other.status == 1)
            #expect(other.errors.contains("was begun with --epochs 2; expected --epochs 3."), "\(other.errors)")
            let image = folder + "/data/train/class0/0.png"
            try FileManager.default.removeItem(atPath: image)
            try FileManager.default.copyItem(atPath: folder + "/data/train/class0/1.png", toPath: image)
            let changed = try CommandLine.run(Self.race(folder) + ["--out", folder + "/out"])
            #expect(changed.status == 1)
            #expect(changed.errors.contains("other images, labels or classes; expected the same"), "\(changed.errors)")
        }
    }

    @Test func whatCannotBeARaceIsSaidBeforeAnyWork() throws {
        try withTemporaryFolder { folder in
            try TinyImages.write(folder + "/data")
            func errors(_ data: String, _ options: [String], out: String = "out") throws -> String {
                let outcome = try CommandLine.run(
                    ["derive", Self.checkpoint, "--race", data, "--out", "\(folder)/\(out)"] + Self.size + options)
                #expect(outcome.status == 1 && outcome.output.isEmpty, "\(outcome.errors)")
                return outcome.errors
            }
            let hour = ["--hours", "1"]
            #expect(
                try errors(folder + "/data/train", hour).contains(
                    "no test images; expected a data set with a test part."))
            #expect(
                try errors(folder + "/nowhere", hour).contains("/nowhere: no such file or folder; expected a data set.")
            )
            #expect(
                try errors(folder + "/data", hour + ["--classes", "3"]).contains(
                    "--classes: 3; expected 2, the classes of \(folder)/data. Leave --classes out."))
            try Data().write(to: URL(fileURLWithPath: folder + "/file"))
            #expect(try errors(folder + "/data", hour, out: "file").contains("/file: is a file; expected a folder."))
            #expect(try errors(folder + "/data", ["--hours", "1e-9"]).contains("The nearest possible is --hours "))
            // Nothing is left of a race that was not begun.
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["data", "file"])
        }
    }

    @Test(arguments: [
        ["--race", "d", "--out", "o"], ["--race", "d", "--hours", "1"], ["--survey", "--hours", "3"], ["--hours", "3"],
        ["--race", "d", "--hours", "nan", "--out", "o"], ["--race", "d", "--hours", "1", "--out", "o", "--slurm"],
        ["--race", "d", "--hours", "1", "--out", "o", "--jobs", "100000"],
        ["--race", "d", "--hours", "1", "--out", "o", "--threads", "0"],
        ["--init", "a", "--race", "d", "--hours", "1", "--out", "o"], ["--init", "a", "-o", "a"], ["--start", "bank"],
        ["--images", "d"],
        ["--init", "a", "--against", "vgnetg-1.0mp"], ["--init", "a", "--start", "selection:"],
    ])
    func aWrongCommandLineExitsWith64(options: [String]) throws {
        let outcome = try CommandLine.run(["derive", Self.checkpoint] + options)
        #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome.errors)")
    }

    /// MobileNetV1 has one layer behind its last stride, the last one: its kernels stand for stage 4's.
    @Test(arguments: [
        ("default", "PyTorch's default"), ("unit-gain", "kernels of gain 1"),
        ("bank", "stage 4 has 0 kernels and takes those of the last layer"),
        ("covariance", "stage 4 has 0 kernels and takes those of the last layer"),
    ])
    func aTrainingBeginsWithTheWeightsThatAreWritten(start: String, remark: String) throws {
        try withTemporaryFolder { folder in
            try TinyImages.write(folder + "/data")
            let derived = try CommandLine.run(
                ["derive", Self.checkpoint, "--classes", "2", "-o", folder + "/net.yaml"] + Self.size
                    + ["--init", folder + "/start.safetensors", "--start", start])
            #expect(derived.status == 0 && derived.errors.contains(remark), "\(derived.errors)")
            let isAssumed = derived.errors.contains("input correlation assumed: neighbouring pixels correlate with 0.5")
            #expect(isAssumed == (start != "default"), "\(derived.errors)")
            let trained = try CommandLine.run(
                ["train", folder + "/net.yaml", "--init", folder + "/start.safetensors", "--data", folder + "/data"]
                    + ["--epochs", "1", "--batch", "8", "--warmup", "0", "--out", folder + "/run"])
            #expect(trained.status == 0, "\(trained.errors)")
            #expect(trained.errors.contains("0 keep their own start"), "\(trained.errors)")
        }
    }

    @Test func gainsHoldForTheCorrelationThatPicturesShow() throws {
        try withTemporaryFolder { folder in
            try TinyImages.write(folder + "/data")
            let arguments = ["derive", Self.checkpoint, "--classes", "2", "-o", folder + "/net.yaml"] + Self.size
            let measured = try CommandLine.run(
                arguments + ["--init", folder + "/a.safetensors", "--images", folder + "/data"])
            #expect(
                measured.status == 0
                    && measured.errors.contains("input correlation measured on 48 images of \(folder)/data/train"),
                "\(measured.errors)")
            let assumed = try CommandLine.run(arguments + ["--force", "--init", folder + "/b.safetensors"])
            #expect(assumed.status == 0, "\(assumed.errors)")
            let files = try ["a", "b"].map { try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0).safetensors")) }
            #expect(files[0] != files[1])
        }
    }

    @Test func nothingIsWrittenWhereTheWeightsCannotStart() throws {
        try withTemporaryFolder { folder in
            let outcome = try CommandLine.run(
                ["derive", Self.checkpoint, "-o", folder + "/net.yaml"] + Self.size
                    + ["--init", folder + "/start.safetensors", "--start", "selection:\(Self.checkpoint)"])
            #expect(outcome.status == 1 && outcome.errors.contains("no tensor that "), "\(outcome.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }
}
