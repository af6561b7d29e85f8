import Diagnostics
import Statistics
import VGNets

/// The evidence and the user's options, turned into a design by the rules; budgets can be met again and again.
struct DesignRules {
    let evidence: Evidence
    var options: Derivation.DesignOptions
    /// The time that a net of this budget was found to take, in words; empty where none was measured.
    var measured = ""
    let downsampling: DownsamplingRules
    let blocks: BlockRules
    let widths: WidthRules

    /// Gathers the evidence of networks; throws what reading their kernels throws.
    init(_ networks: [NetworkStatistics], _ options: Derivation.DesignOptions) throws {
        let evidence = Evidence(networks, weighting: options.weighting)
        self.evidence = evidence
        self.options = options
        downsampling = DownsamplingRules(evidence: evidence, rules: options.rules, isLearned: options.form == .c)
        let makesBanks = options.form == .f && options.rules.contains(.banks)
        blocks = BlockRules(
            evidence: evidence, rules: options.rules, form: options.form == .f ? .fixed : .learned,
            banks: try (1...4).map { makesBanks ? try KernelMedoids(stage: $0, of: evidence.networks) : nil },
            sharing: try LastSharing(evidence.networks))
        widths = WidthRules(evidence: evidence, rules: options.rules)
    }

    /// The design of a shape.
    func config(_ shape: NetworkShape) throws -> VGNetConfig {
        try VGNetConfig(
            name: options.name ?? "derived-\(Self.name(of: options.budget))", channels: shape.channels,
            blocks: shape.blocks, downsampling: downsampling.value, identity: blocks.identity, half: blocks.half,
            last: blocks.last(width: shape.channels[4]), activation: options.activation,
            squeezeExcite: options.withSqueezeExcite ? SqueezeExcite() : nil, classes: options.classes,
            inputSize: options.inputSize ?? (options.isThumbnail ? 32 : 224), isThumbnail: options.isThumbnail)
    }

    /// The design that meets the budget, its fields replaced by `change` before it is counted.
    func solved(
        shaping: Shaping? = nil, _ change: (VGNetConfig) throws -> VGNetConfig = { $0 }
    ) throws -> VGNetConfig {
        let solver = try BudgetSolver(budget: options.budget, multiple: options.multiple)
        // What is wrong with a field of the user's is said once, not for every shape.
        _ = try config(NetworkShape(channels: [16, 32, 64, 128, 256], blocks: [1, 1, 1, 1]))
        let shape = try solver.solve(shaping: shaping ?? widths.shaping) { shape in
            (try? change(config(shape))).map { Self.cost($0, options.budget) }
        }
        return try change(config(shape))
    }

    /// The cost of a design in the budget's unit.
    static func cost(_ config: VGNetConfig, _ budget: DesignBudget) -> Int {
        switch budget {
        case .parameters: config.parameters.learnable
        case .macs: config.macs(inputHeight: config.inputSize, inputWidth: config.inputSize)
        }
    }

    private static func name(of budget: DesignBudget) -> String {
        switch budget {
        case .parameters(let count):
            "\(NumberFormat.fixed(Double(count) / 1e6, count % 100_000 == 0 ? 1 : 3))mp"
        case .macs(let macs): "\(NumberFormat.fixed(Double(macs) / 1e6, macs % 1_000_000 == 0 ? 0 : 2))mmac"
        }
    }

    /// Exactly one reason per field of `config`, in the order of the fields.
    func reasons(_ config: VGNetConfig) -> [Reason] {
        let cost = Self.cost(config, options.budget)
        let miss = Double(cost - options.budget.amount) / Double(options.budget.amount) * 100
        let unit = if case .macs = options.budget { "MACs" } else { "learnable parameters" }
        let met =
            "\(cost) \(unit) for a budget of \(options.budget.amount) "
            + "(\(miss < 0 ? "−" : "+")\(NumberFormat.fixed(abs(miss), 2)) %)"
            + (measured.isEmpty ? "" : ", \(measured)")
        var all = [
            Reason(
                field: "name", value: config.name,
                options.name == nil ? "made from the budget" : "asked for with --name")
        ]
        all += widths.reasons(config, met: met) + downsampling.reasons(config) + blocks.reasons(config)
        all += wishReasons(config)
        if let refusal = evidence.refusal {
            let kept = [
                "name", "activation", "squeeze_excite", "squeeze_excite_activation", "dropout", "classes",
                "input_size", "input_channels", "thumbnail",
            ]
            all = all.map { reason in
                guard !kept.contains(reason.field), !reason.rule.hasPrefix("asked for") else { return reason }
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
