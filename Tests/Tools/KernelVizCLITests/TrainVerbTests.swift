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

    /// Mixed downsampling, odd identity ratios and listed banks survive training, saving and loading: `eval` on the saved
    /// weights measures what the training measured.
    @Test(arguments: [
        "downsampling: [learnable, hybrid, hybrid, gaussian]\ngaussian_share: 0.4\nidentity: 0.25",
        "half: [learnable, mine, learnable, learnable]\nbanks: {mine: [[1, 0, -1, 2, 0, -2, 1, 0, -1]]}\nlast: shared4",
    ])
    func generalisedFormsAreSavedAndLoaded(form: String) throws {
        try withTemporaryFolder { folder in
            try TinyImages.write(folder + "/data")
            try write(Self.design + "\n" + form, to: folder + "/net.yaml")
            let trained = try CommandLine.run(
                ["train", folder + "/net.yaml", "--data", folder + "/data", "--out", folder + "/run", "--epochs", "2"]
                    + Self.recipe)
            #expect(trained.status == 0, "\(trained.errors)")
            let log = try String(contentsOfFile: folder + "/run/log.csv", encoding: .utf8)
            let last = try #require(log.split(separator: "\n").last)
            let outcome = try CommandLine.run([
                "eval", folder + "/run/checkpoint.h5", "--data", folder + "/data", "--format", "json", "--runs", "0",
            ])
            #expect(outcome.status == 0, "\(outcome.errors)")
            struct Accuracy: Decodable { let top1: Double }
            let measured = try JSONDecoder().decode(Accuracy.self, from: Data(outcome.output.utf8)).top1
            #expect(Double(last.split(separator: ",")[3]) == measured)
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
            // Results beside trainings that other plans share.
            let shared = try CommandLine.run(sweep + [folder + "/table", "--runs", folder + "/jobs", "--collect"])
            #expect(shared.output == whole.output)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder + "/table").sorted() == [
                    "results.csv", "results.json", "results.md",
                ])
        }
    }

    /// Two processes under torchrun train what the plan says; the table and `eval` read what they leave.
    @Test(.needsPython) func aSweepsTorchrunJobsFillTheSameTable() throws {
        try withTemporaryFolder { folder in
            try TinyImages.write(folder + "/data")
            try write(Self.design.replacing("thumbnail", with: "activation: silu\nthumbnail"), to: folder + "/net.yaml")
            try write(
                """
                data: data
                train: {epochs: 2, batch: 8, lr: 0.05, warmup: 1, momentum: 0.8, crop: padded, flip: false, limit: 32}
                nets: [net.yaml]
                """, to: folder + "/plan.yaml")
            let sweep = ["sweep", folder + "/plan.yaml", "--out", folder + "/out"]
            let jobs = try CommandLine.run(sweep + ["--print-jobs", "--torchrun", "2"])
            #expect(jobs.status == 0, "\(jobs.errors)")
            let words = try #require(jobs.output.split(separator: "\n").first)
            #expect(words.hasPrefix("torchrun --standalone --nproc_per_node=2 \(folder)/out/mini/pytorch/train.py "))
            let arguments = words.split(separator: " ").dropFirst().map(String.init)
            let trained = try PythonCheck.run(["-m", "torch.distributed.run"] + arguments)
            #expect(trained.status == 0, "\(trained.output)")
            let collected = try CommandLine.run(sweep + ["--collect", "--format", "json"])
            struct Table: Decodable {
                struct Net: Decodable { let top1: Double? }
                let networks: [Net]
            }
            let table = try JSONDecoder().decode(Table.self, from: Data(collected.output.utf8))
            let top1 = try #require(table.networks.first?.top1)
            // What PyTorch measured, the engine measures on the weights that it wrote.
            for file in ["weights.pth", "weights.safetensors"] {
                let outcome = try CommandLine.run([
                    "eval", folder + "/out/mini/seed-1/" + file, "--data", folder + "/data", "--format", "json",
                    "--runs", "0",
                ])
                #expect(outcome.status == 0, "\(outcome.errors)")
                struct Accuracy: Decodable { let top1: Double }
                let result = try JSONDecoder().decode(Accuracy.self, from: Data(outcome.output.utf8))
                #expect(result.top1 == top1, "\(file)")
            }
        }
    }
}
