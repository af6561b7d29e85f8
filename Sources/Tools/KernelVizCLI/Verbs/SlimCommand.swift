import ArgumentParser
import Files
import KernelViz

/// `kernelviz slim NETWORK -o OUT`.
struct SlimCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slim",
        abstract: "Take out of a network what does nothing: the same logits, fewer channels and layers.",
        discussion: """
            Dead channels (the same number for every image), equal ones and those that nobody reads go, through \
            normalisations, functions, squeeze-and-excite, sums, joins and shuffles; their constants move into the next \
            bias. Normalisations are folded, identity convolutions are left out. Logits stay within 1e-5 of the \
            largest; what could not go is named with what keeps it. Each file is read back before it gets its name.

            With --max-drop some loss is allowed: depthwise kernels are replaced by what their labels stand for \
            (identities by the pixel under them, blurs by a Gaussian that the layer shares, boxes and rings likewise, dead \
            kernels by nothing), each with the gain and constant that fit best, in the order of measured damage for what is \
            saved. Every other picture chooses, those between tell the loss, beside kernels drawn at random.

            Examples:
              kernelviz slim mobilenet_v2.pth -o slim.onnx
              kernelviz slim net.h5 -o slim.safetensors -o slim.onnx --format json --report slim.json
              kernelviz slim mobilenet_v2.pth -o slim.onnx --max-drop 1 --images photographs --runs 100
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json, markdown
    }

    @Argument(
        help: ArgumentHelp("A checkpoint, a config file, or a published net's name.", valueName: "network"),
        completion: NetworkCompletion.kind)
    var network: String

    @Option(help: ArgumentHelp("A checkpoint with the weights of a config or published net.", valueName: "file"))
    var weights: String?

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The file to write: .onnx, .safetensors, .h5 or .hdf5; may be given several times.", valueName: "file"))
    var output: [String]

    @Option(help: "Rows and columns of the images; the network's own by default.")
    var inputSize: Int?

    @Flag(help: "Leave batch normalisations apart, for further training.")
    var keepNorms = false

    @Option(help: "Timed runs of both networks, in turns on one thread; 0 for none.")
    var runs = 0

    @Flag(
        name: .customLong("onnxruntime"),
        help: ArgumentHelp(
            "Time both in ONNX Runtime too, on one thread, --runs times or \(Self.onnxRuntimeRounds), through the Python that "
                + "KERNELVIZ_PYTHON names, or python3."))
    var timesONNXRuntime = false

    @Option(help: "table, json or markdown.")
    var format = Format.table

    @Option(help: ArgumentHelp("Write the report to this file instead of standard output.", valueName: "file"))
    var report: String?

    @OptionGroup(title: "A budget of loss") var budget: BudgetArguments

    @OptionGroup var strides: StrideOptions

    @OptionGroup(title: "Conventions") var conventions: ConventionArguments

    @Flag(help: "Replace existing files.")
    var force = false

    /// Timed runs in ONNX Runtime where --runs does not say how many.
    private static let onnxRuntimeRounds = 30

    private var overwriting: AtomicFile.Overwriting { force ? .replace : .refuse }

    func validate() throws {
        if output.isEmpty { throw ValidationError("Name a file to write: -o slim.onnx.") }
        if runs < 0 { throw ValidationError("--runs must not be negative.") }
        if keepNorms, budget.maxDrop != nil {
            throw ValidationError("--keep-norms is not to be had with --max-drop, which takes layers apart.")
        }
        try Bounds.check("--input-size", inputSize, in: Bounds.inputSize)
        let places = (output + [report, budget.curve].compactMap { $0 }).map { FilePaths.place($0) }
        if Set(places).count < places.count {
            throw ValidationError("Two of the files to write are one: give each its own name.")
        }
    }

    func run() throws {
        let files = try output.map { try NetworkFile(path: $0) }
        for file in files { try AtomicFile.checkWritable(file.path, overwriting: overwriting) }
        if let report { try OutputOptions.check(report, overwriting) }
        let table = try strides.table(for: network)
        try budget.check(overwriting)
        let runtime = timesONNXRuntime ? try ONNXRuntimeTiming() : nil
        var runnable = try RunnableNetwork(
            named: network, weights: weights, inputSize: inputSize, strides: table, options: conventions.options())
        if runnable.weightsPath == nil {
            Console.note(
                "The weights are random: what is found says nothing of a trained network. Name them with --weights.")
        } else if let line = runnable.conventions.assumptions {
            Console.note(line)
        }
        if let line = runnable.conventions.settings { Console.note(line) }
        for remark in runnable.remarks { Console.note(remark) }
        let loss = try budget.slimmed(runnable, strides: table)
        if loss == nil, !keepNorms, let folded = try runnable.folded() { runnable = folded }
        let (slim, exact) = try loss.map { ($0.network, $0.exact) } ?? Self.slimmed(runnable, keepsNorms: keepNorms)
        var outcome = exact
        outcome.kept = try budget.kept(runnable, slim)
        if runs > 0 {
            let progress = ProgressLine("Timing \(runnable.name)")
            outcome.latency = try PairedLatency.measure(runnable, slim, rounds: runs) {
                try progress.update($0, of: runs)
            }
            progress.finish()
        }
        if let runtime {
            outcome.onnxRuntime = SlimmingOutcome.RuntimeLatency(
                version: runtime.version,
                latency: try runtime.latency(runnable, slim, rounds: runs > 0 ? runs : Self.onnxRuntimeRounds))
        }
        for file in files { try file.write(slim, overwriting: overwriting) }
        if let loss { try budget.draw(loss, of: runnable, overwriting) }
        let text = try OutputOptions.text(
            of: SlimmingReport(outcome, budget: loss?.outcome, written: output), as: format)
        if let report { try OutputOptions.emit(text, to: report, overwriting) } else { try Console.result(text) }
    }

    private static func slimmed(
        _ network: RunnableNetwork, keepsNorms: Bool
    ) throws -> (RunnableNetwork, SlimmingOutcome) {
        let slimming = try NetworkSlimming(network, keepsNorms: keepsNorms)
        return (slimming.network, slimming.outcome)
    }
}
