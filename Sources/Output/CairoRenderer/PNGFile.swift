import CCairo
import Glibc

/// The PNG container, as far as cairo leaves it to us.
enum PNGFile {
    /// The file with a `pHYs` chunk behind its header, so that it prints at its true size.
    static func bytes(_ file: [UInt8], dotsPerInch: Double) -> [UInt8] {
        // Signature (8) and header chunk (25) always come first.
        let headerEnd = 33
        guard file.count > headerEnd else { return file }
        let dotsPerMetre = UInt32((dotsPerInch / 0.0254).rounded())
        var content = Array("pHYs".utf8)
        for _ in 0..<2 { content += bigEndian(dotsPerMetre) }
        content.append(1)  // the unit is the metre
        return file[..<headerEnd] + bigEndian(9) + content + bigEndian(checksum(content)) + file[headerEnd...]
    }

    /// The pixels of a surface as a PNG file.
    static func encoded(_ surface: borrowing Surface, _ title: String) throws -> [UInt8] {
        let sink = ByteSink()
        let status = withExtendedLifetime(sink) {
            unsafe cairo_surface_write_to_png_stream(surface.pointer, ByteSink.write, sink.closure)
        }
        guard status == CAIRO_STATUS_SUCCESS else { throw Surface.failure(title, status) }
        return sink.bytes
    }

    /// CRC-32 of ISO 3309, a byte at a time.
    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var register: UInt32 = 0xFFFF_FFFF
        for byte in bytes { register = register >> 8 ^ checksums[Int((register ^ UInt32(byte)) & 0xFF)] }
        return ~register
    }

    /// The checksums of single bytes.
    private static let checksums: [UInt32] = (0..<256).map { (index: UInt32) -> UInt32 in
        (0..<8).reduce(index) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
    }

    private static func bigEndian(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
    }
}
