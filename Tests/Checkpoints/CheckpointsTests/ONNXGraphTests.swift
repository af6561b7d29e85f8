import Files
import ONNXSchema
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// What an ONNX graph computes, in our words.
@Suite struct ONNXGraphTests {
    private typealias Builder = ONNXModelBuilder

    @Test func aConvolutionHasItsSettings() throws {
        var model = Builder()
        model.weight("c.weight", [8, 2, 3, 5])
        model.weight("c.bias", [8])
        model.add(
            "Conv", ["x", "c.weight", "c.bias"], "y",
            ["strides": .ints([2, 1]), "pads": .ints([1, 2, 0, 3]), "dilations": .ints([1, 2]), "group": .int(2)])
        let checkpoint = try model.open()
        let node = try #require(checkpoint.model?.graph?.nodes.last)
        #expect(node.kind == .convolution && node.name == "c" && node.inputs == ["x"])
        #expect(node.weight == "c.weight" && node.bias == "c.bias")
        #expect(node.strides == [2, 1] && node.dilations == [1, 2] && node.groups == 2)
        #expect(node.padding == .explicit([1, 2, 0, 3]))
        #expect(checkpoint.model?.layers["c"]?.groups == 2)
        #expect(checkpoint.model?.inputSize == 8)
    }

    /// Eight rows, stride 2, five weights: a surplus of three, of which "lower" puts the larger part above.
    @Test(arguments: [
        ("SAME_UPPER", LayerGraph.Padding.same), ("SAME_LOWER", .explicit([2, 2, 1, 1])),
        ("VALID", LayerGraph.Padding.none),
    ])
    func paddingIsExportersWord(word: String, padding: LayerGraph.Padding) throws {
        var model = Builder()
        model.weight("c.weight", [1, 4, 5, 5])
        model.add("Conv", ["x", "c.weight"], "y", ["strides": .ints([2, 2]), "auto_pad": .text(word)])
        #expect(try model.nodes().last?.padding ?? LayerGraph.Padding.none == padding)
    }

    /// A scale of the image is part of how it is handed over.
    @Test func theImagesScaleStandsInTheGraph() throws {
        var model = Builder(input: [1, 3, 8, 8])
        model.floats("deviation", [2, 4, 8], shape: [3, 1, 1])
        model.add("Mul", ["x", "deviation"], "a")
        let nodes = try model.nodes()
        #expect(nodes.map(\.kind) == [.input, .affine] && nodes[1].scale == [2, 4, 8])
    }

    /// Opset 23's operator, and ONNX Runtime's own word for it.
    @Test(arguments: ["RMSNormalization", "SimplifiedLayerNormalization"])
    func anRMSNormalisationIsAnOperatorToo(type: String) throws {
        var model = Builder()
        model.floats("n.weight", [1, 2, 3, 4])
        model.add("Transpose", ["x"], "t", ["perm": .ints([0, 2, 3, 1])])
        model.add(type, ["t", "n.weight"], "n", ["axis": .int(-1), "epsilon": .float(0.25)])
        model.add("Transpose", ["n"], "y", ["perm": .ints([0, 3, 1, 2])])
        let nodes = try model.nodes()
        #expect(nodes.map(\.kind) == [.input, .rmsNormalization])
        #expect(nodes[1].weight == "n.weight" && nodes[1].bias == nil && nodes[1].epsilon == 0.25)
    }

    /// PyTorch's exporter keeps equal parameters once; each keeps its own name all the same.
    @Test func equalParametersKeepTheirNames() throws {
        var model = Builder()
        model.weight("c.weight", [2, 4, 1, 1])
        model.floats("d.bias", [0, 0])
        model.weight("d.weight", [2, 2, 1, 1])
        model.add("Identity", ["d.bias"], "c.bias")
        model.add("Conv", ["x", "c.weight", "c.bias"], "a")
        model.add("Conv", ["a", "d.weight", "d.bias"], "b")
        let nodes = try model.nodes()
        #expect(nodes.compactMap(\.bias) == ["c.bias", "d.bias"])
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let type: String
        var settings: [String: ONNXModelBuilder.Setting] = [:]
        var inputs = ["x"]
        let words: String
        var testDescription: String { words }
    }

    static let refusals = [
        Refusal(
            type: "Concat", settings: ["axis": .int(2)], inputs: ["x", "x"], words: "Concat with axis 2 of 1×4×8×8"),
        Refusal(
            type: "Pad", settings: ["mode": .text("reflect")], inputs: ["x", "pads"], words: "Pad with mode 'reflect'"),
        Refusal(type: "Pad", inputs: ["x", "pads", "one"], words: "Pad with constant_value 1.0"),
        Refusal(
            type: "AveragePool",
            settings: [
                "kernel_shape": .ints([3, 3]), "strides": .ints([2, 2]), "ceil_mode": .int(1),
                "count_include_pad": .int(1), "pads": .ints([1, 1, 1, 1]),
            ], words: "AveragePool with ceil_mode 1 and count_include_pad 1 on 1×4×8×8"),
        Refusal(
            type: "MaxPool", settings: ["kernel_shape": .ints([2, 2]), "dilations": .ints([2, 2])],
            words: "MaxPool with dilations 2 2"),
        Refusal(type: "Softmax", settings: ["axis": .int(2)], words: "Softmax with axis 2 of 1×4×8×8"),
        Refusal(type: "Mul", inputs: ["x", "plane"], words: "Mul of 1×4×8×8 and a constant of shape 8×8"),
        Refusal(type: "Div", inputs: ["x", "x"], words: "Div of two results"),
        Refusal(type: "Pow", inputs: ["x", "third"], words: "Pow with the exponent 0.3"),
        // A value between 0 and 1 would be 0.
        Refusal(type: "Cast", settings: ["to": .int(7)], words: "Cast with to 7, a type of whole numbers"),
        Refusal(
            type: "Resize", settings: ["mode": .text("nearest")], inputs: ["x", "", "scales"],
            words: "Resize with mode nearest and scales 1.0 1.0 2.0 2.0"),
        Refusal(
            type: "LayerNormalization", settings: ["axis": .int(1)], inputs: ["x", "volume", "volume"],
            words: "LayerNormalization with axis 1 of 1×4×8×8"),
        Refusal(type: "MatMul", inputs: ["x", "matrix"], words: "MatMul with a weight of 5 inputs on 1×4×8×8"),
    ]

    /// Where the operator has a counterpart and its setting has none, the setting is named.
    @Test(arguments: refusals)
    func theSettingThatIsNotUnderstoodIsNamed(item: Refusal) throws {
        var model = Builder()
        model.longs("pads", [0, 0, 1, 1, 0, 0, 1, 1])
        for (name, number) in [("one", Float(1)), ("third", 0.3)] { model.floats(name, [number], shape: []) }
        model.floats("scales", [1, 1, 2, 2])
        model.weight("plane", [8, 8])
        model.weight("volume", [4, 8, 8])
        model.weight("matrix", [5, 6])
        model.add(item.type, item.inputs, "y", item.settings)
        #expect(try model.nodes().words == ["input", item.words])
    }

    /// 8 rows, windows of 3 with a stride of 2: the last window hangs over by one.
    @Test func roundingUpIsPaddingAtThisSize() throws {
        var model = Builder()
        model.add(
            "MaxPool", ["x"], "y", ["kernel_shape": .ints([3, 3]), "strides": .ints([2, 2]), "ceil_mode": .int(1)])
        #expect(try model.nodes().last?.padding == .explicit([0, 0, 1, 1]))
    }

    @Test func partsOfTheChannels() throws {
        var model = Builder()
        model.longs("lengths", [1, 3])
        model.graph.node.append(Builder.node("Split", ["x", "lengths"], ["a", "b"], ["axis": .int(1)]))
        model.longs("starts", [-2])
        model.longs("ends", [1 << 40])
        model.longs("axes", [1])
        model.add("Slice", ["b", "starts", "ends", "axes"], "c")
        model.add("Concat", ["c", "a"], "d", ["axis": .int(-3)])
        let nodes = try model.nodes()
        #expect(nodes.map(\.kind) == [.input, .slice, .slice, .slice, .concatenate])
        #expect(nodes.compactMap(\.range) == [[0, 1], [1, 4], [1, 3]])
    }

    @Test func anOperatorWithoutCounterpartKeepsItsName() throws {
        var model = Builder()
        model.weight("c.weight", [2, 4, 3, 3])
        model.graph.node.append(
            .with {
                $0.opType = "Fancy"
                $0.domain = "com.example"
                $0.input = ["x"]
                $0.output = ["a"]
            })
        model.add("Erf", ["a"], "b")
        model.add("Conv", ["b", "c.weight"], "c", ["strides": .ints([2, 2])])
        let checkpoint = try model.open()
        let nodes = try #require(checkpoint.model?.graph?.nodes)
        #expect(nodes.words == ["input", "com.example.Fancy", "Erf", "convolution"])
        // The layer is the file's all the same.
        #expect(checkpoint.model?.layers["c"]?.stride == 2)
    }

    @Test func aSoftmaxAtTheEndIsLeftOut() throws {
        var model = Builder()
        model.add("GlobalAveragePool", ["x"], "a")
        model.add("Flatten", ["a"], "b")
        model.add("Softmax", ["b"], "c")
        #expect(try model.nodes().map(\.kind) == [.input, .globalAveragePool])
        #expect(try model.open().model?.graph?.finalFunction == "Softmax")
        model.add("Relu", ["c"], "d")
        #expect(try model.open().model?.graph?.finalFunction == nil)
        #expect(try model.nodes().map(\.kind).contains(.unsupported))
    }

    @Test func theNormBehindALayerIsItsOwn() throws {
        var model = Builder()
        model.weight("c.weight", [2, 4, 3, 3])
        for name in ["weight", "bias", "running_mean", "running_var"] { model.weight("n.\(name)", [2]) }
        model.add("Conv", ["x", "c.weight"], "a", ["dilations": .ints([2, 2])])
        model.add(
            "BatchNormalization", ["a", "n.weight", "n.bias", "n.running_mean", "n.running_var"], "b",
            ["epsilon": .float(0.25)])
        let checkpoint = try model.open()
        #expect(checkpoint.model?.order == ["c", "n"])
        #expect(checkpoint.model?.layers["c"]?.norm == "n")
        #expect(checkpoint.model?.layers["c"]?.dilation == 2)
        #expect(checkpoint.model?.layers["n"]?.epsilon == 0.25)
    }

    /// The description crosses the reader process whole.
    @Test func anIsolatedReaderTellsTheSame() throws {
        var model = Builder()
        model.weight("c.weight", [2, 4, 3, 3])
        model.add("Conv", ["x", "c.weight"], "a", ["auto_pad": .text("SAME_UPPER")])
        model.add("Relu", ["a"], "b")
        try withTemporaryFolder { folder in
            let path = folder + "/net.onnx"
            try AtomicFile.write(try model.bytes(), to: path)
            let here = try Checkpoint.open(path, reading: .inProcess)
            let there = try Checkpoint.open(path, reading: .isolated(executable: ReaderBinary.path))
            #expect(here.model == there.model && here.entries == there.entries && here.model?.graph != nil)
        }
    }
}
