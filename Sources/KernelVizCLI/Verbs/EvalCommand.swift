import ArgumentParser
import KernelViz

/// `kernelviz eval CONFIG|NAME|CHECKPOINT [--weights FILE] [--input IMAGE]`.
struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Count, run and time a network in the embedded engine.",
        discussion: """
            NETWORK is a config (YAML or JSON), the name of a published net such as vgnetg-1.0mp, or a checkpoint of \
            a family that the engine runs. Without weights they are random: counts and latency hold, logits mean nothing.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json
    }

    @Argument(help: ArgumentHelp("A config file, a published net's name, or a checkpoint.", valueName: "network"))
    var network: String

    @Option(help: ArgumentHelp("A checkpoint with the net's weights.", valueName: "file"))
    var weights: String?

    @Option(help: ArgumentHelp("A picture (PNG or JPEG); prints its five most probable classes.", valueName: "image"))
    var input: String?

    @Option(help: ArgumentHelp("A raw N×C×H×W input: FILE.h5:/dataset.", valueName: "file.h5:/input"))
    var tensor: String?

    @Option(help: ArgumentHelp("Write the logits to this HDF5 file, data set /logits.", valueName: "file.h5"))
    var saveLogits: String?

    @Option(help: ArgumentHelp("Class names, one a line, in output order.", valueName: "file"))
    var labels: String?

    @Option(help: "Rows and columns of the input; the network's own by default.")
    var inputSize: Int?

    @Option(help: "Timed runs; 0 for none.")
    var runs = 20

    @Option(help: "Seed of random weights and inputs.")
    var seed: UInt64 = 1

    @Option(help: "table or json.")
    var format = Format.table

    @OptionGroup var strides: StrideOptions

    @OptionGroup(title: "Accuracy") var accuracy: EvalDataOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if accuracy.data != nil && (input != nil || tensor != nil || saveLogits != nil) {
            throw ValidationError("--data excludes --input, --tensor and --save-logits.")
        }
        if input != nil && tensor != nil { throw ValidationError("--input and --tensor exclude each other.") }
        if runs < 0 { throw ValidationError("--runs must not be negative.") }
        if let inputSize, !(1...4096).contains(inputSize) {
            throw ValidationError("--input-size must lie in 1…4096.")
        }
    }

    func run() throws {
        try output.check()
        if let saveLogits { try AtomicFile.checkWritable(saveLogits, overwriting: output.overwriting) }
        let names = try labels.map { try ClassNames.read($0) }
        let runnable = try RunnableNetwork(
            named: network, weights: weights, seed: seed, inputSize: inputSize, strides: strides.table(for: network))
        if let path = accuracy.data {
            let report = AccuracyReport(try accuracy.evaluate(runnable, path: path, seed: seed))
            try output.emit(format == .json ? report.json : report.table)
            return
        }
        let source =
            input.map(NetworkInput.image) ?? tensor.map { NetworkInput(tensorText: $0) } ?? .random(seed: seed)
        let progress = ProgressLine("Running \(runnable.name)")
        let evaluation = try NetworkEvaluation.evaluate(runnable, input: source, runs: runs, classNames: names) {
            try progress.update($0, of: runs)
        }
        progress.finish()
        if let saveLogits {
            try evaluation.saveLogits(to: saveLogits, overwriting: output.overwriting)
            Console.note("Wrote \(saveLogits)")
        }
        let report = EvaluationReport(evaluation)
        try output.emit(format == .json ? report.json : report.table)
    }
}
