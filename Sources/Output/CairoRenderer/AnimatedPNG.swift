import Diagnostics
import Figures

/// Films as PNG files that move (APNG, version 1.0): viewers that do not know them show the first picture.
///
/// Source: https://wiki.mozilla.org/APNG_Specification, since 2025 part of PNG (third edition, W3C).
enum AnimatedPNG {
    /// The file of PNG pictures of one size, each shown for so long; the last one for three times as long. It runs forever.
    ///
    /// Throws `render.failed` where pictures differ in size or form.
    static func bytes(_ pictures: [[UInt8]], milliseconds: Int, title: String) throws -> [UInt8] {
        precondition(!pictures.isEmpty && (1...60_000).contains(milliseconds))
        let parts = pictures.map(chunks)
        guard let header = parts[0].first(where: { $0.name == "IHDR" })?.content, header.count == 13,
            parts.allSatisfy({ $0.first(where: { $0.name == "IHDR" })?.content == header })
        else {
            throw KernelVizError(
                code: "render.failed", subject: title, found: "pictures of a film that differ in size",
                advice: "Draw them with the same --width and --dpi")
        }
        var file = Array(pictures[0].prefix(8))
        file += PNGChunk.bytes("IHDR", header)
        file += PNGChunk.bytes("acTL", PNGChunk.bigEndian(UInt32(pictures.count)) + PNGChunk.bigEndian(0))
        if let size = parts[0].first(where: { $0.name == "pHYs" }) { file += PNGChunk.bytes("pHYs", size.content) }
        var sequence: UInt32 = 0
        for (index, picture) in parts.enumerated() {
            let delay = UInt16(min(65_535, index == parts.count - 1 ? 3 * milliseconds : milliseconds))
            // Width, height, offsets of 0, the delay in thousandths, no disposal, no blending.
            var control = PNGChunk.bigEndian(sequence)
            control += header.prefix(8)
            control += [0, 0, 0, 0, 0, 0, 0, 0, UInt8(delay >> 8), UInt8(delay & 255), 0x03, 0xE8, 0, 0]
            file += PNGChunk.bytes("fcTL", control)
            sequence += 1
            for chunk in picture where chunk.name == "IDAT" {
                if index == 0 {
                    file += PNGChunk.bytes("IDAT", chunk.content)
                } else {
                    file += PNGChunk.bytes("fdAT", PNGChunk.bigEndian(sequence) + chunk.content)
                    sequence += 1
                }
            }
        }
        file += PNGChunk.bytes("IEND", [])
        return file
    }

    /// Name and content of each chunk of a PNG that we wrote.
    private static func chunks(_ file: [UInt8]) -> [(name: String, content: ArraySlice<UInt8>)] {
        var result: [(name: String, content: ArraySlice<UInt8>)] = []
        var place = 8
        while place + 12 <= file.count {
            let length = file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
            guard place + 12 + length <= file.count else { break }
            result.append(
                (String(decoding: file[place + 4..<place + 8], as: UTF8.self), file[place + 8..<place + 8 + length]))
            place += 12 + length
        }
        return result
    }
}
