/// Takes a message of ``ByteWriter`` apart; whatever the bytes are, it throws rather than reads past them.
public struct ByteReader: Sendable {
    /// The message ended early or holds what no writer writes.
    public struct Malformed: Error, Equatable {
        /// For readers of what a message holds.
        public init() {}
    }

    private var rest: ArraySlice<UInt8>

    /// Starts at the beginning of `bytes`.
    public init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// The next byte.
    public mutating func byte() throws -> UInt8 {
        guard let byte = rest.popFirst() else { throw Malformed() }
        return byte
    }

    /// The next number.
    public mutating func number() throws -> Int {
        guard rest.count >= 8 else { throw Malformed() }
        let value = rest.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        rest = rest.dropFirst(8)
        return Int(truncatingIfNeeded: value)
    }

    /// The next number, which counts things of at least `itemBytes` bytes each: never more than could follow.
    public mutating func count(itemBytes: Int = 1) throws -> Int {
        let count = try number()
        guard count >= 0, count <= rest.count / itemBytes else { throw Malformed() }
        return count
    }

    /// The next text.
    public mutating func text() throws -> String {
        let count = try count()
        guard let text = String(validating: rest.prefix(count), as: UTF8.self) else { throw Malformed() }
        rest = rest.dropFirst(count)
        return text
    }

    /// The next text that may be absent.
    public mutating func optionalText() throws -> String? {
        try byte() == 0 ? nil : try text()
    }
}
