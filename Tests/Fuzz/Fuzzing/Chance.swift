import Tensors

/// Random choices of an input: the same for the same seed.
public struct Chance: Sendable {
    private var generator: SeededGenerator

    /// Starts the choices of an input.
    public init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// A number of a range.
    public mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    /// True once in `n` times.
    public mutating func once(in n: Int) -> Bool { Int.random(in: 0..<n, using: &generator) == 0 }

    /// One of some values, which are not empty.
    public mutating func one<Value>(of values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &generator)]
    }

    /// Random bytes.
    public mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(number(0...255)) } }

    /// Numbers at which readers go wrong: around zero, around the ends of words, huge ones.
    public mutating func extreme() -> Int {
        let power = number(0...62)
        return one(of: [
            0, 1, -1, 2, 7, 127, 128, 255, 256, 32_767, 65_535, 65_536, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
            0x1_0000_0000, .max, .min, .max - 1, 1 << power, -(1 << power), (1 << power) - 1, number(-1000...1000),
        ])
    }

    /// One to eight changes: bytes, bits, extreme numbers, pieces cut out, doubled and moved, and `words` of the format
    /// put in.
    public mutating func mutant(of bytes: [UInt8], words: [String] = [], keepsLength: Bool = false) -> [UInt8] {
        var result = bytes
        for _ in 0..<number(1...8) {
            guard result.count > 8 else { return result }
            let place = number(0...result.count - 9)
            let length = number(1...min(64, result.count - place))
            let piece = Array(result[place..<place + length])
            switch number((keepsLength ? 4 : 0)...(words.isEmpty || keepsLength ? 8 : 12)) {
            case 0: result.removeSubrange(place..<place + length)
            case 1: result.insert(contentsOf: piece, at: place)
            case 2:
                result.removeSubrange(place..<place + length)
                result.insert(contentsOf: piece, at: number(0...result.count))
            case 3: result.removeLast(number(0...result.count / 2))
            case 4: for index in 0..<8 { result[place + index] = 0xFF }
            case 5: for index in 0..<8 { result[place + index] = 0 }
            case 6: result[place] ^= 1 << UInt8(number(0...7))
            case 7: result[place] = UInt8(number(0...255))
            case 8:
                let value = extreme()
                let width = one(of: [1, 2, 4, 8])
                for index in 0..<width { result[place + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
            default: result.insert(contentsOf: Array(one(of: words).utf8), at: place)
            }
        }
        return result
    }

    /// Changes a list as a list: parts left out, doubled, swapped and moved; `change` alters one part.
    public mutating func rearrange<Part>(_ parts: inout [Part], change: (inout Part, inout Chance) -> Void) {
        for _ in 0..<number(1...6) {
            guard !parts.isEmpty else { return }
            let (place, other) = (number(0...parts.count - 1), number(0...parts.count - 1))
            switch number(0...7) {
            case 0: parts.remove(at: place)
            case 1: parts.insert(parts[place], at: other)
            case 2: parts.swapAt(place, other)
            case 3 where parts.count < 2_000:
                let copies = once(in: 16) ? number(2...100) : number(2...4)
                parts.insert(contentsOf: Array(repeating: parts[place], count: copies), at: place)
            default: change(&parts[place], &self)
            }
        }
    }
}

/// Little-endian and big-endian numbers of a few bytes.
enum Words {
    static func little(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    static func big(_ value: Int, _ width: Int) -> [UInt8] { little(value, width).reversed() }

    /// The number at a place; 0 beyond the end.
    static func little(_ bytes: [UInt8], at place: Int, _ width: Int) -> Int {
        guard place >= 0, place + width <= bytes.count else { return 0 }
        return bytes[place..<place + width].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    static func big(_ bytes: [UInt8], at place: Int, _ width: Int) -> Int {
        guard place >= 0, place + width <= bytes.count else { return 0 }
        return bytes[place..<place + width].reduce(0) { $0 << 8 | Int($1) }
    }
}

/// CRC-32 as zip and PNG have it (ISO 3309).
enum Checksum {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }

    static func crc32(_ bytes: some Sequence<UInt8>) -> Int {
        Int(~bytes.reduce(UInt32.max) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] })
    }

    /// What ends a zlib stream.
    static func adler32(_ bytes: [UInt8]) -> Int {
        var (low, high) = (1, 0)
        for byte in bytes {
            low = (low + Int(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return high << 16 | low
    }
}
