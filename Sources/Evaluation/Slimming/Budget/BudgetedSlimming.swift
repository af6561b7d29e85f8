import Datasets
import Evaluation
import Kernels
import Statistics

/// A network whose depthwise kernels are replaced by what their labels stand for, as far as a loss is allowed.
///
/// Gains and constants are those of least squares, layer by layer: each against what the layer gave in the whole network,
/// from what the layers before it, replaced already, hand on. Nothing is trained. What is left is slimmed exactly.
public struct BudgetedSlimming: Sendable {
    /// The network that is left.
    public let network: RunnableNetwork
    /// What was replaced, what that saved and what it cost.
    public let outcome: BudgetOutcome
    /// What the exact slimming behind it took away.
    public let exact: SlimmingOutcome

    /// Chooses on every other picture and reports on those between.
    ///
    /// - Parameters:
    ///   - network: the checkpoint, ready to run.
    ///   - statistics: its labels.
    ///   - kernels: the kernels that they are of.
    ///   - folder: the pictures.
    ///   - options: the loss that is allowed, and how many pictures are taken.
    ///   - progress: called with how many networks were run of how many at most; may throw to stop.
    ///
    /// Throws `slim.fewImages` for fewer than ``BudgetOptions/leastImages``, `slim.noDepthwise`, `eval.noClassifier`,
    /// `eval.nonFinite`, and the errors of reading, planning and exact slimming.
    public init(
        _ network: RunnableNetwork, _ statistics: NetworkStatistics, kernels: any KernelSource,
        on folder: ImageFolder, options: BudgetOptions,
        progress: @escaping (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws {
        try NetworkSlimming.check(network)
        var search = try BudgetSearch(network, statistics, kernels, folder, options, progress)
        let chosen = try search.largestPrefix()
        let slimming = try NetworkSlimming(network.replacing(graph: try search.graph(of: chosen)), splitsShared: true)
        self.network = slimming.network
        exact = slimming.outcome
        let point = try search.point(chosen, graph: slimming.network.graph, cost: slimming.outcome.after)
        let curve = options.measuresCurve ? try search.curve() : []
        outcome = search.outcome(chosen: point, curve: curve)
    }
}
