import Diagnostics
import Files
import VGNets
import Yams

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A claim behind a rule, and which trainings show whether it holds.
public struct RuleCheck: Sendable, Equatable {
    /// What must be so for a gain.
    public enum Test: String, Sendable, Equatable, CaseIterable {
        /// The candidate's mean lies more than two standard errors above that of each rival.
        case beats
        /// It lies at most ``RuleCheck/margin`` below, by more than two standard errors.
        case holds
        /// At most one in twenty of the rivals, which are random designs, is as good.
        case rank
    }

    /// The rule ("D1").
    public let rule: String
    /// The claim in words.
    public let claim: String
    /// The net that the rule leads to.
    public let candidate: String
    /// The trainings of the candidate, in the order of the seeds: top-1, 0…1.
    public let candidateTop1: [Double]
    /// The rivals with their trainings.
    public let rivals: [Rival]
    /// What must be so.
    public let test: Test
    /// For ``Test/holds``: how much may be lost, 0…1.
    public let margin: Double

    /// A net that the candidate is compared with.
    public struct Rival: Sendable, Equatable {
        /// Its name in the sweep.
        public let name: String
        /// Its trainings: top-1, 0…1.
        public let top1: [Double]

        /// Groups the values.
        public init(name: String, top1: [Double]) { (self.name, self.top1) = (name, top1) }
    }

    /// Groups the parts of a check.
    public init(
        rule: String, claim: String, candidate: String, candidateTop1: [Double], rivals: [Rival], test: Test = .beats,
        margin: Double = 0
    ) {
        self.rule = rule
        self.claim = claim
        self.candidate = candidate
        self.candidateTop1 = candidateTop1
        self.rivals = rivals
        self.test = test
        self.margin = margin
    }
}

extension RuleCheck {
    /// Reads a list of checks, YAML or JSON; folders in it are relative to its own.
    ///
    /// ```yaml
    /// checks:
    ///   - rule: D1
    ///     claim: mixed downsampling is better than all fixed and all learned
    ///     results: runs/downsampling       # the folder of a sweep, with its results.json
    ///     candidate: mixed
    ///     against: [fixed, learned]        # names; "sample-*" takes all that begin so
    ///     test: beats                      # or holds (with margin: 0.003), or rank
    ///     against_results: runs/sample     # where the rivals were trained, if elsewhere
    /// ```
    /// Throws `verdict.badChecks`, `verdict.noResults` and the errors of files.
    public static func read(contentsOf path: String) throws -> [RuleCheck] {
        let folder = FilePaths.folder(of: path)
        let text = try InputFile.text(path, limitBytes: 1 << 20, expected: "a list of checks in YAML or JSON")
        let document: CheckDocument
        do {
            guard let node = try BoundedYAML.compose(text, subject: path) else { throw Empty() }
            document = try YAMLDecoder().decode(CheckDocument.self, from: node)
        } catch let error as KernelVizError {
            throw error
        } catch {
            throw KernelVizError(
                code: "verdict.badChecks", subject: path, found: "no list of checks (\(reason(error)))",
                expected: "checks, each with rule, claim, results, candidate and against")
        }
        return try document.checks.enumerated().map { index, entry in
            try check(entry, subject: "\(path): checks[\(index)]", folder: folder)
        }
    }

    private static func check(_ entry: CheckDocument.Check, subject: String, folder: String) throws -> RuleCheck {
        func full(_ path: String) -> String { path.hasPrefix("/") || folder == "." ? path : "\(folder)/\(path)" }
        let own = try SweepDocument.read(folder: full(entry.results))
        let theirs = try entry.against_results.map { try SweepDocument.read(folder: full($0)) } ?? own
        func problem(_ name: String, _ networks: [SweepDocument.Network]) -> KernelVizError {
            KernelVizError(
                code: "verdict.badChecks", subject: subject, found: "no net called '\(name)' in the results",
                expected: "a net of the sweep",
                advice: NearestName.advice(for: name, among: networks.map(\.network)))
        }
        guard let candidate = own.networks.first(where: { $0.network == entry.candidate }) else {
            throw problem(entry.candidate, own.networks)
        }
        let rivals = try entry.against.flatMap { name -> [Rival] in
            let found = theirs.networks.filter {
                name.hasSuffix("*") ? $0.network.hasPrefix(name.dropLast()) : $0.network == name
            }
            guard !found.isEmpty else { throw problem(name, theirs.networks) }
            return found.map { Rival(name: $0.network, top1: $0.doneTop1) }
        }
        guard let test = Test(rawValue: entry.test ?? "beats") else {
            throw KernelVizError(
                code: "verdict.badChecks", subject: "\(subject): test", found: "'\(entry.test ?? "")'",
                expected: Test.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", "))
        }
        let margin = entry.margin ?? 0
        guard (-1...1).contains(margin) else {
            throw KernelVizError(
                code: "verdict.badChecks", subject: "\(subject): margin", found: "\(margin)",
                expected: "a difference of shares, from -1 to 1")
        }
        return RuleCheck(
            rule: entry.rule, claim: entry.claim, candidate: entry.candidate,
            candidateTop1: candidate.doneTop1, rivals: rivals, test: test, margin: margin)
    }

    private struct Empty: Error {}

    /// " in checks[0].rule"; nothing for the whole document.
    private static func place(_ context: DecodingError.Context) -> String {
        guard !context.codingPath.isEmpty else { return "" }
        let path = context.codingPath.reduce("") { path, key in
            key.intValue.map { "\(path)[\($0)]" } ?? (path.isEmpty ? key.stringValue : "\(path).\(key.stringValue)")
        }
        return " in \(path)"
    }

    private static func reason(_ error: any Error) -> String {
        switch error as? DecodingError {
        case .keyNotFound(let key, let context): "no '\(key.stringValue)'\(place(context))"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath.isEmpty ? "no fields" : "a wrong value\(place(context))"
        default:
            switch error as? YamlError {
            case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
                .composer(_, let problem, let mark, _):
                "not YAML: line \(mark.line), column \(mark.column): \(problem)"
            case .duplicatedKeysInMapping(let duplicates, let context):
                "'\(duplicates.first ?? "a key")' twice, line \(context.mark.line)"
            default: error is Empty ? "no fields" : "not YAML"
            }
        }
    }
}

/// A file of checks.
private struct CheckDocument: Decodable {
    struct Check: Decodable {
        let rule: String
        let claim: String
        let results: String
        let candidate: String
        let against: [String]
        let against_results: String?
        let test: String?
        let margin: Double?
    }

    let checks: [Check]
}
