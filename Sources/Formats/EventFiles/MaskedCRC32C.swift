/// The checksums of TFRecord files: CRC-32C, and the same mixed so that it may be stored in what is summed again.
///
/// Source: RFC 3720, appendix B.4 (the polynomial of Castagnoli, reflected 0x82F63B78); TensorFlow's
/// `core/lib/hash/crc32c.h` (the mask).
enum MaskedCRC32C {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 1 ? (sum >> 1) ^ 0x82F6_3B78 : sum >> 1 }
    }

    /// CRC-32C of `bytes`.
    static func plain(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(0xFFFF_FFFF) { sum, byte in (sum >> 8) ^ table[Int((sum ^ UInt32(byte)) & 0xFF)] }
    }

    /// The sum as TFRecord files store it: turned right by 15 bits, plus a constant.
    static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
        let sum = plain(bytes)
        return ((sum >> 15) | (sum << 17)) &+ 0xA282_EAD8
    }
}
