import ArgumentParser
import KernelViz

/// `kernelviz classify CHECKPOINT`.
struct ClassifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify",
        abstract: "Label every N×N kernel identity, blur, edge, zero or other, and report by layer.")

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json, csv
    }

    @Argument(help: "A checkpoint (HDF5).")
    var checkpoint: String

    @Option(help: "table, json or csv.")
    var format = Format.table

    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.check()
        let report = ClassificationReport(try Analysis.statistics(of: checkpoint))
        switch format {
        case .table: try output.emit(report.table(coloured: output.output == nil && Console.resultsAreColoured))
        case .json: try output.emit(report.json)
        case .csv: try output.emit(report.csv)
        }
    }
}
