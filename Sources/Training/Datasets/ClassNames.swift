import Diagnostics
import Files
import Foundation

/// The names of a network's classes: read from a file that a user has, and compared with others.
public enum ClassNames {
    /// Reads names in output order, from any of the forms in use:
    ///
    /// - one a line, also with the number before it ("0: tench", "0 tench");
    /// - a CSV whose first column is the index and whose last is the name (a heading line is recognised);
    /// - JSON: a list of names, or an object from numbers to names, to [WordNet identifier, name] (Keras), or from names
    ///   to numbers (`class_to_idx`, `class_indices`).
    ///
    /// Blank lines are passed over; encodings and line ends are those of `InputFile.text(_:limitBytes:expected:)`.
    /// Throws the errors of reading, or `eval.badLabels` where there are no names or indices are missing or stand twice.
    public static func read(_ path: String) throws -> [String] {
        let text = try InputFile.text(path, expected: "names of classes, one a line, or a CSV or JSON list")
        let names = try json(text, path) ?? table(text, path) ?? lines(text)
        guard !names.isEmpty else {
            throw KernelVizError(
                code: "eval.badLabels", subject: path, found: "no names", expected: "one a line, or a CSV or JSON list")
        }
        return names
    }

    /// A list or an object of JSON; nil where the text does not begin as one.
    private static func json(_ text: String, _ path: String) throws -> [String]? {
        guard let first = text.first(where: { !$0.isWhitespace }), first == "[" || first == "{" else { return nil }
        let data = Data(text.utf8)
        if let names = try? JSONDecoder().decode([String].self, from: data) { return names }
        if let names = try? JSONDecoder().decode([String: String].self, from: data) {
            return try ordered(names.map { ($0.key, $0.value) }, path)
        }
        if let pairs = try? JSONDecoder().decode([String: [String]].self, from: data),
            pairs.values.allSatisfy({ !$0.isEmpty })
        {
            return try ordered(pairs.map { ($0.key, $0.value.last ?? "") }, path)
        }
        if let numbers = try? JSONDecoder().decode([String: Int].self, from: data) {
            return try ordered(numbers.map { (String($0.value), $0.key) }, path)
        }
        // A name may begin with a bracket.
        guard text.contains("\"") else { return nil }
        throw KernelVizError(
            code: "eval.badLabels", subject: path, found: "JSON of another form",
            expected: "a list of names, or an object from numbers to names or from names to numbers")
    }

    /// A CSV of indices and names; nil where the text is none.
    private static func table(_ text: String, _ path: String) throws -> [String]? {
        guard let rows = try? CSVRows.of(text, subject: path).map(\.fields), let first = rows.first else { return nil }
        if rows.allSatisfy({ $0.count == 1 }) {
            // Names in quotation marks, one a line.
            let names = rows.map { $0[0] }
            return numbered(names) ?? (text.contains("\"") ? names : nil)
        }
        // The columns are those of the heading; a name in the last one may hold commas of its own.
        let hasHeading = first.count > 1 && Int(first[0]) == nil
        let columns = hasHeading ? first.count : 2
        let body = rows.dropFirst(hasHeading ? 1 : 0)
        guard !body.isEmpty, body.allSatisfy({ $0.count >= columns && Int($0[0]) != nil }) else { return nil }
        return try ordered(body.map { ($0[0], $0[(columns - 1)...].joined(separator: ", ")) }, path)
    }

    /// One name a line.
    private static func lines(_ text: String) -> [String] {
        let lines = text.split(separator: "\n").map { $0.trimmingPrefix { $0.isWhitespace } }
            .map { line in String(line.reversed().drop { $0.isWhitespace }.reversed()) }.filter { !$0.isEmpty }
        return numbered(lines) ?? lines
    }

    /// Lines that begin with 0, 1, 2 … without these numbers; nil for others.
    private static func numbered(_ lines: [String]) -> [String]? {
        let parts = lines.map { line -> (number: Substring, rest: Substring) in
            let number = line.prefix { $0.isNumber }
            return (number, line[number.endIndex...])
        }
        guard lines.count > 1,
            parts.enumerated().allSatisfy({ index, part in
                Int(part.number) == index && [" ", "\t", ":"].contains(part.rest.first)
            })
        else { return nil }
        return parts.map { String($0.rest.drop { $0.isWhitespace || $0 == ":" }) }
    }

    /// The names in the order of their indices, which must be 0, 1, 2 …
    private static func ordered(_ pairs: [(index: String, name: String)], _ path: String) throws -> [String] {
        var names = [String?](repeating: nil, count: pairs.count)
        for pair in pairs.sorted(by: { (Int($0.index) ?? -1, $0.index) < (Int($1.index) ?? -1, $1.index) }) {
            guard let index = Int(pair.index), names.indices.contains(index), names[index] == nil else {
                throw KernelVizError(
                    code: "eval.badLabels", subject: path, found: "index \(pair.index) for '\(pair.name)'",
                    expected: "each index from 0 to \(pairs.count - 1) once")
            }
            names[index] = pair.name
        }
        return names.compactMap { $0 }
    }
}

// MARK: - Comparing

extension ClassNames {
    /// Whether the "names" are the classes' own numbers: "3", "class 3", "LABEL_3".
    package static func arePlaceholders(_ names: [String]) -> Bool {
        names.enumerated().allSatisfy { index, name in
            let words = normalised(name).split(separator: " ")
            guard let last = words.last, Int(last) == index else { return false }
            return words.count == 1 || words.count == 2 && ["class", "label", "output"].contains(words[0])
        }
    }

    /// The name in small letters, with one space where it has spaces, commas, "_" or "-".
    package static func normalised(_ name: String) -> String {
        name.lowercased().split { $0.isWhitespace || $0 == "," || $0 == "_" || $0 == "-" }.joined(separator: " ")
    }

    /// The lines of a file of names, from 1, whose name is `name`; none where the file cannot be read.
    package static func lines(of name: String, in path: String) -> [Int] {
        let wanted = normalised(name)
        let lines =
            (try? InputFile.text(path))?.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) ?? []
        func bare(_ text: Substring) -> String {
            let marks: Set<Character> = ["\"", ",", "[", "]", "{", "}", ":"]
            let start = text.drop { $0.isWhitespace || marks.contains($0) }
            return String(start.reversed().drop { $0.isWhitespace || marks.contains($0) }.reversed())
        }
        return lines.indices.filter { index in
            let whole = bare(lines[index])
            let last = bare(whole.split(separator: ",").last ?? "")
            let unnumbered = bare(whole.drop { $0.isNumber })
            return [whole, last, unnumbered].contains { normalised($0) == wanted }
        }.map { $0 + 1 }
    }

    /// The first few of `names`, quoted, for a sentence.
    package static func list(_ names: [String], _ limit: Int = 5) -> String {
        names.prefix(limit).map { "'\($0)'" }.joined(separator: ", ")
            + (names.count > limit ? " and \(names.count - limit) more" : "")
    }
}
