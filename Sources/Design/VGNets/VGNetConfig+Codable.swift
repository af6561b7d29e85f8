import Diagnostics

extension VGNetConfig: Codable {
    /// Writes the fields of ``yaml(comments:)`` under the same keys; "none" is null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Field.self)
        for field in fields {
            if let value = value(of: field) { try container.encode(value, forKey: field) }
        }
    }

    /// Reads what ``encode(to:)`` writes; for files that people edit use ``init(yaml:subject:)``, which knows the lines.
    ///
    /// Throws as that one does, without lines.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        var values: [Field: FieldValue] = [:]
        for key in container.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
            guard let field = Field(rawValue: key.stringValue) else {
                throw KernelVizError(
                    code: "vgnets.unknownField", subject: "VGNet config: \(key.stringValue)", found: "unknown field",
                    expected: "a field of a VGNet config",
                    advice: NearestName.advice(for: key.stringValue, among: Field.allCases.map(\.rawValue)))
            }
            values[field] = try container.decode(FieldValue.self, forKey: key)
        }
        do {
            try self.init(fields: values, name: "unnamed")
        } catch let problem as Problem {
            throw problem.error(subject: "VGNet config", line: nil)
        }
    }

    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
