import ArgumentParser
import Files
import Gallery
import KernelViz

/// `kernelviz eval NETWORK… [--weights FILE] [--input IMAGE] [--data DATA]`.
struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Count, run, time and test networks in the embedded engine.",
        discussion: """
            NETWORK is a config (YAML or JSON), the name of a published net such as vgnetg-1.0mp, or a checkpoint of \
            a family that the engine runs, or of a VGNet whose design it holds or has beside it (NAME.config.yaml, config.yaml). \
            Without weights they are random: counts and latency hold, logits mean nothing. Several networks make one \
            table; 'render statistics --plot scatter' draws its JSON.

            Examples:
              kernelviz eval vgnetg-1.0mp --threads 1,2
              kernelviz eval net.h5 --data cifar10 --runs 0 --format json -o accuracy.json
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json, csv, markdown
    }

    @Argument(
        help: ArgumentHelp("Config files, published nets' names, or checkpoints.", valueName: "network"),
        completion: NetworkCompletion.kind)
    var networks: [String]

    @Option(help: ArgumentHelp("A checkpoint with the net's weights.", valueName: "file"))
    var weights: String?

    @Option(help: ArgumentHelp("A picture (PNG or JPEG); prints its five most probable classes.", valueName: "image"))
    var input: String?

    @Option(help: ArgumentHelp("A raw N×C×H×W input: FILE.h5:/dataset.", valueName: "file.h5:/input"))
    var tensor: String?

    @Option(help: ArgumentHelp("Write the logits to this HDF5 file, data set /logits.", valueName: "file.h5"))
    var saveLogits: String?

    @Option(
        help: ArgumentHelp(
            "Class names in output order, one a line, as CSV or JSON; they replace those of the weights' file.",
            valueName: "file"))
    var labels: String?

    @Option(help: "Rows and columns of the input; the network's own by default.")
    var inputSize: Int?

    @Option(help: "Timed runs of each batch on each number of threads; 0 for none.")
    var runs = 20

    @Option(
        help: ArgumentHelp(
            "Images of a run; several are timed one after another. Accuracy uses the largest (16 by default).",
            valueName: "n,n"))
    var batch: CountList?

    @Option(
        help: ArgumentHelp(
            "Threads of a run; several are timed one after another. Accuracy uses the largest, and does not depend on it.",
            valueName: "n,n"))
    var threads = CountList([1])

    @Option(
        help: """
            f32, bf16 (faster where the processor multiplies bfloat16) or int8 (bytes); what they cost in accuracy is \
            printed.
            """)
    var precision = ExecutionOptions.Precision.float32

    @OptionGroup(title: "Calibration of int8") var calibration: CalibrationOptions

    @Flag(help: "Also compare the feature maps of adjacent layers, on --input or the first image of --data.")
    var similarity = false

    @Option(help: "Seed of random weights and inputs.")
    var seed: UInt64 = 1

    @Option(help: "table, json, csv or markdown.")
    var format = Format.table

    @OptionGroup var strides: StrideOptions

    @OptionGroup(title: "Conventions") var conventions: ConventionArguments

    @OptionGroup(title: "Accuracy") var accuracy: EvalDataOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if accuracy.data != nil && (input != nil || tensor != nil || saveLogits != nil) {
            throw ValidationError("--data excludes --input, --tensor and --save-logits.")
        }
        if input != nil && tensor != nil { throw ValidationError("--input and --tensor exclude each other.") }
        if runs < 0 { throw ValidationError("--runs must not be negative.") }
        try Bounds.check("--threads", threads.counts, in: Bounds.threads)
        if tensor != nil && batch != nil { throw ValidationError("--tensor brings its own batch.") }
        if networks.count > 1 && (weights != nil || saveLogits != nil || labels != nil) {
            throw ValidationError("--weights, --save-logits and --labels go with one network.")
        }
        if similarity && input == nil && accuracy.data == nil {
            throw ValidationError("--similarity needs --input or --data.")
        }
        try Bounds.check("--input-size", inputSize, in: Bounds.inputSize)
        if calibration.isGiven && precision != .int8 {
            throw ValidationError("--calibrate, --calibration-images and --ranges go with --precision int8.")
        }
    }

    func run() throws {
        try output.check()
        if let saveLogits { try AtomicFile.checkWritable(saveLogits, overwriting: output.overwriting) }
        let names = try labels.map { try ClassNames.read($0) }
        let evaluations = try zip(networks, strides.tables(for: networks)).map {
            try evaluate($0, strides: $1, classNames: names)
        }
        let report = EvaluationReport(evaluations)
        try output.emit(report, as: format)
    }

    private func evaluate(
        _ text: String, strides: StrideTable?, classNames: [String]?
    ) throws -> NetworkEvaluation {
        var network = try RunnableNetwork(
            named: text, weights: weights, seed: seed, inputSize: inputSize, strides: strides,
            options: conventions.options())
        let images = try accuracy.images(for: network)
        if let images {
            // Before minutes are spent on timing.
            try AccuracyEvaluation.match(network, with: images, classNames: classNames, labelsPath: labels)
        }
        let source =
            input.map(NetworkInput.image) ?? tensor.map { NetworkInput(tensorText: $0) } ?? .random(seed: seed)
        if precision == .int8 {
            network = try calibration.calibrated(
                network, images: images, input: source, threads: threads.counts.max() ?? 1)
        }
        let progress = ProgressLine("Running \(network.name)")
        var evaluation = try NetworkEvaluation.evaluate(
            network, input: source,
            timings: NetworkEvaluation.Timings(runs: runs, threads: threads.counts, batches: batch?.counts),
            precision: precision, classNames: classNames, labelsPath: labels
        ) { try progress.update($0, of: $1) }
        progress.finish()
        if let images {
            evaluation.accuracy = try accuracy.evaluate(
                network, on: images, batch: batch?.counts.max() ?? 16, threads: threads.counts.max() ?? 1,
                precision: precision, seed: seed, classNames: classNames, labelsPath: labels)
        }
        if similarity { evaluation.similarities = try similarities(network, images) }
        if let saveLogits {
            try evaluation.saveLogits(to: saveLogits, overwriting: output.overwriting)
            Console.note("Wrote \(saveLogits)")
        }
        return evaluation
    }

    private func similarities(_ network: RunnableNetwork, _ images: ImageDataSet?) throws -> [LayerSimilarity] {
        if let input { return try FeatureMaps(network, picture: input).similarities() }
        guard let images, images.count > 0 else { return [] }
        guard network.inputChannels == 3 else {
            throw KernelVizError(
                code: "eval.badInput", subject: network.name, found: "\(network.inputChannels) input channels",
                expected: "3 for --similarity")
        }
        return try FeatureMaps(network, image: images.image(0)).similarities()
    }
}
