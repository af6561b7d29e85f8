import Architectures
import Diagnostics
import Evaluation

/// What was found in a network, and what was looked for.
public struct NetworkDiagnosis: Sendable, Equatable {
    /// A rule that could not be asked.
    public struct Skipped: Sendable, Equatable, Codable {
        /// The rule.
        public let rule: String
        /// What it lacked, in words.
        public let reason: String
    }

    /// The path of the network.
    public let path: String
    /// The network in full ("MobileNetV2 0.35").
    public let title: String
    /// The file's SHA-256.
    public let sha256: String
    /// What was found: the worst first, then in the order of the rules and of the network.
    public let findings: [Finding]
    /// The rules that were asked.
    public let rules: [String]
    /// The rules that could not be asked, each with what it lacked.
    public let skipped: [Skipped]
    /// Pictures that it was run on; 0 for none.
    public let pictures: Int
    /// Why it does not run, what is assumed of it, and what reading the file left aside, one sentence each.
    public let remarks: [String]

    /// Asks `rules` about a network.
    public init(_ subject: Subject, rules: [any DiagnosisRule] = DiagnosisRules.all) {
        let has = subject.has
        var (found, asked, skipped): ([Finding], [String], [Skipped]) = ([], [], [])
        for rule in rules {
            let missing = DiagnosisNeed.allCases.filter { rule.needs.contains($0) && !has.contains($0) }
            guard missing.isEmpty else {
                skipped.append(
                    Skipped(
                        rule: rule.identifier, reason: "without " + missing.map(\.rawValue).joined(separator: " and ")))
                continue
            }
            asked.append(rule.identifier)
            found += rule.findings(in: subject)
        }
        found = Self.weighed(found, rules)
        path = subject.network.checkpoint.path
        title = subject.network.title
        sha256 = subject.network.checkpoint.sha256
        findings = Finding.Severity.allCases.reversed().flatMap { severity in found.filter { $0.severity == severity } }
        self.rules = asked
        self.skipped = skipped
        pictures = subject.pictures?.images ?? 0
        let conventions = subject.runnable?.conventions ?? subject.network.conventions
        remarks =
            [
                subject.obstacle.map {
                    "It does not run here, so that rules about the whole network are left out: \($0)"
                },
                conventions.assumptions,
            ].compactMap { $0 } + subject.network.checkpoint.notes
    }

    /// What rests on a network's certainty is a note where its numbers are damaged: it can be surer then for any reason.
    private static func weighed(_ findings: [Finding], _ rules: [any DiagnosisRule]) -> [Finding] {
        func has(_ finding: Finding, _ property: (any DiagnosisRule) -> Bool) -> Bool {
            rules.contains { $0.identifier == finding.rule && property($0) }
        }
        let isDamaged = findings.contains {
            $0.severity == .error || $0.severity == .warning && has($0, \.findsDamage)
        }
        guard isDamaged else { return findings }
        return findings.map { finding in
            guard has(finding, \.restsOnCertainty) else { return finding }
            return Finding(
                rule: finding.rule, severity: .note, place: finding.place,
                message: finding.message + "; a damaged network can be, whatever the reason",
                evidence: finding.evidence, cost: finding.cost,
                advice: "Mend what is damaged first, then ask again")
        }
    }

    /// How many findings are of this severity.
    public func count(_ severity: Finding.Severity) -> Int { findings.count { $0.severity == severity } }

    /// The worst that was found; nil where nothing was.
    public var worst: Finding.Severity? { findings.first?.severity }

    /// The rules of these names, in the order of ``DiagnosisRules/all``.
    ///
    /// Throws `diagnose.noRule` for a name of no rule.
    public static func rules(named names: [String]) throws -> [any DiagnosisRule] {
        let known = DiagnosisRules.all.map(\.identifier)
        for name in names where !known.contains(name) {
            throw KernelVizError(
                code: "diagnose.noRule", subject: "--rules", found: "no rule '\(name)'",
                expected: known.joined(separator: ", "),
                advice: NearestName.of(name, among: known).map { "The nearest name is '\($0)'" })
        }
        return DiagnosisRules.all.filter { names.contains($0.identifier) }
    }
}
