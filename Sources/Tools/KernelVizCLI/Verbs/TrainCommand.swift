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
            epoch), log.csv, curves.png and config.yaml; Ctrl-C finishes the step and saves, --resume goes on exactly there.
            """)

    @Argument(help: ArgumentHelp("A config file, a published net's name, or mobilenetv1-WIDTH.", valueName: "network"))
    var network: String

    @Option(
        help: ArgumentHelp("IDX or CIFAR binary files, a folder of class folders, or a CSV.", valueName: "folder"))
    var data: String

    @Option(help: ArgumentHelp("A data set to test on; by default the test part of --data.", valueName: "folder"))
    var testData: String?

    @Option(help: ArgumentHelp("The folder of this training.", valueName: "folder"))
    var out: String

    @Option(help: "Passes over the training images.")
    var epochs = 300

    @Option(help: "Images of a step.")
    var batch = 512

    @Option(name: [.customLong("lr"), .customLong("learning-rate")], help: "The highest learning rate.")
    var rate = 0.2

    @Option(name: .customLong("warmup"), help: "Epochs during which the learning rate rises.")
    var warmUp = 5

    @Option(name: .customLong("wd"), help: "Weight decay (not on biases and batch normalisation).")
    var weightDecay = 1e-4

    @Option(help: "Momentum.")
    var momentum = 0.9

    @Option(help: "Label smoothing.")
    var smoothing = 0.1

    @Option(help: "How images are cut: center, padded (by 4) or resized; by the image size if not given.")
    var crop: TrainingSettings.Crop?

    @Flag(inversion: .prefixedNo, help: "Mirror half of the images.")
    var flip = true

    @Option(help: "The side of a blanked square; 0 for none.")
    var cutout = 0

    @Option(help: "Rows and columns of the images; the design's own by default.")
    var inputSize: Int?

    @Option(help: "The number of classes; the data set's own by default.")
    var classes: Int?

    @Option(help: ArgumentHelp("Use at most so many training images, evenly over the classes.", valueName: "images"))
    var limit: Int?

    @Option(help: "Seed of initial weights, order and augmentation.")
    var seed: UInt64 = 1

    @Option(help: "Threads of a step; the result does not depend on it.")
    var threads = 1

    @Flag(help: "Go on from the folder's checkpoint.")
    var resume = false

    @Flag(help: "Stop at an image that cannot be read instead of leaving it out.")
    var strict = false

    @Option(
        help: ArgumentHelp(
            "Test after every so many epochs and after the last one; 0 for the last one alone.", valueName: "epochs"))
    var testEvery = 1

    @Option(
        help: "How the weights start: default (PyTorch's), or unit-gain (each depthwise kernel scaled to gain 1).")
    var start = WeightStart.standard

    @Option(
        name: .customLong("init"),
        help: ArgumentHelp(
            "A checkpoint to start from: tensors of the same name and shape are taken, larger ones are sampled evenly.",
            valueName: "file"))
    var initial: String?

    private var settings: TrainingSettings {
        var settings = TrainingSettings()
        settings.epochs = epochs
        settings.batch = batch
        settings.rate = rate
        settings.warmUp = warmUp
        settings.weightDecay = weightDecay
        settings.momentum = momentum
        settings.smoothing = smoothing
        settings.crop = crop
        settings.flip = flip
        settings.cutout = cutout
        settings.inputSize = inputSize
        settings.classes = classes
        settings.limit = limit
        settings.testEvery = testEvery
        settings.start = start
        settings.initial = initial
        settings.strict = strict
        return settings
    }

    func validate() throws {
        if threads < 1 { throw ValidationError("--threads starts at 1.") }
        if let problem = settings.problem { throw ValidationError("Of the options, \(problem).") }
    }

    func run() throws {
        var training = try ImageDataSet.open(data, split: .training)
        if let limit { training = training.limited(to: limit) }
        let test = try testSet()
        for set in [training, test].compactMap({ $0 }) {
            for sentence in set.findings.sentences { Console.note("kernelviz: note: \(set.path): \(sentence)") }
        }
        var net = try TrainableNetwork(
            named: network, seed: seed, classes: classes ?? training.classNames.count, inputSize: inputSize,
            start: start)
        if let initial {
            let (started, weights) = try net.starting(from: initial)
            net = started
            Console.note("\(initial): \(weights.sentence)")
        }
        let run = try TrainingRun(
            net, training: training, test: test, recipe: settings.recipe(for: net, seed: seed),
            folder: out, threads: threads, isStrict: strict, testEvery: testEvery)
        Console.note(
            "\(net.name): \(NumberFormat.grouped(net.graph.parameterCount(.learnable))) learnable parameters, "
                + "\(NumberFormat.grouped(training.count)) images (\(training.form)), \(net.classes) classes")
        let reporter = TrainingReporter(epochs: epochs)
        let state = try Interruption.finishing {
            try run.run(resumes: resume, shouldStop: { Interruption.isAsked }) { event in
                reporter.report(event)
                if case .epoch = event { drawCurves(run, net.name) }
            }
        }
        reporter.finish()
        if state.epoch < epochs { throw Interruption.Stopped() }
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

extension TrainingSettings.Crop: ExpressibleByArgument {}
extension WeightStart: ExpressibleByArgument {}
