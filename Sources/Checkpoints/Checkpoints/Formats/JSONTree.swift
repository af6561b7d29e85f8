/// A JSON value as its text has it, for documents whose members may be of any type.
///
/// Read by a parser of its own: Python writes NaN and Infinity, which JSON does not have, and what comes from a file is
/// bounded in depth and number.
enum JSONTree: Sendable, Equatable {
    case null
    case flag(Bool)
    case number(Double)
    case text(String)
    case list([JSONTree])
    case object([String: JSONTree])

    /// How deep values may lie in each other.
    static let maximumDepth = 256
    /// How many values a document may have.
    static let maximumCount = 4_000_000

    /// Nil where the text is no JSON, or beyond the bounds.
    init?(parsing text: String) {
        var parser = JSONTreeParser(bytes: Array(text.utf8))
        guard let value = parser.document() else { return nil }
        self = value
    }

    /// A member of an object; nil in everything else. JSON's null counts as absent.
    subscript(key: String) -> JSONTree? {
        guard case .object(let members) = self, let value = members[key], value != .null else { return nil }
        return value
    }

    /// The text of a string.
    var string: String? { if case .text(let text) = self { text } else { nil } }
    /// The members of an object.
    var members: [String: JSONTree]? { if case .object(let members) = self { members } else { nil } }
    /// The elements of a list.
    var elements: [JSONTree]? { if case .list(let elements) = self { elements } else { nil } }
    /// True or false.
    var bool: Bool? { if case .flag(let flag) = self { flag } else { nil } }
    /// A number.
    var double: Double? { if case .number(let number) = self { number } else { nil } }
    /// A whole number.
    var integer: Int? { double.flatMap { Int(exactly: $0) } }
    /// The elements of a list of whole numbers; nil where one is none.
    var integers: [Int]? {
        guard let elements else { return nil }
        let numbers = elements.compactMap(\.integer)
        return numbers.count == elements.count ? numbers : nil
    }
    /// A number, or the numbers of a list, nested ones one after another; nil where something else is among them.
    var numbers: [Double]? {
        switch self {
        case .number(let number): return [number]
        case .list(let elements):
            var result: [Double] = []
            for element in elements {
                guard let numbers = element.numbers else { return nil }
                result += numbers
            }
            return result
        default: return nil
        }
    }
}

/// One text under way.
private struct JSONTreeParser {
    let bytes: [UInt8]
    private var position = 0
    private var count = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() -> JSONTree? {
        guard let value = value(depth: 0) else { return nil }
        skipSpace()
        return position == bytes.count ? value : nil
    }

    private mutating func value(depth: Int) -> JSONTree? {
        skipSpace()
        count += 1
        guard depth <= JSONTree.maximumDepth, count <= JSONTree.maximumCount, position < bytes.count else { return nil }
        switch bytes[position] {
        case UInt8(ascii: "{"): return object(depth)
        case UInt8(ascii: "["): return list(depth)
        case UInt8(ascii: "\""): return string().map(JSONTree.text)
        case UInt8(ascii: "t"): return word("true") ? .flag(true) : nil
        case UInt8(ascii: "f"): return word("false") ? .flag(false) : nil
        case UInt8(ascii: "n"): return word("null") ? .null : nil
        case UInt8(ascii: "N"): return word("NaN") ? .number(.nan) : nil
        case UInt8(ascii: "I"): return word("Infinity") ? .number(.infinity) : nil
        default:
            if word("-Infinity") { return .number(-.infinity) }
            return number()
        }
    }

    private mutating func object(_ depth: Int) -> JSONTree? {
        position += 1
        var members: [String: JSONTree] = [:]
        skipSpace()
        if take("}") { return .object([:]) }
        while true {
            skipSpace()
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\""), let key = string() else { return nil }
            skipSpace()
            guard take(":"), let member = value(depth: depth + 1) else { return nil }
            members[key] = member
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { return nil }
        }
    }

    private mutating func list(_ depth: Int) -> JSONTree? {
        position += 1
        var elements: [JSONTree] = []
        skipSpace()
        if take("]") { return .list([]) }
        while true {
            guard let element = value(depth: depth + 1) else { return nil }
            elements.append(element)
            skipSpace()
            if take("]") { return .list(elements) }
            guard take(",") else { return nil }
        }
    }

    /// The position is at the opening quote.
    private mutating func string() -> String? {
        position += 1
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                continue
            }
            guard position < bytes.count else { return nil }
            let escape = bytes[position]
            position += 1
            switch escape {
            case UInt8(ascii: "n"): text.append(10)
            case UInt8(ascii: "t"): text.append(9)
            case UInt8(ascii: "r"): text.append(13)
            case UInt8(ascii: "b"): text.append(8)
            case UInt8(ascii: "f"): text.append(12)
            case UInt8(ascii: "u"):
                guard let scalar = escapedScalar() else { return nil }
                text += Array(String(Character(scalar)).utf8)
            default: text.append(escape)
            }
        }
        return nil
    }

    /// The four digits behind "\u", and those of a second half where the first is one; U+FFFD for half a character.
    private mutating func escapedScalar() -> Unicode.Scalar? {
        guard let first = fourDigits() else { return nil }
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800..<0xDC00).contains(first), position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        let start = position
        position += 2
        guard let second = fourDigits() else { return nil }
        guard (0xDC00..<0xE000).contains(second) else {
            position = start
            return "\u{FFFD}"
        }
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    }

    private mutating func fourDigits() -> UInt32? {
        guard position + 4 <= bytes.count else { return nil }
        let digits = String(decoding: bytes[position..<position + 4], as: UTF8.self)
        position += 4
        return digits.allSatisfy(\.isHexDigit) ? UInt32(digits, radix: 16) : nil
    }

    private mutating func number() -> JSONTree? {
        let start = position
        while position < bytes.count, position - start < 400 {
            switch bytes[position] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
                UInt8(ascii: "e"), UInt8(ascii: "E"):
                position += 1
            default: return Double(String(decoding: bytes[start..<position], as: UTF8.self)).map(JSONTree.number)
            }
        }
        return Double(String(decoding: bytes[start..<position], as: UTF8.self)).map(JSONTree.number)
    }

    private mutating func word(_ word: String) -> Bool {
        let letters = Array(word.utf8)
        guard bytes.count - position >= letters.count, bytes[position..<position + letters.count].elementsEqual(letters)
        else { return false }
        position += letters.count
        return true
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }
}
