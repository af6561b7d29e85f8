import Diagnostics
import VGNets

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A design as JSON that people can read: one line a field, in the order of the YAML form.
enum ConfigJSON {
    /// The text, with a line break at its end; `VGNetConfig` reads it back.
    static func text(of config: VGNetConfig) throws -> String {
        let values = try JSONDecoder().decode([String: Value].self, from: JSONEncoder().encode(config))
        let lines = config.fields.compactMap { field in
            values[field.rawValue].map { "  \(JSONText.quoted(field.rawValue)): \($0.text)" }
        }
        return "{\n\(lines.joined(separator: ",\n"))\n}\n"
    }

    /// What a field may hold.
    private indirect enum Value: Decodable {
        case null
        case boolean(Bool)
        case integer(Int)
        case number(Double)
        case list([Value])
        case object([String: Value])
        case string(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let value = try? container.decode(Bool.self) {
                self = .boolean(value)
            } else if let value = try? container.decode(Int.self) {
                self = .integer(value)
            } else if let value = try? container.decode(Double.self) {
                self = .number(value)
            } else if let value = try? container.decode(String.self) {
                self = .string(value)
            } else if let value = try? container.decode([Value].self) {
                self = .list(value)
            } else {
                self = .object(try container.decode([String: Value].self))
            }
        }

        var text: String {
            switch self {
            case .null: "null"
            case .boolean(let value): "\(value)"
            case .integer(let value): "\(value)"
            case .number(let value): "\(value)"
            case .list(let values): "[\(values.map(\.text).joined(separator: ", "))]"
            case .object(let values):
                "{"
                    + values.sorted { $0.key < $1.key }.map { "\(JSONText.quoted($0.key)): \($0.value.text)" }
                    .joined(separator: ", ") + "}"
            case .string(let value): JSONText.quoted(value)
            }
        }
    }
}
