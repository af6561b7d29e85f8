import Engine
import Foundation
import Models
import Tensors
import TestSupport
import Testing
import Architectures
import Checkpoints

/// ONNX and TensorFlow Lite models run as their graphs say; results by their own runtimes
/// (`Tests/Checkpoints/CheckpointsTests/Fixtures/make_graphs.py`).
@Suite struct ForeignGraphTests {
    static let folder = SharedFiles.packageRoot + "/Tests/Checkpoints/CheckpointsTests/Fixtures/graphs"

    static let recorded: [String: [Float]] = {
        let data = FileManager.default.contents(atPath: folder + "/results.json") ?? Data()
        return (try? JSONDecoder().decode([String: [Float]].self, from: data)) ?? [:]
    }()

    struct Case: Sendable, CustomTestStringConvertible {
        let file: String
        /// Of the largest result; results are recorded to seven digits, quantised models round their own.
        var tolerance: Float = 5e-6
        var isProbability = false
        var testDescription: String { file }
    }

    static let cases = [
        Case(file: "torch_operators.onnx"), Case(file: "torch_plain.onnx"),
        // Normalisations, slopes and sums behind fully connected layers; a 1×3 kernel and no N×N one.
        Case(file: "heads.onnx"), Case(file: "rectangles.onnx"),
        // ConvNeXt's blocks in parts (opset 13) and with whole normalisations (17); other ways to spell them.
        Case(file: "norms_parts.onnx"), Case(file: "norms_whole.onnx"), Case(file: "norms_people.onnx"),
        // ELU, SELU, CELU, Softplus, Mish, GELU and the others with numbers of their own.
        Case(file: "functions.onnx"),
        // ELU, SELU, Mish, roots and powers as TensorFlow Lite has them or spells them out.
        Case(file: "tflite_functions.tflite"),
        Case(file: "keras_nhwc.onnx", isProbability: true),
        Case(file: "quantised_qdq.onnx", tolerance: 0.01), Case(file: "quantised_operators.onnx", tolerance: 0.01),
        Case(file: "quantised_dynamic.onnx", tolerance: 0.01),
        Case(file: "keras_float.tflite", isProbability: true),
        // Weights of half precision, read exactly; LiteRT computes with them in single precision.
        Case(file: "keras_half.tflite", isProbability: true),
        Case(file: "keras_dynamic.tflite", tolerance: 0.005, isProbability: true),
        Case(file: "keras_int8.tflite", tolerance: 0.02, isProbability: true),
    ]

    @Test(arguments: cases)
    func aModelGivesItsOwnRuntimesResults(item: Case) throws {
        let image = try #require(Self.recorded["image"])
        let expected = try #require(Self.recorded[String(item.file.prefix { $0 != "." })])
        let network = try ConvNetwork(
            recognising: Checkpoint.open("\(Self.folder)/\(item.file)"), needsKernels: false)
        let graph = try RunnableGraph(network: network)
        #expect(graph.description == (item.file.hasSuffix(".onnx") ? "ONNX graph" : "TFLite graph"))
        #expect(graph.remarks.contains { $0.hasPrefix("results are logits: the ") } == item.isProbability)
        let input = Tensor(shape: [1, 3, 16, 16], scalars: image)
        var found = try ExecutionPlan(graph.graph, inputShape: input.shape).run(input).scalars
        if item.isProbability {
            // The softmax at the end is left out of the graph.
            let largest = found.max() ?? 0
            let powers = found.map { exp(Double($0 - largest)) }
            let sum = powers.reduce(0, +)
            found = powers.map { Float($0 / sum) }
        }
        #expect(found.count == expected.count)
        let largest = expected.map(abs).max() ?? 0
        for (a, b) in zip(found, expected) { #expect(abs(a - b) <= item.tolerance * largest, "\(found)") }
    }
}
