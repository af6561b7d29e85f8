import Checkpoints
import Diagnostics
import Foundation

/// How two checkpoints differ, for people and for programs.
public struct DifferenceReport: Report {
    /// Names the JSON's form; changes when a field changes its meaning.
    public static let schema = DocumentSchema.weightsDifference.rawValue

    private let difference: CheckpointDifference
    private let paths: (first: String, second: String)
    private let notes: [String]

    /// A report on the difference between the files at `first` and `second`; `notes` tell what of them was not compared.
    public init(_ difference: CheckpointDifference, first: String, second: String, notes: [String] = []) {
        self.difference = difference
        paths = (first, second)
        self.notes = notes
    }

    /// One line a difference, and a summary.
    public var table: String {
        var text = ""
        for name in difference.onlyInFirst { text += "only in \(paths.first): \(name)".printable + "\n" }
        for name in difference.onlyInSecond { text += "only in \(paths.second): \(name)".printable + "\n" }
        for change in difference.changes {
            let names =
                change.names.first == change.names.second
                ? change.names.first : "\(change.names.first) | \(change.names.second)"
            let forms =
                change.forms.first == change.forms.second
                ? change.forms.first : "\(change.forms.first) | \(change.forms.second)"
            text += "\(names): \(forms)".printable
            if let largest = change.maximumDifference {
                text += ", \(NumberFormat.grouped(change.differingCount)) elements differ, by at most "
                text += String(format: "%.6g", largest)
            }
            text += "\n"
        }
        let equal = "\(difference.equalCount) tensors are equal bit for bit"
        text += notes.map { $0.printable + "\n" }.joined()
        if difference.isEmpty { return text + "No difference: \(equal).\n" }
        return text
            + "\(difference.changes.count) tensors differ, \(difference.onlyInFirst.count) are only in the first, "
            + "\(difference.onlyInSecond.count) only in the second; \(equal).\n"
    }

    /// The same as JSON.
    public var json: String {
        JSONText.of(
            Document(
                equalCount: difference.equalCount, onlyInFirst: difference.onlyInFirst,
                onlyInSecond: difference.onlyInSecond,
                changes: difference.changes.map { change in
                    Document.Change(
                        first: change.names.first, second: change.names.second, firstForm: change.forms.first,
                        secondForm: change.forms.second, differingCount: change.differingCount,
                        maximumDifference: change.maximumDifference)
                }, notes: notes))
    }

    private struct Document: Encodable {
        struct Change: Encodable {
            let first: String
            let second: String
            let firstForm: String
            let secondForm: String
            let differingCount: Int
            let maximumDifference: Double?
        }

        let schema = DifferenceReport.schema
        let equalCount: Int
        let onlyInFirst: [String]
        let onlyInSecond: [String]
        let changes: [Change]
        let notes: [String]
    }
}
