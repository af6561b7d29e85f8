import Diagnostics
import Files
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Architectures
@testable import Checkpoints

/// TensorFlow Lite models (`Fixtures/make_graphs.py`); that their graphs run as LiteRT runs them is tested with the engine.
@Suite struct TFLiteTests {
    static let folder = SharedFiles.packageRoot + "/Tests/Checkpoints/CheckpointsTests/Fixtures/graphs"

    @Test(arguments: ["float", "half", "dynamic", "int8"], FrameworkFileTests.readings)
    func layersHaveTheirSettings(kind: String, reading: Checkpoint.Reading) throws {
        let checkpoint = try Checkpoint.open("\(Self.folder)/keras_\(kind).tflite", reading: reading)
        #expect(checkpoint.format == "TensorFlow Lite")
        let facts = try #require(checkpoint.model)
        #expect(facts.inputSize == 16 && facts.graph?.origin == "TFLite graph")
        // As the Keras model in the script has them: a stem of stride 2, and so on.
        let layers = facts.order.compactMap { facts.layers[$0] }
        #expect(layers.map(\.stride) == [2, 1, 1, 1, 1, 2, 1, 1])
        #expect(layers.map(\.groups) == [1, 8, 1, 1, 1, 1, 1, 1])
        #expect(layers.map(\.dilation) == [1, 1, 1, 1, 1, 1, 2, 1])
        let weights = checkpoint.entries.filter { $0.parameter == "weight" }
        #expect(weights.map(\.axes).prefix(2) == [.outputRowsColumnsInput, .oneRowsColumnsOutput])
        #expect(
            weights.map(\.shape) == [
                [8, 3, 3, 3], [1, 3, 3, 8], [16, 1, 1, 8], [4, 1, 1, 16], [16, 1, 1, 4], [16, 3, 3, 16], [8, 3, 3, 16],
                [5, 96],
            ])
        #expect(weights.allSatisfy { $0.dtype == "float32" })
        let functions = facts.graph?.nodes.compactMap(\.function)
        #expect(functions?.prefix(2) == ["relu6", "hardSwish"])
        let network = try ConvNetwork(recognising: checkpoint)
        #expect(network.spatialLayers.map(\.stride) == [2, 1, 2, 1])
        for layer in network.layers { #expect(try network.weight(of: layer).shape == layer.weightShape) }
    }

    /// Weights that were rounded to 8 bits lie within half a step of the largest of their channel.
    @Test func quantisedWeightsAreNearTheirOriginals() throws {
        let exact = try Checkpoint.open(Self.folder + "/keras_float.tflite", reading: .inProcess)
        let rounded = try Checkpoint.open(Self.folder + "/keras_int8.tflite", reading: .inProcess)
        let pairs = zip(
            exact.entries.filter { $0.parameter == "weight" }, rounded.entries.filter { $0.parameter == "weight" })
        for (a, b) in pairs {
            #expect(b.note?.hasPrefix("dequantised from int8") == true && a.shape == b.shape)
            let (x, y) = (try exact.tensor(named: a.name).scalars, try rounded.tensor(named: b.name).scalars)
            let step = (x.map(abs).max() ?? 0) / 127
            #expect(zip(x, y).allSatisfy { abs($0 - $1) <= 0.51 * step }, "\(a.name)")
        }
        #expect(rounded.notes.count == 1)
        // Pixels are the quantised input itself: its scale and zero tell the preprocessing.
        #expect(rounded.attributes["input"]?.hasPrefix("RGB 16 (x-[") == true)
    }

    /// Whatever the bytes are: an error with a code, or a checkpoint that can be read; never a crash.
    @Test func damagedFilesEndInASentenceOrInTensors() throws {
        let original = try InputFile.bytes(Self.folder + "/keras_int8.tflite")
        var generator = SeededGenerator(seed: 1)
        try withTemporaryFolder { folder in
            let path = folder + "/mutant.tflite"
            func check(_ bytes: [UInt8], _ what: String) throws {
                try AtomicFile.write(bytes, to: path)
                do {
                    let checkpoint = try Checkpoint.open(path, reading: .inProcess)
                    for entry in checkpoint.entries { _ = try checkpoint.tensor(named: entry.name) }
                } catch let error as KernelVizError {
                    #expect(error.description.contains("mutant"), "\(what): \(error)")
                }
            }
            for count in stride(from: 1, to: original.count, by: 101) {
                try check(Array(original.prefix(count)), "cut at \(count)")
            }
            for _ in 0..<400 {
                var bytes = original
                // Half of them in the tables, which lie at the ends of the file.
                let place = Int.random(in: 0..<original.count, using: &generator)
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
                if place % 2 == 0 {
                    for other in 0..<4 where place + other < bytes.count { bytes[place + other] = 0xFF }
                }
                try check(bytes, "byte \(place)")
            }
        }
    }

    // MARK: - Variables

    /// The model with the weights of its first `count` layers taken out of the file: their tensors name the empty buffer.
    private static func thawed(_ count: Int) throws -> [UInt8] {
        var bytes = try InputFile.bytes(folder + "/keras_float.tflite")
        let model = try TFLiteModel(bytes)
        let layers = model.operators.filter { ["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"].contains($0.name) }
        let root = try model.buffer.root()
        let graph = try #require(try model.buffer.tables(root, 2).first)
        let tables = try model.buffer.tables(graph, 0)
        for layer in layers.prefix(count) {
            let place = try #require(try model.buffer.position(tables[layer.inputs[1]], 2))
            for other in 0..<4 { bytes[place + other] = 0 }
        }
        return bytes
    }

    @Test func aModelThatIsNotFrozenIsSaidToBeSo() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/net.tflite"
            try AtomicFile.write(Self.thawed(.max), to: path)
            let error = #expect(throws: KernelVizError.self) { try Checkpoint.open(path, reading: .inProcess) }
            #expect(error?.code == "weights.variables")
            #expect(
                error?.description.hasPrefix(
                    "\(path): TensorFlow Lite model that is not frozen (the weights of all its 8 layers are variables); "
                        + "expected weights as constants of the graph. Freeze it: ") == true)
        }
    }

    @Test func layersOfVariablesAreSaidToBeLeftOut() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/net.tflite"
            try AtomicFile.write(Self.thawed(2), to: path)
            let checkpoint = try Checkpoint.open(path, reading: .inProcess)
            #expect(checkpoint.notes.last?.hasPrefix("The weights of 2 of 8 layers are variables") == true)
            let whole = try Checkpoint.open(Self.folder + "/keras_float.tflite", reading: .inProcess)
            #expect(!whole.notes.contains { $0.contains("variables") })
        }
    }

    @Test func variablesAreFoundBehindTheOperatorsThatReadThem() {
        func tensor(hasData: Bool = false) -> TFLiteModel.Tensor {
            TFLiteModel.Tensor(name: "", lengths: [], type: 0, data: hasData ? 0..<4 : nil)
        }
        func node(_ name: String, _ inputs: [Int], _ output: Int) -> TFLiteModel.Operator {
            TFLiteModel.Operator(name: name, inputs: inputs, outputs: [output])
        }
        // 0 image, 1 handle, 2 what is read, 3 the same turned, 4 result, 5 constant, 6 result, 7 weight from outside.
        let tensors = (0..<9).map { tensor(hasData: $0 == 5) }
        let read = [node("VAR_HANDLE", [], 1), node("READ_VARIABLE", [1], 2), node("TRANSPOSE", [2, 5], 3)]
        let found = TFLiteVariables(
            tensors: tensors,
            operators: read + [
                node("CONV_2D", [0, 3, 5], 4), node("CONV_2D", [4, 5, -1], 6), node("FULLY_CONNECTED", [6, 7], 8),
            ], inputs: [0, 7])
        #expect(found.variableCount == 1 && found.constantCount == 2)
        // A ring of operators ends.
        let ring = TFLiteVariables(
            tensors: tensors, operators: [node("RELU", [2], 1), node("RELU", [1], 2), node("CONV_2D", [0, 2], 4)],
            inputs: [0])
        #expect(ring.variableCount == 0)
    }

    @Test func aFileOfAnotherKindOfDataIsNamed() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.tflite"
            try AtomicFile.write([28, 0, 0, 0] + Array("TFL3".utf8) + [UInt8](repeating: 0, count: 8), to: path)
            let error = #expect(throws: KernelVizError.self) { try Checkpoint.open(path, reading: .inProcess) }
            #expect(
                error?.description == "\(path): damaged TensorFlow Lite model. Copy or download it again.")
        }
    }
}
