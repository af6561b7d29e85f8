import CPNG
import Diagnostics

/// PNG through libpng's simplified interface, which reports errors without long jumps.
enum PNGCodec {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// Chunks that make libpng convert colours; without them samples come out as the file has them.
    private static let colorSpaceChunks = ["gAMA", "cHRM", "iCCP", "sRGB"].map { Array($0.utf8) }

    /// Decodes a whole PNG file to 8-bit RGB; transparency is dropped, not blended.
    static func decode(_ bytes: [UInt8], subject: String) throws -> RGBImage {
        let plain = try withoutColorSpace(bytes, subject: subject)
        var control = png_image()
        control.version = UInt32(PNG_IMAGE_VERSION)
        defer { unsafe png_image_free(&control) }
        return try unsafe plain.withUnsafeBytes { file in
            guard unsafe png_image_begin_read_from_memory(&control, file.baseAddress, file.count) != 0 else {
                throw unsafe ImageFile.damaged(subject, format: "PNG", reason: message(&control))
            }
            let (width, height) = unsafe (Int(control.width), Int(control.height))
            try ImageFile.checkSize(width: width, height: height, subject: subject)
            unsafe control.format = UInt32(PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA)
            // Without this, libpng takes 16-bit samples for linear light.
            unsafe control.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
            var pixels = [UInt8](repeating: 0, count: width * height * 4)
            let finished = unsafe pixels.withUnsafeMutableBytes {
                unsafe png_image_finish_read(&control, nil, $0.baseAddress, Int32(width * 4), nil)
            }
            guard finished != 0 else {
                throw unsafe ImageFile.damaged(subject, format: "PNG", reason: message(&control))
            }
            return RGBImage(width: width, height: height, bytes: withoutAlpha(pixels))
        }
    }

    /// Encodes 8-bit RGB.
    static func encode(_ image: RGBImage) throws -> [UInt8] {
        var control = png_image()
        control.version = UInt32(PNG_IMAGE_VERSION)
        control.width = UInt32(image.width)
        control.height = UInt32(image.height)
        control.format = UInt32(PNG_FORMAT_FLAG_COLOR)
        defer { unsafe png_image_free(&control) }
        // libpng's own bound: the rows with a filter byte each, stored, with zlib's and the chunks' overhead.
        let raw = image.bytes.count + image.height
        var room = png_alloc_size_t(raw + raw / 1000 * 2 + 4096)
        var result = [UInt8](repeating: 0, count: Int(room))
        let written = unsafe image.bytes.withUnsafeBytes { pixels in
            unsafe result.withUnsafeMutableBytes {
                unsafe png_image_write_to_memory(
                    &control, $0.baseAddress, &room, 0, pixels.baseAddress, Int32(image.width * 3), nil)
            }
        }
        guard written != 0 else {
            throw unsafe KernelVizError(
                code: "images.notEncoded", subject: "PNG of \(image.width)×\(image.height) pixels",
                found: message(&control))
        }
        result.removeLast(result.count - Int(room))
        return result
    }

    /// The file without the chunks that describe its colour space.
    ///
    /// Throws `images.damaged` for a chunk before the pixels that the file does not hold: libpng takes, and fills, as much
    /// memory as a chunk's length says before it reads on.
    private static func withoutColorSpace(_ bytes: [UInt8], subject: String) throws -> [UInt8] {
        var result = Array(bytes.prefix(signature.count))
        var offset = signature.count
        while offset + 8 <= bytes.count {
            let length = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            let end = offset + 12 + length
            let name = Array(bytes[offset + 4..<offset + 8])
            // From the pixels on, which are read in small pieces, nothing more is of interest here.
            if name == Array("IDAT".utf8) { break }
            guard end <= bytes.count else {
                let isName = name.allSatisfy { (65...90).contains($0) || (97...122).contains($0) }
                let chunk = isName ? "its chunk \(String(decoding: name, as: UTF8.self))" : "a chunk"
                throw ImageFile.damaged(
                    subject, format: "PNG",
                    reason: "\(chunk) claims \(length) bytes, and \(max(0, bytes.count - offset - 12)) are left")
            }
            if !colorSpaceChunks.contains(name) { result += bytes[offset..<end] }
            offset = end
        }
        return result + bytes[offset...]
    }

    private static func withoutAlpha(_ pixels: [UInt8]) -> [UInt8] {
        let count = pixels.count / 4
        return unsafe [UInt8](unsafeUninitializedCapacity: count * 3) { target, initialized in
            unsafe pixels.withUnsafeBufferPointer { source in
                for pixel in 0..<count {
                    unsafe target[3 * pixel] = source[4 * pixel]
                    unsafe target[3 * pixel + 1] = source[4 * pixel + 1]
                    unsafe target[3 * pixel + 2] = source[4 * pixel + 2]
                }
            }
            initialized = count * 3
        }
    }

    private static func message(_ control: inout png_image) -> String {
        let text = unsafe withUnsafeBytes(of: &control.message) {
            unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        return text.isEmpty ? "unreadable" : text.lowercased()
    }
}
