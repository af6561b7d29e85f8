extension VGNetConfig {
    /// What a field may hold in a file.
    indirect enum FieldValue: Equatable {
        /// One key of a mapping.
        struct Entry: Equatable {
            let name: String
            let value: FieldValue
        }

        case text(String)
        case integer(Int)
        case number(Double)
        case boolean(Bool)
        case list([FieldValue])
        case mapping([Entry])
        case none

        /// A list of whole numbers.
        static func integers(_ values: [Int]) -> FieldValue { .list(values.map { .integer($0) }) }

        /// The values of four stages as one value where all that have one agree, else as a list with "none" for the
        /// stages without; nil where none has one.
        static func stages(_ values: [FieldValue?]) -> FieldValue? {
            let given = values.compactMap { $0 }
            guard let first = given.first else { return nil }
            return given.allSatisfy { $0 == first } ? first : .list(values.map { $0 ?? .none })
        }

        /// As printed in a table ("28, 56, 112").
        var text: String {
            switch self {
            case .text(let text): text
            case .integer(let integer): "\(integer)"
            case .number(let number): "\(number)"
            case .boolean(let flag): "\(flag)"
            case .list(let values): values.map(\.text).joined(separator: ", ")
            case .mapping(let entries): entries.map { "\($0.name): \($0.value.text)" }.joined(separator: "; ")
            case .none: "none"
            }
        }

        /// As errors quote it.
        var found: String {
            switch self {
            case .text(let text): "'\(text)'"
            case .integer(let value): "\(value)"
            case .number(let value): "\(value)"
            case .boolean(let value): "\(value)"
            case .list(let values):
                values.allSatisfy(\.isPlain) ? "a list of \(values.count) values" : "a nested value"
            case .mapping: "a nested mapping"
            case .none: "nothing"
            }
        }

        private var isPlain: Bool {
            switch self {
            case .list, .mapping: false
            default: true
            }
        }
    }
}

extension VGNetConfig.FieldValue: Codable {
    /// Reads any JSON value; keys of a mapping come by name.
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .none
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let values = try? container.decode([Self].self) {
            self = .list(values)
        } else {
            let entries = try container.decode([String: Self].self)
            self = .mapping(entries.sorted { $0.key < $1.key }.map { Entry(name: $0.key, value: $0.value) })
        }
    }

    /// Writes the value as JSON; "none" is null.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .boolean(let value): try container.encode(value)
        case .list(let values): try container.encode(values)
        case .mapping(let entries):
            try container.encode(Dictionary(entries.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }))
        case .none: try container.encodeNil()
        }
    }
}
