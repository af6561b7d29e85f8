/// How the first pickle protocols write texts and numbers.
enum PickleText {
    /// The bytes of a quoted Python 2 string: `'a\x00\n'`.
    static func unquoted(_ line: ArraySlice<UInt8>) -> [UInt8] {
        let isQuoted =
            line.count >= 2 && line.first == line.last
            && (line.first == UInt8(ascii: "'") || line.first == UInt8(ascii: "\""))
        let inner = Array(isQuoted ? line.dropFirst().dropLast() : line)
        guard inner.contains(UInt8(ascii: "\\")) else { return inner }
        var result: [UInt8] = []
        var index = 0
        while index < inner.count {
            let byte = inner[index]
            index += 1
            guard byte == UInt8(ascii: "\\"), index < inner.count else {
                result.append(byte)
                continue
            }
            let code = inner[index]
            index += 1
            switch code {
            case UInt8(ascii: "n"): result.append(10)
            case UInt8(ascii: "r"): result.append(13)
            case UInt8(ascii: "t"): result.append(9)
            case UInt8(ascii: "x"):
                let digits = inner[index..<min(index + 2, inner.count)]
                guard let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) else { continue }
                result.append(value)
                index += digits.count
            case UInt8(ascii: "0")...UInt8(ascii: "7"):
                let digits = inner[index - 1..<min(index + 2, inner.count)].prefix {
                    (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0)
                }
                result.append(UInt8(truncatingIfNeeded: Int(String(decoding: digits, as: UTF8.self), radix: 8) ?? 0))
                index += digits.count - 1
            default: result.append(code)
            }
        }
        return result
    }

    /// A text of "raw-unicode-escape": a byte for each character up to U+00FF, `\u1234` and `\U00012345` for the others.
    static func rawUnicode(_ line: ArraySlice<UInt8>) -> String {
        var text = String.UnicodeScalarView()
        var index = line.startIndex
        while index < line.endIndex {
            let byte = line[index]
            index += 1
            if byte == UInt8(ascii: "\\"), index < line.endIndex {
                let length = line[index] == UInt8(ascii: "u") ? 4 : line[index] == UInt8(ascii: "U") ? 8 : 0
                let digits = line[(index + 1)...].prefix(length)
                if length > 0, digits.count == length,
                    let scalar = UInt32(String(decoding: digits, as: UTF8.self), radix: 16).flatMap(Unicode.Scalar.init)
                {
                    text.append(scalar)
                    index += 1 + length
                    continue
                }
            }
            text.append(Unicode.Scalar(byte))
        }
        return String(text)
    }

    /// Little-endian two's complement of a decimal number beyond 64 bits; nil where it is none or absurdly long.
    static func longInteger(_ decimal: String) -> [UInt8]? {
        let isNegative = decimal.hasPrefix("-")
        let digits = decimal.utf8.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
        guard !digits.isEmpty, digits.count <= 400 else { return nil }
        var bytes: [UInt8] = [0]
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            var carry = Int(digit - UInt8(ascii: "0"))
            for index in bytes.indices {
                carry += Int(bytes[index]) * 10
                bytes[index] = UInt8(carry & 0xFF)
                carry >>= 8
            }
            if carry > 0 { bytes.append(UInt8(carry)) }
        }
        if let last = bytes.last, last & 0x80 != 0 { bytes.append(0) }
        guard isNegative else { return bytes }
        var borrow = true
        for index in bytes.indices {
            bytes[index] = ~bytes[index]
            if borrow { (bytes[index], borrow) = bytes[index].addingReportingOverflow(1) }
        }
        return bytes
    }
}
