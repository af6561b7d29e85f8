import Diagnostics
import Engine
import Models
import Tensors
import Testing
import VGNets

@Suite struct InitialWeightsTests {
    private static func lookup(_ net: VGNet, _ rename: (String) -> String = { $0 }) -> TensorLookup {
        TensorLookup(subject: "start.safetensors", tensors: VGNetWeightsTests.tensors(net, rename))
    }

    private static func values(_ graph: Graph, _ name: String) throws -> Tensor {
        graph[try #require(graph.parameter(named: name))]
    }

    @Test func theSameNetIsTakenWhole() throws {
        let source = try VGNet(VGNetWeightsTests.config(), seed: 3)
        let fresh = try VGNet(VGNetWeightsTests.config(), seed: 4)
        let dotted = Self.lookup(source) { "module." + $0.replacing("/", with: ".") }
        let found = try InitialWeights(fresh.graph, from: dotted, network: "tiny")
        #expect(found.graph == source.graph)
        #expect(found.selected.isEmpty && found.kept.isEmpty)
        // What the design fixes is the design's own.
        #expect(found.unused.allSatisfy { $0.hasSuffix("downsample/weight") })
    }

    @Test func formsAroundTheKernelsShareThem() throws {
        let config = try VGNetWeightsTests.config()
        let source = try VGNet(config, seed: 3)
        let form = try VGNet(
            config.replacing(depthwise: .normalized, squeezeExcite: SqueezeExcite(), dropout: 0.1), seed: 4)
        let found = try InitialWeights(form.graph, from: Self.lookup(source), network: "form")
        for (mine, theirs) in [
            ("features/stage2/1/half3x3/0/weight", "features/stage2/1/half3x3/weight"),
            ("features/stage2/1/conv1x1/0/0/weight", "features/stage2/1/conv1x1/0/weight"),
            ("features/stage2/1/conv1x1/0/2/bias", "features/stage2/1/conv1x1/2/bias"),
            ("classifier/1/weight", "classifier/weight"),
        ] { #expect(try Self.values(found.graph, mine) == Self.values(source.graph, theirs), "\(mine)") }
        #expect(found.kept.allSatisfy { $0.name.contains("half3x3/1/") || $0.name.contains("conv1x1/1/") })
        #expect(found.unused.allSatisfy { $0.hasSuffix("downsample/weight") })
    }

    @Test func largerTensorsAreSampledEvenly() throws {
        let small = try VGNetConfig(name: "small", channels: [4, 8, 12, 16, 24], blocks: [1, 2, 1, 1], classes: 3)
        let large = try VGNetConfig(name: "large", channels: [8, 16, 24, 40, 48], blocks: [1, 2, 1, 1], classes: 5)
        let source = try VGNet(large, seed: 1).graph
        let fresh = try VGNet(small, seed: 2).graph
        let found = try InitialWeights(
            fresh, from: TensorLookup(subject: "large", tensors: source.parameters.map { ($0.name, $0.tensor) }),
            network: "small")
        // 4 of 8 filters of the stem: 0, 2, 4, 6, whole.
        let (stem, wide) = (
            try Self.values(found.graph, "features/stem/0/weight"), try Self.values(source, "features/stem/0/weight")
        )
        for filter in 0..<4 {
            #expect(
                Array(stem.scalars[filter * 27..<(filter + 1) * 27])
                    == Array(wide.scalars[filter * 54..<filter * 54 + 27]))
        }
        // Stage 4 keeps 12 of 24 and 16 of 48 channels; its 1×1 has 12×16 weights of 24×40: rows 2i, columns ⌊40·j/16⌋.
        let name = "features/stage4/0/conv1x1/0/weight"
        let (mine, theirs) = (try Self.values(found.graph, name), try Self.values(source, name))
        #expect(mine.shape == [12, 16, 1, 1] && theirs.shape == [24, 40, 1, 1])
        let columns = [0, 2, 5, 7, 10, 12, 15, 17, 20, 22, 25, 27, 30, 32, 35, 37]
        for row in 0..<12 {
            for (column, place) in columns.enumerated() {
                #expect(mine.scalars[row * 16 + column] == theirs.scalars[2 * row * 40 + place])
            }
        }
        #expect(found.selected.contains(name))
        let classifier = try #require(found.kept.first { $0.name == "classifier/weight" })
        #expect(classifier.found == [5, 48])
        #expect(
            found.sentence.contains("keep their own start (classifier/weight, 5×48 there, classifier/bias, 5 there)"))
    }

    @Test func aFileOfAnotherKindIsRefused() throws {
        let fresh = try VGNet(VGNetWeightsTests.config(), seed: 4)
        let other = TensorLookup(subject: "resnet.pth", tensors: [("conv1.weight", Tensor(shape: [64, 3, 7, 7]))])
        let error = #expect(throws: KernelVizError.self) {
            try InitialWeights(fresh.graph, from: other, network: "tiny")
        }
        #expect(
            error?.description
                == "resnet.pth: no tensor that tiny has; expected names such as 'features/stem/0/weight' with tiny's shapes "
                + "or larger ones. Start from a checkpoint of a network of the same kind.")
    }
}
