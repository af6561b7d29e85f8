import Diagnostics
import Engine
import Files
import HDF5
import Tensors
import VGNets

/// What running a network on one input showed.
public struct NetworkEvaluation: Sendable, Equatable {
    /// The network's name.
    public let network: String
    /// The weights' file; nil where they are random.
    public let weightsPath: String?
    /// Learnable, fixed and running parameters.
    public let parameters: ParameterCounts
    /// Multiply-accumulates for one image of the input's size.
    public let macs: Int
    /// N×C×H×W of the input.
    public let inputShape: Shape
    /// The memory that activations need, in bytes.
    public let activationBytes: Int
    /// Milliseconds of one forward pass of the whole input on one thread; nil where it was not asked for.
    public let latency: Latency?
    /// Logits, N×classes.
    public let logits: Tensor
    /// The five most probable classes of the first image; nil where the weights or the input are random.
    public let topClasses: [TopClasses.Guess]?

    /// Runs `network` on `input`.
    ///
    /// - Parameters:
    ///   - runs: How many timed runs; 0 for none beside the one that gives the logits.
    ///   - classNames: Names that replace the network's own.
    ///   - progress: Called after each timed run with how many are done; may throw to stop.
    /// Throws the errors of reading the input and of planning.
    public static func evaluate(
        _ network: RunnableNetwork, input: NetworkInput, runs: Int = 20, classNames: [String]? = nil,
        progress: (_ done: Int) throws -> Void = { _ in }
    ) throws -> NetworkEvaluation {
        let tensor = try input.tensor(for: network)
        let plan = try ExecutionPlan(network.graph, inputShape: tensor.shape)
        var workspace = plan.makeWorkspace()
        let logits = try plan.run(tensor, in: &workspace)
        let latency =
            runs == 0
            ? nil
            : try Latency.measure(runs: runs, progress: progress) { _ = try plan.run(tensor, in: &workspace) }
        var guesses: [TopClasses.Guess]?
        if network.weightsPath != nil, case .image = input {
            guesses = TopClasses.of(
                Array(logits.scalars.prefix(network.classes)), names: classNames ?? network.classNames)
        }
        return NetworkEvaluation(
            network: network.name, weightsPath: network.weightsPath, parameters: network.parameters,
            macs: plan.macs / max(1, tensor.shape[0]), inputShape: tensor.shape,
            activationBytes: plan.workspaceByteCount, latency: latency, logits: logits, topClasses: guesses)
    }

    /// Writes the logits as data set `/logits` of an HDF5 file, whole or not at all.
    public func saveLogits(to path: String, overwriting: AtomicFile.Overwriting = .replace) throws {
        try HDF5Writer.write(to: path, overwriting: overwriting) { writer in
            try writer.write(logits.scalars, dimensions: logits.shape.dimensions, to: "/logits")
            try writer.setAttribute("network", to: network)
        }
    }
}
