import Diagnostics

/// Where the numbers of a checkpoint come from: files do not tell.
public struct Provenance: Sendable, Equatable, Codable {
    /// Who trained the network.
    public let trainedBy: String
    /// On what.
    public let trainedOn: String
    /// What became of the numbers since ("float32", "dequantised from int8"); empty for not known.
    public let numbers: String
    /// What it stands in for where it is not what the paper used; empty where it is.
    public let standsInFor: String

    /// Whether it is not what the paper used.
    public var isStandIn: Bool { !standsInFor.isEmpty }

    static let header = "checkpoint,trained_by,trained_on,numbers,stands_in_for"

    private static func trimmed(_ field: Substring) -> String {
        var rest = field.drop(while: \.isWhitespace)
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }

    /// The checkpoints' provenance by file name, from a CSV with the header
    /// `checkpoint,trained_by,trained_on,numbers,stands_in_for`; fields hold no comma.
    ///
    /// Throws `provenance.header`, `provenance.line` and `provenance.twice`.
    public static func table(_ text: String, path: String) throws -> [String: Provenance] {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.filter { $0 != "\u{FEFF}" } }
            .filter { line in !line.allSatisfy(\.isWhitespace) }
        guard lines.first == header else {
            throw KernelVizError(
                code: "provenance.header", subject: path,
                found: lines.first.map { "the first line '\($0.prefix(80))'" } ?? "no line", expected: "'\(header)'")
        }
        var table: [String: Provenance] = [:]
        for (number, line) in lines.enumerated().dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(trimmed)
            guard fields.count == 5, !fields[0].isEmpty else {
                throw KernelVizError(
                    code: "provenance.line", subject: "\(path), line \(number + 1)",
                    found: "\(fields.count) fields", expected: "5, the first a checkpoint's file name",
                    advice: "Write fields without commas")
            }
            let found = Provenance(
                trainedBy: fields[1], trainedOn: fields[2], numbers: fields[3], standsInFor: fields[4])
            guard table.updateValue(found, forKey: fields[0]) == nil else {
                throw KernelVizError(
                    code: "provenance.twice", subject: "\(path), line \(number + 1)",
                    found: "\(fields[0]) a second time", expected: "one line a checkpoint")
            }
        }
        return table
    }
}
