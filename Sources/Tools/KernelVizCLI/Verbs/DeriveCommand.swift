import ArgumentParser
import KernelViz

/// `kernelviz derive CHECKPOINT… --budget 1.0MP -o net.yaml`.
struct DeriveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "derive",
        abstract: "Derive a VGNet from what the kernels of real networks show.",
        discussion: """
            Reads the N×N kernels of every checkpoint, labels them, and turns the statistics into a config that 'eval' \
            and 'train' run. Each field carries its reason as a comment; fields that the kernels do not support keep the \
            paper's value and say so.

            Rules: D1 kinds of downsampling, D2 their σ, D3 their offset, D4 identity ratios, D5 fixed banks, D6 dead \
            channels, D7 the last unit, D8 depths, D9 refusal. Only those that beat the paper's choice in trainings are \
            on; --rules switches.

            --alternatives and --sample write configs and a plan for 'kernelviz sweep' to the folder --out. --survey \
            derives from every checkpoint alone and from all together, at the paper's four sizes.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case yaml, json, table, markdown
    }

    @Argument(help: "Checkpoints whose kernels are read.")
    var checkpoints: [String]

    @Option(help: "Learnable parameters: 1.0MP, 1500K or 1500000.")
    var budget: String?

    @Option(help: "Multiply-accumulates of one image instead: 141M or 0.3G.")
    var macs: String?

    @Option(
        help: ArgumentHelp(
            "Milliseconds of one image in this engine on this machine instead, in the fastest tenth of 30 runs.",
            valueName: "ms"))
    var latency: Double?

    @Option(help: "Stage widths are multiples of this even number.")
    var multiple = 8

    @Option(help: "Rules in force: default, all, none, a list (D1,D2) or changes to the default (+D4,-D6).")
    var rules = "default"

    @Option(help: "What has a vote: every one of the kernels, or every network.")
    var weighting = Weighting.kernels

    @Option(help: "Which kernels are fixed: g (downsampling), c (none), f (the half blocks' too).")
    var form = Derivation.DesignOptions.Form.g

    @Flag(name: .customLong("se"), help: "Add squeeze-and-excite, ratio 0.25.")
    var squeezeExcite = false

    @Flag(name: .customLong("silu"), help: "Use SiLU instead of ReLU.")
    var silu = false

    @Flag(help: "Keep the resolution in stem and stage 1, for images of about 32 pixels.")
    var thumbnail = false

    @Option(help: "The number of classes.")
    var classes = 1000

    @Option(help: "Rows and columns of the input images; 224, or 32 with --thumbnail.")
    var inputSize: Int?

    @Option(help: "The name of the derived net.")
    var name: String?

    @Flag(
        help: "One table: each checkpoint alone and all together at 1.0, 1.5, 2.0 and 2.5MP, beside the published nets."
    )
    var survey = false

    @Option(
        help: """
            What is printed or written: yaml (a config), json (for programs), table (reasons); markdown goes with --survey.
            """)
    var format: Format?

    @Option(help: ArgumentHelp("Print what changed against this net or config, and why.", valueName: "net"))
    var against: String?

    @Flag(help: "The same as --format table: every field with its reason.")
    var explain = false

    @OptionGroup(title: "Ablations") var ablation: AblationOptions
    @OptionGroup var strides: StrideOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if survey { return try validateSurvey() }
        if format == .markdown { throw ValidationError("--format markdown goes with --survey.") }
        let given = [budget != nil, macs != nil, latency != nil].count { $0 }
        if given != 1 { throw ValidationError("Give exactly one of --budget, --macs and --latency.") }
        if explain, let format, format != .table {
            throw ValidationError("--explain is --format table; leave one of them out.")
        }
        if against != nil && (explain || format == .yaml) {
            throw ValidationError("--against prints differences: it goes with --format json or table only.")
        }
        try ablation.validate(isAgainst: against != nil, hasOutput: output.output != nil, isTimed: latency != nil)
    }

    private func validateSurvey() throws {
        if budget != nil || macs != nil || latency != nil {
            throw ValidationError("--survey has the paper's four budgets: leave out --budget, --macs and --latency.")
        }
        if ablation.isAsked || against != nil || explain || name != nil || format == .yaml {
            throw ValidationError("--survey prints a table: it goes with --format table, markdown or json only.")
        }
    }

    private func runSurvey() throws {
        try output.check()
        let options = try options()
        let networks = try Analysis.statistics(of: checkpoints, strides)
        let progress = ProgressLine("Deriving")
        defer { progress.finish() }
        let report = SurveyReport(
            try DerivationSurvey(networks, options: options) { done, all in
                try Interruption.check()
                try progress.update(done, of: all)
            })
        progress.finish()
        switch format ?? .table {
        case .json: try output.emit(report.json)
        case .markdown: try output.emit(report.markdown)
        case .table, .yaml: try output.emit(report.table)
        }
    }

    func run() throws {
        if survey { return try runSurvey() }
        let options = try options()
        let target = try latency.map { milliseconds in
            guard milliseconds > 0, milliseconds.isFinite else {
                throw KernelVizError(
                    code: "derive.badBudget", subject: "--latency", found: "found '\(milliseconds)'",
                    expected: "a number of milliseconds such as 3.5")
            }
            return milliseconds
        }
        _ = try BudgetSolver(budget: options.budget, multiple: options.multiple)
        try output.check()
        try ablation.check(force: output.force)
        let other = try against.map { try VGNetConfig(named: $0) }
        let networks = try Analysis.statistics(of: checkpoints, strides)
        if ablation.isAsked { return try ablation.write(networks, options, overwriting: output.overwriting) }
        let derivation =
            try target.map { try timed(networks, options, $0) } ?? Derivation.derive(from: networks, options: options)
        let report = DerivationReport(derivation)
        if let other {
            let text = format == .json ? report.differencesJSON(from: other) : report.differences(from: other)
            return try output.emit(text)
        }
        switch explain ? .table : format ?? .yaml {
        case .yaml: try output.emit(derivation.yaml)
        case .json: try output.emit(report.json)
        case .table, .markdown: try output.emit(report.table)
        }
        let config = derivation.config
        let macs = config.macs(inputHeight: config.inputSize, inputWidth: config.inputSize)
        Console.note("\(config.name): \(config.parameters.learnable) learnable parameters, \(macs) MACs")
        if rules == "default" {
            let off = DerivationRule.allCases.filter { !$0.isOnByDefault }.map(\.rawValue).joined(separator: ", ")
            Console.note("Off, since trainings do not bear them out: \(off). --rules all lets the kernels decide.")
        }
        for left in derivation.leftOut where derivation.refusal == nil { Console.note("Left out: \(left).") }
        if let refusal = derivation.refusal { Console.note("The paper's values were kept: \(refusal).") }
    }

    private func options() throws -> Derivation.DesignOptions {
        let cost: DesignBudget =
            try macs.map { try DesignBudget(macs: $0) }
            ?? .parameters(budget.map { try ParameterBudget(parsing: $0).parameters } ?? 1_000_000)
        var options = Derivation.DesignOptions(budget: cost)
        options.multiple = multiple
        options.rules = try RuleSet(parsing: rules)
        options.weighting = weighting
        options.form = form
        options.withSqueezeExcite = squeezeExcite
        options.activation = silu ? .silu : .relu
        options.classes = classes
        options.inputSize = inputSize
        options.isThumbnail = thumbnail
        options.name = name ?? latency.map { "derived-\($0)ms" }
        return options
    }

    private func timed(
        _ networks: [NetworkStatistics], _ options: Derivation.DesignOptions, _ milliseconds: Double
    ) throws -> Derivation {
        let progress = ProgressLine("Timing designs")
        defer { progress.finish() }
        var number = 0
        return try Derivation.derive(from: networks, options: options, milliseconds: milliseconds) { config in
            number += 1
            // Not the median: what else the machine does in the meantime must not make a design smaller.
            return try Latency.measure(config, runs: 30) { try progress.update(number * 30 - 30 + $0, of: 300) }
                .percentile10
        }
    }
}

extension Weighting: ExpressibleByArgument {}
extension Derivation.DesignOptions.Form: ExpressibleByArgument {}
