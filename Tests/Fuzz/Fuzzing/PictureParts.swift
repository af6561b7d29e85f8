/// PNG pictures of all kinds, made from nothing: their pixels are stored unpacked, so that every checksum is right.
enum PNGParts {
    struct Chunk {
        var kind: [UInt8]
        var data: [UInt8]
    }

    static func input(_ chance: inout Chance) -> [UInt8] {
        var chunks = picture(&chance)
        if !chance.once(in: 4) { chance.rearrange(&chunks) { chunk, chance in change(&chunk, &chance) } }
        var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        for chunk in chunks {
            bytes += Words.big(chunk.data.count, 4) + chunk.kind + chunk.data
            bytes += Words.big(Checksum.crc32(chunk.kind + chunk.data), 4)
        }
        return chance.once(in: 8) ? chance.mutant(of: bytes) : bytes
    }

    private static func picture(_ chance: inout Chance) -> [Chunk] {
        let (width, height) = (chance.number(1...40), chance.number(1...40))
        let (depths, channels, color) = chance.one(of: [
            ([1, 2, 4, 8, 16], 1, 0), ([8, 16], 3, 2), ([1, 2, 4, 8], 1, 3), ([8, 16], 2, 4), ([8, 16], 4, 6),
        ])
        let depth = chance.one(of: depths)
        let interlace = chance.once(in: 3) ? 1 : 0
        let header = Words.big(width, 4) + Words.big(height, 4) + [UInt8(depth), UInt8(color), 0, 0, UInt8(interlace)]
        var chunks = [Chunk(kind: Array("IHDR".utf8), data: header)]
        if color == 3 || chance.once(in: 8) {
            let count = chance.once(in: 4) ? chance.number(0...300) : 1 << min(8, depth)
            chunks.append(Chunk(kind: Array("PLTE".utf8), data: chance.bytes(3 * count)))
        }
        let extra = [
            "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "tEXt", "zTXt", "iTXt", "eXIf", "bKGD", "pHYs", "acTL", "sBIT",
            "hIST",
        ]
        for _ in 0..<chance.number(0...3) {
            let kind = chance.one(of: extra)
            let data =
                kind == "eXIf" && !chance.once(in: 4) ? ExifBlock.bytes(&chance) : chance.bytes(chance.number(0...32))
            chunks.append(Chunk(kind: Array(kind.utf8), data: data))
        }
        let packed = stored(rows(width, height, bits: depth * channels, isInterlaced: interlace == 1, &chance))
        var rest = packed[...]
        for _ in 0..<chance.number(1...3) {
            let part = chance.number(0...rest.count)
            chunks.append(Chunk(kind: Array("IDAT".utf8), data: Array(rest.prefix(part))))
            rest = rest.dropFirst(part)
        }
        chunks.append(Chunk(kind: Array("IDAT".utf8), data: Array(rest)))
        return chunks + [Chunk(kind: Array("IEND".utf8), data: [])]
    }

    /// A filter's number before each row; of an interlaced picture seven smaller ones.
    private static func rows(
        _ width: Int, _ height: Int, bits: Int, isInterlaced: Bool, _ chance: inout Chance
    ) -> [UInt8] {
        let passes =
            isInterlaced
            ? [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
            : [(0, 0, 1, 1)]
        var bytes: [UInt8] = []
        for (left, top, across, down) in passes {
            let (columns, lines) = ((width - left + across - 1) / across, (height - top + down - 1) / down)
            guard columns > 0, lines > 0 else { continue }
            for _ in 0..<lines { bytes += [UInt8(chance.number(0...4))] + chance.bytes((columns * bits + 7) / 8) }
        }
        if chance.once(in: 12) { bytes.removeLast(chance.number(0...bytes.count)) }
        if chance.once(in: 12) { bytes += chance.bytes(chance.number(0...100)) }
        return bytes
    }

    /// A zlib stream of blocks that are not packed (RFC 1950, 1951).
    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x78, 0x01]
        var place = 0
        repeat {
            let length = min(65_535, bytes.count - place)
            let isLast = place + length == bytes.count
            result += [isLast ? 1 : 0] + Words.little(length, 2) + Words.little(~length & 0xFFFF, 2)
            result += bytes[place..<place + length]
            place += length
        } while place < bytes.count
        return result + Words.big(Checksum.adler32(bytes), 4)
    }

    private static func change(_ chunk: inout Chunk, _ chance: inout Chance) {
        switch chance.number(0...5) {
        case 0:
            chunk.kind = Array(
                chance.one(of: ["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "ABCD", "fdAT", "\u{0}\u{1}\u{2}\u{3}"]).utf8)
        case 1 where chunk.kind == Array("IHDR".utf8) && chunk.data.count == 13:
            let place = chance.one(of: [0, 4])
            chunk.data.replaceSubrange(place..<place + 4, with: Words.big(chance.extreme(), 4))
        case 2 where chunk.kind == Array("IHDR".utf8) && chunk.data.count == 13:
            chunk.data[chance.number(8...12)] = UInt8(chance.number(0...17))
        default: chunk.data = chance.mutant(of: chunk.data)
        }
    }
}

/// JPEG pictures as their segments, with right lengths.
enum JPEGParts {
    struct Segment {
        var marker: UInt8
        /// Behind the length; of the scan what follows the header as well.
        var data: [UInt8]
        var scan: [UInt8] = []
    }

    static func segments(_ bytes: [UInt8]) -> [Segment] {
        var (segments, place) = ([Segment](), 2)
        while place + 4 <= bytes.count, bytes[place] == 0xFF {
            let length = Words.big(bytes, at: place + 2, 2)
            guard length >= 2, place + 2 + length <= bytes.count else { break }
            var segment = Segment(marker: bytes[place + 1], data: Array(bytes[place + 4..<place + 2 + length]))
            place += 2 + length
            if segment.marker == 0xDA {
                let end =
                    stride(from: place, to: bytes.count - 1, by: 1).first {
                        bytes[$0] == 0xFF && bytes[$0 + 1] != 0 && !(0xD0...0xD7).contains(bytes[$0 + 1])
                    } ?? bytes.count
                segment.scan = Array(bytes[place..<end])
                place = end
            }
            segments.append(segment)
        }
        return segments
    }

    static func input(_ healthy: [Segment], _ chance: inout Chance) -> [UInt8] {
        var segments = healthy
        if chance.once(in: 3) {
            let exif = Array("Exif\u{0}\u{0}".utf8) + ExifBlock.bytes(&chance)
            segments.insert(Segment(marker: 0xE1, data: exif), at: 0)
        }
        if !chance.once(in: 8) { chance.rearrange(&segments) { segment, chance in change(&segment, &chance) } }
        var bytes: [UInt8] = [0xFF, 0xD8]
        for segment in segments {
            let length = chance.once(in: 40) ? chance.extreme() : segment.data.count + 2
            bytes += [0xFF, segment.marker] + Words.big(length, 2) + segment.data + segment.scan
            if bytes.count > 1 << 20 { break }
        }
        bytes += [0xFF, 0xD9]
        return chance.once(in: 8) ? chance.mutant(of: bytes, words: ["Exif\u{0}\u{0}II*\u{0}", "JFIF\u{0}"]) : bytes
    }

    private static func change(_ segment: inout Segment, _ chance: inout Chance) {
        switch chance.number(0...6) {
        case 0:
            segment.marker = chance.one(of: [
                0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xC9, 0xCC, 0xDA, 0xDB, 0xDD, 0xE0, 0xE1, 0xE2, 0xEE, 0xFE, 0x01, 0xD0,
                0xF7,
            ])
        case 1 where (0xC0...0xC3).contains(segment.marker) && segment.data.count >= 6:
            let place = chance.one(of: [1, 3])
            segment.data.replaceSubrange(place..<place + 2, with: Words.big(chance.extreme(), 2))
        case 2 where !segment.scan.isEmpty: segment.scan = chance.mutant(of: segment.scan)
        case 3 where !segment.scan.isEmpty:
            segment.scan = Array(segment.scan.prefix(chance.number(0...segment.scan.count)))
        default: segment.data = chance.mutant(of: segment.data, keepsLength: chance.once(in: 2))
        }
    }
}

/// The block of settings that cameras write: TIFF's tables, right ones and wrong ones.
enum ExifBlock {
    static func bytes(_ chance: inout Chance) -> [UInt8] {
        let isLittle = chance.once(in: 2)
        func word(_ value: Int, _ width: Int) -> [UInt8] {
            isLittle ? Words.little(value, width) : Words.big(value, width)
        }
        let count = chance.number(0...6)
        var bytes =
            Array((isLittle ? "II" : "MM").utf8) + word(42, 2) + word(chance.once(in: 6) ? chance.extreme() : 8, 4)
        bytes += word(chance.once(in: 6) ? chance.extreme() : count, 2)
        for _ in 0..<count {
            let tag = chance.once(in: 2) ? 0x112 : chance.number(0...65_535)
            bytes += word(tag, 2) + word(chance.one(of: [3, 3, 3, 4, 1, 12, 65_535]), 2)
            bytes += word(chance.once(in: 5) ? chance.extreme() : 1, 4)
            bytes += word(chance.once(in: 5) ? chance.extreme() : chance.number(0...9), 2) + word(0, 2)
        }
        bytes += word(chance.once(in: 4) ? chance.extreme() : 0, 4)
        return chance.once(in: 5) ? chance.mutant(of: bytes) : bytes
    }
}
