/// The pieces that a PNG file consists of.
package enum PNGChunk {
    /// A chunk: its length, its name, its content and their checksum. Source: PNG (W3C, third edition).
    package static func bytes(_ name: String, _ content: some Collection<UInt8>) -> [UInt8] {
        let body = Array(name.utf8) + content
        return bigEndian(UInt32(content.count)) + body + bigEndian(checksum(body))
    }

    /// Four bytes, the highest first.
    package static func bigEndian(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
    }

    /// CRC-32 of ISO 3309, a byte at a time.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var register: UInt32 = 0xFFFF_FFFF
        for byte in bytes { register = register >> 8 ^ checksums[Int((register ^ UInt32(byte)) & 0xFF)] }
        return ~register
    }

    /// The checksums of single bytes.
    private static let checksums: [UInt32] = (0..<256).map { (index: UInt32) -> UInt32 in
        (0..<8).reduce(index) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
}
