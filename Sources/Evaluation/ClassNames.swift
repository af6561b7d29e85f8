import Diagnostics
import Files

/// The names of a network's classes, read from a file that a user has.
public enum ClassNames {
    /// Reads names in output order: one a line, or a CSV of index and name (a heading line is recognised).
    ///
    /// Throws the errors of reading, or `eval.badLabels` where indices are missing or stand twice.
    public static func read(_ path: String) throws -> [String] {
        let lines = try InputFile.text(path).split(whereSeparator: \.isNewline).map(String.init)
        let rows = lines.map { line in
            line.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false).map { trimmed($0) }
        }
        let body = rows.first.map { $0.count == 2 && Int($0[0]) == nil } == true ? Array(rows.dropFirst()) : rows
        guard !body.isEmpty, body.allSatisfy({ $0.count == 2 && Int($0[0]) != nil }) else { return lines }
        var names = [String?](repeating: nil, count: body.count)
        for row in body {
            guard let index = Int(row[0]), names.indices.contains(index), names[index] == nil else {
                throw KernelVizError(
                    code: "eval.badLabels", subject: path, found: "index \(row[0]) for '\(row[1])'",
                    expected: "each index from 0 to \(body.count - 1) once")
            }
            names[index] = row[1]
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
