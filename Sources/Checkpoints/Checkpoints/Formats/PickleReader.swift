import Diagnostics

/// Reads a Python pickle of tensors by its own small stack machine: it builds values and calls nothing.
///
/// Functions and classes are known by name only. Those of ``PickleCalls`` are understood; any other stands for an object
/// that keeps what was put into it, as data. A pickle that asks for a function which runs programs or code is refused by
/// that function's name. Protocols 0 to 5.
struct PickleReader {
    /// How many values a pickle may make.
    static let maximumValues = 1 << 22
    /// How many objects that are not understood.
    static let maximumObjects = 1 << 20
    /// How many pickles may lie in each other.
    private static let maximumInner = 8
    /// How many names of such objects are kept.
    private static let maximumNames = 256

    private enum Item {
        case value(PickleValue)
        case mark
    }

    var input: PickleBytes
    /// Everything that was made.
    var heap = PickleHeap()
    /// The types of all storages that were mentioned, by key; nil for untyped bytes.
    private(set) var storageTypes: [String: NumberType?] = [:]
    /// The names of functions and classes that were called without being understood, in the order of their calls.
    private(set) var objectNames: [String] = []
    private var stack: [Item] = []
    private var memo: [Int: PickleValue] = [:]
    private var valueCount = 0
    private var copiedBytes = 0
    private var innerCount = 0
    private let allowedBytes: Int
    /// How many pickles this one lies in.
    let depth: Int

    /// Starts at `position` of `bytes`.
    init(_ bytes: [UInt8], position: Int = 0, subject: String) {
        self.init(bytes[...], position: position, subject: subject, depth: 0)
    }

    /// Reads a pickle inside another one.
    init(_ bytes: ArraySlice<UInt8>, position: Int, subject: String, depth: Int) {
        input = PickleBytes(bytes, position: position, subject: subject)
        self.depth = depth
        allowedBytes = 2 * bytes.count + 1 << 20
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

    /// Reads a pickle that lies in the middle of this one, as joblib's do.
    mutating func readInner() throws -> PickleValue {
        guard innerCount < Self.maximumInner else {
            throw broken("more pickles lie in each other than any program writes")
        }
        innerCount += 1
        let outer = (stack, memo)
        defer {
            (stack, memo) = outer
            innerCount -= 1
        }
        return try read()
    }

    private mutating func perform(_ code: UInt8) throws {
        if try performLiteral(code) { return }
        if try performStructure(code) { return }
        if try performCall(code) { return }
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
        // Bytes that lie outside of the pickle, and their being read-only.
        case 0x97: try push(.inert)
        case 0x98: break
        default: throw broken("it holds the instruction \(code), which Python does not know")
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
        case UInt8(ascii: "S"): try pushText(PickleText.unquoted(try input.lineBytes(limit: .max))[...])
        case UInt8(ascii: "V"): try push(.text(PickleText.rawUnicode(try input.lineBytes(limit: .max))))
        case UInt8(ascii: "T"): try pushText(try input.take(try input.unsigned(4)))
        case UInt8(ascii: "U"): try pushText(try input.take(try input.unsigned(1)))
        case 0x8C: try push(.text(String(decoding: try input.take(try input.unsigned(1)), as: UTF8.self)))
        case UInt8(ascii: "X"): try push(.text(String(decoding: try input.take(try input.unsigned(4)), as: UTF8.self)))
        case 0x8D: try push(.text(String(decoding: try input.take(try input.unsigned(8)), as: UTF8.self)))
        case UInt8(ascii: "B"): try pushBytes(try input.take(try input.unsigned(4)))
        case UInt8(ascii: "C"): try pushBytes(try input.take(try input.unsigned(1)))
        case 0x8E, 0x96: try pushBytes(try input.take(try input.unsigned(8)))
        default: return false
        }
        return true
    }

    /// Tuples, lists, sets and dictionaries.
    private mutating func performStructure(_ code: UInt8) throws -> Bool {
        switch code {
        case UInt8(ascii: ")"), UInt8(ascii: "]"), 0x8F: try push(sequence([]))
        case UInt8(ascii: "t"), UInt8(ascii: "l"), 0x91: try push(sequence(try popToMark()))
        case 0x85, 0x86, 0x87:
            let items = try (0..<Int(code) - 0x84).map { _ in try pop() }
            try push(sequence(items.reversed()))
        case UInt8(ascii: "a"): try append([try pop()])
        case UInt8(ascii: "e"), 0x90: try append(try popToMark())
        case UInt8(ascii: "}"): try push(dictionary([]))
        case UInt8(ascii: "d"): try push(dictionary(try pairs(try popToMark())))
        case UInt8(ascii: "s"):
            let value = try pop()
            try set([PicklePair(key: try pop(), value: value)])
        case UInt8(ascii: "u"): try set(try pairs(try popToMark()))
        default: return false
        }
        return true
    }

    /// Functions, classes, and what is made with them.
    private mutating func performCall(_ code: UInt8) throws -> Bool {
        switch code {
        case UInt8(ascii: "c"): try push(global(try input.line(), try input.line()))
        case 0x93:
            guard let name = heap.text(try pop()), let module = heap.text(try pop()) else {
                throw broken("a name is no text")
            }
            try push(global(module, name))
        case UInt8(ascii: "i"):
            let name = try global(try input.line(), try input.line())
            try call(name, sequence(try popToMark()))
        case UInt8(ascii: "o"):
            let items = try popToMark()
            guard let first = items.first else { throw broken("it makes an object of nothing") }
            try call(first, sequence(Array(items.dropFirst())))
        case UInt8(ascii: "R"), 0x81:
            let arguments = try pop()
            try call(try pop(), arguments)
        case 0x92:
            _ = try pop()
            let arguments = try pop()
            try call(try pop(), arguments)
        case UInt8(ascii: "b"): try build(try pop())
        case UInt8(ascii: "Q"): try push(try persistent(try pop()))
        case UInt8(ascii: "P"):
            _ = try input.lineBytes()
            try push(.inert)
        // Functions and classes by numbers that a Python program has agreed on with itself.
        case 0x82...0x84:
            _ = try input.take(1 << (Int(code) - 0x82))
            try push(.global("copyreg.extension"))
        default: return false
        }
        return true
    }

    private mutating func global(_ module: String, _ name: String) throws -> PickleValue {
        let whole = "\(module).\(name)"
        guard whole.utf8.count <= 1 << 12 else { throw broken("the name of a class has \(whole.utf8.count) bytes") }
        guard !PythonNames.isHarmful(whole) else {
            throw KernelVizError(
                code: "weights.forbiddenGlobal", subject: input.subject,
                found: "asks Python for '\(whole.prefix(120))', which no weights need",
                expected: "tensors and settings only",
                advice: "Nothing was run. Do not open this file with torch.load or pickle unless you trust who made it")
        }
        return .global(whole)
    }

    private mutating func call(_ function: PickleValue, _ arguments: PickleValue) throws {
        guard case .global(let name) = function else {
            // What a call gave is called: a partial function, a method.
            return try push(try object("a call's result", arguments))
        }
        try push(try result(of: name, arguments) ?? object(name, arguments))
    }

    /// A new object that is not understood.
    private mutating func object(_ name: String, _ arguments: PickleValue) throws -> PickleValue {
        guard heap.objects.count < Self.maximumObjects else {
            throw broken("it makes more than \(Self.maximumObjects) objects")
        }
        if objectNames.count < Self.maximumNames, !objectNames.contains(name) { objectNames.append(name) }
        heap.objects.append(PickleObject(name: name, arguments: arguments))
        return .object(heap.objects.count - 1)
    }

    /// Sets the state of the object on top of the stack. Dictionaries and tensors have none that matters.
    private mutating func build(_ state: PickleValue) throws {
        guard case .value(let top)? = stack.last else { throw broken("its stack is empty") }
        guard case .object(let place) = top else { return }
        heap.objects[place].state = state
        try finish(place)
    }

    /// What lies outside of the pickle: a storage, or a class with its source.
    private mutating func persistent(_ identifier: PickleValue) throws -> PickleValue {
        let parts = heap.items(identifier) ?? []
        switch parts.first.flatMap(heap.text) {
        case "storage": return try storage(parts)
        case "module" where parts.count > 1: return parts[1]
        default: return .inert
        }
    }

    /// ("storage", class, key, device, count), in legacy files with a view (root, offset, count) behind.
    private mutating func storage(_ parts: [PickleValue]) throws -> PickleValue {
        guard parts.count >= 5, let kind = parts[1].asGlobal, let count = parts[4].asInteger, count >= 0,
            let key = heap.text(parts[2]) ?? parts[2].asInteger.map(String.init)
        else { throw broken("a storage in it makes no sense") }
        let type = PickleCalls.storageTypes[kind]
        guard type != nil || PickleCalls.untypedStorages.contains(kind) else { return try object(kind, .none) }
        var storage = TorchStorage(key: key, type: type, count: count)
        if parts.count >= 6, let view = heap.items(parts[5]) {
            guard view.count == 3, let offset = view[1].asInteger, offset >= 0 else {
                throw broken("a storage in it makes no sense")
            }
            storage.offset = offset
        }
        storageTypes[key] = .some(type)
        heap.storages.append(storage)
        return .storage(heap.storages.count - 1)
    }

    // MARK: Values

    /// A new tuple or list.
    mutating func sequence(_ items: [PickleValue]) -> PickleValue {
        heap.sequences.append(items)
        return .sequence(heap.sequences.count - 1)
    }

    /// A new dictionary.
    mutating func dictionary(_ pairs: [PicklePair]) -> PickleValue {
        heap.dictionaries.append(pairs)
        return .dictionary(heap.dictionaries.count - 1)
    }

    /// New bytes.
    mutating func bytes(_ bytes: ArraySlice<UInt8>) -> PickleValue {
        heap.bytes.append(bytes)
        return .bytes(heap.bytes.count - 1)
    }

    /// Counts work that a call does for values that were made before, so that no pickle can ask for it without end.
    mutating func count(_ work: Int) throws {
        valueCount += work
        guard valueCount <= Self.maximumValues else { throw broken("it makes more than \(Self.maximumValues) values") }
    }

    /// Counts bytes that a call copies: together hardly more than the pickle has.
    mutating func countBytes(_ number: Int) throws {
        copiedBytes += number
        guard copiedBytes <= allowedBytes else { throw broken("it makes more bytes than it has") }
    }

    /// The bytes that a value stands for; see ``PickleHeap/blob(_:)``.
    mutating func blob(_ value: PickleValue?) throws -> ArraySlice<UInt8>? {
        if case .text(let text)? = value { try countBytes(text.utf8.count) }
        return heap.blob(value)
    }

    private mutating func push(_ value: PickleValue) throws {
        try count(1)
        stack.append(.value(value))
    }

    private mutating func pushBytes(_ content: ArraySlice<UInt8>) throws { try push(bytes(content)) }

    /// A string of Python 2: a text where it can be one, else bytes.
    private mutating func pushText(_ content: ArraySlice<UInt8>) throws {
        try push(content.allSatisfy { $0 < 0x80 } ? .text(String(decoding: content, as: UTF8.self)) : bytes(content))
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

    private mutating func append(_ items: [PickleValue]) throws {
        switch stack.last {
        case .value(.sequence(let place))?: heap.sequences[place].append(contentsOf: items)
        case .value(.object(let place))?: heap.objects[place].items.append(contentsOf: items)
        case .value(.inert)?: break
        default: throw broken("it appends to no list")
        }
    }

    private mutating func set(_ pairs: [PicklePair]) throws {
        switch stack.last {
        case .value(.dictionary(let place))?: heap.dictionaries[place].append(contentsOf: pairs)
        case .value(.object(let place))?: heap.objects[place].pairs.append(contentsOf: pairs)
        case .value(.inert)?: break
        default: throw broken("it fills no dictionary")
        }
    }

    private func pairs(_ items: [PickleValue]) throws -> [PicklePair] {
        guard items.count % 2 == 0 else { throw broken("a key has no value") }
        return stride(from: 0, to: items.count, by: 2).map { PicklePair(key: items[$0], value: items[$0 + 1]) }
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
        let digits = text.hasSuffix("L") ? String(text.dropLast()) : text
        if let number = Int(digits) { return .integer(number) }
        guard let bytes = PickleText.longInteger(digits) else { throw broken("a number cannot be read") }
        return .longInteger(bytes)
    }

    /// Little-endian two's complement.
    private static func integer(_ bytes: ArraySlice<UInt8>) -> PickleValue {
        guard bytes.count <= 8 else { return .longInteger(Array(bytes)) }
        let isNegative = (bytes.last ?? 0) & 0x80 != 0
        let value = bytes.reversed().reduce(isNegative ? UInt64.max : 0) { $0 << 8 | UInt64($1) }
        return .integer(Int(Int64(bitPattern: value)))
    }

    func broken(_ found: String) -> KernelVizError { input.broken(found) }
}
