import Foundation

/// JSON as every report and every exported file has it.
package enum JSONText {
    /// Pretty-printed, keys sorted, slashes as they are, a line end at the end.
    ///
    /// JSON has no NaN and no infinity: a number that is not finite becomes null. Reports that could hold one say so
    /// before they come here.
    package static func of(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        if let data = try? encoder.encode(value) { return String(decoding: data, as: UTF8.self) + "\n" }
        // Marks that no name has; the encoder writes them as strings.
        let mark = "\u{1}kernelviz-not-finite\u{1}"
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: mark, negativeInfinity: mark, nan: mark)
        do {
            let text = String(decoding: try encoder.encode(value), as: UTF8.self)
            return text.replacing("\"\\u0001kernelviz-not-finite\\u0001\"", with: "null") + "\n"
        } catch {
            preconditionFailure("reports are made of plain values: \(error)")
        }
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
