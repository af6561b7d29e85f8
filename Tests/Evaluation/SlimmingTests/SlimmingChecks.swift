import Engine
import Tensors
import Testing

@testable import Slimming

/// What a test looks at: the graph that is left, and its output channels by layer.
struct Slimmed {
    let result: GraphSlimming
    let original: Graph

    /// Slims the network for images of 16×16 pixels.
    init(_ net: TestNet, passes: GraphSlimming.Passes = GraphSlimming.Passes()) throws {
        try self.init(net.graph, passes: passes)
    }

    init(_ graph: Graph, inputShape: Shape = [1, 3, 16, 16], passes: GraphSlimming.Passes = GraphSlimming.Passes())
        throws
    {
        original = graph
        result = try GraphSlimming(graph, inputShape: inputShape, passes: passes)
    }

    /// The shape of a weight; nil for a layer that went.
    func shape(_ layer: String) -> [Int]? {
        result.graph.parameter(named: "\(layer)/weight").map { result.graph[$0].shape.dimensions }
    }

    /// The largest difference of the logits on two images of so many rows and columns, as a part of the largest logit.
    func difference(size: Int = 16) throws -> Double {
        var generator = SeededGenerator(seed: 7)
        let shape: Shape = [2, 3, size, size]
        let images = Tensor(shape: shape, scalars: (0..<shape.elementCount).map { _ in Float(generator.normal()) })
        let wanted = try ExecutionPlan(original, inputShape: shape).run(images)
        let found = try ExecutionPlan(result.graph, inputShape: shape).run(images)
        #expect(wanted.shape == found.shape)
        let largest = wanted.scalars.map { abs($0) }.max() ?? 0
        #expect(largest > 0.01, "logits that say nothing")
        return Double((zip(wanted.scalars, found.scalars).map { abs($0 - $1) }.max() ?? .infinity) / largest)
    }

    /// Logits agree for the size that was slimmed for and for others.
    func expectSameLogits(sizes: [Int] = [16, 21]) throws {
        for size in sizes { #expect(try difference(size: size) < 1e-5, "at \(size) pixels") }
    }

    /// How many channels of a layer went for a cause.
    func gone(_ layer: String, _ cause: LayerChannels.Cause) -> Int {
        result.layers.first { $0.layer == layer }?.gone[cause] ?? 0
    }

    /// How many channels of a layer stay for a reason.
    func stays(_ layer: String, _ reason: SlimmingObstacle.Reason) -> Int {
        result.obstacles.filter { $0.layer == layer && $0.reason == reason }.reduce(0) { $0 + $1.channels }
    }
}
