import Diagnostics

extension VGNetConfig {
    /// The design as JSON that people can read: one line a field, in the order of the YAML form, a line break at the end;
    /// it reads back equal.
    public var json: String {
        let lines = fields.compactMap { field in
            value(of: field).map { "  \(JSONText.quoted(field.rawValue)): \($0.json)" }
        }
        return "{\n\(lines.joined(separator: ",\n"))\n}\n"
    }
}

extension VGNetConfig.FieldValue {
    /// The value as JSON on one line; "none" is null.
    fileprivate var json: String {
        switch self {
        case .text(let text): JSONText.quoted(text)
        case .integer(let integer): "\(integer)"
        case .number(let number): "\(number)"
        case .boolean(let flag): "\(flag)"
        case .list(let values): "[\(values.map(\.json).joined(separator: ", "))]"
        case .mapping(let entries):
            "{\(entries.map { "\(JSONText.quoted($0.name)): \($0.value.json)" }.joined(separator: ", "))}"
        case .none: "null"
        }
    }
}
