/// Reads the few Python literals that NumPy headers are made of: dictionaries, tuples, texts, numbers, True and False.
struct PythonLiteral {
    enum Value: Equatable {
        case text(String)
        case integer(Int)
        case boolean(Bool)
        case tuple([Value])
        case dictionary([String: Value])
    }

    private var rest: Substring

    init(_ text: String) { rest = text[...] }

    /// The next value; nil where the text is none.
    mutating func value(depth: Int = 0) -> Value? {
        skipSpace()
        guard depth < 8, let first = rest.first else { return nil }
        switch first {
        case "'", "\"":
            rest.removeFirst()
            guard let end = rest.firstIndex(of: first) else { return nil }
            defer { rest = rest[rest.index(after: end)...] }
            return .text(String(rest[..<end]))
        case "(": return tuple(depth)
        case "{": return dictionary(depth)
        default:
            let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "-" }
            rest = rest.dropFirst(word.count)
            if word == "True" || word == "False" { return .boolean(word == "True") }
            // Python 2 wrote long integers as "3L".
            return Int(word.hasSuffix("L") ? word.dropLast() : word).map(Value.integer)
        }
    }

    private mutating func tuple(_ depth: Int) -> Value? {
        rest.removeFirst()
        var items: [Value] = []
        while true {
            skipSpace()
            if take(")") { return .tuple(items) }
            guard items.count < 64, let item = value(depth: depth + 1) else { return nil }
            items.append(item)
            skipSpace()
            if !take(","), rest.first != ")" { return nil }
        }
    }

    private mutating func dictionary(_ depth: Int) -> Value? {
        rest.removeFirst()
        var fields: [String: Value] = [:]
        while true {
            skipSpace()
            if take("}") { return .dictionary(fields) }
            guard case .text(let key)? = value(depth: depth + 1) else { return nil }
            skipSpace()
            guard take(":"), let value = value(depth: depth + 1) else { return nil }
            fields[key] = value
            skipSpace()
            if !take(","), rest.first != "}" { return nil }
        }
    }

    private mutating func skipSpace() { rest = rest.drop { $0.isWhitespace } }

    private mutating func take(_ letter: Character) -> Bool {
        guard rest.first == letter else { return false }
        rest.removeFirst()
        return true
    }
}
