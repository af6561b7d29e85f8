import ArgumentParser
import Gallery
import KernelViz

/// `kernelviz train NETWORK --data DIR --out RUN/`.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a network in the embedded engine.",
        discussion: """
            NETWORK is a VGNet config, the name of a published net such as vgnetg-1.0mp-thumbnail, or mobilenetv1-0.5. \
            The recipe is the paper's unless options change it. RUN/ gets checkpoint.h5 (weights and state, after every \
            epoch), log.csv, curves.png and config.yaml; Ctrl-C finishes the step and saves, --resume goes on exactly there. \
            What diverged leaves diverged.json and is not run again with --resume.

            Examples:
              kernelviz train vgnetg-1.0mp-thumbnail --data cifar100/ --out run --epochs 30
              kernelviz train net.yaml --data photos/ --out run --tensorboard logs --resume
            """)

    @Argument(
        help: ArgumentHelp("A config file, a published net's name, or mobilenetv1-WIDTH.", valueName: "network"),
        completion: NetworkCompletion.kind)
    var network: String

    @Option(
        help: ArgumentHelp("IDX or CIFAR binary files, a folder of class folders, or a CSV.", valueName: "folder"))
    var data: String

    @Option(help: ArgumentHelp("A data set to test on; by default the test part of --data.", valueName: "folder"))
    var testData: String?

    @Option(help: ArgumentHelp("The folder of this training.", valueName: "folder"))
    var out: String

    @OptionGroup var options: TrainingOptions

    @Option(help: "Seed of initial weights, order and augmentation.")
    var seed: UInt64 = 1

    @Option(help: "Threads of a step; the result does not depend on it.")
    var threads = 1

    @Flag(help: "Keep the depthwise kernels of every epoch in RUN/snapshots for 'render film'.")
    var snapshots = false

    @Option(
        help: ArgumentHelp(
            "Also write event files for TensorBoard to this folder: curves, kernels, distributions of weights.",
            valueName: "folder"))
    var tensorboard: String?

    @Flag(help: "Go on from the folder's checkpoint.")
    var resume = false

    func validate() throws {
        try Bounds.check("--threads", threads, in: Bounds.threads)
        try Bounds.check("--seed", seed, in: TrainingOption.seeds)
    }

    func run() throws {
        let settings = try options.settings()
        let (training, validation) = try settings.parts(of: ImageDataSet.open(data, split: .training))
        let test = try testSet()
        for set in [training, test].compactMap({ $0 }) { set.noteFindings() }
        var net = try TrainableNetwork(
            named: network, seed: seed, classes: settings.classes ?? training.classNames.count,
            inputSize: settings.inputSize, start: settings.start)
        if let initial = settings.initial {
            let (started, weights) = try net.starting(from: initial)
            net = started
            Console.note("\(initial): \(weights.sentence)")
        }
        var run = try TrainingRun(
            net, on: TrainingRun.Images(training: training, test: test, validation: validation),
            recipe: settings.recipe(for: net, seed: seed), folder: out, threads: threads, isStrict: settings.strict,
            testEvery: settings.testEvery)
        run.keepsSnapshots = snapshots
        run.eventFolder = tensorboard
        Console.note(
            "\(net.name): \(NumberFormat.grouped(net.graph.parameterCount(.learnable))) learnable parameters, "
                + "\(NumberFormat.grouped(training.count)) images (\(training.form)), "
                + (validation.map { "\(NumberFormat.grouped($0.count)) held out to measure on, " } ?? "")
                + "\(net.classes) classes")
        let reporter = TrainingReporter(epochs: settings.epochs)
        let state = try Interruption.finishing { [run] in
            try run.run(resumes: resume, shouldStop: { Interruption.isAsked }) { event in
                reporter.report(event)
                if case .epoch = event { drawCurves(run, net.name) }
            }
        }
        reporter.finish()
        if state.epoch < settings.epochs { throw Interruption.Stopped() }
        Console.note("Wrote \(run.checkpointPath)")
    }

    /// The learning curve up to now; a training does not end because it cannot be drawn.
    private func drawCurves(_ run: TrainingRun, _ name: String) {
        do {
            let figure = try TrainingLog(contentsOf: run.logPath).learningCurve(title: name)
            try FigureWriter.write(figure, to: "\(out)/curves.png", dpi: 120)
        } catch { Console.note("kernelviz: warning: curves.png was not drawn: \(error)") }
    }

    private func testSet() throws -> ImageDataSet? {
        if let testData { return try ImageDataSet.open(testData, split: .test) }
        return ImageDataSet.hasTestSplit(data) ? try ImageDataSet.open(data, split: .test) : nil
    }
}
