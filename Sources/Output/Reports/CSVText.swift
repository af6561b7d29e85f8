/// Lines of comma-separated values as RFC 4180 has them, ended by a line feed.
enum CSVText {
    /// One column: its name in the header, and what it says of a row. The two stand side by side, so that they cannot part.
    struct Column<Row> {
        let name: String
        let value: (Row) -> String

        /// A column of texts.
        init(_ name: String, _ value: @escaping (Row) -> String) {
            self.name = name
            self.value = value
        }

        /// A column of values in their shortest exact form; empty where one is missing.
        init<Value: CustomStringConvertible>(_ name: String, optional value: @escaping (Row) -> Value?) {
            self.init(name) { CSVText.field(value($0)) }
        }

        /// The same column of what a row is part of.
        func of<Other>(_ part: @escaping (Other) -> Row) -> Column<Other> {
            Column<Other>(name) { [value] in value(part($0)) }
        }
    }

    /// The header.
    static func header<Row>(_ columns: [Column<Row>]) -> String { line(columns.map(\.name)) }

    /// One row.
    static func line<Row>(_ columns: [Column<Row>], _ row: Row) -> String { line(columns.map { $0.value(row) }) }

    /// The fields, quoted where they hold a comma, a quote or a line end.
    static func line(_ fields: [String]) -> String { fields.map(quoted).joined(separator: ",") + "\n" }

    /// The value in its shortest exact form; empty where it is missing.
    static func field(_ value: (some CustomStringConvertible)?) -> String { value.map { $0.description } ?? "" }

    private static func quoted(_ field: String) -> String {
        let needsQuotes = field.contains { $0 == "," || $0 == "\"" || $0.isNewline }
        return needsQuotes
            ? "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
            : field
    }
}
