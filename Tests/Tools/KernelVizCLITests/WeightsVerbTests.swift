import Foundation
import TestSupport
import Testing

/// `kernelviz weights inspect|convert|diff` as a user runs them.
@Suite struct WeightsVerbTests {
    static let folder = SharedFiles.packageRoot + "/Tests/Checkpoints/CheckpointsTests/Fixtures/frameworks"

    private static func json(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// The contract that other programs rely on: these keys and no others, digests as the frameworks' own numbers have.
    @Test(arguments: ["state_dict.pth", "keras2_model.h5", "kinds.safetensors", "exported.onnx"])
    func inspectPrintsTheDigestOfEachTensor(file: String) throws {
        let outcome = try CommandLine.run(["weights", "inspect", "\(Self.folder)/\(file)", "--format", "json"])
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        let report = try Self.json(outcome.output)
        #expect(
            Set(report.keys) == [
                "schema", "format", "family", "network", "recognition", "conventions", "notes", "tensors",
            ])
        #expect(report["schema"] as? String == "kernelviz.weights/1")
        #expect(report["family"] is NSNull)
        let tensors = try #require(report["tensors"] as? [[String: Any]])
        let record = try Self.json(String(contentsOfFile: Self.folder + "/digests.json", encoding: .utf8))
        let expected = try #require(record[file] as? [String: [String: Any]])
        #expect(tensors.count == expected.count)
        for tensor in tensors {
            #expect(Set(tensor.keys) == ["name", "shape", "dtype", "sha256"])
            let name = try #require(tensor["name"] as? String)
            #expect(tensor["sha256"] as? String == expected[name]?["sha256"] as? String, "\(name)")
            #expect(tensor["shape"] as? [Int] == expected[name]?["shape"] as? [Int], "\(name)")
        }
    }

    @Test func inspectShowsATreeAndWhatTheNetworkIs() throws {
        let outcome = try CommandLine.run(["weights", "inspect", Self.folder + "/state_dict.pth"])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("state_dict.pth: PyTorch, 18 tensors, "))
        #expect(outcome.output.contains("│ conv1 "))
        #expect(outcome.output.contains("│   weight "))
        #expect(outcome.output.contains("8×3×3×3"))
        #expect(outcome.output.contains("Network: unknown network, 3 N×N layers with 96 kernels."))
        #expect(outcome.output.contains("3 N×N tensors is a layer"))
    }

    @Test func convertedFilesDoNotDiffer() throws {
        try withTemporaryFolder { folder in
            let source = Self.folder + "/training.pth"
            let note = "\(source): Left out, as state of the training: 'optimizer' (12 tensors).\n"
            for name in ["a.h5", "a.safetensors", "a.npz"] {
                let result = "\(folder)/\(name)"
                let converted = try CommandLine.run(["weights", "convert", source, result])
                #expect(converted.status == 0)
                #expect(converted.errors == "\(note)Wrote \(result)\n")
                let again = try CommandLine.run(["weights", "convert", source, result])
                #expect(again.status == 1)
                #expect(
                    again.errors == "kernelviz: error: \(result): already exists. "
                        + "Choose another name or pass --force to replace it.\n")
                let difference = try CommandLine.run(["weights", "diff", source, result])
                #expect(difference.status == 0)
                #expect(difference.output == "\(note)No difference: 11 tensors are equal bit for bit.\n")
            }
        }
    }

    @Test func differentFilesExitWithTwo() throws {
        let outcome = try CommandLine.run([
            "weights", "diff", Self.folder + "/state_dict.pth", Self.folder + "/training.pth",
        ])
        #expect(outcome.status == 2)
        #expect(outcome.output.contains("only in \(Self.folder)/state_dict.pth: conv1.weight\n"))
        #expect(outcome.output.hasSuffix("0 tensors are equal bit for bit.\n"))
    }

    @Test(arguments: [["--copy", "ema"], ["--copy=state_dict_ema"]])
    func oneOfSeveralCopiesIsChosen(option: [String]) throws {
        let path = SharedFiles.packageRoot + "/Tests/Checkpoints/CheckpointsTests/Fixtures/objects/timm.pth.tar"
        for arguments in [option + ["weights", "inspect", path], ["weights", "inspect", path] + option] {
            let outcome = try CommandLine.run(arguments)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output.contains("'state_dict_ema' (21 tensors) is read as --copy says"))
        }
        let wrong = try CommandLine.run(["classify", path, "--copy", "best"])
        #expect(wrong.status == 1)
        let sentence = "no copy of the weights called 'best'; expected 'state_dict' or 'state_dict_ema'"
        #expect(wrong.errors.contains(sentence))
    }

    @Test(arguments: [["--trust", "weights", "inspect"], ["weights", "inspect", "--trust"]])
    func trustMayStandAnywhere(arguments: [String]) throws {
        let outcome = try CommandLine.run(arguments + [Self.folder + "/one.npy"])
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
    }

    @Test func stridesAreSupplied() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/strides.txt"
            try "conv1: 2\ndepthwise: 2\ngrouped: 1\n".write(toFile: path, atomically: true, encoding: .utf8)
            let outcome = try CommandLine.run([
                "weights", "inspect", Self.folder + "/state_dict.pth", "--strides", path,
            ])
            #expect(outcome.output.contains("and the strides are known."))
        }
    }

    @Test func stridesReachTheLayers() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/strides.txt"
            try "conv1: 2\n#2 4\n".write(toFile: path, atomically: true, encoding: .utf8)
            let net = Self.folder + "/state_dict.pth"
            let outcome = try CommandLine.run(["classify", net, "--strides", path, "--format", "csv"])
            #expect(outcome.status == 0)
            let rows = outcome.output.split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false)
            }
            let column = try #require(rows.first { $0.contains("stride") }?.firstIndex(of: "stride"))
            let strides = rows.filter { $0.count > column }.map { $0[column] }
            #expect(strides == ["stride", "2", "4", ""])
            let two = try CommandLine.run([
                "classify", net, Self.folder + "/exported.onnx", "--strides", "\(net)=\(path)", "--format", "json",
            ])
            #expect(two.status == 0)
            let nobodys = try CommandLine.run(["classify", net, net, "--strides", path])
            #expect(nobodys.status == 1)
            #expect(
                nobodys.errors
                    == "kernelviz: error: --strides: '\(path)' beside 2 checkpoints; expected CHECKPOINT=FILE "
                    + "with the name of one of them. For example --strides \(net)=strides.txt.\n")
        }
    }

    /// Each verb reads the table: one that names no layer is refused.
    @Test(arguments: [
        ["classify", "NET"], ["weights", "inspect", "NET"], ["report", "NET", "-o", "a.html"],
        ["derive", "NET", "--budget", "1MP"], ["render", "kernels", "NET", "--layer", "1", "-o", "a.png"],
        ["render", "histogram", "NET", "-o", "a.png"], ["render", "statistics", "NET", "-o", "a.png"],
        ["render", "statistics", "NET", "--plot", "frequency", "-o", "a.png"],
        ["render", "statistics", "NET", "--plot", "compare", "-o", "a.png"], ["eval", "NET"],
        ["export", "NET", "--onnx", "a.onnx"],
        ["render", "features", "NET", "--input", "a.png", "--layer", "1", "-o", "b.png"],
    ])
    func everyVerbTakesStrides(arguments: [String]) throws {
        try withTemporaryFolder { folder in
            try "conv9: 2\n".write(toFile: folder + "/strides.txt", atomically: true, encoding: .utf8)
            let net = Self.folder + "/state_dict.pth"
            let outcome = try CommandLine.run(
                arguments.map { $0 == "NET" ? net : $0 } + ["--strides", "strides.txt"], in: folder)
            #expect(outcome.status == 1)
            #expect(
                outcome.errors == "kernelviz: error: strides.txt: no layer 'conv9' in \(net). "
                    + "The nearest name is 'conv1'.\n")
        }
    }

    @Test func aFolderOfShardsIsOneCheckpoint() throws {
        let outcome = try CommandLine.run(["classify", Self.folder + "/sharded"])
        #expect(outcome.status == 0)
        #expect(outcome.output.hasPrefix("\(Self.folder)/sharded: unknown network, 3 layers, 96 kernels\n"))
    }

    @Test(arguments: ["a.h5", "a.safetensors", "a.npz"])
    func aFullDiskIsOneSentence(name: String) throws {
        try withTemporaryFolder { folder in
            let outcome = try CommandLine.run(
                ["weights", "convert", Self.folder + "/training.pth", name], in: folder, fileBlocks: 4)
            #expect(outcome.status == 1)
            // Behind what is left out of the file.
            let lines = outcome.errors.split(separator: "\n")
            #expect(lines.count == 2 && lines.last?.hasPrefix("kernelviz: error: \(name): ") == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        }
    }

    @Test func anUnknownExtensionIsRefused() throws {
        let outcome = try CommandLine.run(["weights", "convert", Self.folder + "/one.npy", "out.bin"])
        #expect(outcome.status == 1)
        #expect(
            outcome.errors == "kernelviz: error: out.bin: ends in '.bin'; expected .h5, .safetensors or .npz.\n")
    }

    @Test func namesOfFilesObeyNobody() throws {
        try withTemporaryFolder { folder in
            let header = #"{"a\u001b[31m\u202e\u000a.weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
            let path = folder + "/names.safetensors"
            try Data([UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [0, 0, 0, 0])
                .write(to: URL(fileURLWithPath: path))
            let outcome = try CommandLine.run(["weights", "diff", path, Self.folder + "/kinds.safetensors"])
            #expect(
                outcome.output.hasPrefix("only in \(path): a\\u{1B}[31m\\u{202E}\\u{A}.weight\n"), "\(outcome.output)")
        }
    }
}
