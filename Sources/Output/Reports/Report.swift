import Diagnostics

/// A form in which results are printed; the words are those of the verbs' `--format`.
public enum ReportForm: String, Sendable, CaseIterable {
    /// For a terminal.
    case table
    /// For programs.
    case json
    /// For spreadsheets.
    case csv
    /// A table of GitHub's Markdown.
    case markdown
    /// A page for browsers.
    case html
    /// A config file.
    case yaml
    /// Findings for CI systems, SARIF 2.1.0.
    case sarif
}

/// A result that is printed. Every one has a table and JSON; the protocols that refine this one say what else it has.
public protocol Report: Sendable {
    /// For a terminal, lines with an end each.
    var table: String { get }
    /// For programs: keys sorted, the form's name under `schema` (`DocumentSchema`), a line end at the end.
    var json: String { get }
}

/// A report that spreadsheets read: a header and one line a row, numbers unrounded or with fixed decimals.
public protocol CSVReport: Report {
    /// The rows, the header first.
    var csv: String { get }
}

/// A report as GitHub's Markdown.
public protocol MarkdownReport: Report {
    /// What ``Report/table`` says, in Markdown.
    var markdown: String { get }
}

/// A report as a page that needs nothing beside itself.
public protocol PageReport: Report {
    /// The page; `version` is named at its end.
    func html(version: String) -> String
}

/// A report on a design, which is a config file too.
public protocol ConfigReport: Report {
    /// The config file.
    var yaml: String { get }
}

/// A report of findings, which CI systems show beside the code.
public protocol FindingsReport: Report {
    /// SARIF 2.1.0; `version` is the tool's.
    func sarif(version: String) -> String
}

extension Report {
    /// The report in a form.
    ///
    /// - Parameters:
    ///   - form: Which of its forms.
    ///   - version: Named at the end of a page and in SARIF.
    ///
    /// Throws `report.form` where it has no such form.
    public func text(as form: ReportForm, version: String) throws -> String {
        let text: String? =
            switch form {
            case .table: table
            case .json: json
            case .csv: (self as? any CSVReport)?.csv
            case .markdown: (self as? any MarkdownReport)?.markdown
            case .html: (self as? any PageReport)?.html(version: version)
            case .yaml: (self as? any ConfigReport)?.yaml
            case .sarif: (self as? any FindingsReport)?.sarif(version: version)
            }
        guard let text else {
            throw KernelVizError(
                code: "report.form", subject: "--format \(form.rawValue)", found: "a result without this form",
                expected: forms.map(\.rawValue).joined(separator: ", "))
        }
        return text
    }

    /// The forms that the report has.
    public var forms: [ReportForm] {
        ReportForm.allCases.filter { form in
            switch form {
            case .table, .json: true
            case .csv: self is any CSVReport
            case .markdown: self is any MarkdownReport
            case .html: self is any PageReport
            case .yaml: self is any ConfigReport
            case .sarif: self is any FindingsReport
            }
        }
    }
}
