/// Bytes of a protocol buffer message, field by field in rising numbers; values that are zero are left out, as proto3 does.
///
/// Source: "Encoding", protobuf.dev.
struct MessageBytes {
    /// What was appended so far.
    private(set) var bytes: [UInt8] = []

    /// A whole number (`int32`, `int64`, an enum's value).
    mutating func append(_ value: Int, field: Int) {
        guard value != 0 else { return }
        tag(field, wire: 0)
        number(UInt64(bitPattern: Int64(value)))
    }

    /// A `double`.
    mutating func append(_ value: Double, field: Int) {
        guard value.bitPattern != 0 else { return }
        tag(field, wire: 1)
        append(little: value.bitPattern)
    }

    /// A `float` of a oneof, which is there also where it is zero.
    mutating func append(chosen value: Float, field: Int) {
        tag(field, wire: 5)
        append(little: value.bitPattern)
    }

    /// Bytes, text or a message, also where they are empty.
    mutating func append(_ content: [UInt8], field: Int) {
        tag(field, wire: 2)
        number(UInt64(content.count))
        bytes += content
    }

    /// A text in UTF-8.
    mutating func append(_ text: String, field: Int) { append(Array(text.utf8), field: field) }

    /// Packed `double`s.
    mutating func append(packed values: [Double], field: Int) {
        guard !values.isEmpty else { return }
        tag(field, wire: 2)
        number(UInt64(values.count * 8))
        for value in values { append(little: value.bitPattern) }
    }

    private mutating func tag(_ field: Int, wire: Int) { number(UInt64(field << 3 | wire)) }

    /// Seven bits a byte, the lowest first.
    private mutating func number(_ value: UInt64) {
        var rest = value
        while rest > 127 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// A number of fixed width, its lowest byte first.
    mutating func append(little value: some FixedWidthInteger & UnsignedInteger) {
        for shift in stride(from: 0, to: value.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}
