import Diagnostics
import Files
import Foundation
import Tensors
import TestSupport
import Testing

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
        let network = try Network(recognising: checkpoint)
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
