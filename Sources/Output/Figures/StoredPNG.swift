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
        file += PNGChunk.bytes(
            "IHDR", PNGChunk.bigEndian(UInt32(raster.width)) + PNGChunk.bigEndian(UInt32(raster.height)) + form)
        if isIndexed { file += PNGChunk.bytes("PLTE", palette.flatMap { [$0.red, $0.green, $0.blue] }) }
        return file + PNGChunk.bytes("IDAT", zlib(scanlines)) + PNGChunk.bytes("IEND", [])
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
        return result + PNGChunk.bigEndian(b << 16 | a)
    }
}
