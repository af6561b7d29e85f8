import Engine
import Models
import Tensors
import VGNets

/// How long two designs take, timed in turns so that what else the machine does hits both alike.
public struct PairedLatency: Sendable, Equatable, Codable {
    /// The first design's runs.
    public let first: Latency
    /// The second one's.
    public let second: Latency
    /// The median over the rounds of the first one's time ÷ the second one's.
    public let ratio: Double

    /// Summarises rounds, at least one: milliseconds of both designs.
    public init(rounds: [(first: Double, second: Double)]) {
        first = Latency(milliseconds: rounds.map(\.first))
        second = Latency(milliseconds: rounds.map(\.second))
        ratio = Latency(milliseconds: rounds.map { $0.first / $0.second }).median
    }

    /// Times one image of each design's own size, random weights, one thread, the form that runs when trained; which one
    /// goes first changes from round to round.
    ///
    /// `progress` is called after each round with how many are done; it may throw to stop. Throws the errors of planning.
    public static func measure(
        _ first: VGNetConfig, _ second: VGNetConfig, rounds: Int = 30,
        progress: (_ done: Int) throws -> Void = { _ in }
    ) throws -> PairedLatency {
        try measure(TimedNetwork(first), TimedNetwork(second), rounds: rounds, progress: progress)
    }

    /// Times one image of each network's own size on one thread; which one goes first changes from round to round.
    ///
    /// `progress` is called after each round with how many are done; it may throw to stop. Throws the errors of planning.
    public static func measure(
        _ first: RunnableNetwork, _ second: RunnableNetwork, rounds: Int = 30,
        progress: (_ done: Int) throws -> Void = { _ in }
    ) throws -> PairedLatency {
        try measure(
            TimedNetwork(first.graph, first.inputShape()), TimedNetwork(second.graph, second.inputShape()),
            rounds: rounds, progress: progress)
    }

    private static func measure(
        _ first: consuming TimedNetwork, _ second: consuming TimedNetwork, rounds: Int,
        progress: (_ done: Int) throws -> Void
    ) throws -> PairedLatency {
        var one = first
        var two = second
        for _ in 0..<2 { (_, _) = (try one.milliseconds(), try two.milliseconds()) }
        var times: [(first: Double, second: Double)] = []
        for round in 0..<max(1, rounds) {
            if round % 2 == 0 {
                times.append((try one.milliseconds(), try two.milliseconds()))
            } else {
                let later = try two.milliseconds()
                times.append((try one.milliseconds(), later))
            }
            try progress(round + 1)
        }
        return PairedLatency(rounds: times)
    }
}

/// A network ready to run.
private struct TimedNetwork: ~Copyable {
    private let plan: ExecutionPlan
    private let image: Tensor
    private var workspace: Workspace

    init(_ config: VGNetConfig) throws {
        let config = config.folded
        let size = config.inputSize
        try self.init(VGNet(config, seed: 1).graph, [1, config.inputChannels, size, size])
    }

    init(_ graph: Graph, _ shape: Shape) throws {
        plan = try ExecutionPlan(graph, inputShape: shape)
        var generator = SeededGenerator(seed: 1)
        image = Tensor(shape: shape, scalars: (0..<shape.elementCount).map { _ in Float(generator.normal()) })
        workspace = plan.makeWorkspace()
    }

    mutating func milliseconds() throws -> Double {
        try ContinuousClock().measure { _ = try plan.run(image, in: &workspace) } / .milliseconds(1)
    }
}
