import Diagnostics
import Files
import HDF5
import Tensors
import TestSupport
import Testing

@testable import Architectures
@testable import Checkpoints

/// Files that are not weights, by the full text of the error.
@Suite struct BadCheckpointTests {
    private func sentence(_ name: String, _ bytes: [UInt8]) throws -> String? {
        try withTemporaryFolder { folder in
            let path = "\(folder)/\(name)"
            try AtomicFile.write(bytes, to: path)
            let error = #expect(throws: KernelVizError.self) { _ = try ConvNetwork.open(path) }
            return error?.description.replacing(folder + "/", with: "")
        }
    }

    @Test func aMissingFile() {
        let error = #expect(throws: KernelVizError.self) { _ = try ConvNetwork.open("no/such.h5") }
        #expect(error?.description == "no/such.h5: no such file or directory. Check the path.")
    }

    @Test func aFolder() throws {
        try withTemporaryFolder { folder in
            let error = #expect(throws: KernelVizError.self) { _ = try ConvNetwork.open(folder) }
            #expect(
                error?.description
                    == "\(folder): holds no file of weights; expected files that end in .bin, .h5, .hdf5, .keras, .npy, .npz, "
                    + ".onnx, .pt, .pth, .safetensors.")
        }
    }

    @Test func anEmptyFile() throws {
        #expect(
            try sentence("a.h5", [])
                == "a.h5: the file is empty; expected a file of weights. Copy or download it again.")
    }

    @Test func aTextFile() throws {
        #expect(
            try sentence("a.h5", Array("Just some words.\n".utf8))
                == "a.h5: this is a text file; expected HDF5, safetensors, PyTorch, NumPy, Keras, ONNX or TensorFlow "
                + "Lite. Name the file of weights.")
    }

    @Test func aZipArchive() throws {
        #expect(
            try sentence("a.pth", [0x50, 0x4B, 3, 4] + Array(repeating: 0, count: 600))
                == "a.pth: a truncated zip archive (604 bytes; the list of its files, which stands at the end, is not "
                + "there); expected the whole file. Copy or download it again.")
    }

    @Test func aTruncatedFile() throws {
        let whole = try InputFile.bytes(SharedFiles.packageRoot + "/Tests/Formats/HDF5Tests/Fixtures/kinds.h5")
        #expect(
            try sentence("a.h5", Array(whole.dropLast(100)))
                == "a.h5: truncated HDF5 file (\(whole.count - 100) of \(whole.count) bytes); "
                + "expected the whole file. Copy or download it again.")
        #expect(
            try sentence("a.h5", Array(whole.prefix(20)))
                == "a.h5: truncated HDF5 file (20 bytes); expected the whole file. Copy or download it again.")
    }

    @Test func kerasListsAWeightThatIsNotThere() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.h5"
            try HDF5Writer.write(to: path) { writer in
                try writer.write([Float(0)], dimensions: [1], to: "conv1/conv1/bias:0")
                try writer.setAttribute("layer_names", to: ["conv1"])
                try writer.setAttribute("weight_names", of: "conv1", to: ["conv1/kernel:0"])
            }
            let error = #expect(throws: KernelVizError.self) { _ = try Checkpoint.open(path) }
            #expect(
                error?.description
                    == "\(path): layer 'conv1' lists a weight 'conv1/kernel:0' that the file does not hold. "
                    + "Save the model again.")
        }
    }
}

@Suite struct CheckpointTests {
    @Test func aStateDictIsListedInItsOrderAndReadWhenAsked() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/weights.bin"
            try HDF5Writer.write(to: path) { writer in
                for block in [10, 2] {
                    try writer.write(
                        [Float(block)], dimensions: [1, 1, 1, 1], to: "features/\(block)/weight")
                }
                try writer.setAttribute("family", to: "test")
            }
            let checkpoint = try Checkpoint.open(path)
            #expect(checkpoint.format == "HDF5")
            #expect(checkpoint.entries.map(\.name) == ["features/10/weight", "features/2/weight"])
            #expect(checkpoint.entries.map(\.module) == ["features.10", "features.2"])
            #expect(checkpoint.attributes["family"] == "test")
            #expect(try checkpoint.tensor(named: "features/10/weight").scalars == [10])
            #expect(checkpoint.sha256 == (try InputFile.sha256(path)))
            let error = #expect(throws: KernelVizError.self) {
                _ = try checkpoint.tensor(named: "features/3/weight")
            }
            #expect(
                error?.description
                    == "\(path): no tensor 'features/3/weight'. The nearest name is 'features/2/weight'.")
        }
    }

    @Test func axesBecomeOutputFirst() {
        // H×W×I×O = 1×2×2×3: value 100·w + 10·i + o.
        let hwio = Tensor(shape: [1, 2, 2, 3], scalars: [0, 1, 2, 10, 11, 12, 100, 101, 102, 110, 111, 112])
        let ours = WeightAxes.rowsColumnsInputOutput.outputFirst(hwio)
        #expect(ours.shape == [3, 2, 1, 2])
        #expect(ours.scalars == [0, 100, 10, 110, 1, 101, 11, 111, 2, 102, 12, 112])
        // The same numbers as H×W×C×M: output channel c·3 + m.
        let depthwise = WeightAxes.rowsColumnsChannelMultiplier.outputFirst(hwio)
        #expect(depthwise.shape == [6, 1, 1, 2])
        #expect(depthwise.scalars == [0, 100, 1, 101, 2, 102, 10, 110, 11, 111, 12, 112])
    }

    @Test func emptyAndOverlongAxesHaveNoWeightShape() {
        let shape: Shape = [0, 1, 1 << 40, 1 << 40]
        for axes in [
            WeightAxes.outputInputRowsColumns, .rowsColumnsInputOutput, .rowsColumnsChannelMultiplier,
        ] {
            #expect(axes.outputFirst(shape) == nil)
        }
    }

    struct Words: Sendable {
        let text: String
        let size: Int?
        let mean: [Float]
        let scale: [Float]
    }

    @Test(arguments: [
        Words(
            text: "RGB 224 x/127.5-1", size: 224, mean: [127.5, 127.5, 127.5],
            scale: [0.00784314, 0.00784314, 0.00784314]),
        Words(text: "BGR /255", size: nil, mean: [0, 0, 0], scale: [0.00392157, 0.00392157, 0.00392157]),
        Words(text: "RGB 224 x-127 (no further scaling)", size: 224, mean: [127, 127, 127], scale: [1, 1, 1]),
        Words(
            text: "RGB 64 /255 ImageNet mean/std", size: 64, mean: [123.675, 116.28, 103.53],
            scale: [0.01712475, 0.0175070, 0.01742919]),
        Words(text: "greyscale", size: nil, mean: [], scale: []),
    ])
    func preprocessingWordsAreUnderstood(words: Words) {
        let input = InputConvention(words: words.text) ?? InputConvention(padding: .torch)
        #expect(input.size == words.size)
        let found = (input.mean ?? []) + (input.scale ?? [])
        let expected = words.mean + words.scale
        #expect(found.count == expected.count)
        // Seven printed digits.
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-5 * max(0.01, abs($1)) })
        #expect(input.channelOrder == (words.text.hasPrefix("BGR") ? .bgr : .rgb))
    }
}
