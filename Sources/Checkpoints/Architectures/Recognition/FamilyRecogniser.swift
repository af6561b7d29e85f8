import Checkpoints
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
        /// The first tensor that contradicts the blueprint though its name fits, in words; nil where none does.
        let conflict: String?
        /// Whether the layers were found by their shapes alone: the names are none of the family's libraries'.
        var isByShapes = false

        /// What the file calls a layer of the blueprint.
        func name(of conv: ExpectedConv) -> String {
            guard isByShapes else { return table.prefix + conv.module }
            // Constants of a frozen module have numbers and no module.
            return table.weight(conv.module).map { $0.module.isEmpty ? $0.name : $0.module } ?? conv.module
        }

        var spatial: [ExpectedConv] { blueprint.convs.filter(\.isSpatial) }

        /// Whether this match explains the checkpoint better than `other`.
        func isBetter(than other: Match) -> Bool {
            let own = (missing.count * other.spatial.count, conflict == nil ? 0 : 1, unexplainedCount)
            let others = (other.missing.count * spatial.count, other.conflict == nil ? 0 : 1, other.unexplainedCount)
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

    /// Lays every family over the checkpoint, by names first, then by shapes alone.
    ///
    /// Names prove nothing: where a tensor contradicts the blueprint (another size, channels that do not follow from
    /// those before, a batch normalisation of another width), the checkpoint is none of the family.
    /// Throws `weights.noKernels` without any N×N tensor where it `needsKernels`, `weights.integers` where all of them are
    /// integers.
    static func recognise(
        _ checkpoint: Checkpoint, _ survey: KernelSurvey, _ order: LayerOrder, needsKernels: Bool
    ) throws -> Outcome {
        guard survey.spatialCount > 0 else {
            guard needsKernels else { return .unknown(nearest: nil) }
            throw try noKernels(checkpoint, survey)
        }
        let byName = byName(checkpoint, survey)
        if case .recognised = byName { return byName }
        let shapes = ShapeRecogniser.outcome(checkpoint, survey, order)
        guard let byShapes = shapes.match else {
            if case .unknown(nil) = byName { return .unknown(nearest: shapes.nearest) }
            return byName
        }
        // With the family's own names in place, a tensor that contradicts it counts: convolutions alone would hide it.
        if case .unknown(let nearest?) = byName, nearest.hasPrefix("\(byShapes.family.name), but tensor '") {
            return byName
        }
        return .recognised(byShapes)
    }

    private static func byName(_ checkpoint: Checkpoint, _ survey: KernelSurvey) -> Outcome {
        let table = ModuleTable(checkpoint)
        var best: Match?
        for family in ArchitectureFamily.all {
            for dialect in family.dialects {
                for prefix in table.prefixes(of: dialect.stem) where !prefix.isEmpty || table.mayHold(dialect.stem) {
                    let view = table.from(prefix)
                    for blueprint in dialect.blueprints(view) {
                        let match = match(blueprint, against: view, family, dialect, survey.spatialCount)
                        if best.map(match.isBetter) ?? true { best = match }
                    }
                }
            }
        }
        guard let best, best.missing.count * 2 <= best.spatial.count else { return .unknown(nearest: nil) }
        let name = best.family.name
        if let first = best.missing.first, !isDamaged(best) {
            return .unknown(nearest: "\(name), but \(incomplete(best, first).found)")
        }
        if let conflict = best.conflict { return .unknown(nearest: "\(name), but \(conflict)") }
        if let unexpected = unexpectedTensor(best, survey) {
            return .unknown(nearest: "\(name), which has no '\(unexpected.name)'")
        }
        return .recognised(best)
    }

    /// Whether a file with missing tensors is this family's all the same: nothing else is in it, and what is missing
    /// belongs to blocks that are there by half. A network without whole blocks or with kernels of other sizes is
    /// another one.
    private static func isDamaged(_ match: Match) -> Bool {
        guard match.unexplainedCount == 0,
            match.missing.allSatisfy({ match.table.weight($0.module) == nil })
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
    private static func unexpectedTensor(_ match: Match, _ survey: KernelSurvey) -> Checkpoint.Entry? {
        guard match.unexplainedCount > 0 else { return nil }
        let prefix = match.table.prefix
        let modules = Set(match.spatial.map { prefix + $0.module })
        func branch(_ module: String) -> Substring? {
            let parts = module.dropFirst(prefix.count).split(separator: ".")
            return parts.count > 1 ? parts[0] : nil
        }
        let branches = Set(match.spatial.compactMap { branch(prefix + $0.module) })
        return match.table.checkpoint.entries.first { entry in
            survey.isSpatial(entry) && entry.module.hasPrefix(prefix) && !modules.contains(entry.module)
                && branch(entry.module).map(branches.contains) == true
        }
    }

    static func match(
        _ blueprint: Blueprint, against table: ModuleTable, _ family: ArchitectureFamily, _ dialect: Dialect,
        _ spatialCount: Int, isByShapes: Bool = false
    ) -> Match {
        let spatial = blueprint.convs.filter(\.isSpatial)
        let missing = spatial.filter { conv in table.weight(conv.module).flatMap(conv.fittingShape) == nil }
        return Match(
            family: family, dialect: dialect, blueprint: blueprint, table: table, missing: missing,
            unexplainedCount: spatialCount - (spatial.count - missing.count),
            conflict: missing.count * 2 > spatial.count ? nil : conflict(blueprint, table, family),
            isByShapes: isByShapes)
    }

    /// The first tensor whose shape contradicts a blueprint that has its name.
    private static func conflict(
        _ blueprint: Blueprint, _ table: ModuleTable, _ family: ArchitectureFamily
    ) -> String? {
        for conv in blueprint.convs where !conv.isSpatial && !conv.isOptional {
            guard let entry = table.weight(conv.module), entry.shape.rank == 4, conv.fittingShape(entry) == nil else {
                continue
            }
            return "tensor '\(entry.name)' is \(entry.shape), not a \(conv.description)"
        }
        if ChannelChain.families.contains(family.kind) {
            let links = blueprint.convs.map { ($0, table.weight($0.module)) }
            if let conflict = ChannelChain.conflict(links) { return conflict }
        }
        for conv in blueprint.convs {
            guard let norm = conv.norm, let channels = table.weight(conv.module).flatMap(conv.fittingShape)?[0]
            else { continue }
            for name in Self.normVectors {
                guard let entry = table.entry(norm, name), entry.shape != [channels] else { continue }
                return "tensor '\(entry.name)' has \(entry.shape) values beside a layer of \(channels) channels"
            }
        }
        return nil
    }

    private static let normVectors = [
        "running_mean", "moving_mean", "running_var", "moving_variance", "weight", "gamma", "bias", "beta",
    ]

    private static func noKernels(_ checkpoint: Checkpoint, _ survey: KernelSurvey) throws -> KernelVizError {
        let leftOut = survey.leftOut
        if let tensor = leftOut.first(where: { $0.reason == .integers }),
            let entry = checkpoint.entry(named: tensor.name)
        {
            try ConvNetwork.checkType(entry, checkpoint)
        }
        let instead = LeftOutTensor.phrases(leftOut).joined(separator: "; ")
        return KernelVizError(
            code: "weights.noKernels", subject: checkpoint.path,
            found: "no N×N convolution among its \(checkpoint.entries.count) tensors"
                + (instead.isEmpty ? "" : ", but \(instead)"),
            expected: instead.isEmpty
                ? "the weights of a convolutional network" : "square kernels from 2×2 to 31×31 of 2-D convolutions",
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
