import ArgumentParser
import KernelViz

/// `kernelviz schema [NAME]`.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of what '--format json' writes, or the columns of CSV files.",
        discussion: """
            NAME is a verb ('classify', 'weights diff') or the name that a document has under "schema"; 'columns' explains \
            the columns of CSV files; without NAME all are listed. Schemas are of draft 2020-12.

            Examples:
              kernelviz schema
              kernelviz schema classify
              kernelviz schema columns
            """)

    @Argument(
        help: ArgumentHelp("A verb or a document's name, or columns.", valueName: "name"),
        completion: .list(["columns"] + SchemaFile.all.map(\.name)))
    var name: [String] = []

    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.check()
        try output.emit(text())
    }

    private func text() throws -> String {
        guard !name.isEmpty else {
            let width = SchemaFile.all.map(\.name.count).max() ?? 0
            return SchemaFile.all.map { file in
                file.name + String(repeating: " ", count: width + 2 - file.name.count) + "kernelviz \(file.command)\n"
            }.joined()
        }
        let wanted = name.joined(separator: " ")
        return wanted == "columns" ? SchemaFile.columns : try SchemaFile.named(wanted).text
    }
}
