import ArgumentParser
import KernelViz

/// `kernelviz classify CHECKPOINT…`.
struct ClassifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify",
        abstract: "Label every N×N kernel identity, blur, edge, zero or other, and report by layer.",
        discussion: """
            Several checkpoints or a folder give one report each and a summary; those that cannot be read are named on \
            stderr, and the exit status is 1. JSON then holds the reports under "checkpoints".
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json, csv, markdown
    }

    @Argument(help: "Checkpoints, or folders of them.")
    var checkpoints: [String]

    @Option(help: "table, json, csv or markdown.")
    var format = Format.table

    @Flag(help: "Report every kernel with its evidence (csv or json).")
    var kernels = false

    @Flag(help: "Show the difference of two checkpoints layer by layer, second minus first.")
    var compare = false

    @Option(help: "Share of random kernels that each family may catch, above 0 and below 1.")
    var alpha = 0.01

    @Option(help: "Correlation of neighbouring input pixels, from 0 to below 1.")
    var rho = 0.5

    @OptionGroup var strides: StrideOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard alpha > 0, alpha < 1 else { throw ValidationError("--alpha is \(alpha); expected above 0 and below 1.") }
        guard rho >= 0, rho < 1 else { throw ValidationError("--rho is \(rho); expected from 0 to below 1.") }
        guard !checkpoints.isEmpty else { throw ValidationError("Name at least one checkpoint.") }
        if kernels, compare || format == .table || format == .markdown {
            throw ValidationError("--kernels needs --format csv or json, and no --compare.")
        }
        if compare {
            guard checkpoints.count == 2 else {
                throw ValidationError("--compare needs two checkpoints; \(checkpoints.count) given.")
            }
            guard format != .csv else { throw ValidationError("--compare has --format table, json and markdown.") }
        }
    }

    private var settings: ClassifierSettings {
        var settings = ClassifierSettings()
        settings.alpha = alpha
        settings.rho = rho
        return settings
    }

    func run() throws {
        try output.check()
        if compare { return try runComparison() }
        guard checkpoints.count > 1 || InputFile.isFolder(checkpoints[0]) else {
            return try emit(
                ClassificationReport(try Analysis.statistics(of: checkpoints, strides, settings: settings)[0]))
        }
        var found: [NetworkStatistics] = []
        var failures: [ClassificationCollection.Failure] = []
        let paths = try checkpoints.flatMap(CheckpointFolder.files)
        for (path, strides) in zip(paths, try strides.tables(for: paths)) {
            do {
                found.append(try Analysis.statistics(of: path, strides: strides, settings: settings))
            } catch let error as KernelVizError {
                Console.error("kernelviz: error: \(error)")
                failures.append(ClassificationCollection.Failure(path: path, error: error))
            }
        }
        if !found.isEmpty || format == .json { try emit(ClassificationCollection(found, failures: failures)) }
        if !failures.isEmpty { throw ExitCode(1) }
    }

    private func runComparison() throws {
        let sides = try Analysis.statistics(of: checkpoints, strides, settings: settings)
        let report = ComparisonReport(try NetworkComparison(sides[0], sides[1]))
        switch format {
        case .table, .csv: try output.emit(report.table)
        case .json: try output.emit(report.json)
        case .markdown: try output.emit(report.markdown)
        }
    }

    private func emit(_ report: ClassificationReport) throws {
        switch format {
        case .table: try output.emit(report.table(coloured: isColoured))
        case .json: try output.emit(kernels ? report.kernelJSON : report.json)
        case .csv: try output.emit(kernels ? report.kernelCSV : report.csv)
        case .markdown: try output.emit(report.markdown)
        }
    }

    private func emit(_ reports: ClassificationCollection) throws {
        switch format {
        case .table: try output.emit(reports.table(coloured: isColoured))
        case .json: try output.emit(kernels ? reports.kernelJSON : reports.json)
        case .csv: try output.emit(kernels ? reports.kernelCSV : reports.csv)
        case .markdown: try output.emit(reports.markdown)
        }
    }

    private var isColoured: Bool { output.output == nil && Console.resultsAreColoured }
}
