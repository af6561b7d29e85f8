import Diagnostics

/// Reads a Python pickle of tensors by its own small stack machine: it builds values and calls nothing.
///
/// Functions and classes are known by name only, and only those of ``TorchGlobals``; any other is refused by its name
/// before anything is done with it. Protocols 0 to 5.
struct PickleReader {
    /// How many values a pickle may make.
    static let maximumValues = 1 << 22

    private enum Item {
        case value(PickleValue)
        case mark
    }

    private var input: PickleBytes
    /// The types of all storages that were mentioned, by key; nil for untyped bytes.
    private(set) var storageTypes: [String: NumberType?] = [:]
    private var stack: [Item] = []
    private var memo: [Int: PickleValue] = [:]
    private var valueCount = 0

    /// Starts at `position` of `bytes`.
    init(_ bytes: [UInt8], position: Int = 0, subject: String) {
        input = PickleBytes(bytes, position: position, subject: subject)
    }

    /// The first byte behind what was read.
    var position: Int { input.position }

    /// Reads one pickle to its end; ``position`` is behind it then.
    ///
    /// Throws `weights.brokenPickle` or `weights.forbiddenGlobal`.
    mutating func read() throws -> PickleValue {
        stack = []
        memo = [:]
        while true {
            let code = try input.byte()
            if code == UInt8(ascii: ".") { return try pop() }
            try perform(code)
        }
    }

    private mutating func perform(_ code: UInt8) throws {
        if try performLiteral(code) { return }
        if try performStructure(code) { return }
        switch code {
        case 0x80: _ = try input.byte()
        case 0x95: _ = try input.take(8)
        case UInt8(ascii: "("): stack.append(.mark)
        case UInt8(ascii: "0"): if stack.popLast() == nil { throw broken("its stack is empty") }
        case UInt8(ascii: "1"): _ = try popToMark()
        case UInt8(ascii: "2"):
            guard case .value(let top)? = stack.last else { throw broken("its stack is empty") }
            try push(top)
        case UInt8(ascii: "p"): try memorise(try input.decimal())
        case UInt8(ascii: "q"): try memorise(try input.unsigned(1))
        case UInt8(ascii: "r"): try memorise(try input.unsigned(4))
        case 0x94: try memorise(memo.count)
        case UInt8(ascii: "g"): try recall(try input.decimal())
        case UInt8(ascii: "h"): try recall(try input.unsigned(1))
        case UInt8(ascii: "j"): try recall(try input.unsigned(4))
        case UInt8(ascii: "c"): try push(global(try input.line(), try input.line()))
        case 0x93:
            guard let name = try pop().asText, let module = try pop().asText else { throw broken("a name is no text") }
            try push(global(module, name))
        case UInt8(ascii: "i"):
            let name = try global(try input.line(), try input.line())
            try call(name, try popToMark())
        case UInt8(ascii: "o"):
            let items = try popToMark()
            guard let first = items.first else { throw broken("it makes an object of nothing") }
            try call(first, Array(items.dropFirst()))
        case UInt8(ascii: "R"), 0x81:
            let arguments = try pop()
            try call(try pop(), arguments.items ?? [])
        case 0x92:
            _ = try pop()
            let arguments = try pop()
            try call(try pop(), arguments.items ?? [])
        // The state of an object (the metadata of an ordered dictionary): no tensor needs it.
        case UInt8(ascii: "b"): _ = try pop()
        case UInt8(ascii: "Q"): try push(try storage(try pop()))
        default: throw broken("it holds the instruction \(code), which no state dict needs")
        }
    }

    /// Numbers, texts and the like.
    private mutating func performLiteral(_ code: UInt8) throws -> Bool {
        switch code {
        case UInt8(ascii: "N"): try push(.none)
        case 0x88: try push(.boolean(true))
        case 0x89: try push(.boolean(false))
        case UInt8(ascii: "J"): try push(.integer(Int(Int32(truncatingIfNeeded: try input.unsigned(4)))))
        case UInt8(ascii: "K"): try push(.integer(try input.unsigned(1)))
        case UInt8(ascii: "M"): try push(.integer(try input.unsigned(2)))
        case UInt8(ascii: "I"), UInt8(ascii: "L"): try push(try textInteger())
        case 0x8A: try push(Self.integer(try input.take(try input.unsigned(1))))
        case 0x8B: try push(Self.integer(try input.take(try input.unsigned(4))))
        case UInt8(ascii: "F"):
            guard let number = Double(try input.line()) else { throw broken("a number cannot be read") }
            try push(.number(number))
        case UInt8(ascii: "G"):
            try push(.number(Double(bitPattern: try input.take(8).reduce(0) { $0 << 8 | UInt64($1) })))
        case UInt8(ascii: "S"), UInt8(ascii: "V"): try push(.text(Self.unquoted(try input.line())))
        case UInt8(ascii: "T"): try push(.text(String(decoding: try input.take(try input.unsigned(4)), as: UTF8.self)))
        case UInt8(ascii: "U"), 0x8C:
            try push(.text(String(decoding: try input.take(try input.unsigned(1)), as: UTF8.self)))
        case UInt8(ascii: "X"): try push(.text(String(decoding: try input.take(try input.unsigned(4)), as: UTF8.self)))
        case 0x8D: try push(.text(String(decoding: try input.take(try input.unsigned(8)), as: UTF8.self)))
        case UInt8(ascii: "B"): try push(.bytes(Array(try input.take(try input.unsigned(4)))))
        case UInt8(ascii: "C"): try push(.bytes(Array(try input.take(try input.unsigned(1)))))
        case 0x8E, 0x96: try push(.bytes(Array(try input.take(try input.unsigned(8)))))
        default: return false
        }
        return true
    }

    /// Tuples, lists, sets and dictionaries.
    private mutating func performStructure(_ code: UInt8) throws -> Bool {
        switch code {
        case UInt8(ascii: ")"), UInt8(ascii: "]"), 0x8F: try push(.sequence(PickleSequence([])))
        case UInt8(ascii: "t"), UInt8(ascii: "l"), 0x91: try push(.sequence(PickleSequence(try popToMark())))
        case 0x85, 0x86, 0x87:
            let items = try (0..<Int(code) - 0x84).map { _ in try pop() }
            try push(.sequence(PickleSequence(items.reversed())))
        case UInt8(ascii: "a"):
            let item = try pop()
            try topSequence().items.append(item)
        case UInt8(ascii: "e"), 0x90:
            let items = try popToMark()
            try topSequence().items.append(contentsOf: items)
        case UInt8(ascii: "}"): try push(.dictionary(PickleDictionary()))
        case UInt8(ascii: "d"):
            let items = try popToMark()
            let dictionary = PickleDictionary()
            try Self.set(items, in: dictionary, self)
            try push(.dictionary(dictionary))
        case UInt8(ascii: "s"):
            let value = try pop()
            let key = try pop()
            try Self.set([key, value], in: topDictionary(), self)
        case UInt8(ascii: "u"):
            let items = try popToMark()
            try Self.set(items, in: topDictionary(), self)
        default: return false
        }
        return true
    }

    // MARK: Globals and storages

    private func global(_ module: String, _ name: String) throws -> PickleValue {
        let whole = "\(module).\(name)"
        guard TorchGlobals.isAllowed(whole) else {
            throw KernelVizError(
                code: "weights.forbiddenGlobal", subject: input.subject,
                found: "asks Python for '\(whole.prefix(120))'",
                expected: "a state dict, which holds tensors only",
                advice: "Nothing was run. Save the model again with torch.save(model.state_dict(), path)")
        }
        return .global(whole)
    }

    private mutating func call(_ function: PickleValue, _ arguments: [PickleValue]) throws {
        guard case .global(let name) = function, let result = TorchGlobals.result(of: name, arguments) else {
            throw broken("a call in it makes no sense")
        }
        try push(result)
    }

    /// ("storage", class, key, device, count), in legacy files with a view (root, offset, count) behind.
    private mutating func storage(_ identifier: PickleValue) throws -> PickleValue {
        guard let parts = identifier.items, parts.count >= 5, parts[0].asText == "storage",
            let kind = parts[1].asGlobal, let key = parts[2].asText, let count = parts[4].asInteger, count >= 0
        else { throw broken("a storage in it makes no sense") }
        let type = TorchGlobals.storageTypes[kind]
        guard type != nil || TorchGlobals.untypedStorages.contains(kind) else {
            throw broken("a storage in it is of no known type")
        }
        var storage = TorchStorage(key: key, type: type, count: count)
        if parts.count >= 6, let view = parts[5].items {
            guard view.count == 3, let offset = view[1].asInteger, offset >= 0 else {
                throw broken("a storage in it makes no sense")
            }
            storage.offset = offset
        }
        storageTypes[key] = .some(type)
        return .storage(storage)
    }

    // MARK: Stack and memo

    private mutating func push(_ value: PickleValue) throws {
        valueCount += 1
        guard valueCount <= Self.maximumValues else { throw broken("it makes more than \(Self.maximumValues) values") }
        stack.append(.value(value))
    }

    private mutating func pop() throws -> PickleValue {
        guard case .value(let value)? = stack.popLast() else { throw broken("its stack is empty") }
        return value
    }

    private mutating func popToMark() throws -> [PickleValue] {
        var items: [PickleValue] = []
        while let item = stack.popLast() {
            guard case .value(let value) = item else { return items.reversed() }
            items.append(value)
        }
        throw broken("its stack has no mark")
    }

    private func topSequence() throws -> PickleSequence {
        guard case .value(.sequence(let sequence))? = stack.last else { throw broken("it appends to no list") }
        return sequence
    }

    private func topDictionary() throws -> PickleDictionary {
        guard case .value(.dictionary(let dictionary))? = stack.last else { throw broken("it fills no dictionary") }
        return dictionary
    }

    private static func set(_ items: [PickleValue], in dictionary: PickleDictionary, _ reader: PickleReader) throws {
        guard items.count % 2 == 0 else { throw reader.broken("a key has no value") }
        for index in stride(from: 0, to: items.count, by: 2) {
            dictionary.items.append((key: items[index], value: items[index + 1]))
        }
    }

    private mutating func memorise(_ index: Int) throws {
        guard case .value(let top)? = stack.last else { throw broken("its stack is empty") }
        memo[index] = top
    }

    private mutating func recall(_ index: Int) throws {
        guard let value = memo[index] else { throw broken("it refers to a value that it has not made") }
        try push(value)
    }

    /// "12", "12L", and protocol 1's "01" for true.
    private mutating func textInteger() throws -> PickleValue {
        let text = try input.line()
        if text == "00" || text == "01" { return .boolean(text == "01") }
        guard let number = Int(text.hasSuffix("L") ? String(text.dropLast()) : text) else {
            throw broken("a number cannot be read")
        }
        return .integer(number)
    }

    /// Little-endian two's complement.
    private static func integer(_ bytes: ArraySlice<UInt8>) -> PickleValue {
        guard bytes.count <= 8 else { return .longInteger(Array(bytes)) }
        let isNegative = (bytes.last ?? 0) & 0x80 != 0
        let value = bytes.reversed().reduce(isNegative ? UInt64.max : 0) { $0 << 8 | UInt64($1) }
        return .integer(Int(Int64(bitPattern: value)))
    }

    private static func unquoted(_ text: String) -> String {
        guard let first = text.first, first == "'" || first == "\"", text.count >= 2, text.last == first else {
            return text
        }
        return String(text.dropFirst().dropLast())
    }

    private func broken(_ found: String) -> KernelVizError { input.broken(found) }
}
