import Diagnostics
import Tensors
import Testing

@testable import Engine

@Suite struct ExecutionPlanTests {
    /// A graph with what strains the arena: slices, joins, values used twice, elementwise chains, a result that only a
    /// tap reads.
    static func network() -> Graph {
        var graph = Graph()
        let input = graph.add(.input, name: "input")
        let weight = graph.addParameter("conv/weight", OperatorTests.data([6, 4, 3, 3], 5, 1, 7))
        let conv = graph.add(
            .convolution(Convolution(weight: weight, padding: .symmetric(1))), input, name: "conv")
        let act = graph.add(.activation(.relu), conv, name: "act")
        let head = graph.add(.slice(0..<2), act, name: "head")
        let tail = graph.add(.slice(2..<6), act, name: "tail")
        let twice = graph.add(.activation(.relu6), tail, name: "twice")
        graph.add(.add, tail, twice, name: "unused")
        let joined = graph.add(.concatenate, twice, head, name: "joined")
        let sum = graph.add(.add, joined, act, name: "sum")
        let mean = graph.add(.globalAveragePool, sum, name: "mean")
        // Elementwise on a result that is read once more: it must not be overwritten.
        let gated = graph.add(.activation(.hardSwish), sum, name: "gated")
        let scaled = graph.add(.multiply, sum, mean, name: "scaled")
        let out = graph.add(.activation(.silu), scaled, name: "silu")
        graph.add(.add, out, gated, name: "out")
        return graph
    }

    static func input(images: Int) -> Tensor { OperatorTests.data([images, 4, 5, 4], 7, 3, 11) }

    /// Each node's result from a plan that ends there: no memory is shared with what comes later.
    private func isolated(_ graph: Graph, _ name: String, _ input: Tensor) throws -> Tensor {
        var part = graph
        if let node = graph.node(named: name) { part.setOutput(node) }
        return try ExecutionPlan(part, inputShape: input.shape).run(input)
    }

    @Test(arguments: [1, 3]) func tapsHoldWhatEachNodeComputed(images: Int) throws {
        let graph = Self.network()
        let input = Self.input(images: images)
        let names = graph.nodes.map(\.name)
        let outcome = try ExecutionPlan(graph, inputShape: input.shape, taps: names).runWithTaps(input)
        for (name, tap) in zip(names, outcome.taps) { #expect(tap == (try isolated(graph, name, input)), "\(name)") }
        #expect(outcome.taps.count == names.count)
        let plain = try ExecutionPlan(graph, inputShape: input.shape).run(input)
        #expect(outcome.output == plain)
    }

    @Test func aSumAndASliceAreWhatHandArithmeticGives() throws {
        // One channel pair of one pixel: relu, head = [1], tail = [2], twice = relu6, joined = [2, 1], sum = [3, 3].
        var graph = Graph()
        let input = graph.add(.input, name: "input")
        let act = graph.add(.activation(.relu), input, name: "act")
        let head = graph.add(.slice(0..<1), act, name: "head")
        let tail = graph.add(.slice(1..<2), act, name: "tail")
        let joined = graph.add(.concatenate, tail, head, name: "joined")
        graph.add(.add, joined, act, name: "sum")
        let output = try ExecutionPlan(graph, inputShape: [1, 2, 1, 1]).run(
            Tensor(shape: [1, 2, 1, 1], scalars: [1, 2]))
        #expect(output.scalars == [3, 3])
    }

    @Test func imagesOfABatchDoNotTouchEachOther() throws {
        let graph = Self.network()
        let batch = Self.input(images: 3)
        let together = try ExecutionPlan(graph, inputShape: batch.shape).run(batch)
        let plan = try ExecutionPlan(graph, inputShape: [1, 4, 5, 4])
        for image in 0..<3 {
            let single = Tensor(shape: [1, 4, 5, 4], scalars: Array(batch.scalars[image * 80..<image * 80 + 80]))
            #expect(try plan.run(single).scalars == Array(together.scalars[image * 120..<image * 120 + 120]))
        }
    }

    @Test func slotsThatLiveAtTheSameTimeNeverOverlap() throws {
        let plan = try ExecutionPlan(Self.network(), inputShape: [2, 4, 5, 4], taps: ["unused"])
        #expect(plan.slots.count > 4)
        for (index, a) in plan.slots.enumerated() {
            #expect(a.range.upperBound * 4 <= plan.workspaceByteCount)
            for b in plan.slots[(index + 1)...] where a.steps.overlaps(b.steps) {
                #expect(!a.range.overlaps(b.range))
            }
        }
        // Slots are used again: the arena is smaller than all results together.
        #expect(plan.workspaceByteCount < 4 * plan.slots.reduce(0) { $0 + $1.range.count })
    }

    @Test func whatNobodyNeedsIsNotComputed() throws {
        let graph = Self.network()
        let plan = try ExecutionPlan(graph, inputShape: [1, 4, 5, 4])
        // "unused" would add 4×5×4 numbers.
        let tapped = try ExecutionPlan(graph, inputShape: [1, 4, 5, 4], taps: ["unused"])
        #expect(plan.slots.count < tapped.slots.count)
        #expect(plan.macs == 6 * 4 * 9 * 20)
    }

    @Test func aWorkspaceCanBeUsedAgainAndAPlanByManyThreads() async throws {
        let plan = try ExecutionPlan(Self.network(), inputShape: [1, 4, 5, 4])
        let inputs = (0..<8).map { OperatorTests.data([1, 4, 5, 4], 7, $0, 11) }
        var workspace = plan.makeWorkspace()
        let expected = try inputs.map { try plan.run($0, in: &workspace) }
        #expect(expected == (try inputs.map { try plan.run($0) }))
        let found = try await withThrowingTaskGroup(of: (Int, Tensor).self) { group in
            for (index, input) in inputs.enumerated() { group.addTask { (index, try plan.run(input)) } }
            return try await group.reduce(into: [Int: Tensor]()) { $0[$1.0] = $1.1 }
        }
        for index in inputs.indices { #expect(found[index] == expected[index]) }
    }

    static let mistakes: [(String, @Sendable (inout Graph, Graph.NodeID) -> Void, String)] = [
        (
            "a weight for other channels",
            { graph, input in
                let weight = graph.addParameter("w", Tensor(shape: [2, 3, 3, 3]))
                graph.add(.convolution(Convolution(weight: weight)), input, name: "conv")
            }, "graph: conv: weight 2×3×3×3 in 1 groups on 4 channels; expected O×(channels/groups)×kH×kW."
        ),
        (
            "a window larger than the image",
            { graph, input in
                let weight = graph.addParameter("w", Tensor(shape: [2, 4, 7, 7]))
                graph.add(.convolution(Convolution(weight: weight)), input, name: "conv")
            }, "graph: conv: a window of 7 on 5 pixels padded by 0 and 0; expected a window that fits."
        ),
        (
            "a sum of unequal shapes",
            { graph, input in
                let part = graph.add(.slice(0..<2), input, name: "part")
                graph.add(.add, input, part, name: "sum")
            }, "graph: sum: inputs 1×4×5×4 and 1×2×5×4; expected equal shapes."
        ),
        (
            "a slice beyond the channels", { graph, input in graph.add(.slice(2..<5), input, name: "part") },
            "graph: part: channels 2..<5; expected a part of 0..<4."
        ),
        (
            "a short normalisation",
            { graph, input in
                let scale = graph.addParameter("scale", Tensor(shape: [4]))
                let shift = graph.addParameter("shift", Tensor(shape: [3]))
                graph.add(.affine(scale: scale, shift: shift), input, name: "affine")
            }, "graph: affine: 'shift' of shape 3; expected 4."
        ),
        (
            "a linear layer for other features",
            { graph, input in
                let weight = graph.addParameter("w", Tensor(shape: [10, 4]))
                graph.add(.linear(weight: weight, bias: nil), input, name: "linear")
            }, "graph: linear: weight 10×4 on 80 features; expected K×80."
        ),
        (
            "kernels that cannot be shared evenly",
            { graph, input in
                let weight = graph.addParameter("w", Tensor(shape: [3, 1, 3, 3]))
                graph.add(.sharedDepthwise(SharedDepthwise(weight: weight)), input, name: "shared")
            }, "graph: shared: weight 3×1×3×3 on 4 channels; expected K×1×kH×kW, K a divisor of the channels."
        ),
    ]

    @Test(arguments: mistakes.indices) func shapesThatDoNotFitAreNamed(index: Int) {
        let (_, build, sentence) = Self.mistakes[index]
        var graph = Graph()
        let input = graph.add(.input, name: "input")
        build(&graph, input)
        let error = #expect(throws: KernelVizError.self) { try ExecutionPlan(graph, inputShape: [1, 4, 5, 4]) }
        #expect(error?.description == sentence)
    }

    @Test func wrongInputsAndTapsAreNamed() throws {
        let graph = Self.network()
        let plan = try ExecutionPlan(graph, inputShape: [1, 4, 5, 4])
        let shape = #expect(throws: KernelVizError.self) { try plan.run(Tensor(shape: [1, 4, 4, 4])) }
        #expect(shape?.description == "input: shape 1×4×4×4; expected 1×4×5×4.")
        let tap = #expect(throws: KernelVizError.self) {
            try ExecutionPlan(graph, inputShape: [1, 4, 5, 4], taps: ["joinde"])
        }
        #expect(tap?.description == "graph: no result called 'joinde'. The nearest name is 'joined'.")
        let empty = #expect(throws: KernelVizError.self) { try ExecutionPlan(graph, inputShape: [1, 4, 0, 4]) }
        #expect(empty?.description == "graph: input: shape 1×4×0×4; expected N×C×H×W, all positive.")
    }

    @Test func aRunThatNoMachineHoldsIsRefused() {
        var graph = Graph()
        graph.add(.activation(.relu), graph.add(.input, name: "input"), name: "act")
        let error = #expect(throws: KernelVizError.self) {
            try ExecutionPlan(graph, inputShape: [1 << 10, 1 << 10, 1 << 9, 1 << 9])
        }
        #expect(error?.code == "engine.tooLarge")
    }
}
