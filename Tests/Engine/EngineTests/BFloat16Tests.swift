import Diagnostics
import OperatorInterface
import Tensors
import Testing

@testable import Engine

/// Bfloat16 by hand arithmetic, and products of it against plain loops on numbers that were rounded beforehand.
@Suite struct BFloat16Tests {
    static let families = BlockedOperatorTests.families

    /// A number and the nearest bfloat16: 8 bits of precision, so neighbours of 1 lie 2⁻⁷ apart, ties go to the even one.
    static let roundings: [(Float, Float)] = [
        (0, 0), (1, 1), (-2.5, -2.5), (1 + 0x1p-8, 1), (1 + 3 * 0x1p-8, 1 + 0x1p-6), (1 + 0x1p-8 + 0x1p-20, 1 + 0x1p-7),
        (-(1 + 0x1p-8), -1), (-(1 + 3 * 0x1p-8), -(1 + 0x1p-6)), (0x1.fep0, 0x1.fep0), (0x1.ffp0, 2),
        (0x1.fefp0, 0x1.fep0),
        (3.140625, 3.140625), (3.1415927, 3.140625), (0.1, 0.100097656), (.greatestFiniteMagnitude, .infinity),
        (-.infinity, -.infinity),
    ]

    static func rounded(_ tensor: Tensor) -> Tensor {
        Tensor(shape: tensor.shape, scalars: tensor.scalars.map { BFloat16.number(BFloat16.bits($0)) })
    }

    @Test func numbersAreRoundedToTheNearest() {
        for (number, expected) in Self.roundings {
            #expect(BFloat16.number(BFloat16.bits(number)) == expected, "\(number)")
        }
        #expect(BFloat16.bits(-0.0) == 0x8000)
        #expect(BFloat16.number(BFloat16.bits(.nan)).isNaN)
        // A NaN whose payload lies in the lower half only must not become infinite.
        #expect(BFloat16.number(BFloat16.bits(Float(bitPattern: 0x7F80_0001))).isNaN)
        #expect(BFloat16.word(1, -2).bitPattern == 0xC000_3F80)
    }

    /// One pixel of one channel a case: 1·x + 0 is exact in f32, so what comes out of the next step was rounded once.
    @Test(arguments: families) func operatorsRoundWhatTheyStore(family: ExecutionOptions.Operators) throws {
        let finite = Self.roundings.filter { $0.0.isFinite && $0.1.isFinite }
        var graph = Graph()
        let input = graph.add(.input, name: "input")
        // The image is read in f32 by a convolution with a window, whose result is stored.
        let weight = graph.addParameter("weight", Tensor(shape: [1, 1, 2, 2], scalars: [1, 0, 0, 0]))
        let padding = Padding.explicit(top: 0, left: 0, bottom: 1, right: 1)
        let stored = graph.add(.convolution(Convolution(weight: weight, padding: padding)), input, name: "stored")
        graph.add(.pool(Pool(kind: .maximum, size: 1, stride: 1, padding: .same)), stored, name: "output")
        let tensor = Tensor(shape: [1, 1, 1, finite.count], scalars: finite.map(\.0))
        let plan = try ExecutionPlan(
            graph, inputShape: tensor.shape, options: ExecutionOptions(operators: family, precision: .bfloat16))
        #expect(try plan.run(tensor).scalars == finite.map(\.1))
    }

    /// relu(x) in bfloat16, then one product whose result is the graph's: nothing else is rounded.
    @Test(arguments: families, 0..<16) func productsAgreeWithRoundedNumbers(
        family: ExecutionOptions.Operators, index: Int
    ) throws {
        var draw = SeededGenerator(seed: UInt64(index) + 300)
        func pick(_ range: ClosedRange<Int>) -> Int { range.lowerBound + Int(draw.uniform() * Double(range.count)) }
        let kernel = [1, 1, 3, 5][index % 4]
        let groups = [1, 1, 1, 2, 3][pick(0...4)]
        let (inputs, outputs) = (groups * pick(1...19), groups * pick(1...29))
        let shape: Shape = [pick(1...2), inputs, pick(5...17), pick(5...17)]
        let stride = pick(1...2)
        func graph(rounds: Bool) -> (Graph, Tensor) {
            var random = RandomGraph(seed: UInt64(index))
            let input = random.graph.add(.input, name: "input")
            let relu = random.graph.add(.activation(.relu), input, name: "relu")
            let weights = random.tensor([outputs, inputs / groups, kernel, kernel])
            let weight = random.graph.addParameter("weight", rounds ? Self.rounded(weights) : weights)
            random.graph.add(
                .convolution(
                    Convolution(weight: weight, stride: stride, padding: .symmetric(kernel / 2), groups: groups)), relu,
                name: "output")
            let tensor = random.tensor(shape)
            return (random.graph, rounds ? Self.rounded(tensor) : tensor)
        }
        let (net, image) = graph(rounds: false)
        let (reference, roundedImage) = graph(rounds: true)
        let found = try ExecutionPlan(
            net, inputShape: shape, options: ExecutionOptions(operators: family, precision: .bfloat16)
        ).run(image)
        let expected = try ExecutionPlan(
            reference, inputShape: shape, options: ExecutionOptions(operators: .reference)
        ).run(roundedImage)
        // A depthwise convolution's weights are not rounded, and its result is stored.
        let isDepthwise = groups > 1 && groups == inputs && groups == outputs
        #expect(BlockedOperatorTests.difference(found, expected) <= (isDepthwise ? 0x1p-8 : 3e-6))
    }

    /// The depthwise result is rounded between two products, once.
    @Test(arguments: families) func scratchHoldsRoundedNumbers(family: ExecutionOptions.Operators) throws {
        let shape: Shape = [1, 28, 17, 14]
        var random = RandomGraph(seed: 8)
        let kernels = random.tensor([28, 1, 3, 3])
        let weights = random.tensor([56, 28, 1, 1])
        let image = Self.rounded(random.tensor(shape))
        func graph(_ steps: [(Tensor, Padding, Int)]) -> Graph {
            var graph = Graph()
            var last = graph.add(.input, name: "input")
            for (number, step) in steps.enumerated() {
                let weight = graph.addParameter("weight \(number)", step.0)
                last = graph.add(
                    .convolution(Convolution(weight: weight, padding: step.1, groups: step.2)), last,
                    name: "step \(number)")
            }
            return graph
        }
        let depthwise = (kernels, Padding.symmetric(1), 28)
        let whole = graph([depthwise, (weights, .symmetric(0), 1)])
        let found = try ExecutionPlan(
            whole, inputShape: shape, options: ExecutionOptions(operators: family, precision: .bfloat16)
        ).run(image)
        let plain = ExecutionOptions(operators: .reference)
        let filtered = try ExecutionPlan(graph([depthwise]), inputShape: shape, options: plain).run(image)
        let expected = try ExecutionPlan(
            graph([(Self.rounded(weights), .symmetric(0), 1)]), inputShape: shape, options: plain
        ).run(Self.rounded(filtered))
        let unrounded = try ExecutionPlan(
            graph([(Self.rounded(weights), .symmetric(0), 1)]), inputShape: shape, options: plain
        ).run(filtered)
        // Sums in another order may round a few results to the other neighbour.
        let largest = expected.scalars.reduce(0) { max($0, abs($1)) }
        func shareEqual(_ tensor: Tensor) -> Double {
            Double(zip(found.scalars, tensor.scalars).count { abs($0 - $1) <= 2e-6 * largest })
                / Double(found.scalars.count)
        }
        #expect(shareEqual(expected) > 0.95)
        #expect(shareEqual(unrounded) < 0.5)
    }

    /// Joins, slices, shuffles, sums, gates, pools and a linear layer: every step that knows both formats.
    @Test(arguments: families, [1, 3]) func wholeGraphsStayNear(family: ExecutionOptions.Operators, threads: Int) throws
    {
        for shape in [[1, 28, 28, 17], [3, 22, 9, 14], [1, 40, 13, 7]] as [Shape] {
            var random = RandomGraph(seed: 5)
            let channels = shape[1]
            let input = random.graph.add(.input, name: "input")
            let stem = random.convolution(input, [channels, channels, 3, 3], padding: .symmetric(1))
            let start = random.graph.add(.activation(.hardSwish), random.normalisation(stem, channels), name: "start")
            let sum = random.blocks(start, channels)
            let mean = random.graph.add(
                .pool(Pool(kind: .average(countsPadding: false), size: 2, stride: 2, padding: .same)), sum, name: "mean"
            )
            let maximum = random.graph.add(
                .pool(Pool(kind: .maximum, size: 3, stride: 2, padding: .symmetric(1))), mean, name: "maximum")
            let flat = (shape[2] + 3) / 4 * ((shape[3] + 3) / 4) * channels
            random.linear(maximum, features: flat, classes: 21)
            let image = random.tensor(shape)
            let names = random.graph.nodes.map(\.name)
            func run(_ options: ExecutionOptions, taps: [String]) throws -> ExecutionPlan.Outcome {
                try ExecutionPlan(random.graph, inputShape: shape, taps: taps, options: options).runWithTaps(image)
            }
            let options = ExecutionOptions(operators: family, threads: threads, precision: .bfloat16)
            // With every node tapped nothing is fused: each must follow from what its inputs were found to be.
            let found = try run(options, taps: names)
            for (index, node) in random.graph.nodes.enumerated() {
                let inputs = node.inputs.map { found.taps[$0.position] }
                let expected = index == 0 ? image : try Self.result(of: index, in: random.graph, inputs)
                #expect(Self.isRounded(found.taps[index], from: expected), "\(node.name) \(shape)")
            }
            // Fused, fewer numbers are rounded; a lane in the wrong place would cost everything.
            let fused = try run(options, taps: []).output
            let exact = try run(ExecutionOptions(operators: .reference), taps: []).output
            #expect(BlockedOperatorTests.difference(fused, exact) <= 0.05)
            #expect(fused != exact)
            let single = ExecutionOptions(operators: family, precision: .bfloat16)
            #expect(try run(single, taps: []).output == fused)
        }
    }

    /// What a node makes of its inputs in 32-bit floats, the weights of products rounded.
    private static func result(of index: Int, in graph: Graph, _ inputs: [Tensor]) throws -> Tensor {
        let node = graph.nodes[index]
        let first = inputs[0]
        let pixels = first.scalars.count / first.shape[0] / first.shape[1]
        switch node.operation {
        case .add: return Tensor(shape: first.shape, scalars: zip(first.scalars, inputs[1].scalars).map { $0 + $1 })
        case .multiply where inputs[1].shape == first.shape:
            return Tensor(shape: first.shape, scalars: zip(first.scalars, inputs[1].scalars).map { $0 * $1 })
        case .multiply:
            let scaled = first.scalars.enumerated().map { $1 * inputs[1].scalars[$0 / pixels] }
            return Tensor(shape: first.shape, scalars: scaled)
        case .concatenate:
            let rows = (0..<first.shape[0]).flatMap { image in
                inputs.flatMap { tensor in
                    let count = tensor.shape[1] * pixels
                    return tensor.scalars[image * count..<(image + 1) * count]
                }
            }
            let channels = inputs.reduce(0) { $0 + $1.shape[1] }
            return Tensor(shape: [first.shape[0], channels, first.shape[2], first.shape[3]], scalars: rows)
        default:
            var single = Graph()
            for parameter in graph.parameters {
                let isWeight = parameter.tensor.shape.rank > 1 && !graph.isDepthwise(index)
                _ = single.addParameter(parameter.name, isWeight ? rounded(parameter.tensor) : parameter.tensor)
            }
            single.add(node.operation, single.add(.input, name: "input"), name: node.name)
            return try ExecutionPlan(
                single, inputShape: first.shape, options: ExecutionOptions(operators: .reference)
            ).run(first)
        }
    }

    /// Whether every number is within a bfloat16 step of what it was rounded from; sums in another order move it by
    /// little more.
    private static func isRounded(_ found: Tensor, from exact: Tensor) -> Bool {
        let largest = exact.scalars.reduce(0) { max($0, abs($1)) }
        return found.shape == exact.shape
            && zip(found.scalars, exact.scalars).allSatisfy { abs($0 - $1) <= 0x1p-8 * abs($1) + 4e-6 * largest }
    }

    @Test func plainLoopsRefuse() throws {
        var graph = Graph()
        graph.add(.input, name: "input")
        let error = #expect(throws: KernelVizError.self) {
            try ExecutionPlan(
                graph, inputShape: [1, 1, 2, 2], options: ExecutionOptions(operators: .reference, precision: .bfloat16))
        }
        #expect(
            error?.description
                == "operators: the reference operators compute in f32, not in bf16; expected f32, or other operators.")
    }
}
