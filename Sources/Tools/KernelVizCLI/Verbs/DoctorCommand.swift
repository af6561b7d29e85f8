import ArgumentParser
import KernelViz

/// `kernelviz doctor`.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Try what kernelviz stands on: processor, libraries, font, the reader's process.",
        discussion: """
            Each set of operators is compared with plain loops, a file is written and read back, a text is drawn. The exit \
            status is 1 where something is broken.

            Examples:
              kernelviz doctor
              kernelviz doctor --format json
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json
    }

    @Option(help: "table or json.")
    var format = Format.table

    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.check()
        let report = Doctor.report()
        try output.emit(report, as: format)
        if !report.isSound { throw ExitCode(1) }
    }
}
