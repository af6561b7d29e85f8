import CJPEG
import Diagnostics

/// JPEG through libturbojpeg's handle interface.
enum JPEGCodec {
    /// A decompressor that is destroyed with its owner.
    private struct Decompressor: ~Copyable {
        let handle: tjhandle

        init() throws {
            guard let handle = unsafe tjInitDecompress() else {
                throw KernelVizError(
                    code: "images.noDecoder", subject: "libturbojpeg", found: "no decoder could be started",
                    advice: "Check the free memory")
            }
            unsafe self.handle = handle
        }

        deinit { unsafe tjDestroy(handle) }

        /// The library's last message.
        var message: String {
            guard let text = unsafe tjGetErrorStr2(handle) else { return "unreadable" }
            return unsafe String(cString: text).lowercased()
        }
    }

    /// Decodes a whole JPEG file to 8-bit RGB with the accurate inverse DCT and smooth chroma, as Pillow does.
    static func decode(_ bytes: [UInt8], subject: String) throws -> RGBImage {
        let decompressor = try Decompressor()
        return try unsafe bytes.withUnsafeBufferPointer { file in
            var (width, height, subsampling, colorSpace): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
            let status = unsafe tjDecompressHeader3(
                decompressor.handle, file.baseAddress, UInt(file.count), &width, &height, &subsampling, &colorSpace)
            guard status == 0, width > 0, height > 0 else {
                let message = status == 0 ? "no picture in it" : reason(decompressor.message)
                throw ImageFile.damaged(subject, format: "JPEG", reason: message)
            }
            try ImageFile.checkSize(width: Int(width), height: Int(height), subject: subject)
            let isFourInks = colorSpace == Int32(TJCS_CMYK.rawValue) || colorSpace == Int32(TJCS_YCCK.rawValue)
            let format = Int32(isFourInks ? TJPF_CMYK.rawValue : TJPF_RGB.rawValue)
            let channels = isFourInks ? 4 : 3
            var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height) * channels)
            let decoded = unsafe pixels.withUnsafeMutableBufferPointer {
                unsafe tjDecompress2(
                    decompressor.handle, file.baseAddress, UInt(file.count), $0.baseAddress, width, 0, height, format,
                    Int32(TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS))
            }
            if decoded != 0 {
                let message = decompressor.message
                // Bytes between markers are common in photographs of old cameras and harm no pixel.
                let isHarmless =
                    unsafe tjGetErrorCode(decompressor.handle) == Int32(TJERR_WARNING.rawValue)
                    && message.contains("extraneous bytes")
                guard isHarmless else { throw ImageFile.damaged(subject, format: "JPEG", reason: reason(message)) }
            }
            return RGBImage(
                width: Int(width), height: Int(height), bytes: isFourInks ? rgb(fromInvertedCMYK: pixels) : pixels)
        }
    }

    /// Encodes a picture with whole chroma; the same picture gives the same bytes.
    static func encode(_ image: RGBImage, quality: Int) throws -> [UInt8] {
        func failure(_ found: String) -> KernelVizError {
            KernelVizError(
                code: "images.noEncoder", subject: "libturbojpeg", found: found, advice: "Check the free memory")
        }
        guard let handle = unsafe tjInitCompress() else { throw failure("no encoder could be started") }
        defer { unsafe tjDestroy(handle) }
        var length: UInt = tjBufSize(Int32(image.width), Int32(image.height), Int32(TJSAMP_444.rawValue))
        var file = [UInt8](repeating: 0, count: Int(length))
        let status = unsafe file.withUnsafeMutableBufferPointer { target in
            unsafe image.bytes.withUnsafeBufferPointer { source in
                var start = target.baseAddress
                return unsafe tjCompress2(
                    handle, source.baseAddress, Int32(image.width), 0, Int32(image.height),
                    Int32(TJPF_RGB.rawValue), &start, &length, Int32(TJSAMP_444.rawValue), Int32(quality),
                    Int32(TJFLAG_ACCURATEDCT | TJFLAG_NOREALLOC))
            }
        }
        guard status == 0 else { throw failure("a picture of \(image.width)×\(image.height) could not be encoded") }
        file.removeLast(file.count - Int(length))
        return file
    }

    /// Pillow's conversion of Adobe's inverted inks: 255 − k, less its product with the ink.
    private static func rgb(fromInvertedCMYK pixels: [UInt8]) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: pixels.count / 4 * 3)
        for pixel in 0..<pixels.count / 4 {
            let light = Int(pixels[4 * pixel + 3])
            for channel in 0..<3 {
                let ink = 255 - Int(pixels[4 * pixel + channel])
                let product = ink * light + 128
                result[3 * pixel + channel] = UInt8(max(0, light - (product + product >> 8) >> 8))
            }
        }
        return result
    }

    /// The library's message without the name of its function ("tjdecompress2(): ").
    private static func reason(_ message: String) -> String {
        guard let range = message.firstRange(of: "(): ") else { return message }
        return String(message[range.upperBound...])
    }
}
