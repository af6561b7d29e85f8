import Files
import ONNXSchema
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// What an ONNX graph computes, in our words.
@Suite struct ONNXGraphTests {
    private typealias Builder = ONNXModelBuilder

    /// Kinds, and functions of activations.
    private static func words(_ nodes: [LayerGraph.Node]) -> [String] { nodes.map { $0.function ?? $0.kind.rawValue } }

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

    /// timm's ports of TensorFlow's networks pad as `max((⌈length / 2⌉ − 1)·2 + 3 − length, 0)` says, in floating-point
    /// numbers: of 9 rows one above and one below, of 8 columns one behind. With fixed lengths the exporter computes the
    /// quotient itself.
    @Test(arguments: [false, true]) func padsThatAreComputedFromLengthsAreFollowed(isFolded: Bool) throws {
        var model = Builder(input: [0, 4, 9, 8])
        model.weight("c.weight", [1, 4, 3, 3])
        for (name, number) in [("zero", Float(0)), ("one", 1), ("two", 2), ("row q", 4.5), ("column q", 4)] {
            model.floats(name, [number], shape: [])
        }
        model.floats("row l", [9], shape: [])
        model.floats("column l", [8], shape: [])
        for (name, number) in [("second", Int64(2)), ("third", 3), ("eight", 8)] {
            model.longs(name, [number], isScalar: true)
        }
        for (name, numbers) in [("first", [Int64(0)]), ("pairs", [-1, 2]), ("all", [-1]), ("end", [Int64.min])] {
            model.longs(name, numbers)
        }
        if !isFolded { model.add("Shape", ["x"], "s") }
        for (axis, place) in [("row", "second"), ("column", "third")] {
            var (length, quotient) = ("\(axis) l", "\(axis) q")
            if !isFolded {
                (length, quotient) = ("\(axis) length", "\(axis) quotient")
                model.add("Gather", ["s", place], "\(axis) whole")
                model.add("Cast", ["\(axis) whole"], length, ["to": .int(1)])
                model.add("Div", [length, "two"], quotient)
            }
            model.add("Ceil", [quotient], "\(axis) ceil")
            model.add("Sub", ["\(axis) ceil", "one"], "\(axis) steps")
            model.add("Mul", ["\(axis) steps", "two"], "\(axis) pixels")
            model.add("Add", ["\(axis) pixels", "two"], "\(axis) reach")
            model.add("Add", ["\(axis) reach", "one"], "\(axis) end")
            model.add("Sub", ["\(axis) end", length], "\(axis) missing")
            model.add("Clip", ["\(axis) missing", "zero", ""], "\(axis) pad")
            model.add("Div", ["\(axis) pad", "two"], "\(axis) half")
            model.add("Cast", ["\(axis) half"], "\(axis) rounded", ["to": .int(7)])
            model.add("Cast", ["\(axis) rounded"], "\(axis) before", ["to": .int(1)])
            model.add("Sub", ["\(axis) pad", "\(axis) before"], "\(axis) behind")
            model.add("Unsqueeze", ["\(axis) before", "first"], "\(axis) 1")
            model.add("Unsqueeze", ["\(axis) behind", "first"], "\(axis) 2")
        }
        model.add("Concat", ["column 1", "column 2", "row 1", "row 2"], "pads", ["axis": .int(0)])
        model.add("Shape", ["pads"], "count")
        model.add("Gather", ["count", "first"], "count of them")
        model.add("Sub", ["eight", "count of them"], "others")
        model.add("ConstantOfShape", ["others"], "zeros")
        model.add("Cast", ["pads"], "long pads", ["to": .int(7)])
        model.add("Concat", ["long pads", "zeros"], "eight pads", ["axis": .int(0)])
        model.add("Reshape", ["eight pads", "pairs"], "rows of pads")
        model.add("Slice", ["rows of pads", "all", "end", "first", "all"], "turned")
        model.add("Transpose", ["turned"], "columns of pads", ["perm": .ints([1, 0])])
        model.add("Reshape", ["columns of pads", "all"], "flat")
        model.add("Pad", ["x", "flat"], "p")
        model.add("Conv", ["p", "c.weight"], "y", ["strides": .ints([2, 2])])
        let nodes = try model.nodes()
        #expect(!nodes.contains { $0.kind == .unsupported }, "\(nodes)")
        #expect(nodes.compactMap(\.padding).first { $0 != .none } == .explicit([1, 0, 1, 1]))
    }

    @Test func decomposedActivationsArePutTogether() throws {
        var model = Builder()
        for (name, number) in [("three", Float(3)), ("six", 6), ("zero", 0), ("sixth", 1 / 6)] {
            model.floats(name, [number], shape: [])
        }
        model.add("Add", ["x", "three"], "a")
        model.add("Clip", ["a", "zero", "six"], "b")
        model.add("Mul", ["x", "b"], "c")
        model.add("Div", ["c", "six"], "hard swish")
        model.add("Sigmoid", ["hard swish"], "s")
        model.add("Mul", ["s", "hard swish"], "silu")
        model.add("Add", ["silu", "three"], "d")
        model.add("Clip", ["d", "zero", "six"], "e")
        model.add("Mul", ["e", "sixth"], "hard sigmoid")
        model.add("HardSigmoid", ["hard sigmoid"], "f", ["alpha": .float(1 / 6)])
        model.add("Mul", ["hard sigmoid", "f"], "hard swish again")
        model.opset = 11
        #expect(
            Self.words(try model.nodes()) == ["input", "hardSwish", "silu", "hardSigmoid", "hardSwish"])
    }

    /// What PyTorch's exporter writes for `as_strided`: all numbers in their order, and others, which are no such thing.
    @Test(arguments: [true, false]) func allOfAFlatValueIsTheValue(isInOrder: Bool) throws {
        var model = Builder(input: [2, 4, 8, 8])
        model.longs("flat", [-1])
        var places = (0..<8).map(Int64.init)
        if !isInOrder { places.swapAt(2, 5) }
        model.graph.initializer.append(
            .with {
                $0.name = "places"
                $0.dims = [2, 4, 1, 1]
                $0.dataType = 7
                $0.int64Data = places
            })
        model.weight("c.weight", [3, 4, 1, 1])
        model.add("GlobalAveragePool", ["x"], "mean")
        model.add("Reshape", ["mean", "flat"], "row")
        model.add("Gather", ["row", "places"], "again", ["axis": .int(0)])
        model.add("Conv", ["again", "c.weight"], "y")
        let words = Self.words(try model.nodes())
        #expect(words.contains("Gather") == !isInOrder)
        if isInOrder { #expect(words == ["input", "globalAveragePool", "convolution"]) }
    }

    /// The same with a free batch: n·4 + 0…3, n below the batch; a step of 3 is another arrangement.
    @Test(arguments: [Int64(4), 3]) func placesOfAFreeBatchAreFollowed(step: Int64) throws {
        var model = Builder(input: [0, 4, 8, 8])
        model.longs("flat", [-1])
        for (name, number) in [("zero", Int64(0)), ("one", 1), ("step", step)] {
            model.longs(name, [number], isScalar: true)
        }
        model.longs("axes", [1, 2, 3])
        for (name, shape, numbers) in [
            ("inner", [Int64(1), 4, 1, 1], [Int64(0), 1, 2, 3]), ("none", [1, 1, 1, 1], [0]),
        ] {
            model.graph.initializer.append(
                .with {
                    $0.name = name
                    $0.dims = shape
                    $0.dataType = 7
                    $0.int64Data = numbers
                })
        }
        model.weight("c.weight", [3, 4, 1, 1])
        model.add("GlobalAveragePool", ["x"], "mean")
        model.add("Shape", ["x"], "lengths", ["start": .int(0), "end": .int(1)])
        model.add("Squeeze", ["lengths"], "n")
        model.add("Reshape", ["mean", "flat"], "row")
        model.add("Range", ["zero", "n", "one"], "r")
        model.add("Mul", ["r", "step"], "s")
        model.add("Unsqueeze", ["s", "axes"], "u")
        model.add("Add", ["u", "inner"], "v")
        model.add("Add", ["v", "none"], "places")
        model.add("Gather", ["row", "places"], "again", ["axis": .int(0)])
        model.add("Conv", ["again", "c.weight"], "y")
        let words = Self.words(try model.nodes())
        #expect(words.contains("Gather") == (step != 4))
        if step == 4 { #expect(words == ["input", "globalAveragePool", "convolution"]) }
    }

    @Test func boundsBelongToAttributesOrInputs() throws {
        var old = Builder()
        old.opset = 6
        old.add("Clip", ["x"], "a", ["min": .float(0), "max": .float(6)])
        old.add("Clip", ["a"], "b", ["min": .float(0), "max": .float(3.4028235e38)])
        // Results of relu6 are not negative.
        #expect(Self.words(try old.nodes()) == ["input", "relu6"])
        var other = Builder()
        other.add("Clip", ["x"], "a", ["min": .float(-1), "max": .float(1)])
        // (relu6(3x + 3) − 3)/3.
        let nodes = try other.nodes()
        #expect(Self.words(nodes) == ["input", "affine", "relu6", "affine"])
        #expect(nodes[1].scale == [3] && nodes[1].shift == [3])
        #expect(nodes[3].shift == [-1])
    }

    @Test func aChannelShuffleIsRecognised() throws {
        var model = Builder()
        model.longs("five", [1, 2, 2, 8, 8])
        model.longs("four", [1, -1, 8, 8])
        model.add("Reshape", ["x", "five"], "a")
        model.add("Transpose", ["a"], "b", ["perm": .ints([0, 2, 1, 3, 4])])
        model.add("Reshape", ["b", "four"], "c")
        model.add("Relu", ["c"], "d")
        model.weight("w", [1, 4, 1, 1])
        model.add("Conv", ["d", "w"], "e")
        // A function of each number may stand on either side of the shuffle.
        let nodes = try model.nodes()
        #expect(nodes.map(\.kind) == [.input, .activation, .channelShuffle, .convolution])
        #expect(nodes[2].groups == 2)
    }

    /// Megvii's way: every second channel, by a reshape with the batch and a Gather.
    @Test func everySecondChannelIsAShuffleAndASlice() throws {
        var model = Builder()
        model.longs("pairs", [2, 2, 64])
        model.longs("parts", [2, -1, 2, 8, 8])
        model.longs("one", [1], isScalar: true)
        model.add("Reshape", ["x", "pairs"], "a")
        model.add("Transpose", ["a"], "b", ["perm": .ints([1, 0, 2])])
        model.add("Reshape", ["b", "parts"], "c")
        model.add("Gather", ["c", "one"], "d", ["axis": .int(0)])
        let nodes = try model.nodes()
        #expect(nodes.map(\.kind) == [.input, .channelShuffle, .slice])
        // Two groups of two channels: 0 2 1 3; the second half is 1 and 3.
        #expect(nodes[1].groups == 2 && nodes[2].range == [2, 4])
    }

    /// `x.view(x.size(0), -1)` with a batch of any size.
    @Test func shapeArithmeticIsAFlattening() throws {
        var model = Builder(input: [0, 4, 8, 8])
        model.longs("zero", [0], isScalar: true)
        model.longs("axis", [0])
        model.longs("rest", [-1])
        model.weight("fc.weight", [3, 256])
        model.add("Shape", ["x"], "s")
        model.add("Gather", ["s", "zero"], "n")
        model.add("Unsqueeze", ["n", "axis"], "n1")
        model.add("Concat", ["n1", "rest"], "target", ["axis": .int(0)])
        model.add("Reshape", ["x", "target"], "flat")
        model.add("Gemm", ["flat", "fc.weight"], "y", ["transB": .int(1)])
        let nodes = try model.nodes()
        #expect(nodes.map(\.kind) == [.input, .linear])
        #expect(nodes[1].name == "fc" && nodes[1].isInputFirst == nil)
    }

    /// TensorFlow's order: the flattened map is rows, columns, channels, ours channels, rows, columns.
    @Test func transpositionsCancelAndADenseLayersRowsMove() throws {
        var model = Builder(input: [1, 2, 2, 3])
        model.weight("c.weight", [2, 3, 1, 1])
        model.weight("dense", [8, 1])
        model.longs("flat", [-1, 8])
        model.add("Transpose", ["x"], "a", ["perm": .ints([0, 3, 1, 2])])
        model.add("Conv", ["a", "c.weight"], "b")
        model.add("Transpose", ["b"], "c", ["perm": .ints([0, 2, 3, 1])])
        model.add("Reshape", ["c", "flat"], "d")
        model.add("MatMul", ["d", "dense"], "e")
        model.floats("shift", [7])
        model.add("Add", ["e", "shift"], "f")
        let checkpoint = try model.open()
        let nodes = try #require(checkpoint.model?.graph?.nodes)
        #expect(nodes.map(\.kind) == [.input, .convolution, .linear, .affine])
        #expect(nodes[2].isInputFirst == true)
        let weight = try checkpoint.tensor(named: try #require(nodes[2].weight))
        // Row (y, x, c) was number 4y + 2x + c; ours in the order of c, y, x.
        #expect(weight.shape == [8, 1] && weight.scalars == [0, 2, 4, 6, 1, 3, 5, 7])
    }

    @Test func whatIsAddedToALayerIsItsBias() throws {
        var model = Builder()
        model.weight("c.weight", [2, 4, 1, 1])
        model.floats("shift", [5, 6], shape: [1, 2, 1, 1])
        model.floats("factor", [2, 3], shape: [2, 1, 1])
        model.add("Conv", ["x", "c.weight"], "a")
        model.add("Add", ["shift", "a"], "b")
        model.add("Mul", ["b", "factor"], "c")
        let checkpoint = try model.open()
        let nodes = try #require(checkpoint.model?.graph?.nodes)
        #expect(nodes.map(\.kind) == [.input, .convolution, .affineTensors])
        #expect(nodes[1].bias == "shift" && nodes[2].weight == "factor")
        #expect(checkpoint.entry(named: "shift")?.shape == [2])
    }

    /// Names of modules stay, as do the axes of what they call so; what an exporter folded belongs to its node's module.
    @Test func scalesOfTheirOwnAreTensors() throws {
        var model = Builder()
        model.weight("c.weight", [4, 4, 1, 1])
        model.floats("blocks.0.layer_scale", [1, 2, 3, 4], shape: [4, 1, 1])
        model.floats("onnx::Mul_12", [5, 6, 7, 8], shape: [1, 4, 1, 1])
        model.add("Conv", ["x", "c.weight"], "a")
        model.add("Mul", ["blocks.0.layer_scale", "a"], "b")
        model.add("Mul", ["b", "onnx::Mul_12"], "c")
        model.graph.node[2].name = "/blocks/blocks.1/Mul"
        let checkpoint = try model.open()
        let nodes = try #require(checkpoint.model?.graph?.nodes)
        #expect(nodes.map(\.kind) == [.input, .convolution, .affineTensors, .affineTensors])
        let own = try #require(checkpoint.entry(named: "blocks.0.layer_scale"))
        #expect(own.module == "blocks.0" && own.parameter == "layer_scale" && own.shape == [4, 1, 1])
        let folded = try #require(checkpoint.entry(named: "onnx::Mul_12"))
        #expect(folded.module == "blocks.1" && folded.parameter == "gamma" && folded.shape == [4])
        #expect(try checkpoint.tensor(named: "onnx::Mul_12").scalars == [5, 6, 7, 8])
    }

    /// A scale of the image is part of how it is handed over.
    @Test func theImagesScaleStandsInTheGraph() throws {
        var model = Builder(input: [1, 3, 8, 8])
        model.floats("deviation", [2, 4, 8], shape: [3, 1, 1])
        model.add("Mul", ["x", "deviation"], "a")
        let nodes = try model.nodes()
        #expect(nodes.map(\.kind) == [.input, .affine] && nodes[1].scale == [2, 4, 8])
    }

    /// Mean, difference, square, mean, ε, root, quotient, gain, shift over the last axis; a matrix behind them.
    @Test func aLayerNormalisationInPartsIsOne() throws {
        var model = Builder()
        model.floats("two", [2], shape: [])
        model.floats("eps", [0.25], shape: [])
        model.floats("n.weight", [1, 2, 3, 4])
        model.floats("n.bias", [5, 6, 7, 8])
        model.weight("fc", [4, 6])
        model.add("Transpose", ["x"], "t", ["perm": .ints([0, 2, 3, 1])])
        model.add("ReduceMean", ["t"], "m", ["axes": .ints([-1])])
        model.add("Sub", ["t", "m"], "d")
        model.add("Pow", ["d", "two"], "q")
        model.add("ReduceMean", ["q"], "v", ["axes": .ints([-1])])
        model.add("Add", ["v", "eps"], "e")
        model.add("Sqrt", ["e"], "s")
        model.add("Div", ["d", "s"], "n")
        model.add("Mul", ["n", "n.weight"], "g")
        model.add("Add", ["n.bias", "g"], "b")
        model.add("MatMul", ["b", "fc"], "f")
        model.add("Transpose", ["f"], "y", ["perm": .ints([0, 3, 1, 2])])
        let nodes = try model.nodes()
        #expect(nodes.map(\.kind) == [.input, .layerNormalization, .convolution])
        #expect(nodes[1].weight == "n.weight" && nodes[1].bias == "n.bias" && nodes[1].epsilon == 0.25)
        #expect(nodes[2].weight == "fc" && nodes[2].isInputFirst == true)
    }

    /// Square, mean, ε, root; then a quotient, or a product with its inverse; then the gain.
    @Test(arguments: [false, true]) func anRMSNormalisationInPartsIsOne(isInverse: Bool) throws {
        var model = Builder()
        model.floats("one", [1], shape: [])
        model.floats("two", [2], shape: [])
        model.floats("eps", [0.25], shape: [])
        model.floats("n.weight", [1, 2, 3, 4], shape: [4, 1, 1])
        model.add("Pow", ["x", "two"], "q")
        model.add("ReduceMean", ["q"], "v", ["axes": .ints([1])])
        model.add("Add", ["v", "eps"], "e")
        model.add("Sqrt", ["e"], "s")
        if isInverse {
            model.add("Div", ["one", "s"], "i")
            model.add("Mul", ["x", "i"], "n")
        } else {
            model.add("Div", ["x", "s"], "n")
        }
        model.add("Mul", ["n", "n.weight"], "y")
        let nodes = try model.nodes()
        #expect(nodes.map(\.kind) == [.input, .rmsNormalization])
        #expect(nodes[1].weight == "n.weight" && nodes[1].bias == nil && nodes[1].epsilon == 0.25)
    }

    /// What is divided by the root of squares must be what was squared.
    @Test func theCentredByTheRootOfSquaresIsNoNormalisation() throws {
        var model = Builder()
        model.floats("two", [2], shape: [])
        model.add("ReduceMean", ["x"], "m", ["axes": .ints([1])])
        model.add("Sub", ["x", "m"], "d")
        model.add("Pow", ["x", "two"], "q")
        model.add("ReduceMean", ["q"], "v", ["axes": .ints([1])])
        model.add("Sqrt", ["v"], "s")
        model.add("Div", ["d", "s"], "y")
        #expect(try !model.nodes().contains { [.layerNormalization, .rmsNormalization].contains($0.kind) })
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

    /// Over rows and columns, also where the last map has one of each and exporters keep the operator.
    @Test(arguments: [Int64(8), 1]) func aResponseNormalisationInPartsIsOne(side: Int64) throws {
        var model = Builder(input: [1, 4, side, side])
        model.floats("eps", [0.25], shape: [])
        model.floats("n.weight", [1, 2, 3, 4], shape: [4, 1, 1])
        model.floats("n.bias", [5, 6, 7, 8], shape: [4, 1, 1])
        model.add("ReduceL2", ["x"], "g", ["axes": .ints([2, 3])])
        model.add("ReduceMean", ["g"], "m", ["axes": .ints([1])])
        model.add("Add", ["m", "eps"], "e")
        model.add("Div", ["g", "e"], "share")
        model.add("Mul", ["x", "share"], "p")
        model.add("Mul", ["n.weight", "p"], "w")
        model.add("Add", ["n.bias", "w"], "b")
        model.add("Add", ["x", "b"], "y")
        let nodes = try model.nodes()
        #expect(nodes.map(\.kind) == [.input, .responseNormalization])
        #expect(nodes[1].weight == "n.weight" && nodes[1].bias == "n.bias" && nodes[1].epsilon == 0.25)
    }

    /// Half of a normalisation is what its first operator is; the quotient by another's deviation is none.
    @Test func anUnfinishedNormalisationNamesItsFirstOperator() throws {
        var model = Builder()
        model.add("ReduceMean", ["x"], "m", ["axes": .ints([1])])
        model.add("Sub", ["x", "m"], "d")
        let nodes = try model.nodes()
        #expect(Self.words(nodes) == ["input", "ReduceMean over the channels", "Sub"])
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
            words: "Resize with scales 1.0 1.0 2.0 2.0"),
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
        #expect(try Self.words(model.nodes()) == ["input", item.words])
    }

    /// Of what two layers read, neither may take a sum for itself.
    @Test func whatTwoReadIsNoBias() throws {
        var model = Builder()
        model.weight("c.weight", [2, 4, 1, 1])
        model.floats("shift", [5, 6], shape: [1, 2, 1, 1])
        model.add("Conv", ["x", "c.weight"], "a")
        model.add("Add", ["a", "shift"], "b")
        model.add("Mul", ["a", "b"], "c")
        #expect(try model.nodes().map(\.kind) == [.input, .convolution, .affine, .multiply])
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
        #expect(Self.words(nodes) == ["input", "com.example.Fancy", "Erf", "convolution"])
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
