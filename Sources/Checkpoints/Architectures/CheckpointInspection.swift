import Checkpoints
import Diagnostics

/// Everything that can be said about a checkpoint without running it: its tensors one by one, and what network it is.
public struct CheckpointInspection: Sendable {
    /// A tensor and its numbers.
    public struct Item: Sendable {
        /// Name, shape and type.
        public let entry: Checkpoint.Entry
        /// What the numbers look like.
        public let statistics: TensorStatistics
    }

    /// What was inspected.
    public let checkpoint: Checkpoint
    /// In file order.
    public let items: [Item]
    /// The network; nil where it was not understood.
    public let network: ConvNetwork?
    /// Why the network was recognised or what kept it from being so; one sentence.
    public let recognition: String

    /// Reads every tensor once, one at a time; `progress` is told after each.
    ///
    /// Throws what reading throws, and what `progress` throws.
    public init(
        _ checkpoint: Checkpoint, strides: StrideTable? = nil,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws {
        self.checkpoint = checkpoint
        do {
            let network = try ConvNetwork(recognising: checkpoint, strides: strides)
            self.network = network
            recognition = network.recognition
        } catch let error as KernelVizError where error.code.hasPrefix("weights.") && !error.code.contains("reader") {
            if error.code == "weights.unknownLayer" { throw error }
            network = nil
            recognition = error.found + "."
        }
        var items: [Item] = []
        for (index, entry) in checkpoint.entries.enumerated() {
            let tensor = try checkpoint.tensor(named: entry.name)
            items.append(Item(entry: entry, statistics: TensorStatistics(tensor.scalars)))
            try progress(index + 1, checkpoint.entries.count)
        }
        self.items = items
    }
}
