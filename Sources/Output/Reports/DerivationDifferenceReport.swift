import Derivation
import Diagnostics
import VGNets

/// What a derived design changed against another one, and why.
public struct DerivationDifferenceReport: Report {
    /// Names the JSON's form; changes when a field changes its meaning.
    public static let schema = DocumentSchema.derivationDifference.rawValue

    private let derivation: Derivation
    private let other: VGNetConfig

    /// A report on `derivation` beside `other`.
    public init(_ derivation: Derivation, against other: VGNetConfig) {
        self.derivation = derivation
        self.other = other
    }

    /// One field a line.
    public var table: String {
        let differences = derivation.differences(from: other)
        let name = derivation.config.name
        guard !differences.isEmpty else { return "\(name) is \(other.name): no field differs.\n" }
        var lines = ["\(name) against \(other.name)", ""]
        for difference in differences {
            lines.append("\(difference.field): \(difference.theirs ?? "–") → \(difference.ours ?? "–")")
            for line in difference.why.split(separator: "\n") { lines.append("    \(line)") }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The same as JSON.
    public var json: String {
        JSONText.of(
            Document(
                schema: Self.schema, network: derivation.config.name, against: other.name,
                differences: derivation.differences(from: other)))
    }

    private struct Document: Encodable {
        let schema: String
        let network: String
        let against: String
        let differences: [ConfigDifference]
    }
}
