import Derivation
import Diagnostics
import VGNets

/// A derived design with its reasons, for people and programs.
public struct DerivationReport: Sendable {
    /// Names the JSON's form; changes when a field changes its meaning.
    public static let schema = "kernelviz.derivation/1"

    private let derivation: Derivation

    /// A report on `derivation`.
    public init(_ derivation: Derivation) { self.derivation = derivation }

    /// One field a line: its value, whether it is the paper's, and its reason.
    public var table: String {
        let reasons = derivation.reasons
        let fieldWidth = reasons.map(\.field.count).max() ?? 0
        let valueWidth = reasons.map(\.value.count).max() ?? 0
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        var lines = ["\(derivation.config.name), derived from \(derivation.sources.joined(separator: ", "))", ""]
        lines += reasons.map { "\(padded($0.field, fieldWidth))  \(padded($0.value, valueWidth))  \($0.sentence)" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What changed against another config, one field a line, and why.
    public func differences(from other: VGNetConfig) -> String {
        let differences = derivation.differences(from: other)
        let name = derivation.config.name
        guard !differences.isEmpty else { return "\(name) is \(other.name): no field differs.\n" }
        var lines = ["\(name) against \(other.name)", ""]
        for difference in differences {
            lines.append("\(difference.field): \(difference.theirs ?? "–") → \(difference.ours ?? "–")")
            if !difference.why.isEmpty { lines.append("    \(difference.why)") }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The design and its reasons as JSON, keys sorted, a line end at the end.
    public var json: String {
        let config = derivation.config
        let counts = config.parameters
        return JSONText.of(
            Document(
                schema: Self.schema, config: config, parameters: counts.learnable, fixedParameters: counts.fixed,
                macs: config.macs(inputHeight: config.inputSize, inputWidth: config.inputSize),
                sources: derivation.sources, refusal: derivation.refusal, reasons: derivation.reasons))
    }

    private struct Document: Encodable {
        let schema: String
        let config: VGNetConfig
        let parameters: Int
        let fixedParameters: Int
        let macs: Int
        let sources: [String]
        let refusal: String?
        let reasons: [Reason]
    }
}
