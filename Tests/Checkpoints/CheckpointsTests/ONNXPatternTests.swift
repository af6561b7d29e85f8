import ONNXSchema
import Tensors
import Testing

@testable import Checkpoints

/// Operators of an ONNX graph that are one layer together: what exporters take apart is put together again.
@Suite struct ONNXPatternTests {
    private typealias Builder = ONNXModelBuilder

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
            try model.nodes().words == ["input", "hardSwish", "silu", "hardSigmoid", "hardSwish"])
    }

    @Test func boundsBelongToAttributesOrInputs() throws {
        var old = Builder()
        old.opset = 6
        old.add("Clip", ["x"], "a", ["min": .float(0), "max": .float(6)])
        old.add("Clip", ["a"], "b", ["min": .float(0), "max": .float(3.4028235e38)])
        // Results of relu6 are not negative.
        #expect(try old.nodes().words == ["input", "relu6"])
        var other = Builder()
        other.add("Clip", ["x"], "a", ["min": .float(-1), "max": .float(1)])
        // (relu6(3x + 3) − 3)/3.
        let nodes = try other.nodes()
        #expect(nodes.words == ["input", "affine", "relu6", "affine"])
        #expect(nodes[1].scale == [3] && nodes[1].shift == [3])
        #expect(nodes[3].shift == [-1])
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

    /// The mean over columns and then over rows, or the other way round, is that of the map, whether axes are kept or lost.
    @Test(arguments: [(Int64(3), Int64(2)), (2, 2), (-1, -1), (-2, -1)]) func aMeanOfMeansIsOne(
        first: Int64, second: Int64
    ) throws {
        var model = Builder()
        model.weight("fc", [4, 6])
        model.add("ReduceMean", ["x"], "a", ["axes": .ints([first]), "keepdims": .int(0)])
        model.add("ReduceMean", ["a"], "b", ["axes": .ints([second]), "keepdims": .int(0)])
        model.add("MatMul", ["b", "fc"], "c")
        #expect(try model.nodes().map(\.kind) == [.input, .globalAveragePool, .linear])
        var kept = Builder()
        kept.add("ReduceMean", ["x"], "a", ["axes": .ints([first])])
        kept.add("ReduceMean", ["a"], "b", ["axes": .ints([first == 3 || first == -1 ? 2 : 3])])
        #expect(try kept.nodes().map(\.kind) == [.input, .globalAveragePool])
    }

    @Test func aMeanOverColumnsAloneIsNamed() throws {
        var model = Builder()
        model.add("ReduceMean", ["x"], "a", ["axes": .ints([3])])
        #expect(try model.nodes().words == ["input", "ReduceMean over rows or columns alone"])
    }

    /// The largest, the smallest and the sum of each channel's 64 numbers: a pool of the whole map, and 64 means.
    @Test func extremesAndSumsOfChannels() throws {
        var model = Builder()
        for (place, type) in ["ReduceMax", "ReduceMin", "ReduceSum"].enumerated() {
            model.add(type, ["x"], "r\(place)", ["axes": .ints([2, 3]), "keepdims": .int(0)])
        }
        model.opset = 11
        model.add("Concat", ["r0", "r1", "r2"], "y", ["axis": .int(1)])
        let nodes = try model.nodes()
        #expect(
            nodes.map(\.kind) == [
                .input, .maximumPool, .affine, .maximumPool, .affine, .globalAveragePool, .affine, .concatenate,
            ])
        #expect(nodes[1].window == [8, 8] && nodes[2].scale == [-1] && nodes[4].scale == [-1])
        #expect(nodes[6].scale == [64])
    }

    /// Of a map whose lengths are free there is no window and no number of pixels.
    @Test(arguments: ["ReduceMax", "ReduceSum"]) func extremesOfUnknownMapsAreNamed(type: String) throws {
        var model = Builder(input: [1, 4, 0, 0])
        model.opset = 11
        model.add(type, ["x"], "y", ["axes": .ints([2, 3])])
        #expect(try model.nodes().words == ["input", "\(type) with axes 2 3 of 1×4×?×?"])
    }

    /// max(a, b) = a + relu(b − a), min(a, b) = a − relu(a − b); a number among them is a bound.
    @Test func theLargerOfTwoResults() throws {
        var model = Builder()
        model.floats("two", [2], shape: [])
        model.add("Sigmoid", ["x"], "s")
        model.add("Max", ["two", "x", "s"], "a")
        #expect(
            try model.nodes().words == [
                "input", "sigmoid", "affine", "add", "relu", "add", "affine", "relu", "affine",
            ])
        var other = Builder()
        other.add("Sigmoid", ["x"], "s")
        other.add("Min", ["x", "s"], "a")
        let nodes = try other.nodes()
        #expect(nodes.words == ["input", "sigmoid", "affine", "add", "relu", "affine", "add"])
        #expect(nodes[2].inputs == ["s"] && nodes[3].inputs.first == "x" && nodes[5].scale == [-1])
    }

    /// Half of a normalisation is what its first operator is; the quotient by another's deviation is none.
    @Test func anUnfinishedNormalisationNamesItsFirstOperator() throws {
        var model = Builder()
        model.add("ReduceMean", ["x"], "m", ["axes": .ints([1])])
        model.add("Sub", ["x", "m"], "d")
        let nodes = try model.nodes()
        #expect(nodes.words == ["input", "ReduceMean over the channels", "Sub"])
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
}
