import Foundation
import HDF5
import TestSupport
import Testing

@Suite struct EvalVerbTests {
    private struct Accuracy: Decodable {
        let network: String
        let parameters: Int
        let macs: Int
        let top1: Double
        let top5: Double
        let images: Int
        let latencyMilliseconds: Double?
        let shiftConsistency: Double?
    }

    private struct Predictions: Decodable {
        struct Accuracy: Decodable {
            let top1: Double
            let top5: Double
        }
        let accuracy: Accuracy
    }

    /// PIL decodes and resizes a little differently, so that one image of a hundred may fall on the other side.
    /// A folder needs no slash to be one, whatever verb reads it.
    @Test func aFolderByItsBareNameIsACheckpoint() throws {
        try withTemporaryFolder { folder in
            try FileManager.default.createDirectory(atPath: folder + "/net", withIntermediateDirectories: true)
            let converted = try CommandLine.run(
                ["weights", "convert", VerbTests.ownCheckpoint, folder + "/net/model.safetensors"])
            #expect(converted.status == 0, "\(converted.errors)")
            let outcome = try CommandLine.run(["eval", "net", "--runs", "0"], in: folder)
            #expect(outcome.status == 0 && outcome.output.contains("MobileNetV1 0.5"), "\(outcome.errors)")
        }
    }

    @Test(
        .needsSharedFiles,
        arguments: [
            "mobilenetv1_0.25_224.h5", "mobilenetv2_1.0_224_int8dq.h5", "mobilenetv3_small_1.0_224_uint8dq.h5",
        ])
    func photographsAreClassifiedAsPyTorchDoes(checkpoint: String) throws {
        let file = SharedFiles.path("golden/pretrained/imagenet100_predictions.json")
        let predictions = try JSONDecoder().decode(
            [String: Predictions].self, from: Data(contentsOf: URL(fileURLWithPath: file)))
        let expected = try #require(predictions[checkpoint]).accuracy
        let outcome = try CommandLine.run([
            "eval", SharedFiles.path("weights/\(checkpoint)"), "--data", SharedFiles.path("images/imagenet100.csv"),
            "--format", "json", "--threads", "2", "--runs", "0",
        ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let result = try JSONDecoder().decode(Accuracy.self, from: Data(outcome.output.utf8))
        #expect(result.images == 100)
        #expect(abs(result.top1 - expected.top1) < 0.0101)
        #expect(abs(result.top5 - expected.top5) < 0.0101)
    }

    @Test func bfloat16PrintsWhatItCosts() throws {
        let common = ["eval", "vgnetg-1.0mp-thumbnail", "--runs", "0", "--precision"]
        let table = try CommandLine.run(common + ["bf16"])
        #expect(table.status == 0, "\(table.errors)")
        #expect(table.output.contains("bf16: logits differ from f32 by at most "))
        struct Cost: Decodable {
            struct Inner: Decodable { let precision: String, images: Int, agreeing: Int, largestDifference: Double }
            let precisionCost: Inner?
            let precision: String?
        }
        let json = try CommandLine.run(common + ["bf16", "--format", "json"])
        let cost = try JSONDecoder().decode(Cost.self, from: Data(json.output.utf8))
        #expect(cost.precision == "bf16" && cost.precisionCost?.images == 1)
        #expect((cost.precisionCost?.largestDifference ?? 0) > 0)
        let exact = try CommandLine.run(common + ["f32", "--format", "json"])
        #expect(try JSONDecoder().decode(Cost.self, from: Data(exact.output.utf8)).precision == nil)
        #expect(try CommandLine.run(common + ["f16"]).status == 64)
    }

    @Test func int8PrintsWhatItCostsAndOnWhatItWasCalibrated() throws {
        try withTemporaryFolder { folder in
            try TinyImages.write(folder + "/data")
            let checkpoint = SharedFiles.packageRoot + "/Weights/mobilenetv1_0.5_cifar10.h5"
            let common = ["eval", checkpoint, "--runs", "1", "--threads", "1,2"]
            let table = try CommandLine.run(common + ["--precision", "int8"])
            #expect(table.status == 0, "\(table.errors)")
            #expect(table.output.contains("int8: logits differ from f32 by at most "))
            #expect(table.output.contains("layers in bytes (100.0 % of the MACs), in f32 none; "))
            #expect(table.output.contains("(percentile) of 1 image: the input itself (--calibrate names others)"))
            struct Document: Decodable {
                struct Inner: Decodable {
                    let method: String, images: Int, source: String, layersInBytes: Int, macsInBytes: Int
                    let nodesInFloats: [String]
                }
                let precision: String?
                let quantization: Inner?
                let macs: Int
            }
            func document(_ options: [String]) throws -> Document {
                let json = try CommandLine.run(common + options + ["--format", "json"])
                #expect(json.status == 0, "\(json.errors)")
                return try JSONDecoder().decode(Document.self, from: Data(json.output.utf8))
            }
            let own = try document([
                "--precision", "int8", "--calibrate", folder + "/data/test", "--calibration-images", "5", "--ranges",
                "mse",
            ])
            #expect(own.precision == "int8" && own.quantization?.method == "mse" && own.quantization?.images == 5)
            #expect(own.quantization?.source == folder + "/data/test")
            #expect(own.quantization?.nodesInFloats == [] && own.quantization?.macsInBytes == own.macs)
            #expect(try document([]).quantization == nil)
            // A net of random weights hardly varies behind its last layers: those stay in floats, and it runs.
            let random = ["eval", "vgnetg-1.0mp-thumbnail", "--runs", "0", "--precision", "int8"]
            let untrained = try CommandLine.run(random)
            #expect(untrained.status == 0, "\(untrained.errors)")
            #expect(try CommandLine.run(common + ["--calibrate", folder]).status == 64)
            #expect(try CommandLine.run(common + ["--precision", "int8", "--calibration-images", "0"]).status == 64)
            #expect(try CommandLine.run(common + ["--precision", "int8", "--calibrate", folder + "/none"]).status == 1)
        }
    }

    @Test func severalNetworksMakeOneTable() throws {
        try withTemporaryFolder { folder in
            try TinyImages.write(folder + "/data")
            // A CSV of numbers may leave most of the hundred classes out.
            let lines = (0..<16).map { "test/class\($0 / 8)/\($0 % 8).png,\($0 / 8)" }
            try (["filename,class_index"] + lines).joined(separator: "\n")
                .write(toFile: folder + "/data/list.csv", atomically: true, encoding: .utf8)
            let nets = ["vgnetg-1.0mp-thumbnail", "vgnetc-1.0mp-thumbnail"]
            // Numbers of the published nets with 100 classes (Table 3's reference implementation).
            let common = nets + ["--data", folder + "/data/list.csv", "--runs", "2", "--threads", "1,2", "--shifts"]
            let json = try CommandLine.run(["eval"] + common + ["--format", "json", "-o", folder + "/nets.json"])
            #expect(json.status == 0, "\(json.errors)")
            struct List: Decodable { let networks: [Accuracy] }
            let list = try JSONDecoder().decode(
                List.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/nets.json")))
            #expect(list.networks.map(\.network) == nets)
            #expect(list.networks[0].parameters == 665_510 && list.networks[0].macs == 43_733_056)
            #expect(list.networks.allSatisfy { $0.images == 16 && $0.shiftConsistency != nil })
            for format in ["table", "csv", "markdown"] {
                let outcome = try CommandLine.run(["eval"] + common + ["--format", format])
                #expect(outcome.status == 0, "\(outcome.errors)")
                #expect(outcome.output.contains("vgnetg-1.0mp-thumbnail") && outcome.output.contains("top"))
            }
            let figure = try CommandLine.run([
                "render", "statistics", folder + "/nets.json", "--plot", "scatter", "--y", "accuracy", "-o",
                folder + "/nets.svg",
            ])
            #expect(figure.status == 0, "\(figure.errors)")
        }
    }

    /// The shape of a VGNet's weights does not tell its activation; the file, or a config beside it, does.
    @Test func aVGNetsCheckpointIsRunByItself() throws {
        try withTemporaryFolder { folder in
            let net = ["vgnetg-1.0mp-thumbnail", "--seed", "3"]
            let exported = try CommandLine.run(
                ["export"] + net + ["--safetensors", folder + "/a.safetensors", "--onnx", folder + "/a.onnx"])
            #expect(exported.status == 0, "\(exported.errors)")
            var logits: [[Float]] = []
            for arguments in [
                net, [folder + "/a.safetensors", "--seed", "3"], net + ["--weights", folder + "/a.onnx"],
            ] {
                let file = "\(folder)/\(logits.count).h5"
                let outcome = try CommandLine.run(["eval"] + arguments + ["--runs", "0", "--save-logits", file])
                #expect(outcome.status == 0, "\(outcome.errors)")
                logits.append(try HDF5File(path: file).floats("/logits"))
            }
            #expect(logits[0].count == 100 && logits[0] == logits[1] && logits[0] == logits[2])
        }
    }

    @Test(arguments: [
        (["--weights", "x.h5"], "--weights, --save-logits and --labels go with one network."),
        (["--shifts"], "--shifts, --limit and --strict go with --data."),
        (["--similarity"], "--similarity needs --input or --data."),
        (["--threads", "1,0"], "The value '1,0' is invalid for '--threads <n,n>'"),
    ])
    func wrongCommandLinesAreNamed(options: [String], sentence: String) throws {
        let outcome = try CommandLine.run(["eval", "vgnetg-1.0mp", "vgnetc-1.0mp"] + options)
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains(sentence), "\(outcome.errors)")
    }
}
