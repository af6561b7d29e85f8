import Files
import ONNXSchema
import Tensors
import TestSupport
import Testing

@testable import Architectures

/// Weights that a graph computes from constants.
@Suite struct ONNXWeightTests {
    private typealias Builder = ONNXModelBuilder

    /// H×W×I×O behind a Transpose is O×I×H×W: number ((h·2 + w)·3 + i)·2 + o.
    @Test func aTurnedWeightIsTheLayersOwn() throws {
        var model = Builder(input: [1, 3, 4, 4])
        model.weight("hwio", [2, 2, 3, 2])
        model.add("Transpose", ["hwio"], "w", ["perm": .ints([3, 2, 0, 1])])
        model.add("Conv", ["x", "w"], "y", ["strides": .ints([2, 2])])
        let checkpoint = try model.open()
        #expect(checkpoint.entries.map(\.name) == ["w"])
        let entry = try #require(checkpoint.entry(named: "w"))
        #expect(entry.shape == [2, 3, 2, 2] && entry.note == "transposed" && entry.parameter == "weight")
        let expected = (0..<24).map { place in
            let (o, i, h, w) = (place / 12, place / 4 % 3, place / 2 % 2, place % 2)
            return Float(((h * 2 + w) * 3 + i) * 2 + o)
        }
        #expect(try checkpoint.tensor(named: "w").scalars == expected)
        #expect(try ConvNetwork(recognising: checkpoint).spatialLayers.map(\.stride) == [2])
    }

    @Test func halfPrecisionIsWidened() throws {
        var model = Builder(input: [1, 1, 4, 4])
        model.integers("half", [0x3C00, 0xC000, 0x3800, 0x0001], type: 10, shape: [1, 1, 2, 2])
        model.add("Cast", ["half"], "w", ["to": .int(1)])
        model.add("Conv", ["x", "w"], "y")
        let checkpoint = try model.open()
        #expect(checkpoint.entries.map(\.dtype) == ["float32"])
        #expect(checkpoint.entries.map(\.note) == ["converted from float16"])
        #expect(try checkpoint.tensor(named: "w").scalars == [1, -2, 0.5, 0x1p-24])
    }

    /// (q − zero) · scale, a pair for each output channel.
    @Test func quantisedWeightsBecomeNumbers() throws {
        var model = Builder(input: [1, 1, 4, 4])
        model.integers("q", [-128, 0, 127, 1, 10, 20, 30, 40], type: 3, shape: [2, 1, 2, 2])
        model.floats("s", [0.5, 2])
        model.integers("z", [0, 10], type: 3)
        model.add("DequantizeLinear", ["q", "s", "z"], "w", ["axis": .int(0)])
        model.add("Conv", ["x", "w"], "y")
        let checkpoint = try model.open()
        // What stands for the weight is not listed beside it.
        #expect(checkpoint.entries.map(\.name) == ["w"])
        #expect(checkpoint.entries.map(\.note) == ["dequantised from int8"])
        #expect(try checkpoint.tensor(named: "w").scalars == [-64, 0, 63.5, 0.5, 0, 20, 40, 60])
        #expect(try ConvNetwork(recognising: checkpoint).layers.count == 1)
    }

    /// Two numbers in a byte, the first in the lower half; 0xF8 is −8 and −1.
    @Test func numbersOfFourBits() throws {
        var model = Builder(input: [1, 1, 4, 4])
        model.graph.initializer.append(
            .with {
                $0.name = "q"
                $0.dims = [1, 1, 2, 2]
                $0.dataType = 22
                $0.rawData = .init([0xF8, 0x71])
            })
        model.floats("s", [2], shape: [])
        model.add("DequantizeLinear", ["q", "s"], "w")
        model.add("Conv", ["x", "w"], "y")
        let checkpoint = try model.open()
        #expect(try checkpoint.tensor(named: "w").scalars == [-16, -2, 2, 14])
    }

    /// Blocks of two neighbours along the axis of inputs share a scale (opset 21).
    @Test func blocksOfAScale() throws {
        var model = Builder(input: [1, 4, 4, 4])
        model.integers("q", [1, 2, 3, 4, 5, 6, 7, 8], type: 3, shape: [2, 4, 1, 1])
        model.floats("s", [1, 10, 100, 1000], shape: [2, 2, 1, 1])
        model.add("DequantizeLinear", ["q", "s"], "w", ["axis": .int(1), "block_size": .int(2)])
        model.add("Conv", ["x", "w"], "y")
        let checkpoint = try model.open()
        #expect(try checkpoint.tensor(named: "w").scalars == [1, 2, 30, 40, 500, 600, 7000, 8000])
    }

    /// Rounded to the nearest place, ties to even, and held between 0 and 255.
    @Test func weightsThatAreQuantisedInTheGraph() throws {
        var model = Builder(input: [1, 1, 4, 4])
        model.floats("f", [0.24, 0.25, 0.75, 1000], shape: [1, 1, 2, 2])
        model.floats("s", [0.5], shape: [])
        model.integers("z", [1], type: 2, shape: [])
        model.add("QuantizeLinear", ["f", "s", "z"], "q")
        model.add("DequantizeLinear", ["q", "s", "z"], "w")
        model.add("Conv", ["x", "w"], "y")
        let checkpoint = try model.open()
        #expect(try checkpoint.tensor(named: "w").scalars == [0, 0, 1, 127])
        #expect(checkpoint.entry(named: "w")?.note == "rounded to the values of a quantised type")
    }

    @Test func aQuantisedConvolutionHasItsScales() throws {
        var model = Builder(input: [1, 1, 4, 4])
        model.floats("xs", [0.5], shape: [])
        model.integers("xz", [0], type: 2, shape: [])
        model.integers("q", [3, 5], type: 2, shape: [2, 1, 1, 1])
        model.floats("s", [2, 4])
        model.integers("z", [1, 2], type: 2)
        model.floats("ys", [0.1], shape: [])
        model.integers("yz", [0], type: 2, shape: [])
        model.integers("b", [10, 20], type: 6)
        model.add("QuantizeLinear", ["x", "xs", "xz"], "xq")
        model.add("QLinearConv", ["xq", "xs", "xz", "q", "s", "z", "ys", "yz", "b"], "y")
        let checkpoint = try model.open()
        #expect(try checkpoint.tensor(named: "q").scalars == [4, 12])
        // A bias has the scale of input times weight.
        #expect(try checkpoint.tensor(named: "b").scalars == [10, 40])
        let graph = try #require(checkpoint.model?.graph)
        // Results of a type that ends at 0 are not negative.
        #expect(graph.nodes.map { $0.function ?? $0.kind.rawValue } == ["input", "relu", "convolution", "relu"])
        #expect(checkpoint.notes.count == 1)
    }

    /// The layers of both branches are the file's; the graph takes the one that a constant condition names.
    @Test func weightsInBranches() throws {
        func branch(_ name: String) -> ONNXGraphProto {
            .with {
                $0.initializer = [
                    Builder.tensor("w", [1, 1, 3, 3], (0..<9).map { Float($0) + (name == "a" ? 0 : 100) })
                ]
                $0.node = [
                    Builder.node("Conv", ["x", "w"], [name], ["strides": .ints(name == "a" ? [1, 1] : [2, 2])])
                ]
                $0.output = [.with { $0.name = name }]
            }
        }
        var model = Builder(input: [1, 1, 8, 8])
        model.integers("condition", [1], type: 9, shape: [])
        model.add("If", ["condition"], "y", ["then_branch": .graph(branch("a")), "else_branch": .graph(branch("b"))])
        let checkpoint = try model.open()
        let layers = checkpoint.entries.filter { $0.parameter == "weight" }
        #expect(layers.count == 2 && Set(layers.map(\.name)).count == 2)
        #expect(try Set(layers.map { try checkpoint.tensor(named: $0.name).scalars[0] }) == [0, 100])
        #expect(checkpoint.model?.graph?.nodes.map(\.kind) == [.input, .convolution])
        #expect(checkpoint.model?.graph?.nodes.last?.name == "a")
        #expect(checkpoint.model?.layers["b"]?.stride == 2)
    }

    @Test func aTransposedConvolutionIsOne() throws {
        var model = Builder()
        model.weight("up.weight", [4, 2, 2, 2])
        model.add("ConvTranspose", ["x", "up.weight"], "y", ["strides": .ints([2, 2])])
        let checkpoint = try model.open()
        let entry = try #require(checkpoint.entry(named: "up.weight"))
        #expect(entry.axes == .inputOutputRowsColumns)
        #expect(entry.axes.outputFirst(entry.shape) == [2, 4, 2, 2])
        // Kernel (o 1, i 0) begins behind the four numbers of (i 0, o 0).
        #expect(entry.axes.outputFirst(try checkpoint.tensor(named: "up.weight")).scalars[16] == 4)
        #expect(checkpoint.model?.layers["up"]?.className == "transposedConvolution")
    }

    /// Chains of ten thousand nodes, and branches in branches, end in a sentence or a checkpoint.
    @Test func longChainsAndDeepBranchesEnd() throws {
        var model = Builder()
        model.weight("w0", [1, 4, 3, 3])
        for index in 0..<10_000 {
            model.add("Transpose", ["w\(index)"], "w\(index + 1)", ["perm": .ints([0, 1, 3, 2])])
        }
        model.add("Conv", ["x", "w10000"], "y")
        let checkpoint = try model.open()
        #expect(checkpoint.model?.graph?.nodes.contains { $0.kind == .unsupported } == true)
        var inner = ONNXGraphProto()
        for _ in 0..<25 {
            let graph = inner
            inner = ONNXGraphProto()
            inner.node = [
                Builder.node("If", ["c"], ["y"], ["then_branch": .graph(graph), "else_branch": .graph(.init())])
            ]
        }
        var deep = Builder()
        deep.graph.node = inner.node
        let nested = try deep.open()
        #expect(nested.model?.graph?.nodes.contains { $0.function == "If" } == true)
    }
}
