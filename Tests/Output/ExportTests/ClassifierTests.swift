import Diagnostics
import Engine
import Evaluation
import Export
import Files
import Images
import Models
import TestSupport
import Tensors
import Testing
import Checkpoints

/// Which layer is the classifier, what is left out, and which networks have classes at all.
@Suite struct ClassifierTests {
    /// The tensors of torchvision's `shufflenet_v2_x0_5` with seeded numbers, other layers behind it.
    private static func shuffleNet(_ heads: [(String, Shape)]) throws -> StateDict {
        var generator = SeededGenerator(seed: 3)
        var entries: [StateDict.Entry] = []
        func add(_ name: String, _ shape: Shape, near mean: Float = 0) {
            let spread = mean == 0 ? 0.1 : Float(0.2)
            let scalars = (0..<shape.elementCount).map { _ in mean + spread * Float(generator.uniform() * 2 - 1) }
            entries.append(StateDict.Entry(name: name, tensor: Tensor(shape: shape, scalars: scalars)))
        }
        func layer(_ path: String, _ number: Int, _ shape: Shape) {
            add("\(path).\(number).weight", shape)
            for (word, mean) in [("weight", 1), ("bias", 0), ("running_mean", 0), ("running_var", 1)]
                as [(String, Float)]
            {
                add("\(path).\(number + 1).\(word)", [shape[0]], near: mean)
            }
        }
        layer("conv1", 0, [24, 3, 3, 3])
        var width = 24
        for (stage, half, count) in [(2, 24, 4), (3, 48, 8), (4, 96, 4)] {
            for block in 0..<count {
                let path = "stage\(stage).\(block)"
                if block == 0 {
                    layer("\(path).branch1", 0, [width, 1, 3, 3])
                    layer("\(path).branch1", 2, [half, width, 1, 1])
                }
                layer("\(path).branch2", 0, [half, block == 0 ? width : half, 1, 1])
                layer("\(path).branch2", 3, [half, 1, 3, 3])
                layer("\(path).branch2", 5, [half, half, 1, 1])
            }
            width = 2 * half
        }
        layer("conv5", 0, [1024, 192, 1, 1])
        for (name, shape) in heads { add(name, shape) }
        return try StateDict(subject: "test", entries: entries)
    }

    private func network(_ heads: [(String, Shape)]) throws -> RunnableNetwork {
        try withTemporaryFolder { folder in
            let path = "\(folder)/net.safetensors"
            try SafetensorsWriter.write(Self.shuffleNet(heads), metadata: ModelMetadata(name: "net"), to: path)
            return try RunnableNetwork(checkpoint: path)
        }
    }

    private func logits(_ network: RunnableNetwork) throws -> [Float] {
        let shape: Shape = [1, 3, 64, 64]
        let image = Tensor(
            shape: shape, scalars: (0..<shape.elementCount).map { Float($0 % 17) / 17 - 0.5 })
        return try ExecutionPlan(network.graph, inputShape: shape).run(image).scalars
    }

    /// The same numbers under the design's own name and under another one.
    @Test func aClassifierOfAnotherNameRunsAndIsSaid() throws {
        let own = try network([("fc.weight", [7, 1024]), ("fc.bias", [7])])
        #expect(own.family == "ShuffleNetV2" && own.remarks.isEmpty && own.classes == 7 && own.outputMap == nil)
        let other = try network([("my_head.weight", [7, 1024]), ("my_head.bias", [7])])
        #expect(other.classes == 7 && other.outputMap == nil)
        #expect(try logits(other) == logits(own))
        #expect(
            other.remarks == [
                "classifier: 'my_head' (7×1024; assumed from its width, its name is none that ShuffleNetV2 x0.5 has)"
            ])
        let state = StateDict(graph: other.graph).entries
        #expect(state.contains { $0.name == "my_head.weight" && $0.tensor.shape == [7, 1024] })
    }

    /// A folder as the Hub keeps it: what its config says of images and classes is in force and said, options come first.
    @Test func theConfigOfAFolderReachesTheNetwork() throws {
        let config = """
            {"architecture": "shufflenet_v2_x0_5", "num_classes": 7,
             "label_names": ["a", "b", "c", "d", "e", "f", "g"],
             "pretrained_cfg": {"input_size": [3, 64, 64], "crop_pct": 0.8, "interpolation": "bicubic",
                                "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}}
            """
        try withTemporaryFolder { folder in
            let heads: [(String, Shape)] = [("fc.weight", [7, 1024]), ("fc.bias", [7])]
            try SafetensorsWriter.write(
                Self.shuffleNet(heads), metadata: ModelMetadata(name: "net"), to: folder + "/model.safetensors")
            try AtomicFile.write(text: config, to: folder + "/config.json")
            let network = try RunnableNetwork(checkpoint: folder)
            #expect(network.inputSize == 64 && network.remarks == [])
            #expect(network.classNames == ["a", "b", "c", "d", "e", "f", "g"])
            #expect(try network.outputNames().sentence == "names: from config.json")
            // timm resizes to floor(64 / 0.8).
            #expect(network.preprocessing.shortSide == 80 && network.preprocessing.filter == .bicubic)
            let half = Array(repeating: Float(127.5), count: 3)
            #expect(network.preprocessing.normalization == .affine(offset: half, scale: half.map { 1 / $0 }))
            let stated = network.conventions.filter { $0.reason == "config.json" }.map(\.name)
            #expect(
                stated == [
                    "architecture", "strides and dilation", "pooling", "activation", "input size", "preprocessing",
                    "resizing", "class names",
                ])

            var options = ConventionOptions()
            options.preprocessing = try ConventionOptions.preprocessing(parsing: "unit")
            let other = try RunnableNetwork(checkpoint: folder, inputSize: 96, options: options)
            #expect(other.preprocessing.crop == 96 && other.preprocessing.filter == .bicubic)
            #expect(other.preprocessing.normalization == .affine(offset: [0, 0, 0], scale: half.map { _ in 1 / 255 }))
            let given = other.conventions.filter { $0.origin == .option }.map(\.name)
            #expect(given == ["input size", "preprocessing"])

            try AtomicFile.write(text: String(config.dropLast(60)), to: folder + "/config.json")
            let torn = try RunnableNetwork(checkpoint: folder)
            #expect(torn.remarks.count == 1 && torn.classNames == nil)
            #expect(torn.remarks.first?.hasPrefix("config.json beside the weights is passed over") == true)

            let wrong = config.replacing("\"num_classes\": 7", with: "\"num_classes\": 5")
                .replacing("\"a\", \"b\", ", with: "").replacing("shufflenet_v2_x0_5", with: "resnet18")
            try AtomicFile.write(text: wrong, to: folder + "/config.json")
            let contradicted = try RunnableNetwork(checkpoint: folder)
            #expect(contradicted.classNames == nil && contradicted.classes == 7)
            #expect(
                contradicted.remarks == [
                    "config.json names 'resnet18', the shapes are those of ShuffleNetV2 x0.5: the shapes decide",
                    "config.json says 5 classes, the classifier has 7 outputs: the weights decide",
                    "config.json names 5 classes, the classifier has 7 outputs: not used",
                ])
        }
    }

    /// Of a training's plain weights and their moving average one runs; which is said.
    @Test func whichCopyOfTheWeightsRunsIsSaid() throws {
        let plain = try Self.shuffleNet([("fc.weight", [7, 1024]), ("fc.bias", [7])])
        let both = ["model.", "model_ema."].flatMap { prefix in
            plain.entries.map { StateDict.Entry(name: prefix + $0.name, tensor: $0.tensor) }
        }
        try withTemporaryFolder { folder in
            let path = "\(folder)/net.safetensors"
            try SafetensorsWriter.write(
                StateDict(subject: "test", entries: both), metadata: ModelMetadata(name: "net"), to: path)
            let count = plain.entries.count
            #expect(
                try RunnableNetwork(checkpoint: path).remarks == [
                    "Two copies of the weights: 'model' is read, 'model_ema' (\(count) tensors) is set aside "
                        + "(--copy model_ema)"
                ])
            let other = try Checkpoint.Reading.$copy.withValue("ema") { try RunnableNetwork(checkpoint: path) }
            #expect(
                other.remarks == [
                    "Copies of the weights: 'model_ema' (\(count) tensors) is read as --copy says, under the names of 'model'"
                ])
        }
    }

    @Test func aLayerThatDoesNotFitIsLeftOutAndSaid() throws {
        let network = try network([("neck.weight", [64, 1024]), ("neck.bias", [64]), ("top.weight", [7, 64])])
        #expect(network.remarks == ["not run, no part of ShuffleNetV2 x0.5: 'neck', 'top'"])
        #expect(network.outputMap == [1024, 7, 7])
    }

    @Test func aSecondHeadIsLeftOutAndSaid() throws {
        let network = try network([("fc.weight", [7, 1024]), ("head_dist.weight", [7, 1024])])
        #expect(network.classes == 7)
        #expect(network.remarks == ["not run, no part of ShuffleNetV2 x0.5: 'head_dist'"])
    }

    @Test func twoLinearLayersHaveAFunctionBetweenThem() throws {
        let network = try network([("classifier.0.weight", [16, 1024]), ("classifier.3.weight", [7, 16])])
        #expect(network.classes == 7)
        #expect(
            network.remarks == [
                "2 linear layers behind the mean, the design has one: a ReLU was assumed behind 'classifier.0'"
            ])
    }

    /// A network as a description says it: a convolution, and what is named behind it.
    private func described(
        _ layers: [(LayerGraph.Kind, (inout LayerGraph.Node) -> Void)], names: [String]? = nil
    ) throws -> RunnableNetwork {
        var description = NetworkDescription(title: "net")
        var nodes = [LayerGraph.Node(.input, name: "n0", inputs: [])]
        for (number, layer) in layers.enumerated() {
            var node = LayerGraph.Node(layer.0, name: "n\(number + 1)", inputs: ["n\(number)"])
            layer.1(&node)
            nodes.append(node)
        }
        description.graph = LayerGraph(nodes: nodes, origin: "description by kernelviz")
        description.inputSize = 8
        description.classNames = names
        var entries: [StateDict.Entry] = []
        for (name, shape) in [
            ("a.weight", [4, 3, 3, 3]), ("a.bias", [4]), ("b.weight", [4, 4, 1, 1]), ("b.bias", [4]),
        ]
            as [(String, Shape)]
        {
            entries.append(StateDict.Entry(name: name, tensor: Tensor(shape: shape, repeating: 0.5)))
        }
        let state = try StateDict(subject: "test", entries: entries)
        return try withTemporaryFolder { folder in
            let path = "\(folder)/net.safetensors"
            try SafetensorsWriter.write(state, metadata: ModelMetadata(description), to: path)
            return try RunnableNetwork(checkpoint: path)
        }
    }

    /// Features that were pooled are no scores, whatever their number; scores of a convolution are.
    @Test func pooledFeaturesAreNoClasses() throws {
        typealias Layer = (LayerGraph.Kind, (inout LayerGraph.Node) -> Void)
        let first: Layer = (.convolution, { ($0.weight, $0.bias) = ("a.weight", "a.bias") })
        let second: Layer = (.convolution, { ($0.weight, $0.bias) = ("b.weight", "b.bias") })
        let relu: Layer = (.activation, { $0.function = "relu" })
        let relu6: Layer = (.activation, { $0.function = "relu6" })
        let mean: Layer = (.globalAveragePool, { _ in })
        #expect(try described([first, relu, mean]).outputMap == [4, 1, 1])
        #expect(try described([first, mean, second, relu]).outputMap == [4, 1, 1])
        #expect(try described([first, second, relu6, mean]).outputMap == [4, 1, 1])
        #expect(try described([first, relu]).outputMap == [4, 6, 6])
        // A classifier as a convolution behind the mean, or before it as in SqueezeNet.
        #expect(try described([first, mean, second]).outputMap == nil)
        #expect(try described([first, relu, second, relu, mean]).outputMap == nil)
        let named = try described([first, relu, mean], names: ["a", "b", "c", "d"])
        #expect(named.outputMap == nil)
        let error = #expect(throws: KernelVizError.self) {
            try described([first, relu, mean]).outputNames(option: ["a", "b", "c", "d"], path: "names.txt")
        }
        #expect(error?.code == "eval.noClassifier")
        #expect(error?.description.contains("ends with 4 pooled features, not with scores of classes") == true)
    }
}
