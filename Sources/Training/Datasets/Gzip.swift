import CZlib
import Diagnostics
import Files

/// Unpacks gzip files, as IDX data sets come.
enum Gzip {
    static func isCompressed(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

    /// How many times its packed length a file can have: deflate's limit.
    private static let maximumExpansion = 1_100

    /// All members of a gzip file, at most `limit` bytes.
    ///
    /// Throws `data.damaged` where the stream is broken or ends too early.
    static func decompress(_ bytes: [UInt8], subject: String, limit: Int = MemoryLimit.bytes) throws -> [UInt8] {
        var stream = unsafe z_stream()
        guard unsafe kv_inflate_init(&stream) == Z_OK else {
            throw KernelVizError(code: "data.damaged", subject: subject, found: "zlib cannot be started")
        }
        defer { unsafe inflateEnd(&stream) }
        var result: [UInt8] = []
        // The file ends with its length, modulo 2³²; a wrong one costs a few copies.
        let length = bytes.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        if length <= min(limit, bytes.count * maximumExpansion) { result.reserveCapacity(length) }
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        var input = bytes
        let status = unsafe input.withUnsafeMutableBufferPointer { source -> Int32 in
            unsafe stream.next_in = source.baseAddress
            unsafe stream.avail_in = UInt32(min(source.count, Int(UInt32.max)))
            while true {
                let status = unsafe piece.withUnsafeMutableBufferPointer { target -> Int32 in
                    unsafe stream.next_out = target.baseAddress
                    unsafe stream.avail_out = UInt32(target.count)
                    return unsafe inflate(&stream, Z_NO_FLUSH)
                }
                unsafe result.append(contentsOf: piece[..<(piece.count - Int(stream.avail_out))])
                if status != Z_OK || result.count > limit { return status }
                if unsafe stream.avail_in == 0 && stream.avail_out != 0 { return Z_BUF_ERROR }
            }
        }
        try MemoryLimit.$bytes.withValue(limit) {
            try MemoryLimit.check(result.count, "what the file unpacks to, or more,", subject: subject)
        }
        guard status == Z_STREAM_END else {
            let reason = status == Z_DATA_ERROR ? "a wrong byte" : "it ends too early"
            throw KernelVizError(
                code: "data.damaged", subject: subject, found: "damaged gzip file (\(reason))",
                expected: "the whole file", advice: "Copy or download it again")
        }
        return result
    }
}
