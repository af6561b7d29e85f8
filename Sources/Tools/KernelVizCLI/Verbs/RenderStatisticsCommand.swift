import ArgumentParser
import Files
import Gallery
import KernelViz

/// `kernelviz render statistics INPUT… --plot PLOT -o FILE`.
struct RenderStatisticsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "statistics",
        abstract: "Draw what the kernels show by layer, compare networks, evaluations and training runs.",
        discussion: """
            shares: one bar of labels a layer. areas: the same as stacked areas by depth. sigma: widths of the blur \
            kernels. symmetry: energies of the five symmetry types. frequency: mean amplitude responses. compare: \
            several networks. dictionary: the mean kernel of each shape in each layer. map: kernels on their principal \
            components, one basis for all checkpoints named. stem: the first layer's filters in true colours. spectrum: \
            what each label and shape passes, with radial profiles. These read checkpoints.
            scatter reads files of 'eval --format json' and 'eval --data … --format json' and joins those of one \
            network, or a sweep's results.json; distribution reads such results too and sets the baseline against the \
            errors of all other nets; curves reads the log.csv of a training run; steps (where the time of a network goes) \
            and growth (latency by input size, width and depth) read 'bench --steps --growth --format json'.
            """)

    enum Plot: String, ExpressibleByArgument, CaseIterable {
        case shares, areas, sigma, symmetry, frequency, compare, dictionary, map, stem, spectrum, scatter, distribution,
            curves, steps, growth
    }

    enum Quantity: String, ExpressibleByArgument, CaseIterable {
        case parameters, macs, latency, accuracy
        var quantity: EvaluatedNetwork.Quantity { EvaluatedNetwork.Quantity(rawValue: rawValue) ?? .parameters }
    }

    @Argument(
        help: ArgumentHelp(
            "Checkpoints, evaluations or a benchmark (JSON), or a training log (CSV).", valueName: "input"))
    var inputs: [String]

    @Option(help: "What is drawn.")
    var plot = Plot.shares

    @Option(help: "The horizontal axis of a scatter plot.")
    var x = Quantity.parameters

    @Option(help: "The vertical axis of a scatter plot; accuracy where it was measured, else latency.")
    var y: Quantity?

    @Option(
        name: .customLong("size"),
        help: "What the areas of a scatter plot's discs show; latency where it is on no axis and measured for all.")
    var discs: Quantity?

    @OptionGroup var strides: StrideOptions

    @OptionGroup var figure: FigureOptions

    func validate() throws {
        if inputs.count > 1 && ![.compare, .map, .scatter].contains(plot) {
            throw ValidationError("--plot \(plot.rawValue) takes one input; compare, map and scatter take several.")
        }
    }

    func run() throws {
        try figure.check()
        try figure.write(drawn())
    }

    /// A log is called as its training's folder is.
    private static func title(ofLog path: String) -> String {
        let folder = FilePaths.name(of: FilePaths.folder(of: path))
        return folder.isEmpty || folder == "." ? FilePaths.name(of: path) : "\(folder)/\(FilePaths.name(of: path))"
    }

    private func drawn() throws -> Figure {
        let width = figure.width
        switch plot {
        case .scatter:
            return try EvaluatedNetwork.scatter(
                EvaluatedNetwork.read(inputs), x: x.quantity, y: y?.quantity, size: discs?.quantity,
                widthMillimetres: width)
        case .distribution:
            return try EvaluatedNetwork.distribution(ofSweep: inputs[0], widthMillimetres: width)
        case .curves:
            let log = try TrainingLog(contentsOf: inputs[0])
            return try CurvesFigure.figure(
                of: log.panels, stepTitle: log.stepName, title: Self.title(ofLog: inputs[0]), widthMillimetres: width)
        case .steps:
            return try BenchmarkFile(contentsOf: inputs[0]).stepTimes(widthMillimetres: width)
        case .growth:
            return try BenchmarkFile(contentsOf: inputs[0]).growth(widthMillimetres: width)
        case .compare:
            return try NetworkComparisonFigure.figure(
                of: NetworkComparisonFigure.Entry.entries(
                    try Analysis.networks(of: inputs, strides).map(\.statistics)),
                widthMillimetres: width)
        case .dictionary, .map, .stem, .spectrum: return try kernelFigure()
        case .frequency:
            let network = try ConvNetwork.open(inputs[0], strides: strides.table(for: inputs[0]))
            let rows = try KernelBanks.read(network).map(FrequencyResponseFigure.Row.init)
            return try FrequencyResponseFigure.figure(of: rows, network: network.figureTitle, widthMillimetres: width)
        case .shares, .areas, .sigma, .symmetry:
            let statistics = try Analysis.networks(of: inputs, strides)[0].statistics
            let (layers, title) = (statistics.layers, statistics.network.figureTitle)
            switch plot {
            case .areas:
                return try ShareAreasFigure.figure(
                    of: layers.map(LabelSharesFigure.Row.init), network: title, widthMillimetres: width)
            case .sigma:
                return try SigmaFigure.figure(
                    of: layers.map(SigmaFigure.Row.init), network: title, widthMillimetres: width)
            case .symmetry:
                return try SymmetryFigure.figure(
                    of: layers.map(SymmetryFigure.Row.init), network: title, widthMillimetres: width)
            default:
                return try LabelSharesFigure.figure(
                    of: layers.map(LabelSharesFigure.Row.init), network: title, widthMillimetres: width)
            }
        }
    }

    /// The figures that need the kernels beside their labels.
    private func kernelFigure() throws -> Figure {
        let width = figure.width
        let networks = try Analysis.networks(of: inputs, strides)
        if plot == .map {
            let titles = NetworkComparisonFigure.Entry.entries(networks.map(\.statistics)).map(\.title)
            let layers = try networks.map(LabelledKernels.all)
            return try KernelMapFigure.figure(
                of: KernelMap(zip(titles, layers).map { ($0, $1) }), widthMillimetres: width)
        }
        let layers = try LabelledKernels.all(of: networks[0])
        let title = networks[0].statistics.network.figureTitle
        switch plot {
        case .stem:
            return try StemSheetFigure.figure(
                of: StemFilters.first(of: layers, network: title), network: title, widthMillimetres: width)
        case .spectrum:
            return try FrequencyAtlasFigure.figure(
                of: FrequencyAtlas(layers), network: title, widthMillimetres: width)
        default:
            return try KernelDictionaryFigure.figure(
                of: KernelDictionary(layers), network: title, widthMillimetres: width)
        }
    }
}
