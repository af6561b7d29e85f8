import Diagnostics
import Files

/// The names of a network's classes, read from a file that a user has.
public enum ClassNames {
    /// Reads names in output order: one a line, or a CSV whose first column is the index and whose last is the
    /// name (a heading line is recognised).
    ///
    /// Throws the errors of reading, or `eval.badLabels` where indices are missing or stand twice.
    public static func read(_ path: String) throws -> [String] {
        let lines = try InputFile.text(path).split(whereSeparator: \.isNewline).map(String.init)
        // The columns are those of the heading; a name in the last one may hold commas of its own.
        let hasHeading = lines.first.map { $0.contains(",") && Int(trimmed($0.prefix { $0 != "," })) == nil } == true
        let columns = hasHeading ? lines[0].count { $0 == "," } + 1 : 2
        let rows = lines.dropFirst(hasHeading ? 1 : 0).map { line in
            line.split(separator: ",", maxSplits: columns - 1, omittingEmptySubsequences: false)
                .map { trimmed($0) }
        }
        let body = rows.compactMap { row in row.last.map { (index: row[0], name: $0) } }
        guard !body.isEmpty, rows.allSatisfy({ $0.count == columns && Int($0[0]) != nil }) else { return lines }
        var names = [String?](repeating: nil, count: body.count)
        for row in body {
            guard let index = Int(row.index), names.indices.contains(index), names[index] == nil else {
                throw KernelVizError(
                    code: "eval.badLabels", subject: path, found: "index \(row.index) for '\(row.name)'",
                    expected: "each index from 0 to \(body.count - 1) once")
            }
            names[index] = row.name
        }
        return names.compactMap { $0 }
    }

    /// Without spaces and quotation marks around it.
    private static func trimmed(_ text: Substring) -> String {
        var inner = text
        while let first = inner.first, first.isWhitespace || first == "\"" { inner.removeFirst() }
        while let last = inner.last, last.isWhitespace || last == "\"" { inner.removeLast() }
        return String(inner)
    }
}
