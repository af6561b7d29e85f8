import Diagnostics
import Files
import Yams

extension VGNetConfig {
    /// Reads a design from a YAML or JSON file.
    ///
    /// Throws the errors of ``init(yaml:subject:)`` and those of reading a file.
    public init(contentsOf path: String) throws {
        try self.init(
            yaml: InputFile.text(path, limitBytes: Self.limitBytes, expected: "a VGNet config in YAML or JSON"),
            subject: path == "-" ? "standard input" : path)
    }

    /// Reads a design from YAML or JSON text; `subject` names the file in errors and, without a `name`, the net.
    ///
    /// `channels` and `blocks` must be given, every other field has the value of VGNetG by default.
    /// Throws `vgnets.notYAML`, `vgnets.unknownField`, `vgnets.duplicateField`, `vgnets.missingField`,
    /// `vgnets.wrongType` or `vgnets.badField`, each with the line.
    public init(yaml text: String, subject: String) throws {
        let (values, lines) = try Self.values(yaml: text, subject: subject)
        do {
            try self.init(fields: values, name: FilePaths.stem(of: subject))
        } catch let problem as Problem {
            throw problem.error(subject: subject, line: lines[problem.field])
        }
    }

    /// The fields of a text, as they stand there, and their lines.
    static func values(
        yaml text: String, subject: String
    ) throws -> (values: [Field: FieldValue], lines: [Field: Int]) {
        let pairs = try Self.pairs(yaml: text, subject: subject)
        var values: [Field: FieldValue] = [:]
        var lines: [Field: Int] = [:]
        for (key, node) in pairs {
            let line = key.mark?.line ?? 0
            let name = key.scalar?.string ?? "a nested key"
            guard let field = Field(rawValue: name) else {
                throw KernelVizError(
                    code: "vgnets.unknownField", subject: "\(subject): \(name)", found: "unknown field (line \(line))",
                    expected: "a field of a VGNet config",
                    advice: NearestName.advice(for: name, among: Field.allCases.map(\.rawValue)))
            }
            lines[field] = line
            do {
                values[field] = try Self.fieldValue(node, of: field)
            } catch let problem as Problem {
                throw problem.error(subject: subject, line: problem.line ?? node.mark?.line ?? line)
            }
        }
        return (values, lines)
    }

    /// The design as YAML, fields in stable order, each with its comment on the lines above it.
    ///
    /// `comments` maps a field's key ("channels") to text; long text is wrapped. Reading the result gives this design
    /// again.
    public func yaml(comments: [String: String] = [:]) -> String {
        var result = ""
        for field in fields {
            guard let value = value(of: field) else { continue }
            if let comment = comments[field.rawValue] {
                if !result.isEmpty { result += "\n" }
                for line in Self.wrapped(comment, width: 98) { result += line.isEmpty ? "#\n" : "# \(line)\n" }
            }
            guard case .mapping(let entries) = value else {
                result += "\(field.rawValue): \(Self.scalar(value))\n"
                continue
            }
            result += "\(field.rawValue):\n"
            for entry in entries {
                guard case .list(let items) = entry.value else { continue }
                result += "  \(entry.name):\n"
                for item in items { result += "    - \(Self.scalar(item))\n" }
            }
        }
        return result
    }

    private static let limitBytes = 1 << 18

    private static func pairs(yaml text: String, subject: String) throws -> [(key: Node, value: Node)] {
        let expected = "a VGNet config in YAML or JSON"
        guard text.utf8.count <= limitBytes, nestingDepth(text) <= 64 else {
            throw KernelVizError(
                code: "vgnets.notYAML", subject: subject, found: "is too long or nested too deeply", expected: expected)
        }
        let node: Node?
        do {
            node = try BoundedYAML.compose(text, subject: subject)
        } catch let error as KernelVizError {
            throw error
        } catch YamlError.duplicatedKeysInMapping(let duplicates, let context) {
            throw KernelVizError(
                code: "vgnets.duplicateField", subject: "\(subject): \(duplicates.first ?? "a key")",
                found: "given twice (line \(context.mark.line))", expected: "each field once")
        } catch {
            throw KernelVizError(
                code: "vgnets.notYAML", subject: subject, found: "not YAML (\(reason(error)))", expected: expected,
                advice: "Correct the text, or start from 'kernelviz derive' or a published name")
        }
        guard let mapping = node?.mapping else {
            throw KernelVizError(
                code: "vgnets.notYAML", subject: subject,
                found: node == nil ? "holds no fields" : "is not a mapping of fields", expected: expected)
        }
        return mapping.map { ($0.key, $0.value) }
    }

    /// How deep brackets or indents could nest: an upper bound that keeps the parser's recursion small.
    private static func nestingDepth(_ text: String) -> Int {
        var depth = 0
        var deepest = 0
        for byte in text.utf8 {
            if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") { depth += 1 }
            if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { depth = max(0, depth - 1) }
            deepest = max(deepest, depth)
        }
        return deepest
    }

    private static func reason(_ error: any Error) -> String {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "line \(mark.line), column \(mark.column): \(problem)"
        default: "the parser gave up"
        }
    }

    private static func fieldValue(_ node: Node, of field: Field) throws -> FieldValue {
        switch node {
        case .scalar(let scalar):
            if scalar.style == .singleQuoted || scalar.style == .doubleQuoted || field == .name {
                return .text(scalar.string)
            }
            return plain(scalar.string)
        case .sequence(let sequence):
            return .list(try sequence.map { try fieldValue($0, of: field) })
        case .mapping(let mapping) where field == .banks:
            return .mapping(
                try mapping.map { key, value in
                    guard let name = key.scalar?.string else {
                        throw Problem(
                            field: field, found: "a nested key", expected: "the name of a bank",
                            code: "vgnets.wrongType", line: key.mark?.line)
                    }
                    return FieldValue.Entry(name: name, value: try fieldValue(value, of: field))
                })
        case .mapping, .alias:
            throw Problem(
                field: field, found: "a nested mapping", expected: "a plain value", code: "vgnets.wrongType",
                line: node.mark?.line)
        }
    }

    /// A plain scalar by YAML's core rules.
    private static func plain(_ text: String) -> FieldValue {
        if let value = Int(text) { return .integer(value) }
        if let value = Double(text) { return .number(value) }
        switch text.lowercased() {
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        case "", "~", "null": return .none
        default: return .text(text)
        }
    }

    private static func scalar(_ value: FieldValue) -> String {
        switch value {
        case .text(let text):
            let isPlain = text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
                    || byte == UInt8(ascii: ".")
            }
            if isPlain, let first = text.utf8.first, first != UInt8(ascii: "-"), plain(text) == .text(text) {
                return text
            }
            let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return "\"\(escaped)\""
        case .integer(let value): return "\(value)"
        case .number(let value): return "\(value)"
        case .boolean(let value): return "\(value)"
        case .list(let values): return "[\(values.map(scalar).joined(separator: ", "))]"
        case .mapping: preconditionFailure("a mapping is written over several lines")
        case .none: return "none"
        }
    }

    /// Breaks text at spaces into lines of at most `width` letters; its own line breaks stay.
    private static func wrapped(_ text: String, width: Int) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph -> [String] in
            var lines = [""]
            let printable = String(
                String.UnicodeScalarView(
                    paragraph.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
            for word in printable.split(separator: " ") {
                let line = lines[lines.count - 1]
                if line.isEmpty {
                    lines[lines.count - 1] = String(word)
                } else if line.count + 1 + word.count <= width {
                    lines[lines.count - 1] += " \(word)"
                } else {
                    lines.append(String(word))
                }
            }
            return lines
        }
    }
}
