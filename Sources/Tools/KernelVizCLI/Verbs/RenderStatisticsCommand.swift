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
            what each label and shape passes, with radial profiles. pairs: two networks kernel by kernel. matrix: which \
            inputs the outputs of a standard convolution read (--layer). paths: which depthwise kernels feed which through \
            the 1×1 layers. field: the effective receptive field by stage. claims: the paper's statements on one or more \
            networks. These read checkpoints.
            scatter reads files of 'eval --format json' and 'eval --data … --format json' and joins those of one \
            network, or a sweep's results.json; distribution reads such results too and sets the baseline against the \
            errors of all other nets; curves reads the log.csv of a training run; steps (where the time of a network goes) \
            and scaling (latency by input size, width and depth) read 'bench --steps --scaling --format json'; reliability \
            (how often readers give the labels of each probability) reads what fit_labels.py measured.

            Examples:
              kernelviz render statistics net.h5 -o shares.svg
              kernelviz render statistics before.h5 after.h5 --plot pairs -o pairs.pdf
            """)

    enum Plot: String, ExpressibleByArgument, CaseIterable {
        case shares, areas, sigma, symmetry, frequency, compare, dictionary, map, stem, spectrum, pairs, matrix, paths,
            field, claims, scatter, distribution, curves, steps, scaling, reliability
    }

    enum Quantity: String, ExpressibleByArgument, CaseIterable {
        case parameters, macs, latency, accuracy
        var quantity: EvaluatedNetwork.Quantity { EvaluatedNetwork.Quantity(rawValue: rawValue) ?? .parameters }
    }

    @Argument(
        help: ArgumentHelp(
            "Checkpoints, evaluations or a benchmark (JSON), or a training log (CSV).", valueName: "input"),
        completion: .file())
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

    @Option(
        help: ArgumentHelp(
            "The layer of a matrix by its number or name; by default the standard convolution of most slices.",
            valueName: "layer"))
    var layer: LayerReference?

    @Option(
        help: """
            The page's greatest height in millimetres: layers, networks, maps, curves or steps that do not fit go on \
            further pages of a PDF, or into FILE-1.png, FILE-2.png ….
            """)
    var maxHeight: Double?

    @OptionGroup var strides: StrideOptions

    @OptionGroup var figure: FigureOptions

    func validate() throws {
        try FigureOptions.validate(maxHeight: maxHeight)
        if plot == .pairs, inputs.count != 2 {
            throw ValidationError("--plot pairs takes two checkpoints; \(inputs.count) given.")
        }
        if inputs.count > 1 && ![.compare, .map, .pairs, .claims, .scatter].contains(plot) {
            throw ValidationError(
                "--plot \(plot.rawValue) takes one input; compare, map, claims and scatter take several, pairs two.")
        }
        if layer != nil, plot != .matrix { throw ValidationError("--layer belongs to --plot matrix.") }
    }

    func run() throws {
        try figure.check()
        try figure.size.write(pages: drawn(), to: figure.output)
    }

    /// A log is called as its training's folder is.
    private static func title(ofLog path: String) -> String {
        let folder = FilePaths.name(of: FilePaths.folder(of: path))
        return folder.isEmpty || folder == "." ? FilePaths.name(of: path) : "\(folder)/\(FilePaths.name(of: path))"
    }

    private func drawn() throws -> [Figure] {
        let width = figure.width
        switch plot {
        case .compare:
            return try FigurePages.pages(
                NetworkComparisonFigure.Entry.entries(try Analysis.networks(of: inputs, strides).map(\.statistics)),
                name: "", maximumHeightMillimetres: maxHeight
            ) { entries, _ in try NetworkComparisonFigure.figure(of: entries, widthMillimetres: width) }
        case .dictionary:
            let networks = try Analysis.networks(of: inputs, strides)
            let layers = KernelDictionary(try LabelledKernels.all(of: networks[0])).layers
            return try pages(layers, networks[0].statistics.network.figureTitle) { layers, name in
                try KernelDictionaryFigure.figure(
                    of: KernelDictionary(layers: layers), network: name, widthMillimetres: width)
            }
        case .frequency:
            let network = try ConvNetwork.open(inputs[0], strides: strides.table(for: inputs[0]))
            let rows = try KernelBanks.read(network).map(FrequencyResponseFigure.Row.init)
            return try pages(rows, network.figureTitle) { rows, name in
                try FrequencyResponseFigure.figure(of: rows, network: name, widthMillimetres: width)
            }
        case .claims:
            let columns = ClaimSheetFigure.Column.columns(
                try Analysis.networks(of: inputs, strides).map(\.statistics))
            return try pages(PaperClaim.Statement.allCases, "The paper's statements") { statements, name in
                try ClaimSheetFigure.figure(
                    of: columns, statements: statements, name: name, widthMillimetres: width)
            }
        case .shares, .areas, .sigma, .symmetry: return try statisticsPages()
        case .map, .spectrum: return try kernelPages()
        case .curves:
            let log = try TrainingLog(contentsOf: inputs[0])
            // Without a panel to divide, drawing says what is missing.
            let finite = log.panels.filter { $0.series.contains { $0.points.contains { $0.value.isFinite } } }
            let panels = finite.isEmpty ? log.panels : finite
            return try pages(panels, Self.title(ofLog: inputs[0])) { panels, name in
                try CurvesFigure.figure(of: panels, stepTitle: log.stepName, title: name, widthMillimetres: width)
            }
        case .steps:
            return try BenchmarkFile(contentsOf: inputs[0]).stepTimes(
                widthMillimetres: width, maximumHeightMillimetres: maxHeight)
        default:
            return try FigurePages.page(onePage(), maximumHeightMillimetres: maxHeight)
        }
    }

    func pages<Item>(
        _ items: [Item], _ name: String, _ draw: ([Item], String) throws -> Figure
    ) throws -> [Figure] {
        try FigurePages.pages(items, name: name, maximumHeightMillimetres: maxHeight, draw: draw)
    }

    /// The figures that statistics suffice for.
    private func statisticsPages() throws -> [Figure] {
        let width = figure.width
        let statistics = try Analysis.networks(of: inputs, strides)[0].statistics
        return try pages(statistics.layers, statistics.network.figureTitle) { layers, name in
            switch plot {
            case .areas:
                try ShareAreasFigure.figure(
                    of: layers.map(LabelSharesFigure.Row.init), network: name, widthMillimetres: width)
            case .sigma:
                try SigmaFigure.figure(of: layers.map(SigmaFigure.Row.init), network: name, widthMillimetres: width)
            case .symmetry:
                try SymmetryFigure.figure(
                    of: layers.map(SymmetryFigure.Row.init), network: name, widthMillimetres: width)
            default:
                try LabelSharesFigure.figure(
                    of: layers.map(LabelSharesFigure.Row.init), network: name, widthMillimetres: width)
            }
        }
    }

    /// The figures that cannot be divided.
    private func onePage() throws -> Figure {
        let width = figure.width
        switch plot {
        case .scatter:
            return try EvaluatedNetwork.scatter(
                EvaluatedNetwork.read(inputs), x: x.quantity, y: y?.quantity, size: discs?.quantity,
                widthMillimetres: width)
        case .distribution:
            return try EvaluatedNetwork.distribution(ofSweep: inputs[0], widthMillimetres: width)
        case .scaling: return try BenchmarkFile(contentsOf: inputs[0]).scaling(widthMillimetres: width)
        case .reliability: return try CalibrationFile(contentsOf: inputs[0]).reliability(widthMillimetres: width)
        case .matrix: return try sliceMatrix()
        case .field: return try receptiveFields()
        default: return try kernelFigure()
        }
    }
}
