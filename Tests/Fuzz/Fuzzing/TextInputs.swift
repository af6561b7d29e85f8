/// Headers of safetensors files made from nothing: tensors in order, and what is wrong with them.
enum SafetensorsInput {
    private static let types = [
        "F32", "F16", "BF16", "F64", "I8", "U8", "I16", "I32", "I64", "BOOL", "F8_E4M3", "F8_E5M2", "F4", "f32", "",
        "C64",
    ]
    private static let names = [
        "features.0.0.weight", "conv1.weight", "conv1.bias", "bn.running_var", "a", "", "\\u0000", "\\u001b[31m",
        "\\u202e",
        "__metadata__", "a/b", "é", "\\ud800", "layer4.1.conv2.weight",
    ]

    static func bytes(_ chance: inout Chance) -> [UInt8] {
        var (items, place) = ([String](), 0)
        for index in 0..<chance.number(0...6) {
            let type = chance.once(in: 4) ? chance.one(of: types) : "F32"
            let shape = (0..<chance.number(0...5)).map { _ in
                chance.once(in: 12) ? chance.extreme() : chance.number(0...5)
            }
            let width = ["F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2, "I16": 2][type] ?? 1
            let count = shape.reduce(width) { $0.multipliedReportingOverflow(by: $1).partialValue }
            let (end, _) = place.addingReportingOverflow(count)
            let span = chance.once(in: 12) ? [chance.extreme(), chance.extreme()] : [place, end]
            if (0...1 << 20).contains(end) { place = end }
            let name = chance.once(in: 8) ? chance.one(of: names) : "layer\(index).weight"
            items.append(item(name, type, shape, span, &chance))
        }
        if chance.once(in: 4) { items.append(#""__metadata__":{"format":"pt","n":"1"}"#) }
        if chance.once(in: 8) { chance.rearrange(&items) { text, chance in text = Self.broken(text, &chance) } }
        var header = "{" + items.joined(separator: ",") + "}"
        if chance.once(in: 10) { header += String(repeating: " ", count: chance.number(0...16)) }
        if chance.once(in: 40) {
            let deep = String(repeating: chance.one(of: ["[", "{\"a\":"]), count: chance.number(1...50_000))
            header = "{\"a\":" + deep
        }
        var text = Array(header.utf8)
        if chance.once(in: 6) {
            text = chance.mutant(of: text, words: ["{", "}", "[", "]", ",", ":", "\"", "1e999", "null", "-0"])
        }
        let length = chance.once(in: 20) ? chance.extreme() : text.count
        let data = chance.once(in: 10) ? chance.number(0...200) : place
        return Words.little(length, 8) + text + [UInt8](repeating: 1, count: max(0, min(1 << 20, data)))
    }

    private static func item(_ name: String, _ type: String, _ shape: [Int], _ span: [Int], _ chance: inout Chance)
        -> String
    {
        func list(_ numbers: [Int]) -> String { "[" + numbers.map(String.init).joined(separator: ",") + "]" }
        var fields = ["\"dtype\":\"\(type)\"", "\"shape\":\(list(shape))", "\"data_offsets\":\(list(span))"]
        if chance.once(in: 12) { chance.rearrange(&fields) { text, chance in text = Self.broken(text, &chance) } }
        return "\"\(name)\":{" + fields.joined(separator: ",") + "}"
    }

    private static func broken(_ text: String, _ chance: inout Chance) -> String {
        chance.one(of: [
            text + text, String(text.dropLast()), text.replacing("[", with: "{"), text.replacing("\"", with: "'"),
            text.replacing("1", with: "1.5"), text.replacing("0", with: "1e400"), text.replacing(":", with: ":null,"),
        ])
    }
}

/// Lines of YAML left out, doubled, indented and joined by anchors, aliases and merge keys.
enum YAMLInput {
    private static let words = [
        "&a ", "*a", "<<: *a", "<<: [*a, *b]", "[", "]", "{", "}", ": ", "- ", "? ", "|", ">", "!!binary ", "!!set ",
        "\"", "'",
        "#", "---", "...", "1e999", ".nan", "-.inf", "-9223372036854775808", "99999999999999999999", "~", "true", "\t",
        "%YAML 1.2", "!<tag:yaml.org,2002:int> x", "0x7fffffffffffffff", "0o17", "1_000", "\u{85}", "\u{FEFF}",
        "\u{202E}",
    ]

    static func bytes(_ healthy: String, _ chance: inout Chance) -> [UInt8] {
        var lines = healthy.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        chance.rearrange(&lines) { line, chance in
            let word = chance.one(of: words)
            let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
            switch chance.number(0...6) {
            case 0: line = String(repeating: " ", count: chance.number(1...8)) + line
            case 1: line = (parts.first ?? "a") + ": " + word
            case 2: line = (parts.first ?? "a") + ": \(chance.extreme())"
            case 3: line = (parts.first ?? "a") + ": &\(chance.one(of: ["a", "b"])) " + (parts.last ?? "")
            case 4:
                line =
                    (parts.first ?? "a") + ": "
                    + String(repeating: chance.one(of: ["[", "{a: ", "- "]), count: chance.number(1...3_000))
            case 5:
                line =
                    (parts.first ?? "a") + ": ["
                    + (0..<chance.number(1...40)).map { _ in "\(chance.number(-3...70))" }.joined(separator: ", ") + "]"
            default: line += word
            }
        }
        if chance.once(in: 6) { lines.insert(contentsOf: laughs(&chance), at: 0) }
        let end = chance.one(of: ["\n", "\n", "\n", "\r\n", "\u{85}", "\r"])
        let text = Array(lines.joined(separator: end).utf8)
        return chance.once(in: 3) ? chance.mutant(of: text, words: words) : text
    }

    /// Lists of lists of the same lists.
    private static func laughs(_ chance: inout Chance) -> [String] {
        let (depth, width) = (chance.number(1...30), chance.number(1...12))
        return (0..<depth).map { level in
            let inner = level == 0 ? "1" : "*x\(level - 1)"
            return "k\(level): &x\(level) [" + Array(repeating: inner, count: width).joined(separator: ", ") + "]"
        }
    }
}

/// Arrays of NumPy with headers that are nearly right.
enum ArrayInput {
    static func bytes(_ chance: inout Chance) -> [UInt8] {
        let type = chance.one(of: [
            "<f4", ">f4", "<f2", "<f8", "|u1", "<i8", "|O", "<U5", "|V8", "", "f4", "<f16", "[('a','<f4')]",
        ])
        let shape = (0..<chance.number(0...5)).map { _ in chance.once(in: 8) ? chance.extreme() : chance.number(0...4) }
        let order = chance.one(of: ["False", "False", "False", "True", "True", "True", "None", "0"])
        let list = shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var text = Array("{'descr': '\(type)', 'fortran_order': \(order), 'shape': (\(list)), }".utf8)
        if chance.once(in: 3) { text = chance.mutant(of: text, words: ["'", "(", ")", ",", "{", "}", "L", "u'"]) }
        text += [UInt8](repeating: 32, count: max(0, 63 - (text.count + 10) % 64)) + [10]
        let version = chance.once(in: 8) ? chance.number(0...4) : 1
        let length = chance.once(in: 12) ? chance.extreme() : text.count
        let count = shape.reduce(4) { $0.multipliedReportingOverflow(by: max(0, $1)).partialValue }
        let data = chance.once(in: 6) ? chance.number(0...64) : (0...1 << 16).contains(count) ? count : 16
        return [0x93] + Array("NUMPY".utf8) + [UInt8(version), 0] + Words.little(length, version == 1 ? 2 : 4) + text
            + [UInt8](repeating: 0, count: data)
    }
}

/// TensorFlow Lite files: offsets and lengths of a healthy one changed where they lie.
enum FlatBufferInput {
    /// The words that lead somewhere else in the file, and the small ones.
    static func places(_ bytes: [UInt8]) -> [Int] {
        stride(from: 0, to: bytes.count - 3, by: 4).filter { place in
            let value = Words.little(bytes, at: place, 4)
            return value > 0 && place + value < bytes.count || value > 0xFFFF_0000
        }
    }

    static func bytes(_ healthy: [UInt8], _ places: [Int], _ chance: inout Chance) -> [UInt8] {
        var bytes = healthy
        for _ in 0..<chance.number(1...8) {
            let place = chance.once(in: 4) ? chance.number(0...bytes.count / 4 - 1) * 4 : chance.one(of: places)
            let old = Words.little(bytes, at: place, 4)
            let value = chance.one(of: [
                chance.extreme(), old + chance.number(-8...8), chance.number(0...16), bytes.count - place,
                Words.little(bytes, at: chance.one(of: places), 4), -old, old << 1,
            ])
            let width = chance.one(of: [4, 4, 4, 2, 1, 8])
            guard place + width <= bytes.count else { continue }
            bytes.replaceSubrange(place..<place + width, with: Words.little(value, width))
        }
        return chance.once(in: 12) ? Array(bytes.prefix(chance.number(0...bytes.count))) : bytes
    }
}
