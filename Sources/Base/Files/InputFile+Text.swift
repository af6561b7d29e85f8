import Diagnostics

extension InputFile {
    /// The file's text as ``TextDecoding`` reads it, of "-" that of standard input; `expected` says in errors what it should
    /// hold.
    ///
    /// Throws `files.empty` where it holds nothing, or blank space alone, and `files.notText` where it is no text.
    public static func text(
        _ path: String, limitBytes: Int = 1 << 26, expected: String = "a text file"
    ) throws -> String {
        let isStream = path == "-"
        let bytes =
            isStream ? try StreamFile.standardInput(limitBytes: limitBytes) : try bytes(path, limitBytes: limitBytes)
        let subject = isStream ? "standard input" : path
        let text: String
        do throws(TextDecoding.Failure) {
            text = try TextDecoding.text(of: bytes)
        } catch {
            throw KernelVizError(
                code: "files.notText", subject: subject, found: error.found, expected: expected, advice: error.advice)
        }
        guard !text.allSatisfy(\.isWhitespace) else {
            throw KernelVizError(
                code: "files.empty", subject: subject, found: bytes.isEmpty ? "is empty" : "holds only blank space",
                expected: expected)
        }
        return text
    }

    /// The text that bytes hold, as ``TextDecoding`` reads it; nil where they hold none.
    public static func text(of bytes: [UInt8]) -> String? { try? TextDecoding.text(of: bytes) }

    /// The text at the beginning of a file, which may be cut off in the middle of a character; nil where the bytes hold
    /// anything that texts do not.
    public static func beginning(_ head: [UInt8]) -> String? {
        // Behind a mark of UTF-16 or UTF-32 any byte may be a part of a character; in UTF-8 ASCII never is.
        let isWide = head.first.map { $0 == 0 || $0 >= 0xFE } ?? false
        for dropped in 0...min(3, max(0, head.count - 1)) {
            guard isWide || head.suffix(dropped).allSatisfy({ $0 >= 0x80 }) else { return nil }
            guard let text = text(of: Array(head.dropLast(dropped))) else { continue }
            let isText = text.unicodeScalars.allSatisfy {
                $0.value >= 0x20 && $0.value != 0x7F || "\t\n\u{0C}".unicodeScalars.contains($0)
            }
            return isText && !text.isEmpty ? text : nil
        }
        return nil
    }
}
