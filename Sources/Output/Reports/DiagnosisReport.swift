import Diagnosis
import Diagnostics
import Figures

/// What is wrong with networks, for people and programs.
public struct DiagnosisReport: CSVReport, MarkdownReport, PageReport, FindingsReport {
    /// Names the JSON's form; changes when a field changes its meaning.
    public static let schema = DocumentSchema.diagnosis.rawValue

    let diagnoses: [NetworkDiagnosis]
    private let isColoured: Bool

    /// A report on several networks; `isColoured` paints the severities of the table.
    public init(_ diagnoses: [NetworkDiagnosis], isColoured: Bool = false) {
        self.diagnoses = diagnoses
        self.isColoured = isColoured
    }

    /// Notes of one rule beyond this number are one line of the table; every form for programs has all of them.
    private static let notesAtOnce = 3

    /// A heading, a line a finding and what to do, for each network.
    public var table: String {
        diagnoses.map { diagnosis in
            var text = heading(diagnosis) + "\n"
            if !diagnosis.findings.isEmpty { text += rows(diagnosis).text + advices(diagnosis) }
            return text + notes(diagnosis).map { $0 + "\n" }.joined()
        }.joined(separator: "\n")
    }

    /// The same in Markdown.
    public var markdown: String {
        diagnoses.map { diagnosis in
            "## \(heading(diagnosis))\n\n"
                + (diagnosis.findings.isEmpty ? "" : rows(diagnosis).markdown + "\n")
                + notes(diagnosis).map { "- \($0)\n" }.joined()
        }.joined(separator: "\n")
    }

    /// One line a finding, with a header.
    public var csv: String {
        var text = CSVText.line([
            "network", "rule", "severity", "layers", "channels", "message", "evidence", "value", "unit", "low", "high",
            "probability", "count", "macs", "parameters", "answers", "advice",
        ])
        for diagnosis in diagnoses {
            for finding in diagnosis.findings {
                let evidence = finding.evidence.first
                text += CSVText.line([
                    diagnosis.path, finding.rule, finding.severity.rawValue,
                    (finding.place.layers.map(\.name) + finding.place.tensors).joined(separator: " "),
                    finding.place.channels.map(String.init).joined(separator: " "), finding.message,
                    evidence?.name ?? "", CSVText.field(evidence?.value), evidence?.unit ?? "",
                    CSVText.field(evidence?.low), CSVText.field(evidence?.high), CSVText.field(evidence?.probability),
                    CSVText.field(evidence?.count), CSVText.field(finding.cost?.macs),
                    CSVText.field(finding.cost?.parameters), CSVText.field(finding.cost?.answers), finding.advice,
                ])
            }
        }
        return text
    }

    /// Every finding with all its numbers.
    public var json: String {
        JSONText.of(
            Document(
                schema: Self.schema,
                networks: diagnoses.map { diagnosis in
                    Document.Network(
                        path: diagnosis.path, title: diagnosis.title, sha256: diagnosis.sha256,
                        pictures: diagnosis.pictures, rules: diagnosis.rules, skipped: diagnosis.skipped,
                        remarks: diagnosis.remarks, findings: diagnosis.findings)
                }))
    }

    /// The same as one page.
    public func html(version: String) -> String {
        HTMLPage(
            title: "What is wrong with networks", heading: "What is wrong, and what is wasted",
            sections: diagnoses.map { diagnosis in
                HTMLPage.section(
                    TextTable.fileName(diagnosis.path),
                    [HTMLPage.words(heading(diagnosis) + ".")]
                        + (diagnosis.findings.isEmpty ? [] : [allRows(diagnosis).html(isStacked: true)])
                        + notes(diagnosis).map(HTMLPage.words))
            }, note: "Intervals are 95 %, probabilities corrected for the number of tests (Holm).", version: version
        ).text
    }

    private struct Document: Encodable {
        struct Network: Encodable {
            let path: String
            let title: String
            let sha256: String
            let pictures: Int
            let rules: [String]
            let skipped: [NetworkDiagnosis.Skipped]
            let remarks: [String]
            let findings: [Finding]
        }

        let schema: String
        let networks: [Network]
    }

    // MARK: - Words

    private func heading(_ diagnosis: NetworkDiagnosis) -> String {
        func counted(_ severity: Finding.Severity) -> String? {
            let count = diagnosis.count(severity)
            return count == 0 ? nil : "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")"
        }
        let parts = Finding.Severity.allCases.reversed().compactMap(counted)
        let pictures =
            diagnosis.pictures == 0
            ? "" : " and \(diagnosis.pictures) \(diagnosis.pictures == 1 ? "picture" : "pictures")"
        return "\(diagnosis.path): \(diagnosis.title), "
            + (parts.isEmpty ? "nothing found" : parts.joined(separator: ", "))
            + " (\(diagnosis.rules.count) rules\(pictures))"
    }

    private func notes(_ diagnosis: NetworkDiagnosis) -> [String] {
        let reasons = Dictionary(grouping: diagnosis.skipped, by: \.reason)
        return diagnosis.remarks
            + reasons.keys.sorted().map { reason in
                "Not looked for \(reason): \(reasons[reason, default: []].map(\.rule).joined(separator: ", "))."
            }
    }

    private static let columns: [TextTable.Column] = [
        .init("severity", .left), .init("rule", .left), .init("where", .left), .init("what", .left),
        .init("evidence", .left),
        .init("MACs", .right), .init("parameters", .right),
    ]

    /// Every finding in whole sentences, with what to do.
    private func allRows(_ diagnosis: NetworkDiagnosis) -> TextTable {
        var table = TextTable(Self.columns + [.init("what to do", .left)])
        for finding in diagnosis.findings { table.add(cells(finding, isWhole: true) + [.init(finding.advice)]) }
        return table
    }

    /// Every finding, many notes of one rule on one line.
    private func rows(_ diagnosis: NetworkDiagnosis) -> TextTable {
        var table = TextTable(Self.columns)
        var told: Set<String> = []
        for finding in diagnosis.findings {
            let alike = diagnosis.findings.filter { $0.rule == finding.rule && $0.severity == finding.severity }
            if finding.severity == .note, alike.count > Self.notesAtOnce {
                if told.insert(finding.rule).inserted { table.add(summary(alike)) }
            } else {
                table.add(cells(finding))
            }
        }
        return table
    }

    /// A finding's line; a terminal's is cut to what fits.
    private func cells(_ finding: Finding, isWhole: Bool = false) -> [TextTable.Cell] {
        let (place, evidence) = (Self.place(finding), finding.evidence.first)
        return [
            severity(finding.severity), .init(finding.rule),
            .init(isWhole ? place : TextTable.shortened(place, to: 32)),
            .init(isWhole ? finding.message : TextTable.shortened(finding.message, to: 72)),
            .init((isWhole ? evidence.map { "\($0.name): " } ?? "" : "") + (evidence.map(Self.words) ?? "")),
            .init(finding.cost?.macs.map(NumberFormat.grouped) ?? "·"),
            .init(finding.cost?.parameters.map(NumberFormat.grouped) ?? "·"),
        ]
    }

    private func summary(_ findings: [Finding]) -> [TextTable.Cell] {
        let channels = findings.reduce(0) { $0 + $1.place.channels.count }
        let macs = findings.compactMap { $0.cost?.macs }
        let parameters = findings.compactMap { $0.cost?.parameters }
        return [
            severity(findings[0].severity), .init(findings[0].rule),
            .init("\(findings.count) layers"),
            .init(
                (channels > 0 ? "\(NumberFormat.grouped(channels)) channels; for example " : "for example ")
                    + TextTable.shortened("\(Self.place(findings[0])): \(findings[0].message)", to: 60)),
            .init(""), .init(macs.isEmpty ? "·" : NumberFormat.grouped(macs.reduce(0, +))),
            .init(parameters.isEmpty ? "·" : NumberFormat.grouped(parameters.reduce(0, +))),
        ]
    }

    private func severity(_ severity: Finding.Severity) -> TextTable.Cell {
        let style = severity == .error ? "1;31" : severity == .warning ? "33" : ""
        return TextTable.Cell(severity.rawValue, style: isColoured ? style : "")
    }

    /// What to do about warnings and errors, each once, with the whole sentence that the table cuts.
    private func advices(_ diagnosis: NetworkDiagnosis) -> String {
        diagnosis.findings.filter { $0.severity > .note }.map {
            "\($0.severity.rawValue) \($0.rule): \(Self.place($0)): \($0.message). \($0.advice).\n"
        }.joined()
    }

    /// "#7 features.4.conv.1.0", "3 layers from #2 conv", "the network".
    static func place(_ finding: Finding) -> String {
        let place = finding.place
        if let first = place.layers.first {
            return place.layers.count == 1 ? first.label : "\(place.layers.count) layers from \(first.label)"
        }
        return place.tensors.isEmpty ? "the network" : place.tensors.joined(separator: ", ")
    }

    /// "effective rank 4 of 14", "lean −0.43 pixels (−0.45 to −0.41), p 1e-30".
    static func words(_ evidence: Finding.Evidence) -> String {
        var text = digits(evidence.value) + (evidence.unit.isEmpty ? "" : " \(evidence.unit)")
        if let low = evidence.low, let high = evidence.high { text += " (\(digits(low)) to \(digits(high)))" }
        if let probability = evidence.probability {
            text += probability < 1e-4 ? ", p < 0.0001" : ", p \(NumberFormat.fixed(probability, 4))"
        }
        if let count = evidence.count { text += ", n \(NumberFormat.grouped(count))" }
        return text
    }

    private static func digits(_ value: Double) -> String {
        let size = abs(value)
        if size >= 100 || value == value.rounded() && size < 1e15 { return NumberFormat.fixed(value, 0) }
        return NumberFormat.fixed(value, size >= 10 ? 1 : size >= 1 ? 2 : 3)
    }
}
