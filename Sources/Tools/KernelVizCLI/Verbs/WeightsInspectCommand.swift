import ArgumentParser
import KernelViz

/// `kernelviz weights inspect FILE`.
struct WeightsInspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show the tensors of a file with their statistics, and what network they are.",
        discussion: """
            Examples:
              kernelviz weights inspect net.pth
              kernelviz weights inspect net.onnx --format json
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json
    }

    @Argument(help: "A file of weights, an index of shards, or a folder.", completion: .file())
    var file: String

    @Option(help: "table or json (each tensor with the SHA-256 of its float32 bytes).")
    var format = Format.table

    @OptionGroup var strides: StrideOptions

    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.check()
        let table = try strides.table(for: file)
        let checkpoint = try Checkpoint.open(file)
        let progress = ProgressLine("Reading \(file)")
        let inspection = try CheckpointInspection(checkpoint, strides: table) { try progress.update($0, of: $1) }
        progress.finish()
        let report = InspectionReport(inspection)
        try output.emit(report, as: format)
    }
}
