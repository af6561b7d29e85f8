import Foundation

/// JSON as every report prints it.
enum JSONText {
    /// Pretty-printed, keys sorted, slashes as they are, a line end at the end.
    static func of(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { preconditionFailure("reports hold finite numbers only") }
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}
