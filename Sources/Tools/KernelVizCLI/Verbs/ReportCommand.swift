import ArgumentParser
import Files
import Gallery
import KernelViz

/// `kernelviz report CHECKPOINT… -o page.html`.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write an HTML page or a notebook on networks: layers, kernels, statistics, the derived design.",
        discussion: """
            The page needs no network connection, prints, and follows the reader's light or dark setting. The design \
            is derived from all checkpoints together. Of a saved classification the page has no pictures of kernels.

            With --images the page shows of every enlarged kernel the places of pictures that excite it most, and holds \
            those pictures, reduced where they are many.

            A file that ends in .ipynb becomes a Jupyter notebook on one checkpoint: its cells call the Python module \
            kernelviz and carry their outputs.

            Examples:
              kernelviz report net.h5 -o report.html
              kernelviz report net.onnx --images photographs -o report.html
              kernelviz report net.h5 -o net.ipynb
            """)

    /// Learnable parameters of the design, unless asked otherwise.
    static let standardBudget = "1.0MP"

    @Argument(help: "Checkpoints, or what 'classify --format json' wrote of them.", completion: .file())
    var checkpoints: [String]

    @Option(help: "Learnable parameters of the derived design.")
    var budget = ReportCommand.standardBudget

    @Flag(inversion: .prefixedNo, help: "Derive a design.")
    var design = true

    @Option(
        help: ArgumentHelp(
            "Show pictures of this folder to the networks: what excites each kernel most.", valueName: "folder"))
    var images: String?

    @Option(help: ArgumentHelp("Use at most so many pictures, evenly spread (64 by default).", valueName: "pictures"))
    var limit: Int?

    @Flag(help: "Run the networks on noise: how far what their units depend on reaches, by stage.")
    var fields = false

    @OptionGroup var strides: StrideOptions

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("The page, FILE.html, or the notebook, FILE.ipynb.", valueName: "file"))
    var output: String

    @Flag(help: "Replace an existing file.")
    var force = false

    private var overwriting: AtomicFile.Overwriting { force ? .replace : .refuse }

    func validate() throws {
        if FilePaths.fileExtension(of: output) == "ipynb", checkpoints.count != 1 {
            throw ValidationError("A notebook is on one checkpoint; \(checkpoints.count) were given.")
        }
        try Bounds.check("--limit", limit, in: 1...1000)
        if fields, FilePaths.fileExtension(of: output) == "ipynb" {
            throw ValidationError("--fields is for a page, not a notebook.")
        }
        guard images != nil else {
            if limit != nil { throw ValidationError("--limit goes with --images.") }
            return
        }
        if FilePaths.fileExtension(of: output) == "ipynb" {
            throw ValidationError("--images is for a page, not a notebook.")
        }
        guard checkpoints.count <= HTMLReport.openNetworks else {
            throw ValidationError(
                "--images is for pages of at most \(HTMLReport.openNetworks) networks; \(checkpoints.count) were given."
            )
        }
    }

    func run() throws {
        let options = Derivation.DesignOptions(budget: try ParameterBudget(parsing: budget))
        try OutputOptions.check(output, overwriting)
        if FilePaths.fileExtension(of: output) == "ipynb" { return try writeNotebook(options) }
        let networks = try Analysis.networksOrSaved(checkpoints, strides)
        let activations = try images.map { try topActivations(of: networks, on: $0) } ?? []
        let measured = fields ? try receptiveFields(of: networks) : []
        let derivation = design ? try Derivation.derive(from: networks, options: options) : nil
        let progress = ProgressLine("Writing \(output)")
        let page = try HTMLReport(
            networks, derivation: derivation, version: KernelVizVersion.summary, activations: activations,
            fields: measured
        ).page { try progress.update($0, of: $1) }
        progress.finish()
        try OutputOptions.emit(page, to: output, overwriting)
        for network in networks where network.kernels == nil {
            Console.note(
                "\(network.statistics.network.title): only its statistics are at hand; pictures of kernels, frequency "
                    + "responses and histograms are left out.")
        }
        for sentence in derivation?.missing ?? [] { Console.note("\(sentence).") }
    }

    /// The receptive fields of each network; nil, with the reason on the terminal, for one that does not run.
    private func receptiveFields(of networks: [AnalysedNetwork]) throws -> [Figure?] {
        let tables = Dictionary(
            zip(checkpoints, try strides.tables(for: checkpoints)), uniquingKeysWith: { first, _ in first })
        return try networks.map { network in
            let path = network.statistics.network.checkpoint.path
            guard network.kernels is ConvNetwork else {
                Console.note("kernelviz: note: \(path): no receptive fields, which need the checkpoint itself.")
                return nil
            }
            do {
                return try ReceptiveFields.figure(of: RunnableNetwork(checkpoint: path, strides: tables[path] ?? nil))
            } catch let error as KernelVizError {
                Console.note("kernelviz: note: \(path): no receptive fields. \(error)")
                return nil
            }
        }
    }

    /// What excites the kernels of each network; nil for one whose kernels are not at hand.
    private func topActivations(of networks: [AnalysedNetwork], on folder: String) throws -> [TopActivations?] {
        guard networks.count <= HTMLReport.openNetworks else {
            throw ValidationError(
                "--images is for pages of at most \(HTMLReport.openNetworks) networks; \(networks.count) were given.")
        }
        let pictures = try ImageFolder.open(folder).images
        pictures.noteFindings()
        let tables = Dictionary(
            zip(checkpoints, try strides.tables(for: checkpoints)), uniquingKeysWith: { first, _ in first })
        return try networks.map { network in
            guard let source = network.kernels as? ConvNetwork else { return nil }
            let path = source.checkpoint.path
            let found = try Self.topActivations(
                of: source, strides: tables[path] ?? nil, on: pictures, limit: limit ?? 64)
            for loss in found.losses { Console.note("kernelviz: note: \(path): inputs: \(loss)") }
            return found
        }
    }

    private static func topActivations(
        of network: ConvNetwork, strides: StrideTable?, on pictures: ImageDataSet, limit: Int
    ) throws -> TopActivations {
        let runnable: RunnableNetwork
        do {
            runnable = try RunnableNetwork(checkpoint: network.checkpoint.path, strides: strides)
        } catch let error as KernelVizError {
            return try TopActivations(unavailable: "\(error)", for: network, images: pictures)
        }
        let progress = ProgressLine("Showing pictures to \(network.title)")
        defer { progress.finish() }
        return try TopActivations.measure(runnable, of: network, on: pictures, limit: limit) {
            try progress.update($0, of: $1)
        }
    }

    private func writeNotebook(_ options: Derivation.DesignOptions) throws {
        let source = try ConvNetwork.open(checkpoints[0], strides: strides.table(for: checkpoints[0]))
        let network = try Analysis.analyse(source)
        let derivation = design ? try Derivation.derive(from: [network], options: options) : nil
        let text = try NotebookWriter.text(
            on: network, from: source, derivation: derivation, budget: budget, in: FilePaths.folder(of: output))
        try OutputOptions.emit(text, to: output, overwriting)
        let left = network.statistics.layers.count - NotebookWriter.shown(network.statistics.layers).count
        if left > 0 {
            Console.note("\(left) layers have no figure in the notebook; kernelviz.figure(…, layer=N) draws one.")
        }
    }
}
