import Archives
import Diagnostics
import Files
import HDF5
import TestSupport
import Testing

@testable import Checkpoints

/// Files that are not read are named for what they are, with the way to a file that is.
@Suite struct ForeignFileTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let found: String
        /// What the advice must hold.
        let advice: String

        init(_ name: String, _ bytes: [UInt8], _ found: String, _ advice: String) {
            (self.name, self.bytes, self.found, self.advice) = (name, bytes, found, advice)
        }

        init(_ name: String, text: String, _ found: String, _ advice: String) {
            self.init(name, Array(text.utf8), found, advice)
        }

        var testDescription: String { name }
    }

    /// A field of a protocol buffer that holds bytes.
    private static func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
        var tag = number << 3 | 2
        var bytes: [UInt8] = []
        while tag > 0x7F {
            bytes.append(UInt8(tag & 0x7F | 0x80))
            tag >>= 7
        }
        return bytes + [UInt8(tag), UInt8(content.count)] + content
    }

    private static let leveldb: [UInt8] =
        Array(repeating: 0, count: 60) + [0x57, 0xFB, 0x80, 0x8B, 0x24, 0x75, 0x47, 0xDB]

    static let cases = [
        // saved_model_schema_version 1, meta_graphs with a graph.
        Case("saved_model.pb", [8, 1] + field(2, field(2, [1, 2, 3])), "a TensorFlow SavedModel", "tf2onnx"),
        Case(
            "m.bin", [8, 1] + field(2, field(1, field(4, Array("serve".utf8)))), "a TensorFlow SavedModel", "tf2onnx"),
        Case(
            "frozen.pb", field(1, field(1, Array("input".utf8)) + field(2, Array("Placeholder".utf8))),
            "a TensorFlow graph (.pb)", "--graphdef"),
        Case(
            "net.bin", field(1, Array("LeNet".utf8)) + field(100, field(1, Array("conv1".utf8))), "a Caffe model",
            "numpy.savez"),
        Case("m.bin", [8, 5] + field(2, field(1, field(1, Array("image".utf8)))), "a Core ML model", "coremltools"),
        Case(
            "yolo.weights", [0, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0] + Array(repeating: 7, count: 64),
            "a Darknet file of weights", "torch.save"),
        Case("model.ckpt.index", leveldb, "a part of a TensorFlow checkpoint", "tf.train.load_checkpoint"),
        Case("model.ckpt.data-00000-of-00001", [1, 2, 3, 4, 5], "a part of a TensorFlow checkpoint", "numpy.savez"),
        Case("net.params", [0x12, 1, 0, 0, 0, 0, 0, 0, 9, 9], "an MXNet file of parameters", "export_model"),
        Case("net.param", text: "7767517\n75 83\nInput data 0 1 data\n", "an ncnn network", "ONNX"),
        Case(
            "net.xml", text: "<?xml version=\"1.0\"?>\n<net name=\"a\" version=\"11\">", "an OpenVINO network", "ONNX"),
        Case("a.gguf", text: "GGUF....", "a GGUF file", "gguf.GGUFReader"),
        Case(
            "a.mat", text: "MATLAB 5.0 MAT-file, Platform: GLNXA64", "a MATLAB file (.mat, version 5)",
            "scipy.io.loadmat"),
        Case("a.pth", [0x1F, 0x8B, 8, 0], "a gzip file", "gunzip"),
        Case("a.pth", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "an xz file", "unxz"),
        Case("a.7z", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive", "7z x"),
        Case("a.rar", text: "Rar!....", "a RAR archive", "unrar"),
        Case("a.pkl", [0x78, 0x9C, 1, 2], "a zlib stream", "joblib.dump"),
        Case("a.png", [0x89, 0x50, 0x4E, 0x47], "a PNG image", "--input"),
        Case("a.pte", [1, 0, 0, 0] + Array("ET12".utf8), "an ExecuTorch program", "state_dict"),
        Case(
            "a.pth", text: "version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "a Git LFS pointer",
            "git lfs pull"),
        Case("a.h5", text: "\n  <!doctype html>\n<html>", "a web page", "download again"),
        Case(
            "a.h5", text: "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", "a server's error message",
            "address"),
        Case(
            "model.json", text: "{\"modelTopology\": {}, \"weightsManifest\": []}", "a TensorFlow.js model",
            "tensorflowjs_converter"),
        Case(
            "a.json", text: "{\"class_name\": \"Functional\"}", "a Keras model's description without weights",
            ".weights.h5"),
        Case("config.json", text: "{\"model_type\": \"resnet\"}", "a model's settings without weights", "folder"),
        Case("a.csv", text: "a,b\n1,2\n", "a CSV file", "numpy.savez"),
        Case("net.prototxt", text: "name: \"LeNet\"\nlayer {\n", "a Caffe network without weights", ".caffemodel"),
        Case("net.cfg", text: "[net]\nbatch=1\n", "a Darknet network without weights", "torch.save"),
        Case("a.txt", text: "\u{FEFF}Just words.\r\n", "a text file", "Name the file of weights"),
        Case(
            "a.safetensors", [0xFF, 0xFF, 0, 0, 0, 0, 0, 0] + Array("{\"a\":{\"dtype\"".utf8),
            "a truncated safetensors file (21 bytes; its header alone has 65535)", "Copy or download it again"),
    ]

    @Test(arguments: cases)
    func aFileIsNamedForWhatItIs(item: Case) throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/\(item.name)"
            try AtomicFile.write(item.bytes, to: path)
            let error = #expect(throws: KernelVizError.self) { try Checkpoint.open(path) }
            #expect(error?.code == "weights.unknownFormat")
            #expect(error?.found.hasPrefix("this is \(item.found)") == true, "\(error?.found ?? "")")
            #expect(error?.advice?.contains(item.advice) == true, "\(error?.advice ?? "")")
        }
    }

    @Test func modelsOfONNXAreNotTakenForOthers() throws {
        let folder = FrameworkFileTests.folder
        for name in ["exported.onnx", "exported_dynamo.onnx", "constants.onnx"] {
            #expect(try FileKind.of("\(folder)/\(name)") == .onnx)
        }
    }

    @Test func foldersOfOtherFrameworksAreNamed() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write([0x89, 0x50, 0x4E, 0x47], to: folder + "/a.png")
            try AtomicFile.write(text: "{}", to: folder + "/a.json")
            #expect(try Checkpoint.isKnown(folder: folder) == false)
            try AtomicFile.write([8, 1] + Self.field(2, Self.field(2, [1, 2, 3])), to: folder + "/saved_model.pb")
            #expect(try Checkpoint.isKnown(folder: folder + "/"))
            let error = #expect(throws: KernelVizError.self) { try Checkpoint.open(folder + "/") }
            #expect(error?.subject == folder + "/saved_model.pb")
            #expect(error?.found.hasPrefix("this is a TensorFlow SavedModel") == true)
        }
        #expect(Checkpoint.isOne(folderOf: ["config.json", "model.safetensors", "tf_model.h5"]))
        #expect(!Checkpoint.isOne(folderOf: ["config.json", "a.safetensors"]))
    }

    @Test func anArchiveAroundAFileOfWeightsSaysSo() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/policy.zip"
            try ZipWriter.write(to: path) { writer in
                try writer.add("policy.pth", sizeBytes: 4) { [1, 2, 3, 4] }
                try writer.add("data", sizeBytes: 2) { [1, 2] }
            }
            let error = #expect(throws: KernelVizError.self) { try Checkpoint.open(path) }
            #expect(
                error?.description
                    == "\(path): a zip archive around 'policy.pth'; expected a Keras, PyTorch or NumPy archive. "
                    + "Unpack it first: unzip FILE 'policy.pth'.")
        }
    }

    @Test func aKeyThatStandsTwiceIsSaid() throws {
        let places = #"{"dtype":"F32","shape":[4],"data_offsets":[0,16]}"#
        for (second, key) in [("a", "a"), ("\\u0061", "a")] {
            let text = Array("{\"a\":\(places),\"\(second)\":\(places)}".utf8)
            let bytes = [UInt8(text.count), 0, 0, 0, 0, 0, 0, 0] + text + Array(repeating: UInt8(0), count: 16)
            try withTemporaryFolder { folder in
                try AtomicFile.write(bytes, to: folder + "/a.safetensors")
                let error = #expect(throws: KernelVizError.self) { try Checkpoint.open(folder + "/a.safetensors") }
                #expect(
                    error?.found == "damaged safetensors file ('\(key)' stands twice in its header, and nothing says "
                        + "which of the two is meant)")
            }
        }
        #expect(RepeatedKeys.first(in: Array(#"{"a":[{"b":1},{"b":"b"}],"b":{"a":"{"}}"#.utf8)) == nil)
        #expect(RepeatedKeys.first(in: Array(#"[{"a":{"x":1,"\"":2,"x":3}}]"#.utf8)) == "x")
    }

    private static func hdf5(_ name: String) -> String {
        SharedFiles.packageRoot + "/Tests/Formats/HDF5Tests/Fixtures/\(name)"
    }

    @Test func anHDF5FileWithoutNumbersSaysWhatItHolds() {
        let path = Self.hdf5("no_numbers.jld2")
        let error = #expect(throws: KernelVizError.self) { try Checkpoint.open(path) }
        #expect(error?.code == "weights.noTensors")
        #expect(
            error?.found.hasPrefix("a Julia file (JLD2) without arrays of numbers (it holds 'refs' ") == true,
            "\(error?.found ?? "")")
    }

    @Test func namesInLatin1AreReadAndSaid() throws {
        let checkpoint = try Checkpoint.open(Self.hdf5("latin1.h5"))
        #expect(checkpoint.entries.map(\.name) == ["café/naïve", "plain/größe"])
        #expect(try checkpoint.tensor(named: "café/naïve").scalars == [0, 1, 2, 3])
        #expect(
            checkpoint.notes == ["2 names in the file are no UTF-8; they were read as Latin-1 (\"é\" for byte E9)."])
    }

    @Test func huggingFaceFoldersOpenWithTheirSettings() throws {
        try withTemporaryFolder { folder in
            try HDF5Writer.write(to: folder + "/other.h5") { try $0.write([Float(1)], dimensions: [1], to: "x") }
            let text = Array(#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#.utf8)
            let bytes = [UInt8(text.count), 0, 0, 0, 0, 0, 0, 0] + text + [0, 0, 0x80, 0x3F]
            try AtomicFile.write(bytes, to: folder + "/model.safetensors")
            try AtomicFile.write(bytes, to: folder + "/model.fp16.safetensors")
            try AtomicFile.write(
                text: """
                    {"architecture": "tf_mobilenetv3_small_100", "num_classes": 2, "label_names": ["cat", "dog"],
                     "pretrained_cfg": {"mean": [0.5, 0.25, 0.5], "crop_pct": 0.875, "input_size": [3, 224, 224],
                                        "interpolation": "bicubic", "fixed_input_size": false, "license": null}}
                    """, to: folder + "/config.json")
            for path in [folder, folder + "/", folder + "/model.safetensors"] {
                let checkpoint = try Checkpoint.open(path)
                #expect(checkpoint.format == "safetensors")
                #expect(
                    checkpoint.attributes == [
                        "hf.architecture": "tf_mobilenetv3_small_100", "hf.num_classes": "2",
                        "hf.label_names": "cat, dog", "hf.labels": #"["cat","dog"]"#, "hf.mean": "0.5, 0.25, 0.5",
                        "hf.crop_pct": "0.875", "hf.input_size": "3, 224, 224", "hf.interpolation": "bicubic",
                        "hf.fixed_input_size": "false",
                    ])
            }
            #expect(try Checkpoint.open(folder + "/model.fp16.safetensors").attributes == [:])
        }
    }
}
