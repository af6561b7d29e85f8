import ONNXSchema
import Tensors
import Testing

@testable import Checkpoints

/// What an ONNX graph computes of lengths and places: paddings, flattenings, shuffles, the order of axes.
@Suite struct ONNXShapeArithmeticTests {
    private typealias Builder = ONNXModelBuilder

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
        let words = try model.nodes().words
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
        let words = try model.nodes().words
        #expect(words.contains("Gather") == (step != 4))
        if step == 4 { #expect(words == ["input", "globalAveragePool", "convolution"]) }
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
}
