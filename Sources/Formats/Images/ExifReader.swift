/// Finds the orientation in the metadata of a picture file; whatever is damaged there counts as absent.
///
/// Source: CIPA DC-008 (EXIF 2.32), TIFF 6.0, ISO 10918-1 (segments of JPEG), PNG's chunk eXIf, Adobe's XMP part 3.
enum ExifReader {
    private static let tag = 0x0112
    private static let exifMark = Array("Exif\0\0".utf8)
    private static let xmpMark = Array("http://ns.adobe.com/xap/1.0/\0".utf8)

    /// The orientation that a PNG or JPEG file states; nil where it states none.
    static func orientation(of file: [UInt8]) -> ImageOrientation? {
        let blocks = file.starts(with: PNGCodec.signature) ? pngBlocks(file) : jpegBlocks(file)
        return blocks.exif.flatMap { orientation(inTIFF: file[$0]) }
            ?? blocks.xmp.flatMap { orientation(inXMP: file[$0]) }
    }

    /// Where the first EXIF block and the first XMP block of a JPEG lie: segments APP1 before the first scan.
    private static func jpegBlocks(_ file: [UInt8]) -> (exif: Range<Int>?, xmp: Range<Int>?) {
        var exif: Range<Int>?
        var xmp: Range<Int>?
        var offset = 2
        while offset + 4 <= file.count, file[offset] == 0xFF {
            let marker = file[offset + 1]
            // Fill bytes before a marker, markers without a segment, the end, the pixels.
            if marker == 0xFF { offset += 1; continue }
            if marker == 0x01 || (0xD0...0xD8).contains(marker) { offset += 2; continue }
            if marker == 0xD9 || marker == 0xDA { break }
            let length = Int(file[offset + 2]) << 8 | Int(file[offset + 3])
            let end = offset + 2 + length
            guard length >= 2, end <= file.count else { break }
            if marker == 0xE1 {
                let body = file[offset + 4..<end]
                if exif == nil, body.starts(with: exifMark) { exif = offset + 4 + exifMark.count..<end }
                if xmp == nil, body.starts(with: xmpMark) { xmp = offset + 4 + xmpMark.count..<end }
            }
            offset = end
        }
        return (exif, xmp)
    }

    /// Where the EXIF block of a PNG lies: its chunk eXIf, before or behind the pixels.
    private static func pngBlocks(_ file: [UInt8]) -> (exif: Range<Int>?, xmp: Range<Int>?) {
        var offset = PNGCodec.signature.count
        while offset + 12 <= file.count {
            let length = file[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            let end = offset + 12 + length
            guard end <= file.count else { break }
            if file[offset + 4..<offset + 8].elementsEqual("eXIf".utf8) { return (offset + 8..<end - 4, nil) }
            offset = end
        }
        return (nil, nil)
    }

    /// The orientation in the first directory of a TIFF block, of either byte order.
    private static func orientation(inTIFF block: ArraySlice<UInt8>) -> ImageOrientation? {
        let bytes = Array(block)
        guard bytes.count >= 8, bytes[0] == bytes[1], bytes[0] == 0x49 || bytes[0] == 0x4D else { return nil }
        let isLittle = bytes[0] == 0x49
        /// `count` bytes from `place` as a whole number; nil past the end.
        func number(_ place: Int, _ count: Int) -> Int? {
            guard place >= 0, place <= bytes.count - count else { return nil }
            let part = bytes[place..<place + count]
            return isLittle ? part.reversed().reduce(0) { $0 << 8 | Int($1) } : part.reduce(0) { $0 << 8 | Int($1) }
        }
        guard number(2, 2) == 42, let directory = number(4, 4), let count = number(directory, 2) else { return nil }
        for index in 0..<count {
            let entry = directory + 2 + 12 * index
            guard let found = number(entry, 2), let type = number(entry + 2, 2) else { return nil }
            guard found == tag else { continue }
            // BYTE, SHORT or LONG, as writers have it; the value lies at the beginning of its field.
            let width: Int? = type == 1 ? 1 : type == 3 ? 2 : type == 4 ? 4 : nil
            return width.flatMap { number(entry + 8, $0) }.flatMap(ImageOrientation.init)
        }
        return nil
    }

    /// The digit behind `tiff:Orientation="` or `tiff:Orientation>`.
    private static func orientation(inXMP block: ArraySlice<UInt8>) -> ImageOrientation? {
        let word = Array("tiff:Orientation".utf8)
        guard let range = block.firstRange(of: word) else { return nil }
        let rest = block[range.upperBound...].drop { $0 == 0x3D || $0 == 0x22 || $0 == 0x27 || $0 == 0x3E }
        guard rest.startIndex > range.upperBound, let digit = rest.first, (0x31...0x38).contains(digit) else {
            return nil
        }
        return ImageOrientation(rawValue: Int(digit) - 0x30)
    }
}
