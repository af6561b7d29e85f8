import Derivation
import Diagnostics
import VGNets

/// A derived design with its reasons, for people and programs.
public struct DerivationReport: ConfigReport {
    /// Names the JSON's form; changes when a field changes its meaning.
    public static let schema = DocumentSchema.derivation.rawValue

    private let derivation: Derivation

    /// A report on `derivation`.
    public init(_ derivation: Derivation) { self.derivation = derivation }

    /// One line a field and place: value, whether it is derived, what was measured, the rule, where; the rules below.
    public var table: String {
        var table = TextTable([
            .init("field", .left), .init("place", .left), .init("value", .left), .init("from", .left),
            .init("rule", .left), .init("what was measured", .left), .init("where", .left),
        ])
        for reason in derivation.reasons {
            let first = (reason.field, reason.value, reason.isDefault ? "paper" : "derived", reason.ruleName ?? "")
            if reason.findings.count != 1 || reason.findings[0].place != nil {
                table.add([first.0, "", first.1, first.2, first.3, "", ""].map { TextTable.Cell($0) })
            }
            for finding in reason.findings {
                let isWhole = finding.place == nil
                let dissent = finding.dissent.isEmpty ? "" : "; alone, " + finding.dissent.joined(separator: ", ")
                let measured = Self.wrapped(finding.statistic + dissent, width: 64)
                let places = Self.wrapped(Self.shortened(finding.sources), width: 32)
                for line in 0..<max(1, measured.count, places.count) {
                    let from = finding.value.isEmpty ? "" : finding.isDefault ? "paper" : "derived"
                    var cells = Array(repeating: "", count: 5)
                    if line == 0 {
                        cells = [
                            isWhole ? first.0 : "", finding.place ?? "", isWhole ? first.1 : finding.value, from,
                            isWhole ? first.3 : "",
                        ]
                    }
                    cells += [line < measured.count ? measured[line] : "", line < places.count ? places[line] : ""]
                    table.add(cells.map { TextTable.Cell($0) })
                }
            }
        }
        var text = "\(derivation.config.name), derived from \(derivation.sources.joined(separator: ", "))\n"
        text += "\(derivation.costLine).\n"
        text += derivation.agreement.sentences.map { $0 + "\n" }.joined()
        text += table.text
        var seen: Set<String> = []
        for reason in derivation.reasons {
            let line = "\(reason.ruleName.map { "\($0), " } ?? "")\(reason.field): \(reason.rule).\n"
            if seen.insert(line).inserted { text += line }
        }
        for left in derivation.leftOut { text += "Left out: \(left).\n" }
        return text
    }

    /// Breaks text at spaces.
    private static func wrapped(_ text: String, width: Int) -> [String] {
        text.split(separator: " ").reduce(into: []) { lines, word in
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] += " \(word)"
            } else {
                lines.append(String(word))
            }
        }
    }

    private static func shortened(_ sources: [String]) -> String {
        let shown = sources.prefix(2).joined(separator: ", ")
        return sources.count > 2 ? "\(shown) and \(sources.count - 2) more" : shown
    }

    /// The design as a config file.
    public var yaml: String { derivation.yaml }

    /// What changed against another config, and why.
    public func differences(from other: VGNetConfig) -> DerivationDifferenceReport {
        DerivationDifferenceReport(derivation, against: other)
    }

    /// The design and its reasons as JSON, keys sorted, a line end at the end.
    public var json: String {
        let config = derivation.config
        let cost = derivation.cost
        return JSONText.of(
            Document(
                schema: Self.schema, config: config, parameters: cost.parameters,
                fixedParameters: config.folded.parameters.fixed, macs: cost.macs,
                cost: Document.Cost(config.name, cost, derivation.time?.milliseconds),
                published: Document.Cost(
                    derivation.target.reference.name, derivation.target.referenceCost,
                    derivation.time?.referenceMilliseconds),
                isPublished: derivation.published != nil, time: derivation.time, bounds: derivation.target.bounds,
                agreement: derivation.agreement, sources: derivation.sources, leftOut: derivation.leftOut,
                refusal: derivation.refusal,
                reasons: derivation.reasons))
    }

    private struct Document: Encodable {
        /// The three numbers of a net, as it runs when trained.
        struct Cost: Encodable {
            let name: String
            let parameters: Int
            let macs: Int
            let milliseconds: Double?

            init(_ name: String, _ cost: DesignCost, _ milliseconds: Double?) {
                (self.name, self.milliseconds) = (name, milliseconds)
                (parameters, macs) = (cost.parameters, cost.macs)
            }
        }

        let schema: String
        let config: VGNetConfig
        let parameters: Int
        let fixedParameters: Int
        let macs: Int
        let cost: Cost
        let published: Cost
        let isPublished: Bool
        let time: PairedTime?
        let bounds: DesignBounds
        let agreement: Agreement
        let sources: [String]
        let leftOut: [String]
        let refusal: String?
        let reasons: [Reason]
    }
}
