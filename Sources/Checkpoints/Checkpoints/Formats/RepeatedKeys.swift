#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Finds keys that stand twice in an object of a JSON text; decoders take one of them in silence.
enum RepeatedKeys {
    /// How deep objects may lie in each other.
    private static let maximumDepth = 64

    /// The first key that its object has already; `json` is valid JSON. Escaped spellings of one key are the same key.
    static func first(in json: [UInt8]) -> String? {
        /// The keys of each open object; nil for an open list.
        var open: [Set<String>?] = []
        var isKeyNext = false
        var index = 0
        while index < json.count {
            switch json[index] {
            case UInt8(ascii: "{"):
                open.append([])
                isKeyNext = true
            case UInt8(ascii: "["):
                open.append(nil)
                isKeyNext = false
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                _ = open.popLast()
                isKeyNext = false
            case UInt8(ascii: ","): isKeyNext = open.last.map { $0 != nil } ?? false
            case UInt8(ascii: ":"): isKeyNext = false
            case UInt8(ascii: "\""):
                let start = index
                index += 1
                while index < json.count, json[index] != UInt8(ascii: "\"") {
                    index += json[index] == UInt8(ascii: "\\") ? 2 : 1
                }
                guard index < json.count else { return nil }
                if isKeyNext {
                    let key = text(json[start...index])
                    if open[open.count - 1]?.insert(key).inserted == false { return key }
                }
            default: break
            }
            guard open.count <= maximumDepth else { return nil }
            index += 1
        }
        return nil
    }

    private static func text(_ quoted: ArraySlice<UInt8>) -> String {
        if quoted.contains(UInt8(ascii: "\\")), let text = try? JSONDecoder().decode(String.self, from: Data(quoted)) {
            return text
        }
        return String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self)
    }
}
