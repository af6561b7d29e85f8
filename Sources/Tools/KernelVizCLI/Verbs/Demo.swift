import Files
import Gallery
import KernelViz

/// The steps of `kernelviz demo`, each writing its results and saying so.
struct Demo {
    let checkpoint: String
    let folder: String
    let picture: String?
    /// As the user wrote it, and what it means.
    let budgetText: String
    let budget: ParameterBudget

    private static let stepCount = 6
    /// Times and memory of this run, which git ignores.
    static let timingsFile = "timings.json"
    /// Enough for a screen; the folder is kept small.
    private static let dpi = 120.0

    func run() throws {
        try FolderWriter.prepare(folder)
        var written: [String] = []

        step(1, "Classifying the kernels of \(checkpoint)")
        let network = try ConvNetwork.open(checkpoint)
        let analysed = try Analysis.analyse(network)
        let statistics = analysed.statistics
        let report = ClassificationReport(statistics)
        let table = report.table(coloured: false)
        try write(table, to: "classification.txt", &written)
        try write(report.json, to: "classification.json", &written)
        try write(report.csv, to: "classification.csv", &written)

        step(2, "Drawing \(statistics.layers.count) layers")
        let figures = try draw(analysed, of: network, &written)

        step(3, "Deriving a VGNet of \(budget.parameters) parameters")
        let derivation = try Derivation.derive(from: [analysed], options: Derivation.DesignOptions(budget: budget))
        try write(derivation.yaml, to: "derived.yaml", &written)
        try write(DerivationReport(derivation).table, to: "derived.txt", &written)
        try write(DerivationReport(derivation).json, to: "derived.json", &written)

        try write(
            NotebookWriter.text(
                on: analysed, from: network, derivation: derivation, budget: budgetText, in: folder),
            to: "network.ipynb", &written)

        step(4, "Running the derived net")
        let derived = try evaluate(
            RunnableNetwork(config: derivation.config, source: .config("derived.yaml")), .random(seed: 1))
        try write(EvaluationReport(derived.reproducible).json, to: "derived-evaluation.json", &written)

        step(5, "Running \(statistics.network.title)")
        let own = try ownEvaluation(&written)

        // What no two runs have alike lies apart: the other files are the same every time.
        try write(EvaluationReport([derived] + [own].compactMap { $0 }).json, to: Self.timingsFile, &written)

        step(6, "Drawing the paper's figures")
        try drawPaper(network, &written)

        let page = DemoPage(
            statistics: statistics, table: table, figures: figures, derivation: derivation, derived: derived,
            own: own, picture: picture.map(FilePaths.name(of:)))
        try write(page.markdown, to: "README.md", &written)
        try Console.result(summary(statistics, derivation, derived, own, written))
    }

    /// The label shares over all layers, then the layers that the paper's Fig. 1 shows: first, strided, middle, last.
    private func draw(
        _ analysed: AnalysedNetwork, of network: ConvNetwork, _ written: inout [String]
    ) throws -> [DemoPage.Picture] {
        let statistics = analysed.statistics
        let title = statistics.network.title
        var pictures: [DemoPage.Picture] = []
        let shares = try LabelSharesFigure.figure(
            of: statistics.layers.map(LabelSharesFigure.Row.init), network: title)
        for file in ["label-shares.png", "label-shares.svg"] { try draw(shares, file, &written) }
        pictures.append(DemoPage.Picture(file: "label-shares.png", caption: "Label shares by layer"))
        for (caption, file, figure) in try overviews(analysed) {
            try draw(figure, file, &written)
            pictures.append(DemoPage.Picture(file: file, caption: caption))
        }
        let progress = ProgressLine("Drawing")
        defer { progress.finish() }
        for (index, layer) in statistics.layers.enumerated() {
            let number = layer.layer.number ?? 0
            let bank = try network.bank(of: layer.layer)
            let figure = try KernelGridFigure(bank: bank, classifications: layer.classifications, network: title)
            let file = "layer-\(number < 10 ? "0" : "")\(number).png"
            try draw(figure.figure(), file, &written)
            pictures.append(DemoPage.Picture(file: file, caption: layer.layer.label))
            try progress.update(index + 1, of: statistics.layers.count)
        }
        return pictures
    }

    private typealias Overview = (caption: String, file: String, figure: Figure)

    /// The figures on all layers together: what the paper says of the kernels, what they look like, where they lie, what
    /// they pass, feed and see.
    private func overviews(_ analysed: AnalysedNetwork) throws -> [Overview] {
        let title = analysed.statistics.network.title
        let kernels = try LabelledKernels.all(of: analysed)
        let (stages, leftOut) = try KernelPaths.stages(of: analysed, among: kernels)
        return try [
            overview("The paper's statements", "claims.png") {
                try ClaimSheetFigure.figure(of: ClaimSheetFigure.Column.columns([analysed.statistics]))
            },
            overview("Dictionary of kernels", "dictionary.png") {
                try KernelDictionaryFigure.figure(of: KernelDictionary(kernels), network: title)
            },
            overview("Map of kernels", "map.png") { try KernelMapFigure.figure(of: KernelMap([(title, kernels)])) },
            overview("Frequency atlas", "atlas.png") {
                try FrequencyAtlasFigure.figure(of: FrequencyAtlas(kernels), network: title)
            },
            stages.isEmpty
                ? nil
                : overview("Paths between kernels", "paths.png") {
                    try KernelPathsFigure.figure(
                        of: KernelPaths(stages, leftOut: leftOut, network: title), stages: stages, network: title)
                },
            overview("Effective receptive field", "field.png") {
                try ReceptiveFields.figure(of: RunnableNetwork(checkpoint: checkpoint))
            },
        ].compactMap(\.self)
    }

    /// A figure; nil, with the reason on the terminal, where the network has nothing to draw.
    private func overview(_ caption: String, _ file: String, _ draw: () throws -> Figure) throws -> Overview? {
        do {
            return (caption, file, try draw())
        } catch let error as KernelVizError
            where ["figures.noPoints", "networks.otherFamily", "gallery.noFields"].contains(error.code)
        {
            Console.note("  \(caption): left out. \(error.description)")
            return nil
        }
    }

    /// The figures of the VGNet paper from this one checkpoint, with their own index page.
    private func drawPaper(_ network: ConvNetwork, _ written: inout [String]) throws {
        let paper = PaperFigures(shelf: CheckpointShelf(networks: [network]), picture: picture)
        let progress = ProgressLine("Drawing")
        defer { progress.finish() }
        let outcome = try PaperGallery(paper: paper, dpi: Self.dpi).write(to: folder, overwriting: .replace) {
            try progress.update($0, of: $1)
        }
        written += outcome.files
    }

    /// Runs the analysed network itself where the engine knows its family.
    private func ownEvaluation(_ written: inout [String]) throws -> NetworkEvaluation? {
        do {
            let runnable = try RunnableNetwork(checkpoint: checkpoint)
            let evaluation = try evaluate(runnable, picture.map(NetworkInput.image) ?? .random(seed: 1))
            try write(EvaluationReport(evaluation.reproducible).json, to: "evaluation.json", &written)
            return evaluation
        } catch let error as KernelVizError where error.code == "networks.otherFamily" {
            Console.note(
                "  \(FilePaths.name(of: checkpoint)) is analysed only: the engine does not run this family yet.")
            return nil
        }
    }

    private func evaluate(_ network: RunnableNetwork, _ input: NetworkInput) throws -> NetworkEvaluation {
        let progress = ProgressLine("Running \(network.name)")
        defer { progress.finish() }
        return try NetworkEvaluation.evaluate(network, input: input) { try progress.update($0, of: $1) }
    }

    private func summary(
        _ statistics: NetworkStatistics, _ derivation: Derivation, _ derived: NetworkEvaluation,
        _ own: NetworkEvaluation?, _ written: [String]
    ) -> String {
        let counts = statistics.counts
        let shares = KernelLabel.allCases.map { "\(NumberFormat.share(counts.share($0))) \($0.rawValue)" }
        let strided = statistics.layers.filter { $0.layer.role == .downsampling }
            .reduce(LabelCounts()) { $0 + $1.counts }
        var lines = [
            "",
            "\(statistics.network.title): \(counts.total) kernels, \(shares.joined(separator: ", ")).",
            "Strided layers: \(NumberFormat.percent(strided.share(.blur))) blur.",
            "\(derivation.config.name): \(derivation.cost.parameters) learnable parameters, \(derivation.cost.macs) MACs"
                + (derived.latency.map { ", \(NumberFormat.fixed($0.median, 1)) ms an image on one thread." } ?? "."),
        ]
        if let refusal = derivation.refusalSentence { lines.append("\(refusal).") }
        if let best = own?.topClasses?.first, let picture {
            lines.append(
                "\(FilePaths.name(of: picture)): \(best.name ?? "class \(best.index)"), "
                    + "\(NumberFormat.percent(best.probability)).")
        }
        lines.append("Wrote \(written.count) files to \(folder)/, start with \(folder)/README.md.")
        return lines.joined(separator: "\n") + "\n"
    }

    private func step(_ number: Int, _ text: String) { Console.note("[\(number)/\(Self.stepCount)] \(text)") }

    private func write(_ text: String, to name: String, _ written: inout [String]) throws {
        try Interruption.check()
        try AtomicFile.write(text: text, to: "\(folder)/\(name)")
        written.append(name)
    }

    private func draw(_ figure: Figure, _ name: String, _ written: inout [String]) throws {
        try FigureWriter.write(figure, to: "\(folder)/\(name)", dpi: Self.dpi)
        written.append(name)
    }
}
