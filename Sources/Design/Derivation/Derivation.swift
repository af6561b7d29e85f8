import Diagnostics
import Statistics
import VGNets

/// A VGNet derived from what the kernels of real networks show, with one reason for every field.
public struct Derivation: Sendable, Equatable {
    /// The derived design.
    public let config: VGNetConfig
    /// Exactly one reason per field of the config, in the order of the fields.
    public let reasons: [Reason]
    /// The titles of the networks that were analysed.
    public let sources: [String]
    /// Networks that had no vote, each with the reason ("TestNet: only 12 kernels …").
    public let leftOut: [String]
    /// What could not be looked at because the kernels of a network are not at hand, one sentence a network.
    public let missing: [String]
    /// Why the evidence could not steer the design, so that every field but the widths is the paper's; nil otherwise.
    public let refusal: String?
    /// The published net beside the design, and the bounds.
    public let target: DesignTarget
    /// How long the design takes beside the published net; nil where it was not timed.
    public internal(set) var time: PairedTime?
    /// Whether the design was chosen by its time.
    let isTimeBound: Bool

    /// Derives a design from the statistics of at least one network, without their kernels: what only these show is
    /// left out (``missing``).
    ///
    /// Throws as `derive(from:options:)`.
    public static func derive(from networks: [NetworkStatistics], options: DesignOptions) throws -> Derivation {
        try derive(from: networks.map { AnalysedNetwork($0) }, options: options)
    }

    /// Derives a design from the statistics of at least one network and, where they are at hand, its kernels.
    ///
    /// The published configurations come out where the evidence is the paper's and the budget is theirs. A latency in the
    /// budget decides nothing here: see ``derive(from:options:measure:)``.
    /// Throws `derive.noSources`, `derive.impossibleBudget`, `derive.badMultiple`, the config's own errors, and what
    /// reading kernels throws.
    public static func derive(from networks: [AnalysedNetwork], options: DesignOptions) throws -> Derivation {
        let rules = try Self.rules(networks, options)
        return Derivation(rules, try rules.solved())
    }

    static func rules(_ networks: [AnalysedNetwork], _ options: DesignOptions) throws -> DesignRules {
        guard !networks.isEmpty else {
            throw KernelVizError(
                code: "derive.noSources", subject: "derive", found: "no checkpoint", expected: "at least one",
                advice: "Name a checkpoint whose kernels are to be read")
        }
        return try DesignRules(networks, options)
    }

    init(_ rules: DesignRules, _ config: VGNetConfig, time: PairedTime? = nil) {
        self.config = config
        target = rules.target
        self.time = time
        isTimeBound = time != nil
        reasons = rules.reasons(config)
        sources = rules.evidence.networks.map(\.title) + rules.evidence.leftOut.map(\.title)
        leftOut = rules.evidence.leftOut.map { "\($0.title): \($0.reason)" }
        missing = rules.evidence.missing(rules.options)
        refusal = rules.evidence.refusal
    }

    /// The same derivation with the time that its design was found to take.
    public func timed(_ time: PairedTime?) -> Derivation {
        var copy = self
        copy.time = time
        return copy
    }

    /// The config as YAML, each field with its reason as a comment, the cost on top (its time where that was a bound); it
    /// reads back equal.
    public var yaml: String {
        let text = config.yaml(
            comments: Dictionary(reasons.map { ($0.field, $0.sentence) }, uniquingKeysWith: { first, _ in first }))
        return ([reproducibleCostLine] + agreement.sentences).flatMap(Self.commented).joined() + "\n" + text
    }

    /// Lines of at most 100 letters behind "# ".
    private static func commented(_ sentence: String) -> [String] {
        var lines: [String] = []
        for word in sentence.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= 98 {
                lines[lines.count - 1] += " \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines.map { "# \($0)\n" }
    }
}
