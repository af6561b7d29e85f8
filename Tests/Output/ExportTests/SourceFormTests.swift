import Diagnostics
import Engine
import Evaluation
import Export
import Files
import Models
import TestSupport
import Tensors
import Testing
import Architectures
import Checkpoints

/// Tensors leave under the names and in the shapes of the file that they came from, and nothing beside them.
@Suite struct SourceFormTests {
    /// Tensors in memory.
    private struct Source: TensorSource {
        let tensors: [String: [Float]]
        func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
            StoredTensor(type: .float32, content: .floats(tensors[entry.name] ?? []))
        }
    }

    /// A dilated layer whose weight is read twice, a normalisation without γ and β, linear layers as 1×1 convolutions,
    /// a scale of C×1×1, numbers of the description.
    private static let shapes: [(String, Shape)] = [
        ("conv.weight", [4, 3, 3, 3]), ("conv.bias", [4]), ("norm.running_mean", [4]), ("norm.running_var", [4]),
        ("again.weight", [4, 4, 3, 3]), ("mix.weight", [8, 4]), ("mix.bias", [8]), ("block.scale", [8, 1, 1]),
        ("depthwise.weight", [8, 1, 3, 2]), ("head.weight", [5, 8]), ("head.bias", [5]),
    ]

    private static let nodes: [LayerGraph.Node] = {
        func node(
            _ kind: LayerGraph.Kind, _ name: String, _ inputs: [String], _ change: (inout LayerGraph.Node) -> Void
        ) -> LayerGraph.Node {
            var node = LayerGraph.Node(kind, name: name, inputs: inputs)
            change(&node)
            return node
        }
        return [
            node(.input, "x", []) { _ in },
            node(.affine, "rescaling", ["x"]) { ($0.scale, $0.shift) = ([0.5, 2, 1], [0.25]) },
            node(.convolution, "conv", ["rescaling"]) {
                ($0.weight, $0.bias, $0.dilations) = ("conv.weight", "conv.bias", [2, 3])
                $0.padding = .same
            },
            node(.batchNormalization, "norm", ["conv"]) {
                ($0.mean, $0.variance, $0.epsilon) = ("norm.running_mean", "norm.running_var", 1e-3)
            },
            node(.convolution, "near", ["norm"]) {
                ($0.weight, $0.padding) = ("again.weight", .explicit([1, 1, 1, 1]))
            },
            node(.convolution, "far", ["norm"]) {
                ($0.weight, $0.padding, $0.dilations) = ("again.weight", .explicit([2, 2, 2, 2]), [2, 2])
            },
            node(.add, "sum", ["near", "far"]) { _ in },
            node(.convolution, "mix", ["sum"]) { ($0.weight, $0.bias) = ("mix.weight", "mix.bias") },
            node(.affineTensors, "scaled", ["mix"]) { $0.weight = "block.scale" },
            node(.convolution, "depthwise", ["scaled"]) {
                ($0.weight, $0.groups, $0.strides, $0.dilations) = ("depthwise.weight", 8, [2, 2], [1, 2])
            },
            node(.globalAveragePool, "mean", ["depthwise"]) { _ in },
            node(.linear, "head", ["mean"]) { ($0.weight, $0.bias) = ("head.weight", "head.bias") },
        ]
    }()

    private static func graph() throws -> Graph {
        var generator = SeededGenerator(seed: 5)
        let tensors = shapes.map { name, shape in
            (name, (0..<shape.elementCount).map { _ in Float(generator.uniform() + 0.1) })
        }
        let checkpoint = Checkpoint(
            path: "net.safetensors", format: "safetensors", files: [], sha256: "",
            entries: shapes.map { Checkpoint.Entry(name: $0.0, shape: $0.1, dtype: "float32") },
            model: ModelFacts(graph: LayerGraph(nodes: nodes, origin: "description by kernelviz")),
            source: Source(tensors: Dictionary(uniqueKeysWithValues: tensors)))
        return try RunnableGraph(network: ConvNetwork(recognising: checkpoint)).graph
    }

    private static let image: Tensor = {
        var generator = SeededGenerator(seed: 6)
        return Tensor(shape: [1, 3, 12, 13], scalars: (0..<3 * 12 * 13).map { _ in Float(generator.normal()) })
    }()

    private static func logits(_ graph: Graph) throws -> [Float] {
        try ExecutionPlan(graph, inputShape: image.shape).run(image).scalars
    }

    @Test func aStateDictHasTheFilesNamesAndShapes() throws {
        let entries = try StateDict(graph: Self.graph()).entries
        #expect(entries.count == Self.shapes.count)
        for (name, shape) in Self.shapes {
            #expect(entries.first { $0.name == name }?.tensor.shape == shape, "\(name)")
        }
    }

    @Test func everyFormatGivesTheSameLogitsAndTheSameStateDictAgain() throws {
        let graph = try Self.graph()
        let expected = try Self.logits(graph)
        var description = NetworkDescription(title: "net")
        description.graph = LayerGraph(graph)
        let metadata = ModelMetadata(description)
        try withTemporaryFolder { folder in
            let state = StateDict(graph: graph)
            try SafetensorsWriter.write(state, metadata: metadata, to: "\(folder)/net.safetensors")
            try StateDictHDF5Writer.write(state, metadata: metadata, to: "\(folder)/net.h5")
            try ONNXExporter(imageShape: [3, 12, 13]).write(
                graph, metadata: ModelMetadata(name: "net"), to: "\(folder)/net.onnx")
            for file in ["net.safetensors", "net.h5", "net.onnx"] {
                let again = try RunnableGraph(network: ConvNetwork.open("\(folder)/\(file)")).graph
                let found = try Self.logits(again)
                #expect(found.count == expected.count)
                let largest = expected.map(abs).max() ?? 0
                for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-5 * largest, "\(file)") }
                // ONNX's normalisation has ones and zeros that the state dict lacks; what that has stays as it is.
                let checkpoint = try Checkpoint.open("\(folder)/\(file)")
                for (name, shape) in Self.shapes {
                    let own = checkpoint.entries.filter { $0.name.replacing("/", with: ".") == name }
                    #expect(own.map(\.shape) == [shape], "\(file): \(name)")
                    #expect(StateDict(graph: again).entries.first { $0.name == name }?.tensor.shape == shape)
                }
                if file != "net.onnx" {
                    let tensors = StateDict(graph: again).entries.sorted { $0.name < $1.name }
                    #expect(tensors == state.entries.sorted { $0.name < $1.name }, "\(file)")
                }
            }
        }
    }

    /// Weights of the list above by hand; a window of 3×3 on the 12×13 pixels of the first layer, 12×13 again.
    @Test func zerosOfADilationAreNotCounted() throws {
        let graph = try Self.graph()
        #expect(graph.parameterCount(.learnable) == 108 + 4 + 144 + 32 + 8 + 8 + 48 + 40 + 5)
        #expect(graph.parameterCount(.fixed) == 0)
        let plan = try ExecutionPlan(graph, inputShape: Self.image.shape)
        // The last window covers 3×3 pixels and strides by 2: 5×6 outputs of 6 weights each.
        #expect(plan.macs == 156 * 108 + 2 * 156 * 144 + 156 * 32 + 8 * 30 * 6 + 40)
    }

    /// An ONNX model with an operator of somebody's own, which the user names.
    @Test func anOperatorOfItsOwnIsWhatTheUserSays() throws {
        var graph = Graph()
        let weight = Tensor(shape: [4, 3, 3, 3], scalars: (0..<108).map { Float($0 % 7) / 7 - 0.4 })
        let input = graph.add(.input, name: "input")
        let conv = graph.add(
            .convolution(Convolution(weight: graph.addParameter("conv/weight", weight))), input, name: "conv")
        let swish = graph.add(.activation(.hardSwish), conv, name: "swish")
        let relu = graph.add(.activation(.relu), swish, name: "relu")
        graph.setOutput(relu)
        var model = try ONNXExporterTests.model(graph, ONNXExporter(imageShape: [3, 12, 13]))
        let place = try #require(model.graph.node.firstIndex { $0.opType == "HardSwish" })
        model.graph.node[place].opType = "MySwish"
        model.graph.node[place].domain = "com.example"
        try withTemporaryFolder { folder in
            let path = "\(folder)/own.onnx"
            try AtomicFile.write(Array(model.serializedData()), to: path)
            let error = #expect(throws: KernelVizError.self) { try RunnableNetwork(checkpoint: path) }
            #expect(error?.found.contains("com.example.MySwish") == true)
            #expect(error?.advice?.contains("--activation (relu, relu6, ") == true)
            var options = ConventionOptions()
            options.activation = .hardSwish
            let network = try RunnableNetwork(checkpoint: path, options: options)
            #expect(network.remarks == ["activation of com.example.MySwish: hardSwish (given)"])
            #expect(try Self.logits(network.graph) == Self.logits(graph))
        }
    }

    @Test func anONNXModelHasTheKernelAndItsDilation() throws {
        let exporter = ONNXExporter(imageShape: [3, 12, 13])
        let model = try ONNXExporterTests.model(Self.graph(), exporter)
        let conv = try ONNXExporterTests.node("conv", in: model)
        #expect(ONNXExporterTests.integers("dilations", of: conv) == [2, 3])
        #expect(ONNXExporterTests.integers("kernel_shape", of: conv) == [3, 3])
        // SAME on windows of 5×7 pixels.
        #expect(ONNXExporterTests.integers("pads", of: conv) == [2, 3, 2, 3])
        #expect(model.graph.initializer.first { $0.name == "conv.weight" }?.dims == [4, 3, 3, 3])
        let far = try ONNXExporterTests.node("far", in: model)
        #expect(ONNXExporterTests.integers("dilations", of: far) == [2, 2])
        #expect(ONNXExporterTests.integers("dilations", of: try ONNXExporterTests.node("near", in: model)) == [1, 1])
    }
}
