import ArgumentParser
import Files
import KernelViz

/// `derive --init`: weights to start from beside the derived config.
struct InitialOptions: ParsableArguments {
    @Option(
        name: .customLong("init"),
        help: ArgumentHelp(
            "Also write the derived net's initial weights, safetensors, for 'train --init' and exported PyTorch projects.",
            valueName: "file"))
    var path: String?

    @Option(
        help: ArgumentHelp(
            """
            How they start: unit-gain (PyTorch's, each depthwise kernel scaled to gain 1), bank (depthwise kernels of the \
            analysed networks, by stage), covariance (drawn with these kernels' covariance), selection:FILE (evenly out of a \
            larger trained VGNet's tensors), default (PyTorch's).
            """, valueName: "start"))
    var start: String?

    @Option(
        help: ArgumentHelp(
            """
            Pictures or a data set: gain 1 holds for the input correlation that the net itself shows on them. Without, \
            neighbouring pixels are taken to correlate with 0.5.
            """, valueName: "folder"))
    var images: String?

    @Option(help: "The seed of what is drawn.")
    var startSeed: UInt64?

    private enum Kind {
        case seeded(WeightStart)
        case measured(MeasuredStart)
        case selection(String)
    }

    private var kind: Kind? {
        let text = start ?? "unit-gain"
        if text.hasPrefix("selection:"), text.count > 10 { return .selection(String(text.dropFirst(10))) }
        if let start = MeasuredStart(rawValue: text.lowercased()) { return .measured(start) }
        return WeightStart(rawValue: text.lowercased()).map(Kind.seeded)
    }

    func validate(isElsewhere: Bool, output: String?) throws {
        if path == nil && (start != nil || startSeed != nil || images != nil) {
            throw ValidationError("--start, --start-seed and --images go with --init.")
        }
        if path != nil && isElsewhere {
            throw ValidationError(
                "--init goes with one derived config: leave out --survey, --race, --alternatives, --sample and --against."
            )
        }
        if let path, let output, FilePaths.absolute(path) == FilePaths.absolute(output) {
            throw ValidationError("--init and -o name the same file: the weights need one of their own.")
        }
        if kind == nil {
            throw ValidationError(
                "--start: '\(start ?? "")'; expected default, unit-gain, bank, covariance or selection:FILE.")
        }
        if images != nil && !hasGain {
            throw ValidationError(
                "--images goes with --start unit-gain, bank or covariance: the others are not scaled.")
        }
    }

    /// Whether depthwise kernels are scaled to gain 1.
    private var hasGain: Bool {
        switch kind {
        case .seeded(let start): start == .unitGain
        case .measured: true
        case .selection, nil: false
        }
    }

    /// Throws where the file could not be written, before any work is done.
    func check(force: Bool) throws {
        if let path { try AtomicFile.checkWritable(path, overwriting: force ? .replace : .refuse) }
    }

    /// Writes the weights and says what they are.
    func write(_ config: VGNetConfig, _ networks: [AnalysedNetwork], force: Bool) throws {
        guard let path, let kind else { return }
        let seed = startSeed ?? 1
        var said: String
        var net: VGNet
        switch kind {
        case .seeded(let start):
            net = try VGNet(config, seed: seed, start: start)
            said =
                start == .unitGain ? "depthwise kernels of gain 1" : "PyTorch's default"
        case .measured(let start):
            let (kernels, borrowed) = try Derivation.measuredKernels(of: networks)
            let found = try VGNet(config, seed: seed, start: .unitGain).starting(start, from: kernels, seed: seed)
            net = found.net
            let count = kernels.body.reduce(0) { $0 + $1.count } + kernels.last.count
            said =
                "\(found.drawn) depthwise kernels "
                + (start == .bank ? "drawn from" : "with the covariance of")
                + " \(count) measured ones by stage, gain 1" + borrowed.map { "; \($0)" }.joined()
        case .selection(let file):
            net = try VGNet(config, seed: seed, start: .unitGain)
            let weights = try InitialWeights(
                net.graph, from: TensorLookup(Checkpoint.open(file)), network: config.name)
            net = net.replacing(weights)
            said = "\(file): \(weights.sentence)"
        }
        if hasGain {
            let (scaled, input) = try withGain(net)
            net = scaled
            said += "; input correlation \(input)"
        }
        try SafetensorsWriter.write(
            StateDict(graph: net.graph), metadata: ModelMetadata(config: config), to: path,
            overwriting: force ? .replace : .refuse)
        Console.note("Wrote \(path): seed \(seed), \(said)")
    }

    /// The net with gain 1 under the correlation that is measured, or as it is under the one that is assumed; and which one.
    private func withGain(_ net: VGNet) throws -> (net: VGNet, said: String) {
        guard let images else {
            return (net, "assumed: neighbouring pixels correlate with \(KernelGain.correlation) (--images measures it)")
        }
        let pictures = try Self.pictures(images)
        pictures.noteFindings()
        let progress = ProgressLine("Measuring the input correlation")
        defer { progress.finish() }
        let measured = try StartMeasurement(net, on: pictures) { done, all in
            try Interruption.check()
            try progress.update(done, of: all)
        }
        return (measured.unitGain(of: net).net, measured.sentence)
    }
    /// Of a data set the training part; a folder of pictures alone has no classes and no parts.
    private static func pictures(_ path: String) throws -> ImageDataSet {
        do {
            return try ImageDataSet.open(path, split: .training)
        } catch let error as KernelVizError where error.code == "data.empty" {
            return try ImageFolder.open(path).images
        }
    }
}
