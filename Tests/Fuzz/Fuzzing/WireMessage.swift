/// A protocol buffer as its fields, whatever they mean: lengths stay right when parts are changed.
///
/// Source: https://protobuf.dev/programming-guides/encoding.
struct WireMessage: Sendable {
    indirect enum Value: Sendable {
        case number(Int)
        case fixed([UInt8])
        case bytes([UInt8])
        case message(WireMessage)
    }

    struct Field: Sendable {
        var number: Int
        var value: Value
    }

    var fields: [Field] = []

    init(fields: [Field]) { self.fields = fields }

    /// Takes a message apart; nil where the bytes are none.
    init?(_ bytes: [UInt8], depth: Int = 0) {
        var place = 0
        while place < bytes.count {
            guard let tag = Self.number(bytes, &place), tag >> 3 > 0, tag >> 3 < 512 else { return nil }
            let value: Value
            switch tag & 7 {
            case 0:
                guard let own = Self.number(bytes, &place) else { return nil }
                value = .number(own)
            case 1, 5:
                let width = tag & 7 == 1 ? 8 : 4
                guard place + width <= bytes.count else { return nil }
                value = .fixed(Array(bytes[place..<place + width]))
                place += width
            case 2:
                guard let length = Self.number(bytes, &place), length >= 0, length <= bytes.count - place else {
                    return nil
                }
                let own = Array(bytes[place..<place + length])
                place += length
                let inner = depth < 12 && length > 1 ? WireMessage(own, depth: depth + 1) : nil
                value = inner.map { .message($0) } ?? .bytes(own)
            default: return nil
            }
            fields.append(Field(number: tag >> 3, value: value))
        }
    }

    private static func number(_ bytes: [UInt8], _ place: inout Int) -> Int? {
        var (value, shift) = (UInt64(0), UInt64(0))
        while place < bytes.count, shift < 64 {
            let byte = bytes[place]
            place += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return Int(truncatingIfNeeded: value) }
            shift += 7
        }
        return nil
    }

    private static func written(_ number: Int) -> [UInt8] {
        var (rest, bytes) = (UInt64(bitPattern: Int64(number)), [UInt8]())
        while rest > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    func written() -> [UInt8] {
        fields.reduce(into: []) { bytes, field in
            switch field.value {
            case .number(let own): bytes += Self.written(field.number << 3) + Self.written(own)
            case .fixed(let own): bytes += Self.written(field.number << 3 | (own.count == 8 ? 1 : 5)) + own
            case .bytes(let own): bytes += Self.written(field.number << 3 | 2) + Self.written(own.count) + own
            case .message(let own):
                let inner = own.written()
                bytes += Self.written(field.number << 3 | 2) + Self.written(inner.count) + inner
            }
        }
    }

    /// Changes fields of some message within: left out, doubled, swapped, with other numbers and texts.
    mutating func mutate(_ chance: inout Chance, words: [String], depth: Int = 0) {
        let inner = fields.indices.filter { if case .message = fields[$0].value { true } else { false } }
        if !inner.isEmpty, !chance.once(in: depth == 0 ? 16 : 3), depth < 12 {
            let place = chance.one(of: inner)
            guard case .message(var own) = fields[place].value else { return }
            own.mutate(&chance, words: words, depth: depth + 1)
            fields[place].value = .message(own)
            if depth > 0, chance.once(in: 2) { mutate(&chance, words: words, depth: depth + 1) }
            return
        }
        chance.rearrange(&fields) { field, chance in Self.change(&field, &chance, words) }
    }

    private static func change(_ field: inout Field, _ chance: inout Chance, _ words: [String]) {
        if chance.once(in: 6) { field.number = chance.number(1...24) }
        switch field.value {
        case .number: field.value = .number(chance.once(in: 2) ? chance.number(0...20) : chance.extreme())
        case .fixed(let own): field.value = .fixed(Words.little(chance.extreme(), own.count))
        case .bytes(let own):
            let other = chance.once(in: 2) ? Array(chance.one(of: words).utf8) : chance.mutant(of: own, words: words)
            field.value = .bytes(other)
        case .message(let own):
            if chance.once(in: 8) {
                // A message within itself, many times.
                let depth = chance.number(1...(chance.once(in: 8) ? 300 : 12))
                let deep = (0..<depth).reduce(own) { inner, _ in
                    WireMessage(fields: own.fields.prefix(2) + [Field(number: field.number, value: .message(inner))])
                }
                field.value = chance.once(in: 4) ? .message(deep) : .bytes(chance.mutant(of: own.written()))
            } else {
                field.value = .bytes(chance.mutant(of: own.written()))
            }
        }
    }
}
