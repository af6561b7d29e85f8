import Engine
import VGNets

/// How long a network takes when one thing about it grows.
public struct ScalingBenchmark: Sendable, Equatable, Codable {
    /// What grows.
    public enum Axis: String, Sendable, Equatable, Codable, CaseIterable {
        /// Rows and columns of the input.
        case inputSize
        /// All widths, as a factor of the network's own.
        case width
        /// The blocks of each stage, as a factor of the network's own.
        case depth

        /// The values that are measured.
        public var values: [Double] {
            switch self {
            case .inputSize: stride(from: 96, through: 448, by: 32).map(Double.init)
            case .width: [0.5, 0.75, 1, 1.25, 1.5, 2]
            case .depth: [0.5, 0.75, 1, 1.25, 1.5, 2]
            }
        }
    }

    /// The network that was changed.
    public let network: String
    /// What grew.
    public let axis: Axis
    /// How large it was.
    public let value: Double
    /// The measurement.
    public let benchmark: NetworkBenchmark

    /// Measures a network at every value of the axes that apply to it: width and depth need a VGNet's design.
    ///
    /// - Parameters:
    ///   - runs: Timed runs of each point.
    ///   - batch: Images of a run.
    ///   - options: Operators, precision, threads.
    ///   - text: What ``RunnableNetwork`` takes: a config, a checkpoint or a published net's name.
    ///   - inputSize: Rows and columns of the images while width and depth grow; nil takes the network's own.
    ///   - progress: Called before each measurement with how many are done; may throw to stop.
    /// Throws the errors of reading the network and of planning.
    public static func measure(
        _ text: String, inputSize: Int?, batch: Int, options: ExecutionOptions, runs: Int,
        progress: (_ done: Int, _ count: Int) throws -> Void = { _, _ in }
    ) throws -> [ScalingBenchmark] {
        let network = try RunnableNetwork(named: text, inputSize: inputSize)
        let points = Axis.allCases.filter { $0 == .inputSize || network.config != nil }
            .flatMap { axis in axis.values.map { (axis, $0) } }
        return try points.enumerated().map { index, point in
            try progress(index, points.count)
            let benchmark = try NetworkBenchmark.measure(
                network.grown(point.0, by: point.1), batch: batch, options: options, runs: runs, profiles: false,
                inputSize: point.0 == .inputSize ? Int(point.1) : nil)
            return ScalingBenchmark(network: network.name, axis: point.0, value: point.1, benchmark: benchmark)
        }
    }
}

extension RunnableNetwork {
    /// The same network wider or deeper, with random weights; itself where only its input grows.
    fileprivate func grown(_ axis: ScalingBenchmark.Axis, by factor: Double) throws -> RunnableNetwork {
        guard axis != .inputSize, let config else { return self }
        let larger =
            axis == .width
            ? try config.replacing(
                channels: config.channels.enumerated().map { index, width in
                    // Stems as the published ones in fours, stages in eights.
                    let step = index == 0 ? 4.0 : 8.0
                    return Int(max(1, (Double(width) * factor / step).rounded()) * step)
                })
            : try config.replacing(blocks: config.blocks.map { Int(max(1, (Double($0) * factor).rounded())) })
        return try RunnableNetwork(config: larger, source: source, inputSize: inputSize)
    }
}
