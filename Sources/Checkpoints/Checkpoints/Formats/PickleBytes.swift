import Diagnostics

/// The bytes of a pickle, taken one after the other; whatever they are, it throws rather than reads past them.
struct PickleBytes {
    private let bytes: ArraySlice<UInt8>
    let subject: String
    /// The next byte.
    private(set) var position: Int

    init(_ bytes: ArraySlice<UInt8>, position: Int, subject: String) {
        self.bytes = bytes
        self.position = position
        self.subject = subject
    }

    mutating func byte() throws -> UInt8 {
        guard position < bytes.endIndex else { throw broken("it is cut off") }
        position += 1
        return bytes[position - 1]
    }

    mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.endIndex - position else { throw broken("it is cut off") }
        position += count
        return bytes[position - count..<position]
    }

    mutating func unsigned(_ count: Int) throws -> Int {
        let value = try take(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let number = Int(exactly: value) else { throw broken("a length in it is no length") }
        return number
    }

    /// The bytes up to the end of the line, which is passed over; NumPy arrays of the first protocol are long lines.
    mutating func lineBytes(limit: Int = 1 << 16) throws -> ArraySlice<UInt8> {
        guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")), end - position < limit else {
            throw broken("it is cut off")
        }
        defer { position = end + 1 }
        return bytes[position..<end]
    }

    mutating func line() throws -> String { String(decoding: try lineBytes(), as: UTF8.self) }

    mutating func decimal() throws -> Int {
        guard let number = Int(try line()) else { throw broken("a number cannot be read") }
        return number
    }

    func broken(_ found: String) -> KernelVizError {
        KernelVizError(
            code: "weights.brokenPickle", subject: subject, found: "damaged pickle (\(found))",
            advice: "Copy or download it again")
    }
}
