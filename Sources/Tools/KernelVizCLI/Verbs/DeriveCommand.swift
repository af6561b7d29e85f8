import ArgumentParser
import KernelViz

/// `kernelviz derive CHECKPOINT… -o net.yaml`.
struct DeriveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "derive",
        abstract: "Derive a VGNet from what the kernels of real networks show.",
        discussion: """
            Reads the N×N kernels of every checkpoint, labels them, and turns the statistics into a config that 'eval' \
            and 'train' run. Each field carries its reason as a comment; fields that the kernels do not support keep the \
            paper's value and say so.

            The net costs no more than the published VGNetG of its size: --budget names the size; without it --macs \
            or --latency choose the published net nearest to them, and without all three it is 1.0MP. --budget, --macs and --latency are upper bounds that hold together; what is not given is the published \
            net's. Parameters, multiply-accumulates and time stand beside the published net's in one line; both nets are \
            timed in turns, and without --latency the time decides nothing. A net that differs in nothing has the \
            published name.

            Rules: D1 kinds of downsampling, D2 their σ, D3 their offset, D4 identity ratios, D5 fixed banks, D6 dead \
            channels, D7 the last unit, D8 depths, D9 refusal; D10 is what kernels do not show and trainings decided: \
            depth, a normalisation behind the depthwise kernels. Only rules that beat the paper's \
            choice in trainings are on (D5, D10); --rules switches. What the others would follow is measured and stands in the \
            comments. Networks are the unit of every interval.

            In the place of a checkpoint stands, where wanted, what 'classify --format json' wrote of it: the same config \
            without the labelling. Only --form f, D7 and the measurements that decide nothing need the kernels themselves.

            --race trains alternatives within all three bounds against the published net, in rounds that halve them and then \
            at planned looks with common random numbers, and says which is better, or that none is and what could have been \
            seen. --hours sets its size; the same command goes on after any break, --print-jobs hands it to other machines.

            --alternatives and --sample write configs and a plan for 'kernelviz sweep' to the folder --out. --survey \
            derives from every checkpoint alone and from all together, at the paper's four sizes.

            Examples:
              kernelviz derive mobilenetv2.h5 --budget 1.5MP -o net.yaml
              kernelviz derive mobilenetv2.h5 --no-latency | kernelviz eval -
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case yaml, json, table, markdown
    }

    @Argument(
        help: "Checkpoints whose kernels are read, or what 'classify --format json' wrote of them.", completion: .file()
    )
    var checkpoints: [String]

    @Option(
        help: """
            At most so many learnable parameters: 1500K or 1500000; 1.0MP, 1.5MP, 2.0MP, 2.5MP and 5.0MP are the published \
            nets' own numbers.
            """)
    var budget: String?

    @Option(help: "At most so many multiply-accumulates of one image: 141M or 0.3G.")
    var macs: String?

    @Option(
        help: ArgumentHelp(
            "At most so many milliseconds of one image in this engine on this machine, in the fastest tenth of 30 runs; "
                + "or 'published': no slower than the published net.", valueName: "ms"))
    var latency: String?

    @Flag(name: .customLong("no-latency"), help: "Do not time the net beside the published one.")
    var skipsLatency = false

    @Option(help: "Stage widths are multiples of this even number.")
    var multiple = 8

    @Option(help: "Rules in force: default, all, none, a list (D1,D2) or changes to the default (+D4,-D6).")
    var rules = "default"

    @Option(help: "What has a vote: every network, or every one of the kernels.")
    var weighting = Weighting.network

    @Option(
        help: """
            What stands around learned depthwise kernels while training, folded into them afterwards: plain, normalized, \
            branched; biased is what they fold into. Default: what D10 says, plain without it.
            """)
    var depthwise: DepthwiseForm?

    @Option(help: "Rows and columns of the half blocks' learned kernels: 3, 5 or 7 for all stages, or four (3,3,5,5).")
    var kernelSize = "3"

    @Option(help: "Which kernels are fixed: g (downsampling), c (none), f (the half blocks' too).")
    var form = Derivation.DesignOptions.Form.g

    @Flag(name: .customLong("se"), help: "Add squeeze-and-excite, ratio 0.25.")
    var squeezeExcite = false

    @Flag(name: .customLong("silu"), help: "Use SiLU instead of ReLU.")
    var silu = false

    @Flag(help: "Keep the resolution in stem and stage 1, for images of about 32 pixels.")
    var thumbnail = false

    @Option(help: "The number of classes; 1000, or the data set's with --race.")
    var classes: Int?

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
    @OptionGroup(title: "Initial weights") var initial: InitialOptions
    @OptionGroup(title: "Races") var race: RaceOptions
    @OptionGroup var strides: StrideOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        try initial.validate(
            isElsewhere: survey || race.isAsked || ablation.isAsked || against != nil, output: output.output)
        try race.validate(out: ablation.out, excluded: excludedFromRace)
        if survey { return try validateSurvey() }
        if format == .markdown { throw ValidationError("--format markdown goes with --survey.") }
        if skipsLatency && latency != nil { throw ValidationError("--no-latency does not go with --latency.") }
        if explain, let format, format != .table {
            throw ValidationError("--explain is --format table; leave one of them out.")
        }
        if against != nil && (explain || format == .yaml) {
            throw ValidationError("--against prints differences: it goes with --format json or table only.")
        }
        try ablation.validate(
            isAgainst: against != nil, hasOutput: output.output != nil, isTimed: latency != nil,
            isRace: race.isAsked)
    }

    private var excludedFromRace: [RaceOptions.Excluded] {
        [
            .init(flag: "--survey", isGiven: survey), .init(flag: "--against", isGiven: against != nil),
            .init(flag: "--alternatives", isGiven: ablation.alternatives != nil),
            .init(flag: "--sample", isGiven: ablation.sample != nil), .init(flag: "--name", isGiven: name != nil),
            .init(flag: "--rules", isGiven: rules != "default"),
            .init(flag: "--se, which it races", isGiven: squeezeExcite),
            .init(flag: "--silu, which it races", isGiven: silu),
            .init(flag: "--depthwise, which it races", isGiven: depthwise != nil),
            .init(flag: "--form f", isGiven: form == .f),
        ]
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
        let networks = try Analysis.networksOrSaved(checkpoints, strides)
        let progress = ProgressLine("Deriving")
        defer { progress.finish() }
        let report = SurveyReport(
            try DerivationSurvey(networks, options: options) { done, all in
                try Interruption.check()
                try progress.update(done, of: all)
            })
        progress.finish()
        try output.emit(report, as: format ?? .table)
    }

    func run() throws {
        if survey { return try runSurvey() }
        if race.isAsked { return try runRace() }
        let options = try options()
        _ = try BudgetSolver(
            bounds: DesignBounds(parameters: .init(options.budget.parameters ?? 1, from: "--budget")),
            multiple: options.multiple)
        try output.check()
        try ablation.check(force: output.force)
        try initial.check(force: output.force)
        let other = try against.map { try VGNetConfig(named: $0) }
        let networks = try Analysis.networksOrSaved(checkpoints, strides)
        if ablation.isAsked { return try ablation.write(networks, options, overwriting: output.overwriting) }
        var derivation = try DesignTiming.derive(from: networks, options)
        if !skipsLatency { derivation = try DesignTiming.timed(derivation) }
        let report = DerivationReport(derivation)
        if let other {
            return try output.emit(report.differences(from: other), as: format ?? .table)
        }
        // First what can fail by its kernels.
        try initial.write(derivation.config, networks, force: output.force)
        try output.emit(report, as: explain ? Format.table : format ?? Format.yaml)
        Console.note("\(derivation.costLine).")
        if derivation.refusal == nil { derivation.agreement.sentences.forEach { Console.note($0) } }
        if let trained = derivation.trained { Console.note("\(trained).") }
        if rules == "default" {
            let off = DerivationRule.allCases.filter { !$0.isOnByDefault }.map(\.rawValue)
            Console.note(
                "Measured only, since trainings do not support them: \(off.joined(separator: ", ")). --rules all lets the "
                    + "kernels decide.")
        }
        for sentence in derivation.missing where derivation.refusal == nil { Console.note("\(sentence).") }
        for left in derivation.leftOut where derivation.refusal == nil { Console.note("Left out: \(left).") }
        if let refusal = derivation.refusalSentence { Console.note("\(refusal).") }
    }

    func options() throws -> Derivation.DesignOptions {
        var cost = try budget.map { DesignBudget(try ParameterBudget(parsing: $0)) } ?? DesignBudget()
        cost.macs = try macs.flatMap { try DesignBudget(macs: $0).macs }
        cost.latency = try latency.map { try LatencyBound(parsing: $0) }
        var options = Derivation.DesignOptions(budget: cost)
        options.multiple = multiple
        options.rules = try RuleSet(parsing: rules)
        options.weighting = weighting
        options.form = form
        options.withSqueezeExcite = squeezeExcite
        options.activation = silu ? .silu : .relu
        options.classes = classes ?? 1000
        options.inputSize = inputSize
        options.isThumbnail = thumbnail
        options.name = name
        options.depthwise = depthwise
        options.kernelSize = try kernelSizes()
        return options
    }
}

extension DeriveCommand {
    /// The value of `--kernel-size` for each of the four stages.
    private func kernelSizes() throws -> PerStage<Int> {
        let sizes = kernelSize.split(separator: ",", omittingEmptySubsequences: false).map {
            Int($0.filter { !$0.isWhitespace })
        }
        let found = sizes.compactMap { $0 }.filter([3, 5, 7].contains)
        guard found.count == sizes.count, [1, 4].contains(found.count) else {
            throw KernelVizError(
                code: "derive.badKernelSize", subject: "--kernel-size", found: "'\(kernelSize)'",
                expected: "3, 5 or 7, once or for each of the four stages (3,3,5,5)")
        }
        return found.count == 1 ? PerStage(found[0]) : PerStage(stages: found)
    }
}

extension Weighting: ExpressibleByArgument {}
extension Derivation.DesignOptions.Form: ExpressibleByArgument {}
extension DepthwiseForm: ExpressibleByArgument {}
