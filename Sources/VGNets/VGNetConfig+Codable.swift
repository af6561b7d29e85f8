import Diagnostics

extension VGNetConfig: Codable {
    /// Writes the fields of ``yaml(comments:)`` under the same keys; "none" is null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Field.self)
        for field in fields {
            switch value(of: field) {
            case .text(let value): try container.encode(value, forKey: field)
            case .integer(let value): try container.encode(value, forKey: field)
            case .number(let value): try container.encode(value, forKey: field)
            case .boolean(let value): try container.encode(value, forKey: field)
            case .integers(let value): try container.encode(value, forKey: field)
            case .some(.none): try container.encodeNil(forKey: field)
            case nil: break
            }
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
            values[field] = try Self.fieldValue(container, key)
        }
        do {
            try self.init(fields: values, name: "unnamed")
        } catch let problem as Problem {
            throw problem.error(subject: "VGNet config", line: nil)
        }
    }

    private static func fieldValue(_ container: KeyedDecodingContainer<AnyKey>, _ key: AnyKey) throws -> FieldValue {
        if try container.decodeNil(forKey: key) { return .none }
        if let value = try? container.decode(Bool.self, forKey: key) { return .boolean(value) }
        if let value = try? container.decode(Int.self, forKey: key) { return .integer(value) }
        if let value = try? container.decode(Double.self, forKey: key) { return .number(value) }
        if let value = try? container.decode([Int].self, forKey: key) { return .integers(value) }
        return .text(try container.decode(String.self, forKey: key))
    }

    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
