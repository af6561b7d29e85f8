import Archives
import Diagnostics
import Files
import Foundation
import Sandbox
import Tensors
import TestSupport
import Testing

@testable import Architectures
@testable import Checkpoints

/// Files as people's programs pickle them (`Fixtures/make_objects.py`): the tensors load, bit for bit, whatever lies
/// beside them, and nothing is run.
@Suite struct PickledObjectTests {
    static let folder = SharedFiles.packageRoot + "/Tests/Checkpoints/CheckpointsTests/Fixtures/objects"

    static let recorded: [String: [String: FrameworkFileTests.Recorded]] = {
        let data = FileManager.default.contents(atPath: folder + "/digests.json") ?? Data()
        return (try? JSONDecoder().decode([String: [String: FrameworkFileTests.Recorded]].self, from: data)) ?? [:]
    }()

    @Test func theRecordIsThere() { #expect(Self.recorded.count == 22) }

    @Test(arguments: recorded.keys.sorted(), FrameworkFileTests.readings)
    func everyTensorEqualsPythons(file: String, reading: Checkpoint.Reading) throws {
        let recorded = try #require(Self.recorded[file])
        let checkpoint = try Checkpoint.open("\(Self.folder)/\(file)", reading: reading)
        #expect(checkpoint.entries.map(\.name).sorted() == recorded.keys.sorted())
        for entry in checkpoint.entries {
            let tensor = try checkpoint.tensor(named: entry.name)
            #expect(entry.shape == Shape(recorded[entry.name]?.shape ?? []), "\(entry.name)")
            #expect(TensorStatistics(tensor.scalars).sha256 == recorded[entry.name]?.sha256, "\(entry.name)")
        }
    }

    private func notes(_ file: String) throws -> [String] {
        try Checkpoint.open("\(Self.folder)/\(file)", reading: FrameworkFileTests.readings[1]).notes
    }

    /// Pickles of protocol 0 as `pickle.dumps(value, 0)` writes them, without what it memorises.
    @Test(arguments: [
        // {'classes': ['cat', 'dog']}, {'class_to_idx': {'dog': 1, 'cat': 0}}, {'hyper_parameters': {'id2label': {1: …}}},
        // {'meta': {'CLASSES': ('cat', 'dog')}}.
        ("(dVclasses\n(lVcat\naVdog\nas.", "classes"),
        ("(dVclass_to_idx\n(dVdog\nI1\nsVcat\nI0\nss.", "class_to_idx"),
        ("(dVhyper_parameters\n(dVid2label\n(dI1\nVdog\nsI0\nVcat\nsss.", "id2label"),
        ("(dVmeta\n(dVCLASSES\n(Vcat\nVdog\ntss.", "CLASSES"),
    ])
    func namesOfClassesBesideTheWeights(pickle: String, key: String) throws {
        var reader = PickleReader(Array(pickle.utf8), subject: "net.pth")
        let listing = try PickledTensors(try reader.read(), of: reader)
        #expect(listing.settings["class_names"] == #"["cat", "dog"]"#)
        #expect(listing.settings["class_names_key"] == key)
    }

    /// A number that is missing or stands twice, a name that is none, one name alone: no list of classes.
    @Test(arguments: [
        "(dVclass_to_idx\n(dVdog\nI2\nsVcat\nI0\nss.", "(dVclass_to_idx\n(dVdog\nI0\nsVcat\nI0\nss.",
        "(dVclasses\n(lI3\naVdog\nas.", "(dVclasses\n(lVdog\nas.", "(dVclasses\nI10\ns.",
    ])
    func whatIsNoListOfClassesIsNone(pickle: String) throws {
        var reader = PickleReader(Array(pickle.utf8), subject: "net.pth")
        #expect(try PickledTensors(try reader.read(), of: reader).settings["class_names"] == nil)
    }

    @Test func whatIsLeftOutIsSaid() throws {
        #expect(
            try notes("timm.pth.tar") == [
                "Left out, as state of the training: 'optimizer', 'amp_scaler' (37 tensors).",
                "Python objects in the file were read as data, none was run: argparse.Namespace, pathlib.PurePosixPath.",
                "Two copies of the weights: 'state_dict' is read, 'state_dict_ema' (21 tensors) is set aside "
                    + "(--copy state_dict_ema).",
            ])
        // Twelve parameters with three tensors of AdamW each, and what lies beside them.
        let lightning = try notes("lightning.ckpt")
        #expect(
            lightning.first
                == "Left out, as state of the training: 'loops', 'callbacks', 'optimizer_states', 'lr_schedulers' "
                + "(38 tensors).")
        #expect(
            lightning.last
                == "Python objects in the file were read as data, none was run: pathlib.PurePosixPath, "
                + "lightning_fabric.utilities.data.AttributeDict, lightning.pytorch.trainer.states.Stage, "
                + "omegaconf.dictconfig.DictConfig and 4 more.")
        #expect(
            try notes("reference.pth").last
                == "Two copies of the weights: 'model' is read, 'model_ema' (22 tensors) is set aside (--copy model_ema)."
        )
        #expect(
            try notes("whole.pt") == [
                "A pickled model (__main__.Net): its parameters and buffers were read as its state dict would name them; "
                    + "no code was run."
            ])
        #expect(
            try notes("script.pt") == [
                "TorchScript: the tensors were read by their attributes' names; its code was not run."
            ])
    }

    @Test func copiesThatWereSetAsideCanBeRead() throws {
        for reading in FrameworkFileTests.readings {
            let checkpoint = try Checkpoint.open("\(Self.folder)/timm.pth.tar", reading: reading)
            #expect(checkpoint.setAside.count == 21)
            let own = try checkpoint.tensor(named: "state_dict.stem.0.weight").scalars
            let copy = try checkpoint.tensor(named: "state_dict_ema.stem.0.weight").scalars
            #expect(copy == own.map { $0 * 0.5 })
            #expect(checkpoint.entry(named: "state_dict_ema.stem.0.weight") == nil)
        }
    }

    @Test func pickledModulesSayTheirStrides() throws {
        for (file, prefix) in [("whole.pt", "model."), ("whole_legacy.pt", "")] {
            let checkpoint = try Checkpoint.open("\(Self.folder)/\(file)")
            let facts = try #require(checkpoint.model)
            #expect(facts.layers[prefix + "stem.0"]?.stride == 2)
            #expect(facts.layers[prefix + "blocks.1.conv"]?.groups == 4)
            #expect(facts.layers[prefix + "blocks.1.bn"]?.epsilon == 1e-3)
            let network = try ConvNetwork(recognising: checkpoint)
            #expect(network.spatialLayers.map(\.stride) == [2, 2, 2])
        }
    }

    @Test func axesOfBareArraysAreThoseThatTheirShapesAllow() throws {
        let checkpoint = try Checkpoint.open("\(Self.folder)/objects.npy")
        #expect(checkpoint.entry(named: "conv.weights")?.axes == .rowsColumnsInputOutput)
        #expect(
            checkpoint.notes.last
                == "Arrays of four axes were taken for height × width × input × output, which their shapes allow alone."
        )
        #expect(
            ArrayAxes.guessed([Checkpoint.Entry(name: "a", shape: [8, 3, 3, 3], dtype: "float32")]) { _ in true }.note
                == nil)
    }

    @Test func quantisedTensorsSayFromWhat() throws {
        let checkpoint = try Checkpoint.open("\(Self.folder)/quantised.pth")
        #expect(checkpoint.entry(named: "channels")?.note == "dequantised from int8")
        #expect(checkpoint.entry(named: "unsigned")?.note == "dequantised from uint8")
    }
}

/// Pickles made to harm: their work is bounded, and values are freed without going into each other.
@Suite struct HostilePickleTests {
    private func outcome(_ name: String, _ pickle: [UInt8], _ reading: Checkpoint.Reading) throws -> String {
        try withTemporaryFolder { folder in
            let path = "\(folder)/\(name)"
            try AtomicFile.write(pickle, to: path)
            do {
                return try Checkpoint.open(path, reading: reading).entries.map(\.name).joined(separator: " ")
            } catch let error as KernelVizError {
                return error.description.replacing(folder + "/", with: "")
            }
        }
    }

    /// An integer, then 200,000 pairs of the pair before, through the memo.
    @Test(arguments: FrameworkFileTests.readings)
    func pairsInPairsEnd(reading: Checkpoint.Reading) throws {
        var pickle: [UInt8] = [0x80, 2, 0x4B, 1, 0x71, 0]
        for _ in 0..<200_000 { pickle += [0x68, 0, 0x68, 0, 0x86, 0x71, 0] }
        pickle.append(0x2E)
        #expect(
            try outcome("a.pth", pickle, reading)
                == "a.pth: a Python pickle without arrays of numbers (a list or tuple of 2); expected a state dict, or "
                + "arrays by name. Save them with torch.save(model.state_dict(), path) or numpy.savez(path, **arrays).")
    }

    /// A chain that is built from the outside in, and lists that hold themselves.
    @Test func chainsAndCirclesEnd() throws {
        var chain: [UInt8] = [0x80, 2, 0x5D, 0x71, 0]
        for _ in 0..<100_000 { chain += [0x5D, 0x71, 1, 0x68, 0, 0x68, 1, 0x61, 0x30, 0x71, 0] }
        chain.append(0x2E)
        #expect(try outcome("a.pkl", chain, .inProcess).contains("without arrays of numbers"))
        let circle: [UInt8] = [0x80, 2, 0x5D, 0x71, 0, 0x68, 0, 0x61, 0x2E]
        #expect(try outcome("a.pkl", circle, .inProcess).contains("without arrays of numbers"))
    }

    /// A dictionary of 2,000 pairs, made into an ordered one 4,000 times.
    @Test func copyingWithoutEndIsStopped() throws {
        var pickle: [UInt8] = [0x80, 2] + Array("ccollections\nOrderedDict\n".utf8) + [0x71, 0, 0x7D, 0x28]
        for index in 0..<2_000 { pickle += [0x4D, UInt8(index & 0xFF), UInt8(index >> 8), 0x4E] }
        pickle += [0x75, 0x85, 0x71, 1]
        for _ in 0..<4_000 { pickle += [0x68, 0, 0x68, 1, 0x52, 0x30] }
        pickle += [0x4E, 0x2E]
        #expect(
            try outcome("a.pkl", pickle, .inProcess)
                == "a.pkl: damaged pickle (it makes more than 4194304 values). Copy or download it again.")
    }

    /// A text of 100,000 letters, made into bytes a thousand times.
    @Test func bytesWithoutEndAreStopped() throws {
        let text: [UInt8] = [0x58, 0xA0, 0x86, 1, 0] + Array(repeating: 0x61, count: 100_000)
        var pickle: [UInt8] = [0x80, 2] + Array("c_codecs\nencode\n".utf8) + [0x71, 0] + text + [0x85, 0x71, 1]
        for _ in 0..<1_000 { pickle += [0x68, 0, 0x68, 1, 0x52, 0x30] }
        pickle += [0x4E, 0x2E]
        #expect(
            try outcome("a.pkl", pickle, .inProcess)
                == "a.pkl: damaged pickle (it makes more bytes than it has). Copy or download it again.")
    }

    @Test func deepDictionariesAreLeftOutAndSaid() throws {
        // {"a": {"a": … array}}, 100 deep, around a list of bytes; beside it an array.
        let array =
            Array("cnumpy.core.multiarray\n_reconstruct\n)R(K\u{01}(K\u{02}tcnumpy\ndtype\n(X\u{02}\0\0\0f4tR".utf8)
            + [0x89, 0x43, 8] + Array(repeating: 0, count: 8) + [0x74, 0x62]
        var deep: [UInt8] = array
        for _ in 0..<100 { deep = [0x7D, 0x58, 1, 0, 0, 0, 0x61] + deep + [0x73] }
        let pickle: [UInt8] =
            [0x80, 2, 0x7D, 0x58, 1, 0, 0, 0, 0x77] + array + [0x73, 0x58, 1, 0, 0, 0, 0x64] + deep + [0x73, 0x2E]
        try withTemporaryFolder { folder in
            let path = folder + "/a.pkl"
            try AtomicFile.write(pickle, to: path)
            let checkpoint = try Checkpoint.open(path)
            #expect(checkpoint.entries.map(\.name) == ["w"])
            #expect(checkpoint.notes.count == 1)
            #expect(checkpoint.notes.first?.hasPrefix("Left out, as more than 64 deep in each other: 'd.a.a.") == true)
            #expect(checkpoint.notes.first?.hasSuffix("(1 tensor).") == true)
        }
    }

    /// Numbers that are not read stand beside one that is.
    @Test func complexTensorsAreLeftOutAndSaid() throws {
        let view = "(K\u{02}t(K\u{01}t\u{89}NtR".unicodeScalars.map { UInt8($0.value) }
        func tensor(_ kind: String) -> [UInt8] {
            Array("ctorch._utils\n_rebuild_tensor_v2\n((X\u{07}\0\0\0storagectorch\n\(kind)\n".utf8)
                + Array("X\u{01}\0\0\0\(kind.first == "F" ? 0 : 1)X\u{03}\0\0\0cpuK\u{02}tQK\0".utf8) + view
        }
        let pickle: [UInt8] =
            [0x80, 2, 0x7D, 0x28] + Array("X\u{01}\0\0\0c".utf8) + tensor("ComplexFloatStorage")
            + Array("X\u{01}\0\0\0f".utf8) + tensor("FloatStorage") + [0x75, 0x2E]
        try withTemporaryFolder { folder in
            let path = folder + "/a.pth"
            try ZipWriter.write(to: path) { writer in
                try writer.add("a/data.pkl", sizeBytes: pickle.count) { pickle }
                try writer.add("a/data/0", sizeBytes: 8) { [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40] }
                try writer.add("a/data/1", sizeBytes: 16) { Array(repeating: 0, count: 16) }
            }
            let checkpoint = try Checkpoint.open(path)
            #expect(checkpoint.entries.map(\.name) == ["f"])
            #expect(try checkpoint.tensor(named: "f").scalars == [1, 2])
            #expect(
                checkpoint.notes == [
                    "Left out, as tensors of kinds that are not read (sparse, complex, without data): 'c'."
                ])
        }
    }

    /// Classes that nobody knows, called by every instruction that calls.
    @Test func unknownCallsAreInert() throws {
        let tail = "cmy.own\nThing\n)R0(imy.own\nThing\n0(cmy.own\nThing\no0cmy.own\nThing\n)\u{81}}b0"
        let array =
            Array("cnumpy.core.multiarray\n_reconstruct\n)R(K\u{01}(K\u{02}tcnumpy\ndtype\n(X\u{02}\0\0\0f4tR".utf8)
            + [0x89, 0x43, 8] + Array(repeating: 0, count: 8) + [0x74, 0x62, 0x2E]
        let calls = tail.unicodeScalars.map { UInt8($0.value) } + Array("cmy.own\nThing\n)}".utf8) + [0x92, 0x30]
        #expect(try outcome("a.pkl", [0x80, 4] + calls + array, .inProcess) == "tensor")
    }
}
