/// Small pictures as PNG files without a library: indexed where there are at most 256 colours, rows as they are.
///
/// For pages that hold many maps of a few pixels; larger pictures are compressed by `CairoRenderer`.
package enum StoredPNG {
    /// The file. Source: PNG (W3C, third edition), zlib (RFC 1950), stored blocks of deflate (RFC 1951).
    package static func bytes(_ raster: Raster) -> [UInt8] {
        var palette: [FigureColor] = []
        var places: [FigureColor: UInt8] = [:]
        var indices: [UInt8] = []
        for pixel in stride(from: 0, to: raster.bytes.count, by: 3) {
            let color = FigureColor(raster.bytes[pixel], raster.bytes[pixel + 1], raster.bytes[pixel + 2])
            if places[color] == nil {
                guard palette.count < 256 else { break }
                places[color] = UInt8(palette.count)
                palette.append(color)
            }
            indices.append(places[color] ?? 0)
        }
        let isIndexed = indices.count == raster.width * raster.height
        let (pixels, row) = isIndexed ? (indices, raster.width) : (raster.bytes, 3 * raster.width)
        var scanlines: [UInt8] = []
        for start in stride(from: 0, to: pixels.count, by: row) {
            scanlines.append(0)  // no filter
            scanlines += pixels[start..<start + row]
        }
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        let form: [UInt8] = [8, isIndexed ? 3 : 2, 0, 0, 0]
        file += chunk("IHDR", bigEndian(UInt32(raster.width)) + bigEndian(UInt32(raster.height)) + form)
        if isIndexed { file += chunk("PLTE", palette.flatMap { [$0.red, $0.green, $0.blue] }) }
        return file + chunk("IDAT", zlib(scanlines)) + chunk("IEND", [])
    }

    /// CRC-32 of ISO 3309, a byte at a time.
    package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var register: UInt32 = 0xFFFF_FFFF
        for byte in bytes { register = register >> 8 ^ checksums[Int((register ^ UInt32(byte)) & 0xFF)] }
        return ~register
    }

    /// The checksums of single bytes.
    private static let checksums: [UInt32] = (0..<256).map { (index: UInt32) -> UInt32 in
        (0..<8).reduce(index) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
    }

    private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + content
        return bigEndian(UInt32(content.count)) + body + bigEndian(checksum(body))
    }

    /// Bytes in stored blocks with zlib's header and Adler-32.
    private static func zlib(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x78, 0x01]
        for start in stride(from: 0, to: bytes.count, by: 65_535) {
            let block = bytes[start..<min(bytes.count, start + 65_535)]
            let (low, high) = (UInt8(block.count & 255), UInt8(block.count >> 8))
            result += [start + block.count == bytes.count ? 1 : 0, low, high, ~low, ~high]
            result += block
        }
        var (a, b): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            a = (a + UInt32(byte)) % 65_521
            b = (b + a) % 65_521
        }
        return result + bigEndian(b << 16 | a)
    }

    private static func bigEndian(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
    }
}

/// Bytes as letters.
package enum Base64 {
    /// RFC 4648, with padding.
    package static func text(_ bytes: [UInt8]) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count / 3 * 4 + 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            let word = (0..<3).reduce(0) { $0 << 8 | ($1 < count ? Int(bytes[start + $1]) : 0) }
            for place in 0..<4 {
                result.append(place <= count ? letters[word >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
