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

    /// What a checkpoint is.
    enum Outcome {
        /// Every spatial convolution of the match is in place, and no N×N tensor contradicts it.
        case recognised(Match)
        /// No family; what keeps the nearest one from being it, where half of that is there.
        case unknown(nearest: String?)
    }

    /// Lays every family over the checkpoint.
    ///
    /// Throws `weights.missingTensor` where a file of a known family lacks tensors of blocks that are there otherwise,
    /// `weights.noKernels` without any N×N tensor.
    static func recognise(_ checkpoint: Checkpoint) throws -> Outcome {
        guard checkpoint.entries.contains(where: isSpatial) else { throw noKernels(checkpoint) }
        let table = ModuleTable(checkpoint)
        let spatialCount = checkpoint.entries.count(where: isSpatial)
        var best: Match?
        for family in ArchitectureFamily.all {
            for dialect in family.dialects {
                for prefix in table.prefixes(of: dialect.stem) where !prefix.isEmpty || table.mayHold(dialect.stem) {
                    let view = table.from(prefix)
                    for blueprint in dialect.blueprints(view) {
                        let match = lay(blueprint, over: view, family, dialect, spatialCount)
                        if best.map(match.isBetter) ?? true { best = match }
                    }
                }
            }
        }
        guard let best, best.missing.count * 2 <= best.spatial.count else { return .unknown(nearest: nil) }
        if let first = best.missing.first {
            let error = incomplete(best, first)
            if isDamaged(best) { throw error }
            return .unknown(nearest: "\(best.family.name), but \(error.found)")
        }
        if let stranger = stranger(best) {
            return .unknown(nearest: "\(best.family.name), which has no '\(stranger.name)'")
        }
        return .recognised(best)
    }

    /// Whether a file with missing tensors is this family's all the same: nothing else is in it, and what is missing
    /// belongs to blocks that are there by half. A network without whole blocks or with kernels of other sizes is
    /// another one.
    private static func isDamaged(_ match: Match) -> Bool {
        let wrong = match.missing.filter { match.table.weight($0.module) != nil }
        guard wrong.count <= 1, match.unexplainedCount <= wrong.count,
            wrong.allSatisfy({ match.table.kernelSize($0.module) == $0.size })
        else { return false }
        return match.missing.allSatisfy { conv in
            conv.block == 0
                || match.blueprint.convs.contains { other in
                    other.block == conv.block && other.module != conv.module && !other.isOptional
                        && match.table.weight(other.module).flatMap(other.fittingShape) != nil
                }
        }
    }

    /// An N×N tensor that lies among those of the family and is none of them: in a deeper or wider relative, not in a
    /// detector that has a head of its own beside the family's backbone.
    private static func stranger(_ match: Match) -> Checkpoint.Entry? {
        guard match.unexplainedCount > 0 else { return nil }
        let prefix = match.table.prefix
        let modules = Set(match.spatial.map { prefix + $0.module })
        func branch(_ module: String) -> Substring? {
            let parts = module.dropFirst(prefix.count).split(separator: ".")
            return parts.count > 1 ? parts[0] : nil
        }
        let branches = Set(match.spatial.compactMap { branch(prefix + $0.module) })
        return match.table.checkpoint.entries.first { entry in
            isSpatial(entry) && entry.module.hasPrefix(prefix) && !modules.contains(entry.module)
                && branch(entry.module).map(branches.contains) == true
        }
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
