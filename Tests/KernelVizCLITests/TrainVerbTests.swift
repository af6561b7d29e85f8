import Foundation
import TestSupport
import Testing

@Suite struct TrainVerbTests {
    private func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    private static let design = """
        name: mini
        channels: [4, 8, 8, 8, 16]
        blocks: [1, 2, 1, 1]
        classes: 2
        input_size: 8
        thumbnail: true
        """

    private static let recipe = ["--batch", "8", "--lr", "0.05", "--warmup", "1", "--crop", "center", "--seed", "5"]

    @Test func aTrainingIsKilledAndResumedToTheSameBytes() throws {
        try withTemporaryFolder { folder in
            try TinyImages.write(folder + "/data")
            try write(Self.design, to: folder + "/net.yaml")
            let train =
                ["train", folder + "/net.yaml", "--data", folder + "/data", "--epochs", "40", "--test-every", "0"]
                + Self.recipe
            #expect(try CommandLine.run(train + ["--out", folder + "/whole"]).status == 0)
            // Killed without warning, wherever it is.
            for delay in [0.05, 0.1, 0.15, 0.2] {
                try CommandLine.kill(train + ["--out", folder + "/broken", "--resume"], after: delay)
            }
            let last = try CommandLine.run(train + ["--out", folder + "/broken", "--resume"])
            #expect(last.status == 0, "\(last.errors)")
            let files = try ["whole", "broken"].map {
                try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)/checkpoint.h5"))
            }
            #expect(files[0] == files[1])
            let left = try FileManager.default.contentsOfDirectory(atPath: folder + "/broken").sorted()
            #expect(left == ["checkpoint.h5", "config.yaml", "curves.png", "log.csv"])
        }
    }

    @Test func aLossThatIsNotFiniteNamesStepAndLayer() throws {
        try withTemporaryFolder { folder in
            try TinyImages.write(folder + "/data")
            try write(Self.design, to: folder + "/net.yaml")
            let outcome = try CommandLine.run(
                ["train", folder + "/net.yaml", "--data", folder + "/data", "--out", folder + "/run", "--lr", "1e30"]
                    + ["--batch", "8", "--warmup", "0", "--epochs", "2"])
            #expect(outcome.status == 1)
            let pattern = /kernelviz: error: epoch 1, step [0-9]+: (layer|parameter) '.+': numbers that are NaN/
            #expect(outcome.errors.contains(pattern), "\(outcome.errors)")
        }
    }

    @Test func aSweepsJobsDoWhatTheSweepDoes() throws {
        try withTemporaryFolder { folder in
            try TinyImages.write(folder + "/data")
            try write(Self.design, to: folder + "/net.yaml")
            try write(
                """
                data: data
                seeds: [1, 2]
                train: {epochs: 2, batch: 8, lr: 0.05, warmup: 1, crop: center}
                nets:
                  - {name: "it's G", net: net.yaml}
                  - {name: C, net: net.yaml, design: {downsampling: learnable}}
                """, to: folder + "/plan.yaml")
            let sweep = ["sweep", folder + "/plan.yaml", "--format", "csv", "--out"]
            let whole = try CommandLine.run(sweep + [folder + "/whole", "--jobs", "2"])
            #expect(whole.status == 0, "\(whole.errors)")
            let jobs = try CommandLine.run(sweep + [folder + "/jobs", "--print-jobs"])
            let lines = jobs.output.split(separator: "\n")
            #expect(lines.count == 4)
            for line in lines {
                let process = Process()
                process.executableURL = URL(fileURLWithPath: "/bin/sh")
                process.arguments = ["-c", String(line)]
                // Elsewhere: the lines do not depend on the working folder.
                process.currentDirectoryURL = URL(fileURLWithPath: "/")
                process.standardError = FileHandle.nullDevice
                try process.run()
                process.waitUntilExit()
                #expect(process.terminationStatus == 0, "\(line)")
            }
            let collected = try CommandLine.run(sweep + [folder + "/jobs", "--collect"])
            #expect(collected.output == whole.output)
            #expect(collected.output.hasPrefix("network,parameters,fixed_parameters,macs,trainings,top1_mean,"))
            #expect(collected.output.contains("\nC,"))
        }
    }
}
