import Derivation
import Diagnostics
import Sweeps

/// What trainings say about the rules of `derive`, for people and programs.
public struct VerdictReport: MarkdownReport {
    /// Names the JSON's form; changes when a field changes its meaning.
    public static let schema = DocumentSchema.verdict.rawValue

    private let verdicts: [RuleVerdict]

    /// A report on verdicts, in their order.
    public init(_ verdicts: [RuleVerdict]) { self.verdicts = verdicts }

    /// A ruled table, and what follows for each rule.
    public var table: String { textTable.text + conclusions.map { $0 + "\n" }.joined() }

    /// The same as GitHub's Markdown.
    public var markdown: String { textTable.markdown + "\n" + conclusions.map { $0 + "  \n" }.joined() }

    private var textTable: TextTable {
        var table = TextTable([
            .init("rule", .left), .init("claim", .left), .init("candidate", .left), .init("against", .left),
            .init("difference, points", .right), .init("verdict", .left),
        ])
        for verdict in verdicts {
            let check = verdict.check
            let own = SampleSummary(check.candidateTop1)
            let candidate = check.candidate + (own.map { " (\(Self.accuracy($0)))" } ?? "")
            if check.test == .rank {
                table.add(
                    [
                        check.rule, check.claim, candidate, "\(check.rivals.count) random designs",
                        verdict.rank.map { "\(NumberFormat.percent($0)) as good" } ?? "–", verdict.outcome.rawValue,
                    ].map { TextTable.Cell($0) })
                continue
            }
            for (index, rival) in check.rivals.enumerated() {
                let summary = SampleSummary(rival.top1)
                let difference = index < verdict.differences.count ? verdict.differences[index] : nil
                table.add(
                    [
                        index == 0 ? check.rule : "", index == 0 ? check.claim : "", index == 0 ? candidate : "",
                        rival.name + (summary.map { " (\(Self.accuracy($0)))" } ?? ""),
                        difference.map(Self.points) ?? "–", index == 0 ? verdict.outcome.rawValue : "",
                    ].map { TextTable.Cell($0) })
            }
        }
        return table
    }

    /// One sentence a rule: all of its claims must be gains.
    public var conclusions: [String] {
        rules.map { name, verdicts in
            let outcome = Self.joined(verdicts)
            let words = outcome == .noGain ? "no gain (within two standard errors)" : outcome.rawValue
            // Claims of others than derive's rules have no switch.
            guard let isOn = DerivationRule(rawValue: name)?.isOnByDefault else { return "\(name): \(words)." }
            let advice: String
            switch (outcome, isOn) {
            case (.open, _): advice = "more trainings are needed"
            case (.gain, false): advice = "switch it on"
            case (.noGain, true), (.loss, true): advice = "switch it off"
            default: advice = "leave it"
            }
            return "\(name): \(words); \(isOn ? "on" : "off") by default: \(advice)."
        }
    }

    private var rules: [(name: String, verdicts: [RuleVerdict])] {
        verdicts.reduce(into: []) { groups, verdict in
            if let index = groups.firstIndex(where: { $0.name == verdict.check.rule }) {
                groups[index].verdicts.append(verdict)
            } else {
                groups.append((verdict.check.rule, [verdict]))
            }
        }
    }

    private static func joined(_ verdicts: [RuleVerdict]) -> RuleVerdict.Outcome {
        let outcomes = verdicts.map(\.outcome)
        if outcomes.contains(.loss) { return .loss }
        if outcomes.contains(.noGain) { return .noGain }
        return outcomes.contains(.open) ? .open : .gain
    }

    private static func accuracy(_ summary: SampleSummary) -> String {
        NumberFormat.fixed(summary.mean * 100, 2)
            + (summary.standardDeviation.map { " ± \(NumberFormat.fixed($0 * 100, 2))" } ?? "") + " %"
    }

    private static func points(_ difference: MeanDifference) -> String {
        let text = NumberFormat.fixed(abs(difference.mean) * 100, 2)
        return (difference.mean < 0 ? "−" : "+") + text
            + (difference.standardError.map { " ± \(NumberFormat.fixed($0 * 100, 2))" } ?? "")
    }

    /// The same as JSON, keys sorted; shares are 0…1.
    public var json: String {
        JSONText.of(
            Document(
                schema: Self.schema,
                rules: rules.map { Document.Rule(rule: $0.name, verdict: Self.joined($0.verdicts)) },
                checks: verdicts.map { verdict in
                    Document.Check(
                        rule: verdict.check.rule, claim: verdict.check.claim, candidate: verdict.check.candidate,
                        test: verdict.check.test.rawValue, verdict: verdict.outcome,
                        candidateTop1: verdict.check.candidateTop1, rank: verdict.rank,
                        against: zip(verdict.check.rivals, verdict.check.rivals.indices).map { rival, index in
                            let difference = index < verdict.differences.count ? verdict.differences[index] : nil
                            return Document.Rival(
                                network: rival.name, top1: rival.top1, difference: difference?.mean,
                                standardError: difference?.standardError)
                        })
                }))
    }

    private struct Document: Encodable {
        struct Rule: Encodable {
            let rule: String
            let verdict: RuleVerdict.Outcome
        }

        struct Rival: Encodable {
            let network: String
            let top1: [Double]
            let difference: Double?
            let standardError: Double?
        }

        struct Check: Encodable {
            let rule: String
            let claim: String
            let candidate: String
            let test: String
            let verdict: RuleVerdict.Outcome
            let candidateTop1: [Double]
            let rank: Double?
            let against: [Rival]
        }

        let schema: String
        let rules: [Rule]
        let checks: [Check]
    }
}
