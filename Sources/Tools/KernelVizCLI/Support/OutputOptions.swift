import ArgumentParser
import Files
import KernelViz

/// Where a result goes; shared by the verbs that can write one.
struct OutputOptions: ParsableArguments {
    @Option(name: [.short, .long], help: ArgumentHelp("Write the result to this file.", valueName: "file"))
    var output: String?

    @Flag(name: .long, help: "Replace an existing file.")
    var force = false

    var overwriting: AtomicFile.Overwriting { force ? .replace : .refuse }

    /// Throws where the file could not be written, before any work is done.
    func check() throws {
        if let output { try AtomicFile.checkWritable(output, overwriting: overwriting) }
    }

    /// Writes a report in a form that a verb's `--format` names.
    ///
    /// Throws `report.form` where the report has no such form, and the errors of writing.
    func emit(_ report: some Report, as format: some RawRepresentable<String>) throws {
        try emit(Self.text(of: report, as: format))
    }

    /// A report in a form that a verb's `--format` names.
    static func text(of report: some Report, as format: some RawRepresentable<String>) throws -> String {
        try report.text(
            as: ReportForm(rawValue: format.rawValue) ?? .table, version: KernelVizCommand.configuration.version)
    }

    /// Writes `text` to the file, or to stdout without one.
    func emit(_ text: String) throws {
        guard let output else { return Console.result(text) }
        try AtomicFile.write(text: text, to: output, overwriting: overwriting)
        Console.note("Wrote \(output)")
    }
}
