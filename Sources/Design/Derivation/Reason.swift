import Diagnostics

/// Why one field of a derived config has its value.
public struct Reason: Sendable, Equatable, Codable {
    /// What kernels say about the paper's value.
    public enum Support: String, Sendable, Equatable, Codable {
        /// They lead to it.
        case confirms
        /// They lead to another one.
        case contradicts
        /// They are too few, or their interval spans the cut-off between the two.
        case silent
    }

    /// What was found at one place, a stage or a width.
    public struct Finding: Sendable, Equatable, Codable {
        /// "stage 1", "stem"; nil where the field has one value.
        public let place: String?
        /// The value there in words.
        public let value: String
        /// What was measured, with its numbers ("76 % of 1008 strided kernels are blur").
        public let statistic: String
        /// The number behind the statistic with its 95 % interval; nil where nothing could be measured.
        public let estimate: Estimate?
        /// Networks and layers where it was measured.
        public let sources: [String]
        /// Whether the value is the paper's.
        public let isDefault: Bool
        /// What single networks would lead to where that differs ("MobileNetV1 1.0: learnable (31 %)").
        public let dissent: [String]
        /// What the kernels say about the paper's value here; nil where they are not asked.
        public let support: Support?

        init(
            place: String? = nil, value: String, statistic: String, estimate: Estimate? = nil, sources: [String] = [],
            isDefault: Bool = false, dissent: [String] = [], support: Support? = nil
        ) {
            self.support = support
            self.place = place
            self.value = value
            self.statistic = statistic
            self.estimate = estimate
            self.sources = sources
            self.isDefault = isDefault
            self.dissent = dissent
        }

        /// Everything in one line.
        public var sentence: String {
            var text = place.map { "\($0): " } ?? ""
            if !value.isEmpty { text += (isDefault ? "default " : "") + value }
            if !statistic.isEmpty { text += (value.isEmpty ? "" : "; ") + statistic }
            if !sources.isEmpty { text += " [\(Reason.shortened(sources))]" }
            if !dissent.isEmpty { text += "; alone, \(dissent.joined(separator: ", "))" }
            return text
        }
    }

    /// The field's key in the config file.
    public let field: String
    /// The value in words, as printed in tables.
    public let value: String
    /// The rule's name ("D1"); nil where no rule decides.
    public let ruleName: String?
    /// The rule that turned the statistics into the value, one sentence.
    public let rule: String
    /// What was measured, place by place; empty where nothing applies.
    public let findings: [Finding]
    /// Whether the value is the paper's in all places because the evidence does not support another one.
    public let isDefault: Bool

    /// Joins a value with its grounds; see the properties.
    init(
        field: String, value: String, rule: DerivationRule? = nil, _ sentence: String, findings: [Finding] = [],
        isDefault: Bool = false
    ) {
        self.field = field
        self.value = value
        self.ruleName = rule?.rawValue
        self.rule = sentence
        self.findings = findings
        self.isDefault = isDefault
    }

    /// What was measured, all places in one line.
    public var statistic: String { findings.map(\.statistic).filter { !$0.isEmpty }.joined(separator: "; ") }
    /// Where it was measured, each layer once.
    public var sources: [String] {
        findings.flatMap(\.sources).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Everything, as written beside the field in a config file: the rule on one line, each place on one.
    public var sentence: String {
        let head = (isDefault ? "default; " : "") + (ruleName.map { "\($0): " } ?? "") + rule
        return ([head] + findings.map(\.sentence)).joined(separator: "\n")
    }

    /// At most four sources by name, the rest as a number.
    fileprivate static func shortened(_ sources: [String]) -> String {
        let shown = sources.prefix(4).joined(separator: ", ")
        return sources.count > 4 ? "\(shown) and \(sources.count - 4) more" : shown
    }
}

extension Estimate {
    /// "76 % (95 % interval over 8 networks 61 to 91 %)", "76 % (one network, no interval)".
    var percent: String {
        let text = NumberFormat.percent(value)
        guard let low, let high else { return "\(text) (one network, no interval)" }
        return "\(text) (95 % interval over \(networks) networks \(Int((low * 100).rounded())) to "
            + "\(NumberFormat.percent(high)))"
    }

    /// "1.02 px (95 % interval over 8 networks 0.95 to 1.09)".
    var pixels: String { text(2) + (range(2).isEmpty ? " px (one network, no interval)" : " px (\(range(2)))") }

    /// The number with so many decimals.
    func text(_ decimals: Int) -> String { NumberFormat.fixed(value, decimals) }

    /// "95 % interval over 8 networks 0.95 to 1.09"; empty for one network.
    func range(_ decimals: Int) -> String {
        guard let low, let high else { return "" }
        return "95 % interval over \(networks) networks \(NumberFormat.fixed(low, decimals)) to "
            + NumberFormat.fixed(high, decimals)
    }

    /// What the number says about a choice that holds for `range`: the whole interval inside confirms it, one outside
    /// contradicts it, one across an end says nothing; of one network the number alone is compared.
    func support(_ range: ClosedRange<Double>) -> Reason.Support {
        let (low, high) = (low ?? value, high ?? value)
        if range.contains(low) && range.contains(high) { return .confirms }
        return high < range.lowerBound || low > range.upperBound ? .contradicts : .silent
    }
}
