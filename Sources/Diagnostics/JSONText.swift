import Foundation

/// JSON as every report and every exported file has it.
package enum JSONText {
    /// Pretty-printed, keys sorted, slashes as they are, a line end at the end.
    package static func of(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { preconditionFailure("reports hold finite numbers only") }
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    /// A JSON string where the order of keys is the writer's: quotes, backslashes and control characters escaped,
    /// everything else as it stands.
    package static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{00}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
