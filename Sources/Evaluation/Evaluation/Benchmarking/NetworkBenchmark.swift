import Engine
import Tensors

/// How fast one network runs with one batch, thread count and set of operators.
public struct NetworkBenchmark: Sendable, Equatable, Codable {
    /// The network's name.
    public let network: String
    /// Images of a run.
    public let batch: Int
    /// Threads of a run.
    public let threads: Int
    /// The operators ("avx512").
    public let operators: String
    /// The numbers: f32 or bf16.
    public let precision: ExecutionOptions.Precision
    /// N×C×H×W of the input.
    public let inputShape: [Int]
    /// Multiply-accumulates of one image.
    public let macs: Int
    /// The memory that a run works in, in bytes.
    public let workspaceBytes: Int
    /// Wall-clock times of whole runs.
    public let latency: Latency
    /// Each step of one image on one thread, in order.
    public let steps: [StepProfile]

    /// Billions of operations a second at the median, two for each multiply-accumulate.
    public var gigaflops: Double { gigaflops(milliseconds: latency.median) }
    /// The same in the fastest run.
    public var bestGigaflops: Double { gigaflops(milliseconds: latency.minimum) }

    private func gigaflops(milliseconds: Double) -> Double { 2 * Double(macs * batch) / (milliseconds * 1e6) }

    /// Times `runs` runs of a network on images drawn from a seed, then its steps one by one.
    ///
    /// - Parameters:
    ///   - profiles: Also times every step.
    ///   - runs: Timed runs.
    ///   - options: Operators, precision, threads.
    ///   - batch: Images of a run.
    ///   - network: The network.
    ///   - inputSize: Rows and columns of the images; nil takes the network's own.
    ///   - progress: Called after each timed run with how many are done; may throw to stop.
    /// Throws the errors of planning.
    public static func measure(
        _ network: RunnableNetwork, batch: Int, options: ExecutionOptions, runs: Int, profiles: Bool,
        inputSize: Int? = nil, progress: (_ done: Int) throws -> Void = { _ in }
    ) throws -> NetworkBenchmark {
        let size = inputSize ?? network.inputSize
        let shape: Shape = [batch, network.inputChannels, size, size]
        var generator = SeededGenerator(seed: 1)
        let input = Tensor(
            shape: shape, scalars: (0..<shape.elementCount).map { _ in Float(generator.uniform() * 2 - 1) })
        // Speed does not depend on the ranges.
        let ranged =
            options.precision == .int8 && network.quantization == nil
            ? try network.calibrated(on: [input], source: "the timed input", method: .minMax) : network
        let plan = try ranged.plan(shape, options: options)
        var workspace = plan.makeWorkspace()
        let latency = try Latency.measure(runs: runs, warmUp: 5, progress: progress) {
            _ = try plan.run(input, in: &workspace)
        }
        return NetworkBenchmark(
            network: network.name, batch: batch, threads: options.threads, operators: plan.operatorsName,
            precision: options.precision, inputShape: shape.dimensions, macs: plan.macs / batch,
            workspaceBytes: plan.workspaceByteCount,
            latency: latency, steps: profiles ? try plan.profile(input) : [])
    }
}
