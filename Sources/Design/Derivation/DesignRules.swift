import Diagnostics
import Statistics
import VGNets

/// The evidence and the user's options, turned into a design by the rules; budgets can be met again and again.
struct DesignRules {
    let evidence: Evidence
    let options: Derivation.DesignOptions
    /// The published net beside the design, and the bounds.
    let target: DesignTarget
    /// The time that the design was found to take, in words; empty where none was measured.
    var measured = ""
    let downsampling: DownsamplingRules
    let blocks: BlockRules
    let widths: WidthRules

    /// Gathers the evidence of networks; throws what reading their kernels throws.
    init(_ networks: [AnalysedNetwork], _ options: Derivation.DesignOptions) throws {
        let evidence = Evidence(networks, weighting: options.weighting)
        self.evidence = evidence
        self.options = options
        target = try DesignTarget(options)
        downsampling = DownsamplingRules(
            evidence: evidence, rules: options.rules, isLearned: options.form == .c,
            fits: try GaussianFit.findings(evidence.networks))
        let makesBanks = options.form == .f && options.rules.contains(.banks)
        blocks = BlockRules(
            evidence: evidence, rules: options.rules, form: options.form == .f ? .fixed : .learned,
            banks: try (1...4).map { makesBanks ? try KernelMedoids(stage: $0, of: evidence.networks) : nil },
            sharing: try LastSharing(evidence.networks, isSearched: options.rules.contains(.last)))
        widths = WidthRules(
            evidence: evidence, rules: options.rules, spectra: try PointwiseSpectra(evidence.networks))
    }

    private init(_ other: DesignRules, options: Derivation.DesignOptions, target: DesignTarget) {
        (evidence, downsampling, blocks, widths) = (other.evidence, other.downsampling, other.blocks, other.widths)
        (self.options, self.target) = (options, target)
    }

    /// The same rules for another budget.
    func replacing(budget: DesignBudget) throws -> DesignRules {
        var options = options
        options.budget = budget
        return DesignRules(self, options: options, target: try DesignTarget(options))
    }

    /// The same rules with all bounds times `factor`.
    func scaled(by factor: Double) -> DesignRules {
        DesignRules(self, options: options, target: target.scaled(by: factor))
    }

    /// The same rules with a design's cost as bounds.
    func bounded(by design: VGNetConfig) -> DesignRules {
        DesignRules(self, options: options, target: target.bounded(by: design))
    }

    /// Whether D10 is in force.
    private var isTrained: Bool { options.rules.contains(.trained) }

    /// The design of a shape.
    func config(_ shape: NetworkShape) throws -> VGNetConfig {
        try VGNetConfig(
            name: options.name ?? "derived-\(options.budget.name)", channels: shape.channels,
            blocks: shape.blocks, downsampling: downsampling.value, identity: blocks.identity, half: blocks.half,
            kernelSize: options.kernelSize, last: blocks.last(width: shape.channels[4]),
            depthwise: options.depthwise ?? (isTrained ? TrainedChoices.depthwise : .plain),
            activation: options.activation,
            squeezeExcite: options.withSqueezeExcite ? SqueezeExcite() : nil, classes: options.classes,
            inputSize: options.inputSize ?? (options.isThumbnail ? 32 : 224), isThumbnail: options.isThumbnail)
    }

    /// The design that the bounds allow, its fields replaced by `change` before it is counted; it has the published
    /// net's name where it differs from it in nothing but the classes and the size of its images.
    func solved(
        shaping: Shaping? = nil, _ change: @escaping (VGNetConfig) throws -> VGNetConfig = { $0 }
    ) throws -> VGNetConfig {
        let solver = try BudgetSolver(bounds: target.bounds, multiple: options.multiple)
        // What is wrong with a field of the user's is said once, not for every shape.
        _ = try config(NetworkShape(channels: [16, 32, 64, 128, 256], blocks: [1, 1, 1, 1]))
        let cost: (NetworkShape) -> DesignCost? = { shape in (try? change(config(shape))).map(DesignCost.init) }
        let shaping = shaping ?? widths.shaping
        var start = target.shape
        if isTrained, shaping.depthFactors == Shaping.published.depthFactors {
            let blocks = TrainedChoices.blocks(target.reference.blocks)
            start = try search(solver, blocks: blocks, cost) ?? start
        }
        let shape = try solver.solve(from: start, shaping: shaping, cost)
        let design = try change(config(shape))
        guard options.name == nil, let name = DesignTarget.published(like: design) else { return design }
        return try design.replacing(name: name)
    }

    /// The cost beside the bounds ("997358 parameters of at most 997358 (vgnetg-1.0mp), …").
    private func met(_ config: VGNetConfig) -> String {
        let cost = DesignCost(config)
        func part(_ count: Int, _ unit: String, _ bound: DesignBounds.Bound) -> String {
            "\(count) \(unit) of at most \(bound.most) (\(bound.origin))"
        }
        var parts = [part(cost.parameters, "learnable parameters", target.bounds.parameters)]
        if let macs = target.bounds.macs { parts.append(part(cost.macs, "MACs", macs)) }
        if !measured.isEmpty { parts.append(measured) }
        return parts.joined(separator: ", ")
    }

    /// Exactly one reason per field of `config`, in the order of the fields.
    func reasons(_ config: VGNetConfig) -> [Reason] {
        let met = met(config)
        let published = DesignTarget.published(like: config)
        var all = [
            Reason(
                field: "name", value: config.name,
                options.name != nil
                    ? "asked for with --name"
                    : published == config.name ? "nothing differs from the published net" : "made from the budget",
                isDefault: options.name == nil && published == config.name)
        ]
        all += widths.reasons(config, met: met) + downsampling.reasons(config) + blocks.reasons(config)
        all += wishReasons(config)
        if isTrained {
            let chosen = TrainedChoices.reasons(config, options, published: target.reference)
            all = all.map { reason in chosen.first { $0.field == reason.field } ?? reason }
        }
        if let refusal = evidence.refusal {
            let kept = [
                "name", "kernel_size", "depthwise", "activation", "squeeze_excite", "squeeze_excite_activation",
                "dropout", "classes",
                "input_size", "input_channels", "thumbnail",
            ]
            all = all.map { reason in
                guard !kept.contains(reason.field), !reason.rule.hasPrefix("asked for"),
                    reason.ruleName != DerivationRule.trained.rawValue
                else { return reason }
                return Reason(
                    field: reason.field, value: reason.value, rule: .refusal, "the paper's value stays",
                    findings: [
                        Reason.Finding(
                            value: reason.value,
                            statistic: reason.field == "channels" ? "\(refusal); \(met)" : refusal, isDefault: true)
                    ], isDefault: true)
            }
        }
        let ordered = config.fields.compactMap { field in all.first { $0.field == field.rawValue } }
        precondition(ordered.count == config.fields.count)
        return ordered
    }

    private func wishReasons(_ config: VGNetConfig) -> [Reason] {
        func wish(_ field: VGNetConfig.Field, _ flag: String, isPaper: Bool, _ why: String) -> Reason {
            Reason(
                field: field.rawValue, value: config.text(of: field) ?? "", isPaper ? why : "asked for with \(flag)",
                isDefault: isPaper)
        }
        let silent = "the paper's; kernels say nothing about it"
        let size = config.isThumbnail ? 32 : 224
        return [
            wish(.kernelSize, "--kernel-size", isPaper: false, silent),
            wish(
                .depthwise, "--depthwise", isPaper: config.depthwise == .plain, "the kernel alone, as in the paper"),
            wish(.activation, "--silu", isPaper: config.activation == .relu, silent),
            wish(.squeezeExcite, "--se", isPaper: config.squeezeExcite == nil, silent),
            wish(.squeezeExciteActivation, "--se", isPaper: config.squeezeExcite == nil, silent),
            wish(.dropout, "", isPaper: true, silent),
            wish(.classes, "--classes", isPaper: config.classes == 1000, "those of ImageNet-1k"),
            wish(.inputSize, "--input-size", isPaper: config.inputSize == size, silent),
            wish(.inputChannels, "", isPaper: true, "colour images"),
            wish(.thumbnail, "--thumbnail", isPaper: !config.isThumbnail, "images larger than 64 px"),
        ]
    }
}
