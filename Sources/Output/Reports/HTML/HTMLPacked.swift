import CZlib
import Figures

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
