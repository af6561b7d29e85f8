/// What a pickle can be made of. Nothing here runs anything.
///
/// Everything that can hold other values lies in a ``PickleHeap`` and is named by its place there: however deep values lie
/// in each other, and in whatever circles, nothing is freed or compared one inside the other.
enum PickleValue {
    case none
    case boolean(Bool)
    case integer(Int)
    /// An integer beyond 64 bits, little-endian two's complement.
    case longInteger([UInt8])
    case number(Double)
    case text(String)
    /// The place among the heap's bytes.
    case bytes(Int)
    /// A tuple, list or set.
    case sequence(Int)
    case dictionary(Int)
    /// The name of a function or class, which is never looked up.
    case global(String)
    /// What calling a function or class that is not understood would give.
    case object(Int)
    case storage(Int)
    case tensor(Int)
    /// A value that no tensor needs.
    case inert

    var asInteger: Int? { if case .integer(let value) = self { value } else { nil } }
    var asText: String? { if case .text(let value) = self { value } else { nil } }
    var asGlobal: String? { if case .global(let value) = self { value } else { nil } }
    var asBoolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
    var asNumber: Double? {
        switch self {
        case .number(let value): value
        case .integer(let value): Double(value)
        default: nil
        }
    }
}

/// The result of a call that is not understood: a name, what it was called with, and what was put into it afterwards.
struct PickleObject {
    /// The function or class ("argparse.Namespace").
    let name: String
    /// What it was called with; a sequence, as far as it makes sense.
    let arguments: PickleValue
    /// What was set by BUILD: mostly a dictionary of attributes.
    var state: PickleValue?
    /// What was appended to it, where it is a kind of list.
    var items: [PickleValue] = []
    /// What was put into it by key, where it is a kind of dictionary.
    var pairs: [PicklePair] = []
    /// The array that it is, by its place among the heap's tensors.
    var tensor: Int?
}

/// A key and its value.
struct PicklePair {
    let key: PickleValue
    let value: PickleValue
}

/// Everything that a pickle makes, each kind in the order of its making.
struct PickleHeap {
    var bytes: [ArraySlice<UInt8>] = []
    var sequences: [[PickleValue]] = []
    var dictionaries: [[PicklePair]] = []
    var objects: [PickleObject] = []
    var storages: [TorchStorage] = []
    var tensors: [TorchTensor] = []
    /// The bytes of storages that lie in the pickle itself, by key.
    var inlineStorages: [String: ArraySlice<UInt8>] = [:]
    /// Those of them that are NumPy's arrays.
    var arrayKeys: Set<String> = []

    /// The elements of a tuple or list.
    func items(_ value: PickleValue?) -> [PickleValue]? {
        if case .sequence(let place)? = value { sequences[place] } else { nil }
    }

    /// The elements of a tuple or list of integers, such as a shape; nil where there are more than any shape has.
    func integers(_ value: PickleValue?) -> [Int]? {
        guard let items = items(value), items.count <= PickleCalls.maximumRank else { return nil }
        let integers = items.compactMap(\.asInteger)
        return integers.count == items.count ? integers : nil
    }

    /// Keys and values of a dictionary.
    func pairs(_ value: PickleValue?) -> [PicklePair]? {
        if case .dictionary(let place)? = value { dictionaries[place] } else { nil }
    }

    /// Keys and values of a dictionary or an object that is a kind of dictionary.
    func entries(_ value: PickleValue) -> [PicklePair] {
        switch value {
        case .dictionary(let place): dictionaries[place]
        case .object(let place): objects[place].pairs
        default: []
        }
    }

    /// The value under a key of a dictionary of settings; the last where there are several, as in Python. Only so many
    /// keys are looked at as an object has attributes.
    func value(_ key: String, in dictionary: PickleValue?) -> PickleValue? {
        pairs(dictionary)?.prefix(512).last { $0.key.asText == key }?.value
    }

    /// A text; also one that was kept as bytes.
    func text(_ value: PickleValue) -> String? {
        switch value {
        case .text(let text): text
        case .bytes(let place): String(validating: bytes[place], as: UTF8.self)
        default: nil
        }
    }

    /// Bytes; also those that a pickle of the first protocols keeps as text, a character for each.
    func blob(_ value: PickleValue?) -> ArraySlice<UInt8>? {
        switch value {
        case .bytes(let place)?: return bytes[place]
        case .text(let text)?:
            var result: [UInt8] = []
            result.reserveCapacity(text.utf8.count)
            for scalar in text.unicodeScalars {
                guard scalar.value < 256 else { return nil }
                result.append(UInt8(scalar.value))
            }
            return result[...]
        default: return nil
        }
    }
}
