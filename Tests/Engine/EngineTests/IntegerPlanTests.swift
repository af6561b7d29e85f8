import Diagnostics
import Tensors
import Testing

@testable import Engine

/// Whole networks in bytes: the same bits on every instruction set and number of threads, near the same in floats.
@Suite struct IntegerPlanTests {
    /// A net of blocks as the known families have them, on one image.
    struct Example: Sendable, CustomTestStringConvertible {
        let name: String
        let shape: Shape
        let build: @Sendable (inout RandomGraph, Graph.NodeID) -> Void

        var testDescription: String { name }
    }

    static let examples = [
        Example(name: "half identity", shape: [1, 16, 13, 11]) { random, input in
            random.halfIdentity(input, 16, "block")
        },
        Example(name: "inverted residual", shape: [1, 24, 12, 12]) { random, input in
            _ = random.invertedResidual(input, 24, "block")
        },
        Example(name: "gate", shape: [2, 3, 17, 15]) { random, input in
            let stem = random.convolution(input, [20, 3, 3, 3], stride: 2, padding: .same, hasBias: true)
            let swish = random.graph.add(.activation(.hardSwish), stem, name: "swish")
            let mean = random.graph.add(.globalAveragePool, swish, name: "mean")
            let squeeze = random.convolution(mean, [5, 20, 1, 1], hasBias: true)
            let act = random.graph.add(.activation(.relu), squeeze, name: "squeezed")
            let excite = random.convolution(act, [20, 5, 1, 1], hasBias: true)
            let gate = random.graph.add(.activation(.hardSigmoid), excite, name: "gate")
            let gated = random.graph.add(.multiply, swish, gate, name: "gated")
            _ = random.convolution(gated, [9, 20, 1, 1])
        },
        Example(name: "pools and shuffle", shape: [1, 8, 14, 14]) { random, input in
            let wide = random.convolution(input, [24, 8, 1, 1], hasBias: true)
            let pool = random.graph.add(
                .pool(Pool(kind: .maximum, size: 3, stride: 2, padding: .symmetric(1))), wide, name: "pool")
            let grouped = random.convolution(pool, [24, 6, 3, 3], padding: .symmetric(1), groups: 4)
            let shuffled = random.graph.add(.channelShuffle(groups: 4), grouped, name: "shuffle")
            let silu = random.graph.add(.activation(.silu), shuffled, name: "silu")
            let sum = random.graph.add(.add, silu, pool, name: "sum")
            random.graph.add(
                .pool(Pool(kind: .average(countsPadding: false), size: 2, stride: 2)), sum, name: "means")
        },
    ]

    /// The graph, an input and the ranges of its results on it.
    static func network(_ example: Example) throws -> (graph: Graph, input: Tensor, quantization: Quantization) {
        var random = RandomGraph(seed: 41)
        let start = random.graph.add(.input, name: "input")
        example.build(&random, start)
        let input = random.tensor(example.shape)
        let quantization = try Quantization.calibrated(
            random.graph, pieces: 1, method: .minMax, source: "the input"
        ) { _ in input }
        return (random.graph, input, quantization)
    }

    static func run(
        _ network: (graph: Graph, input: Tensor, quantization: Quantization), _ family: ExecutionOptions.Operators,
        threads: Int = 1
    ) throws -> Tensor {
        try ExecutionPlan(
            network.graph, inputShape: network.input.shape,
            options: ExecutionOptions(operators: family, threads: threads, precision: .int8),
            quantization: network.quantization
        ).run(network.input)
    }

    @Test(arguments: examples) func bitsDoNotDependOnProcessorOrThreads(example: Example) throws {
        let network = try Self.network(example)
        let expected = try Self.run(network, .baseline)
        for family in BlockedOperatorTests.families {
            for threads in 1...3 { #expect(try Self.run(network, family, threads: threads) == expected) }
        }
    }

    /// Rounding each result to one of 256 numbers, and weights to one of 255, leaves a few hundredths.
    @Test(arguments: examples) func resultsAreNearThoseInFloats(example: Example) throws {
        let network = try Self.network(example)
        let found = try Self.run(network, .automatic)
        let expected = try ExecutionPlan(
            network.graph, inputShape: network.input.shape, options: ExecutionOptions(operators: .reference)
        ).run(network.input)
        let error = zip(found.scalars, expected.scalars).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
        let energy = expected.scalars.reduce(0.0) { $0 + Double($1 * $1) }
        #expect((error / energy).squareRoot() < 0.05)
        #expect(error > 0)
    }

    @Test func whatStaysInFloatsIsTold() throws {
        let network = try Self.network(Self.examples[2])
        let plan = try ExecutionPlan(
            network.graph, inputShape: network.input.shape, options: ExecutionOptions(precision: .int8),
            quantization: network.quantization)
        let summary = try #require(plan.quantizationSummary)
        // The stem (20·27·8·9 outputs of 9×8 pixels) and the last layer; the two of the gate are floats.
        #expect(summary.layersInBytes == 2)
        #expect(summary.macsInBytes == 20 * 27 * 9 * 8 + 9 * 20 * 9 * 8)
        #expect(summary.macsInFloats == 200)
        #expect(summary.nodesInFloats.count == 4)
        #expect(summary.nodesInFloats.contains("squeezed") && summary.nodesInFloats.contains("gate"))
    }

    @Test func aPlanNeedsRangesAndHasNoTaps() throws {
        let network = try Self.network(Self.examples[1])
        func code(_ taps: [String], _ quantization: Quantization?) -> String? {
            do {
                _ = try ExecutionPlan(
                    network.graph, inputShape: network.input.shape, taps: taps,
                    options: ExecutionOptions(precision: .int8), quantization: quantization)
            } catch let error as KernelVizError { return error.code } catch { return "another error" }
            return nil
        }
        #expect(code([], nil) == "engine.precision")
        #expect(code(["input"], network.quantization) == "engine.precision")
        let empty = Quantization(method: .minMax, images: 1, source: "nothing", ranges: [:])
        #expect(code([], empty) == "engine.quantization")
        #expect(code([], network.quantization) == nil)
    }

    @Test func calibrationNeedsImages() {
        var graph = Graph()
        graph.add(.input, name: "input")
        #expect(throws: KernelVizError.self) {
            try Quantization.calibrated(graph, pieces: 0, method: .minMax, source: "nothing") { _ in
                Tensor(shape: [1, 1, 1, 1])
            }
        }
    }
}
