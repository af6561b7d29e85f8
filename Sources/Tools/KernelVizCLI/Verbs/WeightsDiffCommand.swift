import ArgumentParser
import KernelViz

/// `kernelviz weights diff A B`.
struct WeightsDiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compare two files of weights: names, shapes, types and numbers.",
        discussion: """
            Exits with 0 where nothing differs, with 2 where something does, with 1 where a file cannot be read.

            Examples:
              kernelviz weights diff before.h5 after.h5
              kernelviz weights diff net.pth net.safetensors --format json -o difference.json
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json
    }

    @Argument(help: "A file of weights.", completion: .file())
    var first: String

    @Argument(help: "The file to compare it with.", completion: .file())
    var second: String

    @Option(help: "table or json.")
    var format = Format.table

    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.check()
        let progress = ProgressLine("Comparing")
        let checkpoints = (first: try Checkpoint.open(first), second: try Checkpoint.open(second))
        let difference = try CheckpointDifference(checkpoints.first, checkpoints.second) {
            try progress.update($0, of: $1)
        }
        progress.finish()
        let report = DifferenceReport(
            difference, first: first, second: second,
            notes: checkpoints.first.notes.map { "\(first): \($0)" }
                + checkpoints.second.notes.map { "\(second): \($0)" })
        try output.emit(report, as: format)
        if !difference.isEmpty { throw ExitCode(2) }
    }
}
