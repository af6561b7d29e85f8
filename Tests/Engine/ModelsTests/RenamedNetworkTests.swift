import Diagnostics
import Engine
import Models
import Tensors
import Testing
import Architectures
import Checkpoints

/// A network under names of nobody computes what it computes under its library's.
@Suite struct RenamedNetworkTests {
    /// A layer's name in torchvision, whether it is a normalisation, and the shape of its weight.
    private typealias Layer = (name: String, isNorm: Bool, shape: Shape)

    /// torchvision's ResNet-18 with ten classes (He et al., table 1).
    private static var resNet18: [Layer] {
        var layers: [Layer] = [("conv1", false, [64, 3, 7, 7]), ("bn1", true, [64])]
        var reads = 64
        for stage in 0..<4 {
            let gives = 64 << stage
            for block in 0..<2 {
                let path = "layer\(stage + 1).\(block)"
                layers += [
                    ("\(path).conv1", false, [gives, reads, 3, 3]), ("\(path).bn1", true, [gives]),
                    ("\(path).conv2", false, [gives, gives, 3, 3]), ("\(path).bn2", true, [gives]),
                ]
                if reads != gives {
                    layers += [
                        ("\(path).downsample.0", false, [gives, reads, 1, 1]), ("\(path).downsample.1", true, [gives]),
                    ]
                }
                reads = gives
            }
        }
        return layers + [("fc", false, [10, 512])]
    }

    /// Numbers by the place of a tensor in the file, whatever it is called.
    private struct Numbers: TensorSource {
        let places: [String: Int]

        func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
            var generator = SeededGenerator(seed: UInt64(places[entry.name] ?? 0))
            let inputs = Float(entry.shape.dimensions.dropFirst().reduce(1, *))
            let isVector = entry.shape.rank == 1
            let numbers = (0..<entry.shape.elementCount).map { _ in
                let number = Float.random(in: -1...1, using: &generator)
                return isVector ? 1 + number / 4 : number * (3 / inputs).squareRoot()
            }
            return StoredTensor(type: .float32, content: .floats(numbers))
        }
    }

    private func checkpoint(
        norms: [String] = ["weight", "bias", "running_mean", "running_var"], more: [Checkpoint.Entry] = [],
        graph: LayerGraph? = nil, _ name: (Int, String) -> String
    ) -> Checkpoint {
        var entries = Self.resNet18.enumerated().flatMap { index, layer in
            (layer.isNorm ? norms : ["weight"]).map {
                Checkpoint.Entry(name: "\(name(index, layer.name)).\($0)", shape: layer.shape, dtype: "float32")
            }
        }
        entries += more
        let places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
        return Checkpoint(
            path: "net.pth", format: "PyTorch", files: [], entries: entries,
            model: graph.map { ModelFacts(graph: $0) }, source: Numbers(places: places))
    }

    /// A file whose own graph cannot be built runs by its family's design where that uses all of its numbers.
    @Test func aFamilysDesignStandsInForAGraphOnlyWhereNothingIsLeftOut() throws {
        var odd = LayerGraph.Node(.unsupported, name: "sort", inputs: ["x"])
        odd.function = "TopK"
        let graph = LayerGraph(nodes: [LayerGraph.Node(.input, name: "x", inputs: []), odd], origin: "ONNX graph")
        let whole = try RunnableGraph(network: ConvNetwork(recognising: checkpoint(graph: graph) { $1 }))
        #expect(whole.description == nil)
        #expect(
            whole.remarks.first
                == "its ONNX graph uses TopK (node 'sort'), which the engine lacks: built as ResNet-18 instead")
        // Single numbers and counters are no weights.
        let more = [
            Checkpoint.Entry(name: "bn1.num_batches_tracked", shape: [], dtype: "int64"),
            Checkpoint.Entry(name: "temperature", shape: [1], dtype: "float32"),
            Checkpoint.Entry(name: "onnx::Mul_178", shape: [512], dtype: "float32"),
        ]
        let network = try ConvNetwork(recognising: checkpoint(more: more, graph: graph) { $1 })
        let error = #expect(throws: KernelVizError.self) { try RunnableGraph(network: network) }
        #expect(
            error?.description.hasPrefix(
                "net.pth: its ONNX graph uses TopK (node 'sort'), which the engine lacks, and ResNet-18 by its own design has "
                    + "no place for 'onnx::Mul_178' (512); expected operations that the engine has.") == true)
    }

    /// Another activation, or pads that the graph computes: the family's design would give other logits without a word.
    @Test func noDesignStandsInForAGraphWhoseLayersReadWhatIsMissing() throws {
        func graph(isRead: Bool) -> LayerGraph {
            var (first, odd, second) = (
                LayerGraph.Node(.convolution, name: "conv1", inputs: ["x"]),
                LayerGraph.Node(.unsupported, name: "act", inputs: ["conv1"]),
                LayerGraph.Node(.convolution, name: "conv2", inputs: [isRead ? "pool" : "conv1"])
            )
            (first.weight, odd.function, second.weight) = ("conv1.weight", "Softplus", "layer1.0.conv1.weight")
            let pool = LayerGraph.Node(.globalAveragePool, name: "pool", inputs: ["act"])
            return LayerGraph(
                nodes: [LayerGraph.Node(.input, name: "x", inputs: []), first, odd, pool, second], origin: "ONNX graph")
        }
        let found = "net.pth: its ONNX graph uses Softplus (node 'act'), which the engine lacks; "
        let odd = try ConvNetwork(recognising: checkpoint(graph: graph(isRead: true)) { $1 })
        #expect(odd.title == "ResNet-18")
        let error = #expect(throws: KernelVizError.self) { try RunnableGraph(network: odd) }
        #expect(error?.code == "networks.unsupportedOperation")
        #expect(error?.description.hasPrefix(found) == true, "\(error?.description ?? "")")
        let aside = try ConvNetwork(recognising: checkpoint(graph: graph(isRead: false)) { $1 })
        #expect(try RunnableGraph(network: aside).remarks.first?.hasSuffix("built as ResNet-18 instead") == true)
    }

    /// A graph whose layers do not fit each other is not the family's network, whatever its tensors are called.
    @Test func noDesignStandsInForAGraphThatDoesNotFit() throws {
        var conv = LayerGraph.Node(.convolution, name: "conv", inputs: ["x"])
        conv.weight = "layer2.0.conv1.weight"
        var next = LayerGraph.Node(.convolution, name: "next", inputs: ["conv"])
        next.weight = "conv1.weight"
        let graph = LayerGraph(
            nodes: [LayerGraph.Node(.input, name: "x", inputs: []), conv, next], origin: "ONNX graph")
        let network = try ConvNetwork(recognising: checkpoint(graph: graph) { $1 })
        #expect(network.title == "ResNet-18")
        let error = #expect(throws: KernelVizError.self) { try RunnableGraph(network: network) }
        #expect(["engine.shape", "networks.badGraph"].contains(error?.code), "\(error?.description ?? "")")
    }

    /// Where the design does not stand in, the graph's own reason is told, not what the design lacks.
    @Test func theGraphsReasonIsTold() throws {
        var odd = LayerGraph.Node(.unsupported, name: "sort", inputs: ["x"])
        odd.function = "TopK"
        let graph = LayerGraph(nodes: [LayerGraph.Node(.input, name: "x", inputs: []), odd], origin: "ONNX graph")
        for graph in [graph, nil] {
            let network = try ConvNetwork(
                recognising: checkpoint(norms: ["weight", "bias", "running_mean"], graph: graph) { $1 })
            let error = #expect(throws: KernelVizError.self) { try RunnableGraph(network: network) }
            #expect(error?.description.contains("uses TopK (node 'sort')") == (graph != nil))
        }
    }

    /// torchvision's resnet18(norm_layer=GroupNorm) has the names of batch normalisations, without statistics.
    @Test func aNormalisationWithoutStatisticsIsNoBatchNormalisation() throws {
        let network = try ConvNetwork(recognising: checkpoint(norms: ["weight", "bias"]) { $1 })
        let error = #expect(throws: KernelVizError.self) { try RunnableGraph(network: network) }
        #expect(
            error?.description
                == "net.pth: 'bn1.weight' belongs to a normalisation without running statistics (GroupNorm or its like); "
                + "expected batch normalisation, as ResNet-18 has. Its kernels can be read with 'kernelviz classify'.")
    }

    @Test func aRenamedResNetGivesTheSameLogits() throws {
        let image = Tensor(shape: [1, 3, 32, 32], scalars: (0..<3 * 32 * 32).map { Float($0 * 7 % 256) / 255 })
        let logits = try [checkpoint { $1 }, checkpoint { index, _ in "unit\(index)" }].map { checkpoint in
            let network = try ConvNetwork(recognising: checkpoint)
            #expect(network.title == "ResNet-18")
            let net = try RunnableGraph(network: network)
            #expect(net.classes == 10)
            return try ExecutionPlan(net.graph, inputShape: image.shape).run(image).scalars
        }
        #expect(logits[0].contains { abs($0) > 0.01 } && logits[0].allSatisfy(\.isFinite))
        #expect(logits[0] == logits[1])
    }

    // MARK: - Tensors that a family's design has not

    private func error(adding extra: [(String, Shape)], to checkpoint: Checkpoint) throws -> KernelVizError? {
        let entries =
            checkpoint.entries + extra.map { Checkpoint.Entry(name: $0.0, shape: $0.1, dtype: "float32") }
        let places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
        let whole = Checkpoint(
            path: "net.pth", format: "PyTorch", files: [], entries: entries, source: Numbers(places: places))
        do {
            _ = try RunnableGraph(network: try ConvNetwork(recognising: whole))
            return nil
        } catch let error as KernelVizError {
            return error
        }
    }

    /// Attention or a blur among the layers makes another network of it, though all layers of the family are there.
    @Test(arguments: [
        ("layer1.0.attention.weight", Shape([64, 64, 1, 1])), ("layer2.0.blur.filt", Shape([128, 1, 3, 3])),
    ])
    func aTensorAmongTheLayersThatIsNoneOfThemIsAnError(name: String, shape: Shape) throws {
        let error = try #require(try error(adding: [(name, shape)], to: checkpoint { $1 }))
        #expect(error.description.contains("'\(name)'"), "\(error)")
        #expect(["networks.unsupportedOperation", "networks.otherFamily"].contains(error.code))
    }

    @Test func aTensorBesideTheLayersIsSaid() throws {
        let plain = checkpoint { $1 }
        #expect(try error(adding: [("centre", [10, 512, 2])], to: plain) == nil)
        let entries = plain.entries + [Checkpoint.Entry(name: "record_map", shape: [4, 6, 2], dtype: "float32")]
        let places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
        let net = try RunnableGraph(
            network: try ConvNetwork(
                recognising: Checkpoint(
                    path: "net.pth", format: "PyTorch", files: [], entries: entries, source: Numbers(places: places))))
        #expect(net.remarks == ["not run, no part of ResNet-18: 'record_map'"])
    }

    @Test func aLayerWithoutTheNormalisationOfTheOthersDoesNotRun() throws {
        let entries = checkpoint { $1 }.entries.filter { !$0.name.hasPrefix("layer3.1.bn2.") }
        let places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
        let network = try ConvNetwork(
            recognising: Checkpoint(
                path: "net.pth", format: "PyTorch", files: [], entries: entries, source: Numbers(places: places)))
        let error = #expect(throws: KernelVizError.self) { try RunnableGraph(network: network) }
        #expect(
            error?.description
                == "net.pth: no 'layer3.1.bn2.running_mean' beside 'layer3.1.conv2'; expected a batch normalisation beside "
                + "each layer of ResNet-18, as beside its others. Use the whole checkpoint; the kernels can be analysed "
                + "all the same.")
    }

    /// A bias without the weight beside it, a block without the projection that it needs: no other network of it runs.
    @Test(arguments: [
        ("fc.weight", "no tensor 'fc.weight'"), ("layer3.0.downsample.", "no tensor 'layer3.0.downsample.0.weight'"),
    ])
    func aPartThatIsNotThereIsNamed(part: String, found: String) throws {
        let bias = Checkpoint.Entry(name: "fc.bias", shape: [10], dtype: "float32")
        let entries = checkpoint(more: [bias]) { $1 }.entries.filter { !$0.name.hasPrefix(part) }
        let places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
        let network = try ConvNetwork(
            recognising: Checkpoint(
                path: "net.pth", format: "PyTorch", files: [], entries: entries, source: Numbers(places: places)))
        let error = #expect(throws: KernelVizError.self) { try RunnableGraph(network: network) }
        #expect(error?.code == "networks.noTensor" && error?.found == found, "\(error?.description ?? "")")
    }

    /// timm's act_layer stands behind every layer, or the network does not run; transformers' hidden_act in a ResNet of two
    /// convolutions a block behind the stem and the eight sums alone.
    @Test func aFunctionThatTheSettingsNameIsFollowed() throws {
        func functions(_ name: String, key: String = "model_args.act_layer") throws -> [ActivationFunction] {
            let settings = ["hf.architecture": "resnet18", "hf.\(key)": name]
            let entries = checkpoint { $1 }.entries
            let places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
            let network = try ConvNetwork(
                recognising: Checkpoint(
                    path: "net.pth", format: "PyTorch", files: [], entries: entries, attributes: settings,
                    source: Numbers(places: places)))
            return try RunnableGraph(network: network).graph.nodes.compactMap { node in
                if case .activation(let function) = node.operation { function } else { nil }
            }
        }
        #expect(try Set(functions("silu")) == [.silu] && Set(functions("relu")) == [.relu])
        #expect(try Set(functions("mish")) == [.mish])
        let other = try functions("silu", key: "hidden_act")
        #expect(other.count { $0 == .silu } == 9 && other.count { $0 == .relu } == 8 && other.count == 17)
        let error = #expect(throws: KernelVizError.self) { try functions("prelu") }
        #expect(error?.found == "config.json builds it with act_layer 'prelu'")
    }

    @Test func theNearestFamilyIsNamedWhereNothingRuns() throws {
        let entries = checkpoint { $1 }.entries.map { entry in
            entry.name == "layer2.0.conv1.weight"
                ? Checkpoint.Entry(name: entry.name, shape: [128, 32, 3, 3], dtype: "float32") : entry
        }
        let network = try ConvNetwork(
            recognising: Checkpoint(path: "net.pth", format: "PyTorch", files: [], entries: entries, source: Ones()))
        #expect(network.family == nil)
        let error = #expect(throws: KernelVizError.self) { try RunnableGraph(network: network) }
        #expect(
            error?.found.hasPrefix("unknown network, nearest is ResNet, but tensor 'layer2.0.conv1.weight'") == true)
    }

    private struct Ones: TensorSource {
        func stored(_ entry: Checkpoint.Entry) throws -> StoredTensor {
            StoredTensor(type: .float32, content: .floats(Array(repeating: 1, count: entry.shape.elementCount)))
        }
    }
}
