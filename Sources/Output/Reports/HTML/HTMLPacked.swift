import CZlib

/// Bytes as a page carries them: packed by zlib (RFC 1950), as base64 in an element that no browser shows.
enum HTMLPacked {
    /// The element, which the script finds by its identifier and unpacks.
    static func element(_ bytes: [UInt8], id: String) -> String {
        "<script type=\"application/octet-stream\" id=\"\(id)\" data-bytes=\"\(bytes.count)\">"
            + "\(Base64.text(deflated(bytes)))</script>"
    }

    /// The bytes, packed.
    static func deflated(_ bytes: [UInt8]) -> [UInt8] {
        var length = compressBound(uLong(bytes.count))
        var result = [UInt8](repeating: 0, count: Int(length))
        let status = unsafe result.withUnsafeMutableBufferPointer { target in
            unsafe bytes.withUnsafeBufferPointer { source in
                unsafe compress2(
                    target.baseAddress, &length, source.baseAddress, uLong(source.count), Z_BEST_COMPRESSION)
            }
        }
        precondition(status == Z_OK, "zlib has no memory left")
        result.removeLast(result.count - Int(length))
        return result
    }
}

/// RFC 4648 text of bytes.
enum Base64 {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let rest = bytes.count - start
            let word =
                Int(bytes[start]) << 16 | (rest > 1 ? Int(bytes[start + 1]) << 8 : 0)
                | (rest > 2 ? Int(bytes[start + 2]) : 0)
            for part in 0..<4 {
                result.append(part <= rest ? letters[word >> (18 - 6 * part) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
