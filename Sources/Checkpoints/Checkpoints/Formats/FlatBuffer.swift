/// Reads tables of a FlatBuffer (https://flatbuffers.dev/internals) by their fields' numbers; whatever the bytes are, it
/// throws rather than reads past them.
final class FlatBuffer {
    /// An offset or length leads out of the file, or tables say more than a file of this size can hold.
    struct Malformed: Error {}

    /// A table: where its fields lie.
    struct Table {
        fileprivate let position: Int
        fileprivate let fields: Int
        fileprivate let fieldCount: Int
    }

    let bytes: [UInt8]
    /// What may still be read: tables may share what they hold, so a small file could name endless amounts.
    private var budget: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        budget = 8 * bytes.count + 1 << 16
    }

    /// The file's root table.
    func root() throws -> Table { try table(at: offset(at: 0)) }

    // MARK: fields

    /// A whole number of a field, `fallback` where it is absent.
    func int<Number: FixedWidthInteger>(_ table: Table, _ field: Int, _ fallback: Number) throws -> Number {
        try position(table, field).map { try number($0) } ?? fallback
    }

    /// A whole number of 32 bits or fewer, as an Int.
    func int32(_ table: Table, _ field: Int, _ fallback: Int = 0) throws -> Int {
        try position(table, field).map { Int(try number($0) as Int32) } ?? fallback
    }

    /// A byte, as an Int.
    func byte(_ table: Table, _ field: Int, _ fallback: Int = 0) throws -> Int {
        try position(table, field).map { Int(try number($0) as Int8) } ?? fallback
    }

    /// A number of single precision.
    func float(_ table: Table, _ field: Int, _ fallback: Float = 0) throws -> Float {
        try position(table, field).map { Float(bitPattern: try number($0)) } ?? fallback
    }

    /// A text; what is no UTF-8 is replaced.
    func text(_ table: Table, _ field: Int) throws -> String? {
        guard let range = try vector(table, field, elementBytes: 1) else { return nil }
        try spend(range.count)
        return String(decoding: bytes[range], as: UTF8.self)
    }

    /// Where the elements of a vector lie; nil where it is absent.
    func vector(_ table: Table, _ field: Int, elementBytes: Int) throws -> Range<Int>? {
        guard let place = try position(table, field) else { return nil }
        let start = try place + offset(at: place)
        let count = Int(try number(start) as UInt32)
        guard count <= (bytes.count - start - 4) / elementBytes else { throw Malformed() }
        return start + 4..<start + 4 + count * elementBytes
    }

    /// The numbers of a vector; nil where it is absent.
    func numbers<Number: FixedWidthInteger>(_ table: Table, _ field: Int, _ type: Number.Type) throws -> [Number]? {
        let size = Number.bitWidth / 8
        guard let range = try vector(table, field, elementBytes: size) else { return nil }
        try spend(range.count)
        return try stride(from: range.lowerBound, to: range.upperBound, by: size).map { try number($0) }
    }

    /// The whole numbers of a vector of 32 bits each.
    func ints(_ table: Table, _ field: Int) throws -> [Int]? { try numbers(table, field, Int32.self)?.map { Int($0) } }

    /// The numbers of a vector of single precision.
    func floats(_ table: Table, _ field: Int) throws -> [Float]? {
        try numbers(table, field, UInt32.self)?.map(Float.init(bitPattern:))
    }

    /// A table that a field leads to; nil where it is absent.
    func table(_ table: Table, _ field: Int) throws -> Table? {
        guard let place = try position(table, field) else { return nil }
        return try self.table(at: place + offset(at: place))
    }

    /// The tables of a vector.
    func tables(_ table: Table, _ field: Int) throws -> [Table] {
        guard let range = try vector(table, field, elementBytes: 4) else { return [] }
        try spend(range.count)
        return try stride(from: range.lowerBound, to: range.upperBound, by: 4).map {
            try self.table(at: $0 + offset(at: $0))
        }
    }

    // MARK: bytes

    /// Where a field's value lies; nil where it is absent.
    func position(_ table: Table, _ field: Int) throws -> Int? {
        guard field < table.fieldCount else { return nil }
        let offset = Int(try number(table.fields + 2 * field) as UInt16)
        return offset == 0 ? nil : table.position + offset
    }

    /// A table lies behind a signed offset to the list of its fields.
    private func table(at position: Int) throws -> Table {
        try spend(8)
        let list = position - Int(try number(position) as Int32)
        guard list >= 0 else { throw Malformed() }
        let length = Int(try number(list) as UInt16)
        guard length >= 4, list + length <= bytes.count else { throw Malformed() }
        return Table(position: position, fields: list + 4, fieldCount: (length - 4) / 2)
    }

    private func offset(at position: Int) throws -> Int { Int(try number(position) as UInt32) }

    private func number<Number: FixedWidthInteger>(_ position: Int) throws -> Number {
        let size = Number.bitWidth / 8
        guard position >= 0, position <= bytes.count - size else { throw Malformed() }
        var result: Number = 0
        for index in (0..<size).reversed() {
            result = (size == 1 ? 0 : result << 8) | Number(truncatingIfNeeded: bytes[position + index])
        }
        return result
    }

    private func spend(_ count: Int) throws {
        guard count <= budget else { throw Malformed() }
        budget -= count
    }
}
