import Diagnostics
import Engine
import Models
import Tensors
import TestSupport
import Testing
import Architectures
import Checkpoints

/// Graphs built from descriptions, and descriptions of graphs.
@Suite struct DescribedGraphTests {
    /// Tensors in memory.
    private struct Source: TensorSource {
        let tensors: [String: [Float]]
        func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
            StoredTensor(type: .float32, content: .floats(tensors[entry.name] ?? []))
        }
    }

    private func network(
        _ tensors: [(String, Shape, [Float])], _ nodes: [LayerGraph.Node], imageSize: Int? = nil
    ) throws -> ConvNetwork {
        let checkpoint = Checkpoint(
            path: "net.onnx", format: "ONNX", files: [], sha256: "",
            entries: tensors.map { Checkpoint.Entry(name: $0.0, shape: $0.1, dtype: "float32") },
            model: ModelFacts(inputSize: imageSize, graph: LayerGraph(nodes: nodes, origin: "ONNX graph")),
            source: Source(tensors: Dictionary(uniqueKeysWithValues: tensors.map { ($0.0, $0.2) })))
        return try ConvNetwork(recognising: checkpoint)
    }

    private func node(
        _ kind: LayerGraph.Kind, _ name: String, _ inputs: [String],
        _ change: (inout LayerGraph.Node) -> Void = { _ in }
    ) -> LayerGraph.Node {
        var node = LayerGraph.Node(kind, name: name, inputs: inputs)
        change(&node)
        return node
    }

    /// A 2×2 kernel with a dilation of 2 reads every second pixel: by hand, 1·x[0,0] + 10·x[0,2] + 100·x[2,0] + 1000·x[2,2].
    @Test func aDilatedConvolutionReadsEverySecondPixel() throws {
        let net = try network(
            [("conv.weight", [1, 1, 2, 2], [1, 10, 100, 1000])],
            [
                node(.input, "x", []),
                node(.convolution, "conv", ["x"]) {
                    $0.weight = "conv.weight"
                    $0.dilations = [2, 2]
                },
            ])
        let graph = try RunnableGraph(network: net).graph
        let image = Tensor(shape: [1, 1, 3, 3], scalars: [1, 2, 3, 4, 5, 6, 7, 8, 9])
        let result = try ExecutionPlan(graph, inputShape: image.shape).run(image)
        #expect(result.scalars == [9731])
    }

    /// Zeros of a layer of their own join the window behind them: 100·1 + 1000·2, then all four.
    @Test func aBorderJoinsTheConvolutionBehindIt() throws {
        let net = try network(
            [("conv.weight", [1, 1, 2, 2], [1, 10, 100, 1000])],
            [
                node(.input, "x", []),
                node(.pad, "border", ["x"]) { $0.padding = .explicit([1, 0, 0, 0]) },
                node(.convolution, "conv", ["border"]) { $0.weight = "conv.weight" },
            ])
        let graph = try RunnableGraph(network: net).graph
        let image = Tensor(shape: [1, 1, 2, 2], scalars: [1, 2, 3, 4])
        let result = try ExecutionPlan(graph, inputShape: image.shape).run(image)
        #expect(result.scalars == [2100, 4321])
    }

    /// Behind a fully connected layer stands what works on maps: by hand, the layer on 1 2 4 5 gives 1 and 5 + 1, its
    /// normalisation (1 − 0)/√4 · 2 + 1 and (6 − 1)/√1 − 10, their sum 3 and 1, the last layer 31.
    @Test func aFullyConnectedLayerMayStandBeforeANormalisationAndASum() throws {
        let tensors: [(String, Shape, [Float])] = [
            ("conv.weight", [1, 1, 2, 2], [1, 0, 0, 0]), ("fc.weight", [2, 4], [1, 0, 0, 0, 0, 0, 0, 1]),
            ("fc.bias", [2], [0, 1]), ("norm.weight", [2], [2, 1]), ("norm.bias", [2], [1, -10]),
            ("norm.running_mean", [2], [0, 1]), ("norm.running_var", [2], [3, 0]), ("last.weight", [1, 2], [10, 1]),
        ]
        let net = try network(
            tensors,
            [
                node(.input, "x", []),
                node(.convolution, "conv", ["x"]) { $0.weight = "conv.weight" },
                node(.linear, "fc", ["conv"]) { ($0.weight, $0.bias) = ("fc.weight", "fc.bias") },
                node(.activation, "relu", ["fc"]) { $0.function = "relu" },
                node(.batchNormalization, "norm", ["relu"]) {
                    ($0.weight, $0.bias, $0.epsilon) = ("norm.weight", "norm.bias", 1)
                    ($0.mean, $0.variance) = ("norm.running_mean", "norm.running_var")
                },
                node(.add, "sum", ["relu", "norm"]),
                node(.linear, "last", ["sum"]) { $0.weight = "last.weight" },
            ], imageSize: 3)
        let graph = try RunnableGraph(network: net).graph
        let image = Tensor(shape: [1, 1, 3, 3], scalars: [1, 2, 3, 4, 5, 6, 7, 8, 9])
        let result = try ExecutionPlan(graph, inputShape: image.shape).run(image)
        #expect(result.shape == [1, 1])
        #expect(result.scalars == [31])
        // The state dict keeps the matrix.
        #expect(graph.parameters.first { $0.name == "fc.weight" }?.stored?.shape == [2, 4])
        // So does what an export says of it: the same again.
        let again = try RunnableGraph(network: network(tensors, LayerGraph(graph).nodes, imageSize: 3)).graph
        #expect(try ExecutionPlan(again, inputShape: image.shape).run(image).scalars == [31])
    }

    @Test func aFullyConnectedLayerOnALargerMapIsRefused() throws {
        let net = try network(
            [("conv.weight", [1, 1, 2, 2], [1, 0, 0, 0]), ("fc.weight", [1, 4], [1, 0, 0, 0])],
            [
                node(.input, "x", []),
                node(.convolution, "conv", ["x"]) { $0.weight = "conv.weight" },
                node(.linear, "fc", ["conv"]) { $0.weight = "fc.weight" }, node(.add, "sum", ["fc", "fc"]),
            ], imageSize: 4)
        let error = #expect(throws: KernelVizError.self) { try RunnableGraph(network: net) }
        #expect(error?.code == "networks.badShape" && error?.subject == "net.onnx: fc")
    }

    @Test func anOperationThatTheEngineLacksIsNamed() throws {
        let net = try network(
            [("conv.weight", [1, 1, 2, 2], [1, 10, 100, 1000])],
            [
                node(.input, "x", []),
                node(.convolution, "conv", ["x"]) { $0.weight = "conv.weight" },
                node(.unsupported, "out", ["conv"]) { $0.function = "LSTM" },
            ])
        let error = #expect(throws: KernelVizError.self) { try RunnableGraph(network: net) }
        #expect(error?.code == "networks.unsupportedOperation")
        #expect(error?.description.contains("uses LSTM (node 'out')") == true)
    }

    @Test func aDescriptionOfAGraphBuildsTheSameGraphAgain() throws {
        let net = try VGNet(.published("vgnetg-1.0mp-se"), seed: 1).graph
        let description = LayerGraph(net)
        let json = try #require(NetworkDescription.json(of: description))
        let again = try #require(NetworkDescription(json: json))
        #expect(again.graph == description)
    }
}

extension NetworkDescription {
    /// The JSON of a description that holds this graph.
    fileprivate static func json(of graph: LayerGraph) -> String? {
        var description = NetworkDescription(title: "net")
        description.graph = graph
        return description.json
    }
}
