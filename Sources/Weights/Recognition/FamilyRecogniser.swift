import Diagnostics
import Tensors

/// Finds the architecture whose blueprint a checkpoint's names and shapes fill.
enum FamilyRecogniser {
    /// A blueprint laid over a checkpoint.
    struct Match {
        let family: ArchitectureFamily
        let dialect: Dialect
        let blueprint: Blueprint
        let table: ModuleTable
        /// Spatial convolutions that are absent or have another shape.
        let missing: [ExpectedConv]
        /// N×N tensors of the checkpoint that the blueprint does not name.
        let unexplainedCount: Int

        var spatial: [ExpectedConv] { blueprint.convs.filter(\.isSpatial) }

        /// Whether this match explains the checkpoint better than `other`.
        func isBetter(than other: Match) -> Bool {
            let own = (missing.count * other.spatial.count, unexplainedCount)
            let others = (other.missing.count * spatial.count, other.unexplainedCount)
            return own < others
        }
    }

    /// The best match with every spatial convolution in place; nil where no family is there by half.
    ///
    /// Throws `weights.missingTensor` where at least half of a family is there, `weights.noKernels` without any N×N
    /// tensor.
    static func recognise(_ checkpoint: Checkpoint) throws -> Match? {
        guard checkpoint.entries.contains(where: isSpatial) else { throw noKernels(checkpoint) }
        let table = ModuleTable(checkpoint)
        let spatialCount = checkpoint.entries.count(where: isSpatial)
        var best: Match?
        for family in ArchitectureFamily.all {
            for dialect in family.dialects {
                for prefix in table.prefixes(of: dialect.stem) {
                    let view = table.from(prefix)
                    for blueprint in dialect.blueprints(view) {
                        let match = lay(blueprint, over: view, family, dialect, spatialCount)
                        if best.map(match.isBetter) ?? true { best = match }
                    }
                }
            }
        }
        guard let best, best.missing.count * 2 <= best.spatial.count else {
            return nil
        }
        if let first = best.missing.first { throw incomplete(best, first) }
        return best
    }

    private static func lay(
        _ blueprint: Blueprint, over table: ModuleTable, _ family: ArchitectureFamily, _ dialect: Dialect,
        _ spatialCount: Int
    ) -> Match {
        let spatial = blueprint.convs.filter(\.isSpatial)
        let missing = spatial.filter { conv in table.weight(conv.module).flatMap(conv.fittingShape) == nil }
        return Match(
            family: family, dialect: dialect, blueprint: blueprint, table: table, missing: missing,
            unexplainedCount: spatialCount - (spatial.count - missing.count))
    }

    /// Whether a tensor looks like the weight of an N×N convolution.
    static func isSpatial(_ entry: Checkpoint.Entry) -> Bool {
        guard let shape = entry.axes.outputFirst(entry.shape) else { return false }
        return shape[2] > 1 && shape[3] > 1 && shape[2] <= 31 && shape[3] <= 31
    }

    private static func noKernels(_ checkpoint: Checkpoint) -> KernelVizError {
        KernelVizError(
            code: "weights.noKernels", subject: checkpoint.path,
            found: "no N×N convolution among its \(checkpoint.entries.count) tensors",
            expected: "the weights of a convolutional network",
            advice: "Run 'kernelviz weights inspect \(checkpoint.path)' to see what it holds")
    }

    private static func incomplete(_ match: Match, _ conv: ExpectedConv) -> KernelVizError {
        let blocks = Set(match.spatial.map(\.block)).subtracting([0])
        let found = blocks.subtracting(match.missing.map(\.block))
        let progress = "\(found.count) of \(blocks.count) blocks found"
        let checkpoint = match.table.checkpoint
        let expected = "one \(conv.description) per \(match.family.name) " + (conv.block == 0 ? "stem" : "block")
        if let entry = match.table.weight(conv.module) {
            return KernelVizError(
                code: "weights.missingTensor", subject: checkpoint.path,
                found: "tensor '\(entry.name)' is \(entry.shape) (\(progress))", expected: expected)
        }
        let name = match.table.spelling(of: conv.module)
        return KernelVizError(
            code: "weights.missingTensor", subject: checkpoint.path,
            found: "no tensor '\(name)' (\(progress))", expected: expected,
            advice: NearestName.advice(for: name, among: checkpoint.entries.map(\.name)))
    }
}
