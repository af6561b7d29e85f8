import Diagnostics

extension InputFile {
    /// The file's text as programs of every system write it: a byte order mark is taken off, UTF-16 with one is
    /// understood, and every line ends in "\n", whether the file says CR LF, CR or LF.
    ///
    /// Throws `files.notText` where it is neither UTF-8 nor UTF-16.
    public static func text(_ path: String, limitBytes: Int = 1 << 26) throws -> String {
        let bytes = try bytes(path, limitBytes: limitBytes)
        guard let text = text(of: bytes) else {
            throw KernelVizError(
                code: "files.notText", subject: path, found: "not UTF-8 text", expected: "a text file",
                advice: "Save it as UTF-8: iconv --from-code=latin1 --to-code=utf8 FILE")
        }
        return text
    }

    /// The text that bytes hold, as ``text(_:limitBytes:)`` gives it; nil where they hold none.
    public static func text(of bytes: [UInt8]) -> String? {
        let decoded: String?
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            decoded = String(validating: bytes.dropFirst(3), as: UTF8.self)
        } else if bytes.starts(with: [0xFF, 0xFE]) {
            decoded = utf16(bytes.dropFirst(2), low: 0)
        } else if bytes.starts(with: [0xFE, 0xFF]) {
            decoded = utf16(bytes.dropFirst(2), low: 1)
        } else {
            decoded = String(validating: bytes, as: UTF8.self)
        }
        return decoded.map(withPlainLineEnds)
    }

    /// The text at the beginning of a file, which may be cut off in the middle of a character; nil where the bytes hold
    /// anything that texts do not.
    public static func beginning(_ head: [UInt8]) -> String? {
        for dropped in 0...min(3, max(0, head.count - 1)) {
            guard let text = text(of: Array(head.dropLast(dropped))) else { continue }
            let isText = text.unicodeScalars.allSatisfy {
                $0.value >= 0x20 && $0.value != 0x7F || "\t\n\u{0C}".unicodeScalars.contains($0)
            }
            return isText && !text.isEmpty ? text : nil
        }
        return nil
    }

    private static func utf16(_ bytes: ArraySlice<UInt8>, low: Int) -> String? {
        guard bytes.count % 2 == 0 else { return nil }
        let units = stride(from: bytes.startIndex, to: bytes.endIndex, by: 2).map { place in
            UInt16(bytes[place + low]) | UInt16(bytes[place + 1 - low]) << 8
        }
        return String(validating: units, as: UTF16.self)
    }

    /// CR LF and CR become LF. To Swift, CR LF is one character: a text with them has no "\n" to split at.
    private static func withPlainLineEnds(_ text: String) -> String {
        guard text.utf8.contains(0x0D) else { return text }
        var scalars = String.UnicodeScalarView()
        var followsReturn = false
        for scalar in text.unicodeScalars {
            if scalar == "\r" {
                scalars.append("\n")
            } else if scalar != "\n" || !followsReturn {
                scalars.append(scalar)
            }
            followsReturn = scalar == "\r"
        }
        return String(scalars)
    }
}
