import Diagnostics
import Engine
import Export
import Models
import ONNXSchema
import SwiftProtobuf
import TestSupport
import Tensors
import Testing
import VGNets

/// What stands in an exported model, read back through the schema.
@Suite struct ONNXExporterTests {
    static let exporter = ONNXExporter(imageShape: [6, 9, 7])

    static func model(
        _ graph: Graph, _ exporter: ONNXExporter = exporter, _ metadata: ModelMetadata = ModelMetadata(name: "net")
    ) throws -> ONNXModelProto {
        try ONNXModelProto(serializedBytes: exporter.bytes(of: graph, metadata: metadata))
    }

    static func node(_ name: String, in model: ONNXModelProto) throws -> ONNXNodeProto {
        try #require(model.graph.node.first { $0.name == name })
    }

    static func integers(_ attribute: String, of node: ONNXNodeProto) -> [Int64]? {
        node.attribute.first { $0.name == attribute }?.ints
    }

    @Test func everyOperationHasItsOperator() throws {
        let model = try Self.model(OperationGraphs.everything())
        #expect(model.graph.node.map(\.opType) == OperationGraphs.everythingOperators)
        #expect(model.irVersion == 8)
        #expect(model.opsetImport.map(\.version) == [17])
        #expect(model.producerName == "kernelviz")
        // Nothing is read before it is written, and every value is written once.
        var known = Set(model.graph.initializer.map(\.name) + ["input"])
        for node in model.graph.node {
            #expect(node.input.allSatisfy(known.contains), "\(node.name)")
            for output in node.output { #expect(known.insert(output).inserted, "\(output)") }
        }
        #expect(known.contains("logits"))
        #expect(!known.contains("nobody reads this"))
        #expect(Set(model.graph.node.map(\.name)).count == model.graph.node.count)
    }

    @Test func paddingIsWrittenForEachSide() throws {
        let model = try Self.model(OperationGraphs.everything())
        // SAME, 3×3, stride 2: 9 rows need 4·2 + 3 − 9 = 2 more, 7 columns 3·2 + 3 − 7 = 2 more.
        #expect(try Self.integers("pads", of: Self.node("standard", in: model)) == [1, 1, 1, 1])
        // 6 rows need 2·2 + 3 − 6 = 1 more, 5 columns 2·2 + 3 − 5 = 2 more.
        #expect(try Self.integers("pads", of: Self.node("largest", in: model)) == [0, 1, 1, 1])
        #expect(try Self.integers("pads", of: Self.node("grouped", in: model)) == [1, 2, 2, 1])
        #expect(try Self.integers("strides", of: Self.node("standard", in: model)) == [2, 2])
        #expect(try Self.node("grouped", in: model).attribute.first { $0.name == "group" }?.i == 2)
    }

    @Test func splitsSlicesAndConstantsHoldTheirNumbers() throws {
        let model = try Self.model(OperationGraphs.everything())
        func int64s(_ value: String) throws -> [Int64] {
            let tensor = try #require(Self.node(value, in: model).attribute.first).t
            #expect(tensor.dataType == 7)
            var numbers: [Int64] = []
            for (index, byte) in tensor.rawData.enumerated() {
                if index % 8 == 0 { numbers.append(0) }
                numbers[index / 8] |= Int64(byte) << Int64(8 * (index % 8))
            }
            return numbers
        }
        let split = try Self.node("shuffled.split", in: model)
        #expect(split.output == ["left", "right"])
        #expect(try int64s(split.input[1]) == [3, 5])
        let slice = try Self.node("part", in: model)
        #expect(try slice.input.dropFirst().map(int64s) == [[2], [8], [1]])
        // 8×6×5 in 4 groups of 2 channels; 0 keeps the batch.
        #expect(try int64s(Self.node("shuffled.grouped", in: model).input[1]) == [0, 4, 2, 6, 5])
        let clip = try Self.node("relu6", in: model)
        let limits = try clip.input.dropFirst().map { try #require(Self.node($0, in: model).attribute.first).t }
        #expect(limits.map { Array($0.rawData) } == [[0, 0, 0, 0], [0, 0, 0xC0, 0x40]])
        #expect(limits.allSatisfy { $0.dims.isEmpty && $0.dataType == 1 })
    }

    @Test func initializersAreTheStateDict() throws {
        let graph = OperationGraphs.everything()
        let model = try Self.model(graph, ONNXExporter(imageShape: [6, 9, 7], sharedKernels: .once))
        #expect(
            model.graph.initializer.map(\.name) == [
                "standard.weight", "standard.bias", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var",
                "grouped.weight", "shared.weight", "affine.scale", "affine.shift", "head.weight", "head.bias",
            ])
        for (initializer, entry) in zip(model.graph.initializer, StateDict(graph: graph).entries) {
            #expect(initializer.dims.map(Int.init) == entry.tensor.shape.dimensions)
            #expect(initializer.dataType == 1)
            var bytes: [UInt8] = []
            for scalar in entry.tensor.scalars {
                for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(scalar.bitPattern >> shift & 255)) }
            }
            #expect(Array(initializer.rawData) == bytes, "\(entry.name)")
        }
    }

    @Test func sharedKernelsAreRepeatedByChannel() throws {
        let graph = OperationGraphs.everything()
        let repeated = try Self.model(graph)
        let weight = try #require(repeated.graph.initializer.first { $0.name == "shared.weight" })
        // Two kernels of nine numbers on eight channels: channel c has kernel c mod 2.
        #expect(weight.dims == [8, 1, 3, 3])
        let bytes = Array(weight.rawData)
        for channel in 0..<8 {
            #expect(
                bytes[channel * 36..<channel * 36 + 36].elementsEqual(bytes[channel % 2 * 36..<channel % 2 * 36 + 36]))
        }
        let once = try Self.model(graph, ONNXExporter(imageShape: [6, 9, 7], sharedKernels: .once))
        let concat = try Self.node("shared.weight.1", in: once)
        #expect(concat.opType == "Concat")
        #expect(concat.input == Array(repeating: "shared.weight", count: 4))
    }

    @Test func aFixedBatchIsANumberAndADynamicOneAName() throws {
        let fixed = try Self.model(
            OperationGraphs.everything(), ONNXExporter(imageShape: [6, 9, 7], batch: .fixed(16)))
        func shape(_ info: ONNXValueInfoProto) -> [String] {
            info.type.tensorType.shape.dim.map { $0.dimParam.isEmpty ? "\($0.dimValue)" : $0.dimParam }
        }
        #expect(fixed.graph.input.map(shape) == [["16", "6", "9", "7"]])
        #expect(fixed.graph.output.map(shape) == [["16", "5"]])
        let dynamic = try Self.model(
            OperationGraphs.everything(), ONNXExporter(imageShape: [6, 9, 7], batch: .dynamic))
        #expect(dynamic.graph.input.map(shape) == [["batch", "6", "9", "7"]])
        #expect(dynamic.graph.output.map(shape) == [["batch", "5"]])
        let gate = try #require(dynamic.graph.valueInfo.first { $0.name == "gate" })
        #expect(shape(gate) == ["batch", "8", "1", "1"])
    }

    @Test func theSameGraphGivesTheSameBytes() throws {
        let metadata = ModelMetadata(name: "net", classNames: ["a", "b"])
        let bytes = try Self.exporter.bytes(of: OperationGraphs.everything(), metadata: metadata)
        #expect(try Self.exporter.bytes(of: OperationGraphs.everything(), metadata: metadata) == bytes)
        // The first field of a model is its format version: field 1, a varint of 8.
        #expect(bytes.prefix(2) == [0x08, 0x08])
    }

    @Test func metadataNameTheDesignTheClassesAndTheInput() throws {
        let config = try VGNetConfig.published("vgnetg-1.0mp-thumbnail")
        let graph = try VGNet(config, seed: 1).graph
        let model = try Self.model(
            graph, ONNXExporter(imageShape: [3, 32, 32]), ModelMetadata(config: config, classNames: ["one", "two"]))
        #expect(model.graph.name == "vgnetg-1.0mp-thumbnail")
        #expect(model.metadataProps.map(\.key) == ["name", "family", "config", "class_names", "input"])
        #expect(try VGNetConfig(yaml: model.metadataProps[2].value, subject: "metadata") == config)
        #expect(model.metadataProps[3].value == #"["one", "two"]"#)
        #expect(model.metadataProps[4].value == "RGB 32 /255 ImageNet mean/std")
    }
}

/// VGNets by hand: one operator for each of the paper's units.
@Suite struct ONNXExporterVGNetTests {
    private static func counts(_ name: String) throws -> [String: Int] {
        let config = try VGNetConfig.published(name)
        let model = try ONNXExporterTests.model(
            VGNet(config, seed: 1).graph, ONNXExporter(imageShape: [3, config.inputSize, config.inputSize]))
        return Dictionary(model.graph.node.map { ($0.opType, 1) }, uniquingKeysWith: +)
    }

    @Test func vgnetG10HasTheOperatorsOfTable1() throws {
        // 26 blocks of depthwise and pointwise, stem and last unit: 55 convolutions, 28 of them with activation and BN.
        // 22 half blocks and 4 stages join; only stage 4 keeps a part of its channels (184 of 224).
        #expect(
            try Self.counts("vgnetg-1.0mp") == [
                "Conv": 55, "Relu": 28, "BatchNormalization": 28, "Concat": 26, "Slice": 1, "Constant": 3,
                "GlobalAveragePool": 1, "Flatten": 1, "Gemm": 1,
            ])
    }

    @Test func vgnetG20WithSqueezeExciteAndSiLUHasTheOperatorsOfTable1() throws {
        // 24 blocks. 20 half blocks and 4 stages join. 32 → 72 is joined and cut again into halves; 72 → 168 too,
        // 168 → 376 too; 376 → 512 keeps 256 of 376. Pooled are 24 units and the whole.
        #expect(
            try Self.counts("vgnetg-2.0mp-se-silu") == [
                "Conv": 1 + 2 * 24 + 2 + 2 * 24, "BatchNormalization": 26, "Relu": 24, "Sigmoid": 26 + 24,
                "Mul": 26 + 24, "Concat": 20 + 4 + 3, "Split": 3, "Slice": 1, "Constant": 3 + 3,
                "GlobalAveragePool": 25, "Flatten": 1, "Gemm": 1,
            ])
    }

    @Test func batchNormalizationFollowsTheActivation() throws {
        let config = try VGNetConfig.published("vgnetf2-1.5mp-thumbnail")
        let model = try ONNXExporterTests.model(
            VGNet(config, seed: 1).graph, ONNXExporter(imageShape: [3, 32, 32]))
        let producers = Dictionary(
            model.graph.node.flatMap { node in node.output.map { ($0, node) } }, uniquingKeysWith: { first, _ in first }
        )
        let before = model.graph.node.filter { $0.opType == "BatchNormalization" }
            .compactMap { producers[$0.input[0]]?.opType }
        // Stem, 26 pointwise units, last pointwise unit; behind fixed banks (22 half blocks, the last one) no activation.
        #expect(before.count { $0 == "Relu" } == 28)
        #expect(before.count { $0 == "Conv" } == 23)
        #expect(before.count == 51)
    }

    @Test func dropoutIsLeftOut() throws {
        let counts = try Self.counts("vgnetg-1.0mp-rerelease")
        #expect(counts["Dropout"] == nil)
        #expect(counts["Identity"] == nil)
        #expect(counts["Gemm"] == 1)
    }
}

/// Graphs at the edge of what can be written.
@Suite struct ONNXExporterEdgeTests {
    private static let input = ModelMetadata(name: "net")

    @Test func aGraphThatOnlyDropsIsAnIdentity() throws {
        var graph = Graph()
        let image = graph.add(.input, name: "image")
        graph.add(.dropout(rate: 0.1), image, name: "dropped")
        let model = try ONNXExporterTests.model(graph)
        #expect(model.graph.node.map(\.opType) == ["Identity"])
        #expect(model.graph.node[0].input == ["input"])
        #expect(model.graph.node[0].output == ["logits"])
    }

    @Test func namesThatTheFormatTakesAreChanged() throws {
        var graph = Graph()
        let image = graph.add(.input, name: "image")
        let first = graph.add(.activation(.relu), image, name: "logits")
        let second = graph.add(.activation(.sigmoid), first, name: "input")
        graph.add(.activation(.relu), second, name: "end")
        let model = try ONNXExporterTests.model(graph)
        #expect(model.graph.node.map(\.output) == [["logits.1"], ["input.1"], ["logits"]])
        #expect(model.graph.node.map(\.input) == [["input"], ["logits.1"], ["input.1"]])
    }

    @Test func errorsSayWhatIsWrong() throws {
        let empty = #expect(throws: KernelVizError.self) { try ONNXExporterTests.model(Graph()) }
        #expect(empty?.description == "net: a graph without nodes; expected a network with a result.")
        let none = #expect(throws: KernelVizError.self) {
            try ONNXExporterTests.model(
                OperationGraphs.everything(), ONNXExporter(imageShape: [6, 9, 7], batch: .fixed(0)))
        }
        #expect(none?.description == "net: 0 images of 6×9×7; expected at least one image of C×H×W.")
        let other = #expect(throws: KernelVizError.self) {
            try ONNXExporterTests.model(OperationGraphs.everything(), ONNXExporter(imageShape: [3, 9, 7]))
        }
        #expect(other?.code == "engine.shape")
    }
}
