import Diagnostics

/// The rows of a text of comma-separated values (RFC 4180), as spreadsheets of any system write them.
///
/// Blank lines are passed over, lines end as on any system; quotes may hold separators, line ends and
/// doubled quotes; where the first line has no comma, semicolons or tabs separate.
enum CSVRows {
    /// One row with the number of the line on which it begins, from 1.
    struct Row: Equatable {
        let line: Int
        let fields: [String]
    }

    /// Reads all rows of `text`; `subject` names the file in errors.
    ///
    /// Throws `data.damaged` for a quote that is never closed.
    static func of(_ text: String, subject: String) throws -> [Row] {
        var parser = Parser(separator: separator(of: text))
        for scalar in text.unicodeScalars { parser.take(scalar) }
        guard parser.finish() else {
            throw KernelVizError(
                code: "data.damaged", subject: "\(subject): line \(parser.rowLine)",
                found: "a quotation mark without its end",
                expected: "quotation marks in pairs", advice: "Write a quotation mark inside a field twice")
        }
        return parser.rows
    }

    private static func separator(of text: String) -> Unicode.Scalar {
        let first = text.prefix { !$0.isNewline }.unicodeScalars
        return first.contains(",") ? "," : first.contains(";") ? ";" : first.contains("\t") ? "\t" : ","
    }

    private struct Parser {
        private enum Place {
            case beginning, plain, quoted, behindQuote
        }

        let separator: Unicode.Scalar
        var rows: [Row] = []
        private(set) var rowLine = 1
        private var line = 1
        private var fields: [String] = []
        private var field = String.UnicodeScalarView()
        private var isQuoted = false
        private var place = Place.beginning
        private var previous: Unicode.Scalar = " "

        init(separator: Unicode.Scalar) { self.separator = separator }

        mutating func take(_ scalar: Unicode.Scalar) {
            defer { previous = scalar }
            let isLineEnd = scalar == "\n" || scalar == "\r"
            let isSecondHalf = scalar == "\n" && previous == "\r"
            if place == .quoted {
                if isLineEnd && !isSecondHalf { line += 1 }
                if scalar == "\"" { place = .behindQuote } else { field.append(scalar) }
                return
            }
            if isLineEnd {
                if !isSecondHalf {
                    endRow()
                    line += 1
                }
                rowLine = line
                return
            }
            switch (place, scalar) {
            case (_, separator): endField()
            case (.beginning, "\""):
                field.removeAll()
                isQuoted = true
                place = .quoted
            case (.behindQuote, "\""):
                // A doubled quote is one.
                field.append(scalar)
                place = .quoted
            case (.beginning, " "), (.beginning, "\t"), (.behindQuote, _): break
            default:
                field.append(scalar)
                place = .plain
            }
        }

        private mutating func endField() {
            var text = String(field)
            if !isQuoted { while text.last?.isWhitespace == true { text.removeLast() } }
            fields.append(text)
            field.removeAll()
            (isQuoted, place) = (false, .beginning)
        }

        private mutating func endRow() {
            endField()
            if fields != [""] { rows.append(Row(line: rowLine, fields: fields)) }
            fields = []
        }

        /// Ends the last row; false inside quotes.
        mutating func finish() -> Bool {
            if place == .quoted { return false }
            endRow()
            return true
        }
    }
}
