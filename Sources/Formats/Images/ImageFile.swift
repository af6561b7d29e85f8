import Diagnostics
import Files

/// Reading and writing picture files; the format follows from the content, never from the name.
public enum ImageFile {
    /// The most pixels that a picture may have: 1 << 27, a page of 134 megapixels.
    public static let pixelLimit = 1 << 27

    /// What a pixel takes while it is decoded at the most: a progressive JPEG's three coefficients, and the picture with
    /// and without its fourth channel.
    private static let bytesPerPixel = 3 * 2 + 4 + 3

    /// A picture as it is seen, and how the file had it.
    public struct Reading: Sendable, Equatable {
        /// The picture, turned upright.
        public let image: RGBImage
        /// The EXIF orientation by which it was turned; nil where it was stored upright or the file states none.
        public let turn: ImageOrientation?

        /// Groups the values.
        public init(image: RGBImage, turn: ImageOrientation?) {
            self.image = image
            self.turn = turn
        }
    }

    /// Reads the PNG or JPEG file at `path` as Pillow's `ImageOps.exif_transpose(Image.open(path)).convert("RGB")` does.
    ///
    /// Grey and palette pictures become RGB, transparency is dropped, 16-bit samples are reduced to 8, CMYK is
    /// converted; colour profiles are not applied. The EXIF orientation is: `Image.open` alone and torchvision's
    /// `ImageFolder` leave a photograph lying on its side; ``reading(_:)`` tells whether it was turned.
    /// Throws the errors of `InputFile` and those of ``decode(_:subject:)``.
    public static func read(_ path: String) throws -> RGBImage { try reading(path).image }

    /// Reads the PNG or JPEG file at `path` and tells whether its EXIF orientation turned it; see ``read(_:)``.
    ///
    /// Throws as ``read(_:)`` does.
    public static func reading(_ path: String) throws -> Reading {
        try reading(of: InputFile.bytes(path, limitBytes: 1 << 30), subject: path)
    }

    /// Decodes the bytes of a PNG or JPEG file and turns it upright; `subject` names it in errors.
    ///
    /// Throws `images.empty`, `images.unknownFormat`, `images.damaged` or `images.tooLarge`.
    public static func decode(_ bytes: [UInt8], subject: String) throws -> RGBImage {
        try reading(of: bytes, subject: subject).image
    }

    /// Decodes the bytes of a PNG or JPEG file and tells whether its EXIF orientation turned it.
    ///
    /// Throws as ``decode(_:subject:)`` does.
    public static func reading(of bytes: [UInt8], subject: String) throws -> Reading {
        let stored = try decodeAsStored(bytes, subject: subject)
        guard let orientation = ExifReader.orientation(of: bytes), orientation != .upright else {
            return Reading(image: stored, turn: nil)
        }
        return Reading(image: stored.turned(by: orientation), turn: orientation)
    }

    /// The pixels in the order of the file.
    private static func decodeAsStored(_ bytes: [UInt8], subject: String) throws -> RGBImage {
        guard !bytes.isEmpty else {
            throw KernelVizError(
                code: "images.empty", subject: subject, found: "the file is empty", expected: "a PNG or JPEG picture")
        }
        if bytes.starts(with: PNGCodec.signature) { return try PNGCodec.decode(bytes, subject: subject) }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return try JPEGCodec.decode(bytes, subject: subject) }
        throw KernelVizError(
            code: "images.unknownFormat", subject: subject, found: "\(contentInWords(bytes))",
            expected: "a PNG or JPEG picture", advice: "Convert it to PNG or JPEG")
    }

    /// Encodes a picture as PNG.
    public static func encodePNG(_ image: RGBImage) throws -> [UInt8] { try PNGCodec.encode(image) }

    /// Encodes a picture as JPEG of a quality from 1 to 100, with whole chroma.
    ///
    /// Throws `images.noEncoder` without memory.
    public static func encodeJPEG(_ image: RGBImage, quality: Int = 90) throws -> [UInt8] {
        precondition((1...100).contains(quality))
        return try JPEGCodec.encode(image, quality: quality)
    }

    /// Writes a picture as PNG, whole or not at all.
    public static func writePNG(
        _ image: RGBImage, to path: String, overwriting: AtomicFile.Overwriting = .replace
    ) throws {
        try AtomicFile.write(encodePNG(image), to: path, overwriting: overwriting)
    }

    /// Throws `images.tooLarge` where a header promises no pixels or too many.
    static func checkSize(width: Int, height: Int, subject: String) throws {
        guard width > 0, height > 0, width <= pixelLimit / height else {
            throw KernelVizError(
                code: "images.tooLarge", subject: subject, found: "the header says \(width)×\(height) pixels",
                expected: "1 to \(pixelLimit) pixels", advice: "Check the file or scale the picture down first")
        }
        try MemoryLimit.check(
            width * height * bytesPerPixel, "the picture of \(width)×\(height) pixels", subject: subject)
    }

    /// The error for a file whose beginning is right and whose rest is not.
    static func damaged(_ subject: String, format: String, reason: String) -> KernelVizError {
        KernelVizError(
            code: "images.damaged", subject: subject, found: "damaged \(format) picture (\(reason))",
            advice: "Copy or download the file again")
    }

    /// What the first bytes say about a file that is neither PNG nor JPEG.
    private static func contentInWords(_ bytes: [UInt8]) -> String {
        let known: [(String, [UInt8])] = [
            ("a GIF picture", Array("GIF8".utf8)), ("a BMP picture", Array("BM".utf8)),
            ("a WebP or other RIFF file", Array("RIFF".utf8)), ("a TIFF picture", [0x49, 0x49, 0x2A, 0]),
            ("a TIFF picture", [0x4D, 0x4D, 0, 0x2A]), ("a PDF document", Array("%PDF".utf8)),
            ("an HDF5 file", [0x89, 0x48, 0x44, 0x46]), ("a zip archive", [0x50, 0x4B, 0x03, 0x04]),
            ("a gzip archive", [0x1F, 0x8B]),
        ]
        if let match = known.first(where: { bytes.starts(with: $0.1) }) { return match.0 }
        let isText = bytes.prefix(512).allSatisfy { $0 >= 32 && $0 != 127 || $0 == 9 || $0 == 10 || $0 == 13 }
        return isText ? "a text file" : "not a picture (unknown file signature)"
    }
}
