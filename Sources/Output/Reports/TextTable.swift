import Diagnostics
import Figures

/// A table of text for a terminal, ruled with box-drawing lines.
struct TextTable {
    enum Alignment { case left, right }

    struct Column {
        let title: String
        let alignment: Alignment

        init(_ title: String, _ alignment: Alignment) {
            self.title = title
            self.alignment = alignment
        }
    }

    struct Cell {
        let text: String
        /// The parameters of an ANSI "select graphic rendition" sequence ("1;32"); empty for plain text.
        let style: String

        /// The columns of a terminal that it takes.
        let width: Int

        /// Text may hold names from files, so it is made printable.
        init(_ text: String, style: String = "") {
            self.text = text.printable
            self.style = style
            width = self.text.displayWidth
        }

        /// The text for a terminal: behind letters written from right to left stands a mark, so that what follows does not
        /// turn with them.
        var terminalText: String { text.isRightToLeft ? text + "\u{200E}" : text }
    }

    private let columns: [Column]
    /// Rows from top to bottom; nil is a rule.
    private var rows: [[Cell]?] = []

    init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row; one cell a column.
    mutating func add(_ row: [Cell]) {
        precondition(row.count == columns.count)
        rows.append(row)
    }

    /// Adds a line across the table.
    mutating func addRule() { rows.append(nil) }

    /// The table, each line ended.
    var text: String {
        let widths = columns.indices.map { column in
            rows.reduce(columns[column].title.displayWidth) { max($0, $1?[column].width ?? 0) }
        }
        func rule(_ left: String, _ middle: String, _ right: String) -> String {
            left + widths.map { String(repeating: "─", count: $0 + 2) }.joined(separator: middle) + right + "\n"
        }
        func line(_ cells: [Cell]) -> String {
            let padded = cells.indices.map { column in
                let cell = cells[column]
                let space = String(repeating: " ", count: widths[column] - cell.width)
                let text = cell.terminalText
                let shown = cell.style.isEmpty ? text : "\u{1B}[\(cell.style)m\(text)\u{1B}[0m"
                return columns[column].alignment == .left ? shown + space : space + shown
            }
            return "│ " + padded.joined(separator: " │ ") + " │\n"
        }
        var text = rule("┌", "┬", "┐") + line(columns.map { Cell($0.title) }) + rule("├", "┼", "┤")
        for row in rows { text += row.map(line) ?? rule("├", "┼", "┤") }
        return text + rule("└", "┴", "┘")
    }

    /// The table as GitHub's Markdown has it, rules and styles left out; pipes inside cells are escaped.
    var markdown: String {
        func line(_ cells: [String]) -> String {
            "| "
                + cells.map { $0.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") }
                .joined(separator: " | ") + " |\n"
        }
        let marks = columns.map { $0.alignment == .left ? ":---" : "---:" }
        return line(columns.map(\.title)) + "| \(marks.joined(separator: " | ")) |\n"
            + rows.compactMap { $0 }.map { line($0.map(\.text)) }.joined()
    }

    /// The table for a page, sortable by every column; a rule begins another group of rows, which sort among themselves.
    var html: String { html(isStacked: false) }

    /// The same; a stacked one has its cells below each other where the page is narrow, each with its heading.
    func html(isStacked: Bool) -> String {
        let heads = columns.map { HTMLTable.header($0.title, isNumeric: $0.alignment == .right) }
        let bodies = rows.split(whereSeparator: { $0 == nil }).map { rows in
            let lines = rows.compactMap { $0 }.map { cells in
                let texts = cells.indices.map { column in
                    let text = cells[column].text
                    let name = isStacked ? " data-name=\"\(InlineSVG.escaped(columns[column].title))\"" : ""
                    return columns[column].alignment == .left
                        ? "<td\(name)>\(InlineSVG.escaped(text))</td>"
                        : "<td class=\"n\"\(name)\(Self.value(text))>\(InlineSVG.escaped(text))</td>"
                }
                return "<tr>\(texts.joined())</tr>"
            }
            return "<tbody>\(lines.joined())</tbody>"
        }
        let style = isStacked ? "sortable stacked" : "sortable"
        return "<div class=\"scroll\"><table class=\"\(style)\"><thead><tr>\(heads.joined())</tr></thead>"
            + "\(bodies.joined())</table></div>"
    }

    /// The number that a cell begins with, for sorting: "2,712", "57.5", "−0.83", "<0.001", "90.0 / 80.0".
    private static func value(_ text: String) -> String {
        let first = text.split(separator: " ").first ?? ""
        let digits = first.filter { $0 != "," && $0 != "<" && $0 != ">" }.map { $0 == "−" ? "-" : $0 }
        return Double(String(digits)).map { " data-v=\"\($0)\"" } ?? ""
    }

    /// The last part of a path.
    static func fileName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// `name`, or its beginning and end around "…" where it takes more than `limit` columns.
    static func shortened(_ name: String, to limit: Int) -> String {
        let name = name.printable
        guard name.displayWidth > limit, limit > 2 else { return name }
        let tail = (limit - 1) / 2
        return name.prefix(columns: limit - 1 - tail) + "…" + name.suffix(columns: tail)
    }
}
