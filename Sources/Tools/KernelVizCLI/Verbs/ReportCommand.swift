import ArgumentParser
import Files
import KernelViz

/// `kernelviz report CHECKPOINT… -o page.html`.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write one HTML page on networks: layers, kernels, statistics, the derived design.",
        discussion: """
            The page needs no network connection, prints, and follows the reader's light or dark setting. The design \
            is derived from all checkpoints together. Of a saved classification the page has no pictures of kernels.
            """)

    @Argument(help: "Checkpoints, or what 'classify --format json' wrote of them.")
    var checkpoints: [String]

    @Option(help: "Learnable parameters of the derived design.")
    var budget = "1.0MP"

    @Flag(inversion: .prefixedNo, help: "Derive a design.")
    var design = true

    @OptionGroup var strides: StrideOptions

    @Option(name: [.short, .long], help: ArgumentHelp("The page.", valueName: "file.html"))
    var output: String

    @Flag(help: "Replace an existing file.")
    var force = false

    func run() throws {
        let options = Derivation.DesignOptions(budget: try ParameterBudget(parsing: budget))
        try OutputOptions.check(output, force ? .replace : .refuse)
        let networks = try Analysis.networksOrSaved(checkpoints, strides)
        let derivation = design ? try Derivation.derive(from: networks, options: options) : nil
        let progress = ProgressLine("Writing \(output)")
        let page = try HTMLReport(
            networks, derivation: derivation, version: KernelVizVersion.summary
        ).page { try progress.update($0, of: $1) }
        progress.finish()
        try OutputOptions.emit(page, to: output, force ? .replace : .refuse)
        for network in networks where network.kernels == nil {
            Console.note(
                "\(network.statistics.network.title): only its statistics are at hand; pictures of kernels, frequency "
                    + "responses and histograms are left out.")
        }
        for sentence in derivation?.missing ?? [] { Console.note("\(sentence).") }
    }
}
