import ArgumentParser
import KernelViz

/// `kernelviz derive CHECKPOINT… --budget 1.0MP -o net.yaml`.
struct DeriveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "derive",
        abstract: "Derive a VGNet from what the kernels of real networks show.",
        discussion: """
            Reads the N×N kernels of every checkpoint, labels them, and turns the statistics into a config that 'eval' \
            runs. Each field carries its reason as a comment; fields that the kernels do not support keep the paper's \
            value and say so.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case yaml, json, table
    }

    @Argument(help: "Checkpoints whose kernels are read (HDF5).")
    var checkpoints: [String]

    @Option(help: "Learnable parameters: 1.0MP, 1500K or 1500000.")
    var budget: String

    @Option(help: "Stage widths are multiples of this even number.")
    var multiple = 8

    @Flag(name: .customLong("se"), help: "Add squeeze-and-excite, ratio 0.25.")
    var squeezeExcite = false

    @Flag(name: .customLong("silu"), help: "Use SiLU instead of ReLU.")
    var silu = false

    @Option(help: "The number of classes.")
    var classes = 1000

    @Option(help: "Rows and columns of the input images.")
    var inputSize = 224

    @Option(help: "The name of the derived net.")
    var name: String?

    @Option(help: "What is printed or written: yaml (a config), json (for programs), table (reasons).")
    var format = Format.yaml

    @Option(help: ArgumentHelp("Print what changed against this net or config, and why.", valueName: "net"))
    var against: String?

    @Flag(help: "The same as --format table: every field with its reason.")
    var explain = false

    @OptionGroup var strides: StrideOptions

    @OptionGroup var output: OutputOptions

    func run() throws {
        var wishes = Derivation.Wishes(budget: try ParameterBudget(parsing: budget))
        wishes.multiple = multiple
        wishes.withSqueezeExcite = squeezeExcite
        wishes.activation = silu ? .silu : .relu
        wishes.classes = classes
        wishes.inputSize = inputSize
        wishes.name = name
        _ = try BudgetSolver(budget: wishes.budget, multiple: wishes.multiple)
        try output.check()
        let other = try against.map { try VGNetConfig(named: $0) }
        let networks = try Analysis.statistics(of: checkpoints, strides)
        let derivation = try Derivation.derive(from: networks, wishes: wishes)
        if let other {
            try output.emit(DerivationReport(derivation).differences(from: other))
            return
        }
        switch explain ? .table : format {
        case .yaml: try output.emit(derivation.yaml)
        case .json: try output.emit(DerivationReport(derivation).json)
        case .table: try output.emit(DerivationReport(derivation).table)
        }
        let count = derivation.config.parameters.learnable
        Console.note("\(derivation.config.name): \(count) learnable parameters, budget \(wishes.budget.parameters)")
        if let refusal = derivation.refusal { Console.note("The paper's values were kept: \(refusal).") }
    }
}
