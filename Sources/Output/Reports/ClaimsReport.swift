import Diagnostics
import Statistics

/// The paper's statements about learned kernels, tested on checkpoints.
public struct ClaimsReport: CSVReport, MarkdownReport, PageReport {
    /// Names the JSON's form.
    public static let schema = DocumentSchema.claims.rawValue

    struct Entry: Sendable, Encodable {
        let path: String
        let sha256: String
        let network: String
        let provenance: Provenance?
        let claims: [PaperClaim]
    }

    let entries: [Entry]
    /// Checkpoints that are not what the paper used and were left out.
    let leftOut: [String]
    /// Whether anything is known of where checkpoints come from.
    let hasProvenance: Bool

    /// Tests every statement on every network, in the order given.
    ///
    /// - Parameters:
    ///   - statistics: the checkpoints.
    ///   - provenance: where checkpoints come from, by file name; empty where nothing is known.
    ///   - leavesOutStandIns: whether those that stand in for a network of the paper are left out.
    public init(
        _ statistics: [NetworkStatistics], provenance: [String: Provenance] = [:], leavesOutStandIns: Bool = false
    ) {
        hasProvenance = !provenance.isEmpty
        func provenanceOf(_ statistics: NetworkStatistics) -> Provenance? {
            provenance[TextTable.fileName(statistics.network.checkpoint.path)]
        }
        func isLeftOut(_ statistics: NetworkStatistics) -> Bool {
            leavesOutStandIns && provenanceOf(statistics)?.isStandIn == true
        }
        leftOut = statistics.filter(isLeftOut).map(\.network.checkpoint.path)
        entries = statistics.filter { !isLeftOut($0) }.map {
            Entry(
                path: $0.network.checkpoint.path, sha256: $0.network.checkpoint.sha256, network: $0.network.title,
                provenance: provenanceOf($0), claims: $0.paperClaims)
        }
    }

    /// One table a statement, then how often each was supported.
    public var table: String {
        PaperClaim.Statement.allCases.map { "\(heading($0))\n\(rows(of: $0).text)\n" }.joined() + summary.text + "\n"
            + overNetworks.text + notes.map { $0.printable + "\n" }.joined()
            + (hasProvenance ? "\nWhere the checkpoints come from\n\(provenances.text)" : "")
    }

    /// The same in Markdown.
    public var markdown: String {
        PaperClaim.Statement.allCases.map { "### \(heading($0))\n\n\(rows(of: $0).markdown)\n" }.joined()
            + "### All statements\n\n" + summary.markdown + "\n### Over networks\n\n" + overNetworks.markdown + "\n"
            + notes.map { "- \($0.printable)\n" }.joined()
            + (hasProvenance ? "\n### Where the checkpoints come from\n\n" + provenances.markdown : "")
    }

    /// One line a checkpoint and statement, with a header.
    public var csv: String {
        var text = CSVText.line([
            "checkpoint", "sha256", "network", "claim", "source", "criterion", "finding", "rank_correlation", "p_value",
            "verdict", "effect", "effect_variance", "effect_scale", "trained_by", "trained_on", "numbers",
            "stands_in_for",
        ])
        for entry in entries {
            for claim in entry.claims {
                text += CSVText.line([
                    entry.path, entry.sha256, entry.network, claim.statement.rawValue, claim.statement.source,
                    claim.statement.criterion, claim.finding, CSVText.field(claim.rankCorrelation),
                    CSVText.field(claim.pValue), claim.verdict.rawValue, CSVText.field(claim.effect?.value),
                    CSVText.field(claim.effect?.variance), claim.effect?.scale.rawValue ?? "",
                    entry.provenance?.trainedBy ?? "", entry.provenance?.trainedOn ?? "",
                    entry.provenance?.numbers ?? "", entry.provenance?.standsInFor ?? "",
                ])
            }
        }
        return text
    }

    /// The same as JSON.
    public var json: String {
        JSONText.of(
            Document(
                schema: Self.schema,
                criteria: Dictionary(
                    uniqueKeysWithValues: PaperClaim.Statement.allCases.map { ($0.rawValue, $0.criterion) }),
                checkpoints: entries, leftOut: leftOut, overNetworks: pooled))
    }

    /// The same as one page.
    public func html(version: String) -> String {
        let colors = HTMLPlot.colors
        let verdicts: [(PaperClaim.Verdict, String)] = [
            (.supported, colors[0]), (.notSupported, colors[1]), (.notTestable, colors[3]),
        ]
        let bars = PaperClaim.Statement.allCases.map { statement in
            let found = entries.flatMap(\.claims).filter { $0.statement == statement }
            return (
                name: Self.capitalised(statement.rawValue),
                parts: verdicts.map { verdict, color in
                    (
                        name: verdict.rawValue,
                        share: Double(found.count { $0.verdict == verdict }) / Double(max(1, found.count)), color: color
                    )
                }
            )
        }
        let correlated = PaperClaim.Statement.allCases.filter { statement in
            entries.contains { $0.claims.contains { $0.statement == statement && $0.rankCorrelation != nil } }
        }
        let ticks = [-1, -0.5, 0, 0.5, 1].map { (value: $0, text: Self.signed($0)) }
        let sections = PaperClaim.Statement.allCases.map { statement in
            HTMLPage.section(
                Self.capitalised("\(statement.rawValue) (\(statement.source))"),
                [HTMLPage.words("Supported where \(statement.criterion).")]
                    + (correlated.contains(statement)
                        ? [
                            HTMLPage.words(
                                "Rank correlation of the share with depth; filled where p < "
                                    + "\(ClaimRules.depthSignificance)."),
                            HTMLPlot.dots(
                                dots(of: statement), range: -1...1, ticks: ticks,
                                label: "Rank correlations: \(statement.rawValue)"),
                        ] : []) + [rows(of: statement).html])
        }
        let count = entries.count == 1 ? entries[0].network : "\(entries.count) networks"
        return HTMLPage(
            title: "\(count): the paper's statements", heading: "The paper's statements, tested on \(count)",
            sections: [
                HTMLPage.section(
                    "All statements",
                    [
                        HTMLPlot.legend(verdicts.map { ($0.0.rawValue, $0.1) }),
                        HTMLPlot.bars(bars, label: "Verdicts on each statement"), summary.html,
                    ]),
                HTMLPage.section(
                    "Over networks",
                    [overNetworks.html] + notes.map(HTMLPage.words) + (hasProvenance ? [provenances.html] : [])),
            ] + sections,
            note:
                "Statements of arXiv 2207.10318, sections 3.1 to 3.3, Figs. 1 to 5 and 9; the criteria are kernelviz's own.",
            version: version
        ).text
    }

    private func dots(of statement: PaperClaim.Statement) -> [(name: String, dots: [HTMLPlot.Dot])] {
        entries.map { entry in
            let claims = entry.claims.filter { $0.statement == statement }
            return (
                TextTable.fileName(entry.path),
                claims.compactMap { claim in
                    claim.rankCorrelation.map { value in
                        HTMLPlot.Dot(
                            value: value, color: HTMLPlot.colors[claim.verdict == .supported ? 0 : 1],
                            isFilled: (claim.pValue ?? 1) < ClaimRules.depthSignificance,
                            tip: "\(TextTable.fileName(entry.path)): ρ \(Self.signed(value)), p "
                                + (claim.pValue.map(Self.probability) ?? "unknown"))
                    }
                }
            )
        }
    }

    private struct Document: Encodable {
        let schema: String
        let criteria: [String: String]
        let checkpoints: [Entry]
        /// Stand-ins that were left out, as asked.
        let leftOut: [String]
        let overNetworks: [Pooled]
    }

    private func heading(_ statement: PaperClaim.Statement) -> String {
        "\(statement.rawValue) (\(statement.source)): supported where \(statement.criterion)"
    }

    private func rows(of statement: PaperClaim.Statement) -> TextTable {
        let claims = entries.flatMap { entry in
            entry.claims.filter { $0.statement == statement }.map { (name: TextTable.fileName(entry.path), claim: $0) }
        }
        // Columns that no checkpoint fills are left out.
        let hasCorrelation = claims.contains { $0.claim.rankCorrelation != nil }
        let hasProbability = claims.contains { $0.claim.pValue != nil }
        var table = TextTable(
            [.init("checkpoint", .left), .init("found", .left)] + (hasCorrelation ? [.init("ρ", .right)] : [])
                + (hasProbability ? [.init("p", .right)] : []) + [.init("verdict", .left)])
        for (name, claim) in claims {
            table.add(
                [.init(TextTable.shortened(name, to: 36)), .init(claim.finding)]
                    + (hasCorrelation ? [.init(claim.rankCorrelation.map { Self.signed($0) } ?? "·")] : [])
                    + (hasProbability ? [.init(claim.pValue.map(Self.probability) ?? "·")] : [])
                    + [.init(claim.verdict.rawValue)])
        }
        return table
    }

    private var summary: TextTable {
        var table = TextTable([
            .init("statement", .left), .init("supported", .right), .init("not supported", .right),
            .init("not testable", .right),
        ])
        for statement in PaperClaim.Statement.allCases {
            let verdicts = entries.flatMap(\.claims).filter { $0.statement == statement }.map(\.verdict)
            table.add([
                .init(statement.rawValue), .init("\(verdicts.count { $0 == .supported })"),
                .init("\(verdicts.count { $0 == .notSupported })"), .init("\(verdicts.count { $0 == .notTestable })"),
            ])
        }
        return table
    }

    static func capitalised(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    static func signed(_ value: Double) -> String {
        (value < 0 ? "−" : "") + NumberFormat.fixed(abs(value), 2)
    }

    /// "0.031", "<0.001".
    static func probability(_ value: Double) -> String { value < 0.001 ? "<0.001" : NumberFormat.fixed(value, 3) }
}
