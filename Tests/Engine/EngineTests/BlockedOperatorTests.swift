import Tensors
import Testing

@testable import Engine

/// The blocked operators of every instruction set against the plain loops, on shapes drawn from a seed.
@Suite struct BlockedOperatorTests {
    static let families = ExecutionOptions.available.filter { $0 != .reference && $0 != .automatic }

    /// Builds a graph on an input of some channels and returns it.
    typealias Builder = (inout RandomGraph, Graph.NodeID, _ channels: Int) -> Void

    /// The largest difference to the plain loops over the largest number, for the output and, where asked, all nodes.
    static func difference(
        _ options: ExecutionOptions, _ shape: Shape, seed: UInt64, taps: Bool = false, _ build: Builder
    ) throws -> Float {
        var random = RandomGraph(seed: seed)
        let start = random.graph.add(.input, name: "input")
        build(&random, start, shape[1])
        let input = random.tensor(shape)
        let names = taps ? random.graph.nodes.map(\.name) : []
        let found = try ExecutionPlan(random.graph, inputShape: shape, taps: names, options: options)
            .runWithTaps(input)
        let expected = try ExecutionPlan(
            random.graph, inputShape: shape, taps: names, options: ExecutionOptions(operators: .reference)
        ).runWithTaps(input)
        return zip(found.taps + [found.output], expected.taps + [expected.output]).reduce(0) {
            max($0, Self.difference($1.0, $1.1))
        }
    }

    static func difference(_ found: Tensor, _ expected: Tensor) -> Float {
        guard found.shape == expected.shape, !found.scalars.contains(where: { !$0.isFinite }) else { return .infinity }
        let scale = expected.scalars.reduce(Float(1e-6)) { max($0, abs($1)) }
        return zip(found.scalars, expected.scalars).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
    }

    @Test(arguments: families, 0..<24) func convolutionsOfAnyShapeAgree(
        family: ExecutionOptions.Operators, index: Int
    ) throws {
        var draw = SeededGenerator(seed: UInt64(index) + 100)
        func pick(_ range: ClosedRange<Int>) -> Int { range.lowerBound + Int(draw.uniform() * Double(range.count)) }
        let kernel = [1, 1, 2, 3, 3, 5][pick(0...5)]
        let groups = [1, 1, 1, 2, 3][pick(0...4)]
        let (inputs, outputs) = (groups * pick(1...19), groups * pick(1...37))
        let (stride, function) = (pick(1...3), ActivationFunction.allCases[pick(0...5)])
        let padding: Padding =
            [
                .symmetric(kernel / 2), .same, .symmetric(0),
                .explicit(top: 0, left: 1, bottom: kernel, right: kernel - 1),
            ][pick(0...3)]
        let shape: Shape = [pick(1...2), inputs, pick(5...23), pick(5...23)]
        let worst = try Self.difference(.init(operators: family), shape, seed: UInt64(index)) { random, input, _ in
            // A step before, so that the convolution reads blocks in half of the cases.
            let start = index % 2 == 0 ? input : random.graph.add(.activation(.hardSwish), input, name: "blocks")
            let conv = random.convolution(
                start, [outputs, inputs / groups, kernel, kernel], stride: stride, padding: padding, groups: groups,
                hasBias: index % 3 == 0)
            let norm = index % 4 < 2 ? random.normalisation(conv, outputs) : conv
            let act = random.graph.add(.activation(function), norm, name: "act")
            _ = index % 4 > 0 ? random.normalisation(act, outputs) : act
        }
        #expect(worst <= 2e-6)
    }

    @Test(arguments: families, [3, 5, 7, 2]) func depthwiseConvolutionsAgree(
        family: ExecutionOptions.Operators, kernel: Int
    ) throws {
        for (index, size) in [(14, 7), (9, 28), (1, 1), (23, 17), (8, 33)].enumerated() {
            for stride in 1...3 {
                let paddings: [Padding] = [
                    .symmetric(kernel / 2), .same, .explicit(top: 1, left: 0, bottom: 2, right: 1),
                ]
                for padding in paddings {
                    if case .explicit = padding, size.0 < kernel || size.1 < kernel { continue }
                    let channels = [3, 16, 40][(index + stride) % 3]
                    let shape: Shape = [1, channels, size.0, size.1]
                    let worst = try Self.difference(.init(operators: family), shape, seed: UInt64(index)) {
                        random, input, _ in
                        let conv = random.convolution(
                            input, [channels, 1, kernel, kernel], stride: stride, padding: padding, groups: channels)
                        let act = random.graph.add(.activation(index % 2 == 0 ? .relu6 : .silu), conv, name: "act")
                        _ = random.normalisation(act, channels)
                    }
                    #expect(worst <= 2e-6, "\(size) stride \(stride) \(padding)")
                }
            }
        }
    }

    /// Depthwise and pointwise in bands of rows, joins and slices as views, sums in epilogues, squeeze-and-excite.
    @Test(arguments: families, [1, 2, 3]) func fusedBlocksAgree(
        family: ExecutionOptions.Operators, threads: Int
    ) throws {
        let options = ExecutionOptions(operators: family, threads: threads)
        for (shape, taps) in [([1, 28, 56, 31], false), ([3, 22, 9, 14], false), ([2, 40, 13, 7], true)]
            as [(Shape, Bool)]
        {
            let worst = try Self.difference(options, shape, seed: 5, taps: taps) { random, input, channels in
                let start = random.graph.add(.activation(.hardSwish), input, name: "start")
                let sum = random.blocks(start, channels)
                let relu = random.graph.add(.activation(.relu), sum, name: "sum.relu")
                let pooled = random.graph.add(
                    .pool(Pool(kind: .maximum, size: 3, stride: 2, padding: .symmetric(1))), relu, name: "maximum")
                let mean = random.graph.add(
                    .pool(Pool(kind: .average(countsPadding: false), size: 2, stride: 2, padding: .same)), pooled,
                    name: "average")
                let product = random.graph.add(.multiply, mean, mean, name: "square")
                let flat = (shape[2] + 3) / 4 * ((shape[3] + 3) / 4) * channels
                random.linear(product, features: flat, classes: 21)
            }
            #expect(worst <= 4e-6, "\(shape)")
        }
    }

    /// A convolution of the image computed row by row with the depthwise one behind it, whose bands share rows.
    @Test(arguments: families, [1, 2, 3]) func stemsAgree(family: ExecutionOptions.Operators, threads: Int) throws {
        let options = ExecutionOptions(operators: family, threads: threads)
        for (index, padding) in [Padding.symmetric(1), .same, .symmetric(0), .symmetric(2)].enumerated() {
            for stride in 1...3 {
                for (joins, size) in [(false, (61, 37)), (true, (61, 37)), (false, (11, 9)), (true, (9, 70))] {
                    let shape: Shape = [threads == 2 ? 1 : 2, 3, size.0, size.1]
                    let worst = try Self.difference(options, shape, seed: UInt64(index)) { random, input, _ in
                        let conv = random.convolution(
                            input, [20, 3, 3, 3], stride: stride == 1 ? 2 : 1, padding: padding, hasBias: true)
                        let stem = random.graph.add(.activation(.relu), conv, name: "stem")
                        let filtered = random.convolution(
                            stem, [20, 1, 3, 3], stride: stride, padding: padding, groups: 20)
                        let mixed = random.convolution(filtered, [24, 20, 1, 1])
                        // Another reader of the depthwise result keeps it out of scratch memory.
                        if joins { random.graph.add(.concatenate, filtered, mixed, name: "joined") }
                    }
                    #expect(worst <= 2e-6, "\(padding) stride \(stride) joins \(joins) \(size)")
                }
            }
        }
    }

    @Test func threadsDoNotChangeABit() throws {
        var random = RandomGraph(seed: 3)
        let input = random.graph.add(.input, name: "input")
        let stem = random.convolution(input, [20, 3, 3, 3], stride: 2, padding: .symmetric(1))
        random.halfIdentity(stem, 20, "half")
        for images in [1, 5] {
            let shape: Shape = [images, 3, 45, 37]
            let image = random.tensor(shape)
            let single = try ExecutionPlan(random.graph, inputShape: shape).run(image)
            for threads in [2, 4] {
                let plan = try ExecutionPlan(
                    random.graph, inputShape: shape, options: ExecutionOptions(threads: threads))
                var workspace = plan.makeWorkspace()
                for _ in 0..<5 { #expect(try plan.run(image, in: &workspace) == single) }
            }
        }
    }

    @Test func onePlanServesManyCallersAtOnce() async throws {
        var random = RandomGraph(seed: 4)
        let input = random.graph.add(.input, name: "input")
        let stem = random.convolution(input, [20, 3, 3, 3], stride: 2, padding: .symmetric(1))
        random.halfIdentity(stem, 20, "half")
        let image = random.tensor([1, 3, 31, 31])
        let plan = try ExecutionPlan(
            random.graph, inputShape: image.shape, options: ExecutionOptions(threads: 2))
        let expected = try plan.run(image)
        let results = try await withThrowingTaskGroup(of: Tensor.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var workspace = plan.makeWorkspace()
                    var result = try plan.run(image, in: &workspace)
                    for _ in 0..<10 { result = try plan.run(image, in: &workspace) }
                    return result
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.count == 8 && results.allSatisfy { $0 == expected })
    }
}
