import Checkpoints

extension ConvNetwork {
    /// Vectors of one kind that layers of its design have and the file has not: constants stand for them.
    public struct AbsentVectors: Sendable, Equatable, Codable {
        /// What they are: "classifier bias", "squeeze-and-excite bias", "bias", "batch-norm scale", "batch-norm shift".
        public let kind: String
        /// What stands for them: "zeros" or "ones".
        public let value: String
        /// What the file would call the first of them.
        public let tensor: String
        /// How many are absent.
        public let count: Int

        /// "no 'bn1.bias' in the file, nor 19 more".
        var reason: String { "no '\(tensor)' in the file" + (count == 1 ? "" : ", nor \(count - 1) more") }
    }
}

/// What is not in a file besides N×N kernels and batch normalisations by half.
struct AbsentParts {
    /// Weights without which it is another network, as the file would call them.
    private(set) var missing: [String] = []
    /// Vectors for which constants stand.
    private(set) var vectors: [ConvNetwork.AbsentVectors] = []

    private let match: FamilyRecogniser.Match

    /// Families all of whose convolutions have biases.
    private static let biased: Set<ConvNetwork.Family> = [.vgg, .squeezeNet, .convNeXt]
    /// Families whose blueprints have squeeze-and-excite in all blocks that have it, or in none.
    private static let squeezing: Set<ConvNetwork.Family> = [
        .mobileNetV3, .mnasNet, .efficientNet, .efficientNetV2, .regNet, .resNet,
    ]

    /// Nothing where the file describes its network itself: then its own words count.
    init(_ match: FamilyRecogniser.Match) {
        self.match = match
        guard match.table.checkpoint.model?.graph == nil, match.family.kind != .vgNet else { return }
        findOrphans()
        findShortcuts()
        findSqueezes()
        findBiases()
        findNormVectors()
    }

    private func has(_ module: String, _ parameter: String) -> Bool { match.table.entry(module, parameter) != nil }

    /// What the file would call a parameter of a module of the blueprint.
    private func spelling(_ module: String, _ parameter: String) -> String {
        if match.isByShapes, let entry = match.table.weight(module) { return "\(entry.module).\(parameter)" }
        return match.table.spelling(of: module).dropLast("weight".count) + parameter
    }

    private func isThere(_ conv: ExpectedConv) -> Bool {
        match.table.weight(conv.module).flatMap(conv.fittingShape) != nil
    }

    /// Biases of classifiers and of layers that may be absent whose weights are not there.
    private mutating func findOrphans() {
        let table = match.table
        for conv in match.blueprint.convs
        where conv.isOptional && table.weight(conv.module) == nil && has(conv.module, "bias")
            && !has(conv.module, "running_mean")
        {
            missing.append(table.spelling(of: conv.module))
        }
        let classifiers = match.dialect.classifiers.compactMap(table.resolved).map { table.prefix + $0 }
        var parameters: [String: Int] = [:]
        for entry in table.checkpoint.entries { parameters[entry.module, default: 0] += 1 }
        for entry in table.checkpoint.entries
        where entry.parameter == "bias" && entry.shape.rank == 1 && parameters[entry.module] == 1
            && entry.module.hasPrefix(table.prefix)
            && (classifiers.contains(entry.module) || ClassifierNames.contains(entry.module))
        {
            let weight = spelledWeight(of: entry)
            if !missing.contains(weight) { missing.append(weight) }
        }
    }

    /// "fc.bias" as "fc.weight", in Keras "fc/kernel".
    private func spelledWeight(of bias: Checkpoint.Entry) -> String {
        let isKeras = match.table.checkpoint.entries.contains { $0.parameter == "kernel" }
        guard let range = bias.name.ranges(of: "bias").last else { return "\(bias.module).weight" }
        return bias.name.replacing("bias", with: isKeras ? "kernel" : "weight", subrange: range)
    }

    /// Projections of blocks that end wider or narrower than they begin.
    private mutating func findShortcuts() {
        let spelled = match.blueprint.convs.filter { $0.isShortcut && isThere($0) }.map {
            $0.module.split(separator: ".").suffix(2).joined(separator: ".")
        }
        for block in match.blueprint.convs.chunked(by: { $0.block == $1.block }) where block[0].block > 0 {
            let shortcuts = block.filter(\.isShortcut)
            guard !shortcuts.isEmpty, !shortcuts.contains(where: isThere) else { continue }
            let own = block.filter { !$0.isShortcut && !$0.isOptional }
            guard let first = own.first, let last = own.last,
                let read = match.table.weight(first.module).flatMap(first.fittingShape)?[1],
                let given = match.table.weight(last.module).flatMap(last.fittingShape)?[0], read != given
            else { continue }
            // Under the name that the other blocks' have.
            let usual = shortcuts.first { conv in spelled.contains { conv.module.hasSuffix($0) } } ?? shortcuts[0]
            missing.append(match.table.spelling(of: usual.module))
        }
    }

    /// Squeeze-and-excite that one block lacks and others have.
    private mutating func findSqueezes() {
        // MnasNets have it in some stages only.
        guard Self.squeezing.contains(match.family.kind), match.family.kind != .mnasNet else { return }
        let squeezes = match.blueprint.convs.filter(isSqueeze)
        guard squeezes.contains(where: isThere) else { return }
        for conv in squeezes where !isThere(conv) {
            let name = match.table.spelling(of: conv.module)
            if !missing.contains(name) { missing.append(name) }
        }
    }

    private func isSqueeze(_ conv: ExpectedConv) -> Bool {
        conv.isOptional && conv.block > 0 && !conv.isShortcut && conv.norm == nil && conv.kind == .pointwise
    }

    /// Biases that layers without a normalisation have in the published networks.
    private mutating func findBiases() {
        let convs = match.blueprint.convs.filter(isThere)
        if Self.biased.contains(match.family.kind) {
            add("bias", convs.map(\.module))
        } else if Self.squeezing.contains(match.family.kind) {
            add("squeeze-and-excite bias", convs.filter(isSqueeze).map(\.module))
        }
        let table = match.table
        let design = match.dialect.classifiers.compactMap(table.resolved).filter { table.weight($0) != nil }
        let named = table.checkpoint.entries.filter {
            $0.shape.rank == 2 && ["weight", "kernel"].contains($0.parameter) && $0.module.hasPrefix(table.prefix)
                && ClassifierNames.contains($0.module)
        }.map { String($0.module.dropFirst(table.prefix.count)) }
        add("classifier bias", design + named.filter { !design.contains($0) })
    }

    /// Where most of the layers have a bias, one without it is damaged; else zeros stand for them.
    private mutating func add(_ kind: String, _ modules: [String]) {
        let bare = modules.filter { !match.hasBias($0) }
        guard let first = bare.first else { return }
        if bare.count * 2 < modules.count {
            missing += bare.map { spelling($0, "bias") }
        } else {
            vectors.append(.init(kind: kind, value: "zeros", tensor: spelling(first, "bias"), count: bare.count))
        }
    }

    /// Scales and shifts that most or all of the batch normalisations lack.
    private mutating func findNormVectors() {
        let norms = match.blueprint.convs.filter(isThere).compactMap(\.norm).filter {
            has($0, "running_mean") || has($0, "moving_mean")
        }
        let isKeras = match.table.checkpoint.entries.contains { $0.parameter == "moving_mean" }
        for (kind, words, value) in [
            ("batch-norm scale", ["weight", "gamma"], "ones"), ("batch-norm shift", ["bias", "beta"], "zeros"),
        ] {
            let bare = norms.filter { norm in !words.contains { has(norm, $0) } }
            guard let first = bare.first else { continue }
            let tensor =
                match.isByShapes
                ? "\(words[isKeras ? 1 : 0]) of \(name(of: first))"
                : spelling(first, words[isKeras ? 1 : 0])
            vectors.append(.init(kind: kind, value: value, tensor: tensor, count: bare.count))
        }
    }

    /// A batch normalisation as the file calls it.
    private func name(of norm: String) -> String {
        (match.table.entry(norm, "running_mean") ?? match.table.entry(norm, "moving_mean"))?.module ?? norm
    }
}
