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
        var one = try TimedDesign(first)
        var two = try TimedDesign(second)
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

/// A design ready to run.
private struct TimedDesign: ~Copyable {
    private let plan: ExecutionPlan
    private let image: Tensor
    private var workspace: Workspace

    init(_ config: VGNetConfig) throws {
        let config = config.folded
        plan = try VGNet(config, seed: 1).plan()
        var generator = SeededGenerator(seed: 1)
        let shape: Shape = [1, config.inputChannels, config.inputSize, config.inputSize]
        image = Tensor(shape: shape, scalars: (0..<shape.elementCount).map { _ in Float(generator.normal()) })
        workspace = plan.makeWorkspace()
    }

    mutating func milliseconds() throws -> Double {
        try ContinuousClock().measure { _ = try plan.run(image, in: &workspace) } / .milliseconds(1)
    }
}
