import Foundation
import HDF5
import TestSupport
import Testing

/// The verbs as scripts use them, on real files and on the default checkpoint.
@Suite struct VerbTests {
    static let ownCheckpoint = SharedFiles.packageRoot + "/Weights/mobilenetv1_0.5_cifar10.h5"

    /// The contract of `classify --format json`; kernel counts from the architecture: 16·3 + 16 + 32 + 2·64 + …
    @Test func classifyPrintsTheJSONContract() throws {
        let outcome = try CommandLine.run(["classify", Self.ownCheckpoint, "--format", "json"])
        #expect(outcome.status == 0)
        let report = try JSONDecoder().decode(Classification.self, from: Data(outcome.output.utf8))
        #expect(report.checkpoint.family == "MobileNetV1")
        #expect(report.layers.map(\.number) == Array(1...14))
        #expect(report.layers.map(\.stride) == [2, 1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1])
        #expect(
            report.layers.map(\.kernels) == [48, 16, 32, 64, 64, 128, 128, 256, 256, 256, 256, 256, 256, 512])
        #expect(report.layers.allSatisfy { $0.size == 3 })
        for layer in report.layers {
            #expect(Set(layer.counts.keys) == ["identity", "blur", "edge", "zero", "other"])
            #expect(layer.counts.values.reduce(0, +) == layer.kernels)
        }
    }

    @Test func classifyPrintsOneCSVLineALayer() throws {
        let outcome = try CommandLine.run(["classify", Self.ownCheckpoint, "--format", "csv"])
        #expect(outcome.status == 0)
        #expect(outcome.output.split(separator: "\n").count == 15)
    }

    @Test(arguments: [("png", "\u{89}PNG"), ("svg", "<?xml"), ("pdf", "%PDF")])
    func renderKernelsWritesEveryFormatAndTheSameBytesTwice(format: String, start: String) throws {
        try withTemporaryFolder { folder in
            let files = ["a", "b"].map { "\(folder)/\($0).\(format)" }
            for file in files {
                let outcome = try CommandLine.run(
                    ["render", "kernels", Self.ownCheckpoint, "--layer", "5", "-o", file, "--dpi", "72"])
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
            let contents = try files.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
            #expect(contents[0] == contents[1])
            #expect(contents[0].starts(with: start.unicodeScalars.map { UInt8($0.value) }))
        }
    }

    /// Table 3 and vgnet.md §2: the published counts through the command line.
    @Test(arguments: [
        ("vgnetg-1.0mp", 997_358, 141_300_232), ("vgnetc-1.5mp", 1_506_344, 187_819_008),
        ("vgnetf2-1.5mp", 1_485_896, 187_819_008), ("vgnetg-1.0mp-se", 1_143_190, 141_443_080),
        ("vgnetg-1.5mp-silu", 1_502_024, 187_819_008),
    ])
    func evalCountsPublishedNets(name: String, parameters: Int, macs: Int) throws {
        let outcome = try CommandLine.run(["eval", name, "--format", "json", "--runs", "1"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let report = try JSONDecoder().decode(Evaluation.self, from: Data(outcome.output.utf8))
        #expect(report.parameters == parameters)
        #expect(report.macs == macs)
        #expect(try #require(report.latencyMilliseconds) > 0)
    }

    /// The logits of a golden net through `--tensor` and `--save-logits` equal PyTorch's in float64.
    @Test(.needsSharedFiles) func evalSavesLogitsThatEqualPyTorchs() throws {
        let golden = SharedFiles.path("golden/vgnet/vgnetg_1_0mp_224.h5")
        try withTemporaryFolder { folder in
            let out = folder + "/logits.h5"
            let outcome = try CommandLine.run([
                "eval", "vgnetg-1.0mp", "--weights", golden, "--tensor", golden + ":/input", "--save-logits", out,
                "--runs", "0",
            ])
            #expect(outcome.status == 0, "\(outcome.errors)")
            let logits = try HDF5File(path: out).doubles("/logits")
            let expected = try HDF5File(path: golden).doubles("/logits_f64")
            let largest = expected.map(abs).max() ?? 0
            #expect(logits.count == expected.count)
            #expect(zip(logits, expected).allSatisfy { abs($0 - $1) <= 1e-4 * largest })
        }
    }

    @Test func evalNamesTheClassesOfAPhotograph() throws {
        let picture = SharedFiles.packageRoot + "/Weights/cat.jpg"
        let outcome = try CommandLine.run(
            ["eval", Self.ownCheckpoint, "--input", picture, "--format", "json", "--runs", "0"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let report = try JSONDecoder().decode(Evaluation.self, from: Data(outcome.output.utf8))
        let guesses = try #require(report.top5)
        #expect(guesses.count == 5)
        #expect(guesses.first?.name == "cat")
        #expect(report.latencyMilliseconds == nil)
    }

    @Test func deriveWritesAblationsWithAPlan() throws {
        try withTemporaryFolder { folder in
            let outcome = try CommandLine.run([
                "derive", Self.ownCheckpoint, "--budget", "0.3MP", "--thumbnail", "--classes", "10", "--alternatives",
                "2",
                "--sample", "3", "--out", "\(folder)/designs", "--name", "mine",
            ])
            #expect(outcome.status == 0, "\(outcome.errors)")
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/designs")
            #expect(names.count == 7)
            #expect(Set(names).isSuperset(of: ["plan.yaml", "mine.yaml", "sample-1.yaml", "sample-3.yaml"]))
            let plan = try String(contentsOfFile: "\(folder)/designs/plan.yaml", encoding: .utf8)
            #expect(plan.contains("baseline: \"mine\"") && plan.contains("net: \"sample-2.yaml\""))
            let again = try CommandLine.run([
                "derive", Self.ownCheckpoint, "--budget", "0.3MP", "--sample", "3", "--out", "\(folder)/designs",
            ])
            #expect(again.status == 1)
            #expect(again.errors.contains("plan.yaml: already exists. Choose another name or pass --force"))
            let explained = try CommandLine.run([
                "derive", Self.ownCheckpoint, "--budget", "0.3MP", "--explain", "--weighting", "network",
            ])
            #expect(explained.output.contains("what was measured") && explained.output.contains("│ D1 "))
            let against = try CommandLine.run([
                "derive", Self.ownCheckpoint, "--budget", "1.0MP", "--against", "vgnetc-1.0mp", "--format", "json",
            ])
            #expect(against.output.contains("\"field\" : \"downsampling\""))
        }
    }

    /// The published net's numbers: vgnet.md, section 2 (Table 3 and fvcore).
    @Test func deriveNamesThePublishedNetAndItsCost() throws {
        let plain = try CommandLine.run(["derive", Self.ownCheckpoint, "--rules=-D10"])
        #expect(plain.status == 0, "\(plain.errors)")
        #expect(plain.output.hasPrefix("# vgnetg-1.0mp: 997358 learnable parameters, 141300232 MACs;"))
        #expect(plain.output.contains("\nname: vgnetg-1.0mp\n"))
        #expect(plain.errors.contains("The kernels confirm the paper's choice: "))
        let trained = try CommandLine.run(["derive", Self.ownCheckpoint, "--no-latency"])
        #expect(trained.status == 0, "\(trained.errors)")
        #expect(
            trained.output.contains("\nname: derived-1.0mp\n") && trained.output.contains("\nblocks: [2, 3, 5, 1]\n"))
        #expect(trained.errors.contains("Trainings decided blocks, depthwise: "))
        let timed = try CommandLine.run(
            ["derive", Self.ownCheckpoint, "--rules", "D1", "--macs", "100M", "--budget", "900K", "--format", "json"])
        #expect(timed.status == 0, "\(timed.errors)")
        let report = try JSONDecoder().decode(Derived.self, from: Data(timed.output.utf8))
        #expect(report.cost.parameters <= 900_000 && report.cost.macs <= 100_000_000)
        #expect(report.published.name == "vgnetg-1.0mp" && report.published.parameters == 997_358)
        #expect(report.published.macs == 141_300_232 && !report.isPublished)
        #expect(try #require(report.cost.milliseconds) > 0 && report.time?.ratio ?? 0 > 0)
        let impossible = try CommandLine.run(["derive", Self.ownCheckpoint, "--macs", "1M", "--budget", "1.0MP"])
        #expect(impossible.status == 1)
        #expect(impossible.errors.contains("expected at most 1000000 MACs (--macs). The nearest possible is --macs "))
    }

    private struct Derived: Decodable {
        struct Cost: Decodable {
            let name: String
            let parameters: Int
            let macs: Int
            let milliseconds: Double?
        }
        struct Time: Decodable { let ratio: Double }
        let cost: Cost
        let published: Cost
        let isPublished: Bool
        let time: Time?
    }

    @Test func deriveWritesAConfigThatEvalRuns() throws {
        try withTemporaryFolder { folder in
            let config = folder + "/net.yaml"
            let derived = try CommandLine.run(["derive", Self.ownCheckpoint, "--budget", "1.5MP", "-o", config])
            #expect(derived.status == 0, "\(derived.errors)")
            #expect(derived.output.isEmpty)
            let outcome = try CommandLine.run(["eval", config, "--format", "json", "--runs", "0"])
            let report = try JSONDecoder().decode(Evaluation.self, from: Data(outcome.output.utf8))
            #expect(abs(report.parameters - 1_500_000) <= 7_500)
            let again = try CommandLine.run(["derive", Self.ownCheckpoint, "--budget", "1.5MP"])
            #expect(try String(contentsOfFile: config, encoding: .utf8) == again.output)
        }
    }

    private struct Classification: Decodable {
        struct Checkpoint: Decodable { let family: String }
        struct Layer: Decodable {
            let number: Int
            let size: Int
            let stride: Int?
            let kernels: Int
            let counts: [String: Int]
        }
        let schema: String
        let checkpoint: Checkpoint
        let layers: [Layer]
    }

    private struct Evaluation: Decodable {
        struct Guess: Decodable { let name: String? }
        let parameters: Int
        let macs: Int
        let latencyMilliseconds: Double?
        let top5: [Guess]?
    }
}
