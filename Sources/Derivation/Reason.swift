/// Why one field of a derived config has its value.
public struct Reason: Sendable, Equatable, Codable {
    /// The field's key in the config file.
    public let field: String
    /// The value in words, as printed in tables.
    public let value: String
    /// What was measured, with its numbers ("76 % of 1008 strided kernels are blur"); empty where nothing applies.
    public let statistic: String
    /// Where it was measured: networks and layers; empty where nothing applies.
    public let sources: [String]
    /// The rule that turned the statistic into the value, one sentence.
    public let rule: String
    /// Whether the value is the paper's because the evidence does not support another one.
    public let isDefault: Bool

    /// Joins a value with its grounds; see the properties.
    public init(
        field: String, value: String, statistic: String = "", sources: [String] = [], rule: String,
        isDefault: Bool = false
    ) {
        self.field = field
        self.value = value
        self.statistic = statistic
        self.sources = sources
        self.rule = rule
        self.isDefault = isDefault
    }

    /// Everything in one line, as written beside the field in a config file.
    public var sentence: String {
        var parts: [String] = []
        if isDefault { parts.append("default") }
        if !statistic.isEmpty { parts.append(statistic) }
        parts.append(rule)
        var text = parts.joined(separator: "; ")
        if !sources.isEmpty { text += " [\(Self.shortened(sources))]" }
        return text
    }

    /// At most four sources by name, the rest as a number.
    private static func shortened(_ sources: [String]) -> String {
        let shown = sources.prefix(4).joined(separator: ", ")
        return sources.count > 4 ? "\(shown) and \(sources.count - 4) more" : shown
    }
}
