import ArgumentParser
import Files
import KernelViz

/// Where a result goes; shared by the verbs that can write one.
struct OutputOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Write the result to this file; - is standard output.", valueName: "file"))
    var output: String?

    @Flag(name: .long, help: "Replace an existing file; a link is followed, its file replaced.")
    var force = false

    var overwriting: AtomicFile.Overwriting { force ? .replace : .refuse }

    /// Throws where the file could not be written, before any work is done.
    func check() throws { if let output { try Self.check(output, overwriting) } }

    /// Writes a report in a form that a verb's `--format` names.
    ///
    /// Throws `report.form` where the report has no such form, and the errors of writing.
    func emit(_ report: some Report, as format: some RawRepresentable<String>) throws {
        try emit(Self.text(of: report, as: format))
    }

    /// A report in a form that a verb's `--format` names; of those that people read nothing is obeyed by what shows them.
    static func text(of report: some Report, as format: some RawRepresentable<String>) throws -> String {
        let form = ReportForm(rawValue: format.rawValue) ?? .table
        let text = try report.text(as: form, version: KernelVizVersion.summary)
        return [.table, .markdown].contains(form) ? TerminalText.safe(text, keepingColours: true) : text
    }

    /// Writes `text` to the file, or to stdout without one.
    func emit(_ text: String) throws {
        guard let output else { return try Console.result(text) }
        try Self.emit(text, to: output, overwriting)
    }

    /// Throws where `path` could not be written.
    static func check(_ path: String, _ overwriting: AtomicFile.Overwriting) throws {
        if !StreamFile.isOne(path) { try AtomicFile.checkWritable(path, overwriting: overwriting) }
    }

    /// Writes `text` to a file, whole or not at all, or into a pipe or a device as it is.
    static func emit(_ text: String, to path: String, _ overwriting: AtomicFile.Overwriting) throws {
        if StreamFile.isOne(path) { return try StreamFile.write(text: text, to: path) }
        try AtomicFile.write(text: text, to: path, overwriting: overwriting)
        Console.note("Wrote \(path)")
    }
}
