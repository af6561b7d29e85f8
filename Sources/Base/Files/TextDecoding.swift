/// The text that the bytes of a file hold, whatever system wrote them: one path for every text that we read.
///
/// A byte-order mark of UTF-8, UTF-16 or UTF-32 is understood and taken off; without one the bytes are UTF-8. Every line
/// ends in "\n", whether the file says CR LF, CR, LF, or, as mainframes do, NEL alone. What is no text is named for what
/// it probably is.
public enum TextDecoding {
    /// Why bytes are no text, in the words of an error.
    public struct Failure: Error, Equatable, Sendable {
        /// What the bytes are.
        public let found: String
        /// What to do next.
        public let advice: String
    }

    /// The text of `bytes`.
    public static func text(of bytes: [UInt8]) throws(Failure) -> String {
        let text: String
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            text = try utf8(bytes, from: 3)
        } else if bytes.starts(with: [0xFF, 0xFE, 0, 0]) {
            text = try utf32(bytes, order: [3, 2, 1, 0])
        } else if bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
            text = try utf32(bytes, order: [0, 1, 2, 3])
        } else if bytes.starts(with: [0xFF, 0xFE]) {
            text = try utf16(bytes, low: 0)
        } else if bytes.starts(with: [0xFE, 0xFF]) {
            text = try utf16(bytes, low: 1)
        } else {
            text = try utf8(bytes, from: 0)
        }
        return withPlainLineEnds(text)
    }

    // MARK: Encodings

    private static func utf8(_ bytes: [UInt8], from start: Int) throws(Failure) -> String {
        if let archive = container(bytes) { throw archive }
        // No text has a zero byte; UTF-16 without a mark has one in every letter of English.
        if let zero = bytes[start...].firstIndex(of: 0) { throw withZeros(bytes, zero) }
        guard let text = String(validating: bytes[start...], as: UTF8.self) else { throw notUTF8(bytes, start) }
        return text
    }

    private static func utf16(_ bytes: [UInt8], low: Int) throws(Failure) -> String {
        guard bytes.count % 2 == 0 else { throw cutOff("UTF-16") }
        let units = stride(from: 2, to: bytes.count, by: 2).map { place in
            UInt16(bytes[place + low]) | UInt16(bytes[place + 1 - low]) << 8
        }
        guard let text = String(validating: units, as: UTF16.self) else { throw damaged("UTF-16") }
        return text
    }

    private static func utf32(_ bytes: [UInt8], order: [Int]) throws(Failure) -> String {
        guard bytes.count % 4 == 0 else { throw cutOff("UTF-32") }
        var scalars = String.UnicodeScalarView()
        for place in stride(from: 4, to: bytes.count, by: 4) {
            let value = order.reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[place + $1]) }
            guard let scalar = Unicode.Scalar(value) else { throw damaged("UTF-32") }
            scalars.append(scalar)
        }
        return String(scalars)
    }

    // MARK: Line ends

    /// CR LF and CR become LF. To Swift, CR LF is one character: a text with them has no "\n" to split at.
    ///
    /// NEL ends lines only in a text that has no other line ends: elsewhere it is a letter of Windows-1252 ("…") that
    /// somebody converted as Latin-1, and a line more would number everything behind it wrongly.
    private static func withPlainLineEnds(_ text: String) -> String {
        guard text.utf8.contains(0x0D) else {
            guard !text.utf8.contains(0x0A), text.unicodeScalars.contains("\u{85}") else { return text }
            return String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\u{85}" ? "\n" : $0 }))
        }
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

    // MARK: What it is instead

    private static func cutOff(_ encoding: String) -> Failure {
        Failure(found: "\(encoding) text that ends inside a character", advice: "Copy or download it again")
    }

    private static func damaged(_ encoding: String) -> Failure {
        Failure(
            found: "begins as \(encoding) text and holds what \(encoding) does not know",
            advice: "Save it again as UTF-8")
    }

    /// Files that are often given by mistake, by their first bytes.
    private static func container(_ bytes: [UInt8]) -> Failure? {
        let kinds: [(magic: [UInt8], name: String, advice: String)] = [
            ([0x1F, 0x8B], "a gzip file", "Unpack it first: gunzip FILE"),
            ([0x50, 0x4B, 0x03, 0x04], "a zip archive", "Unpack it first, or save a spreadsheet as CSV"),
            ([0xD0, 0xCF, 0x11, 0xE0], "an Office document", "Save it as CSV or plain text"),
            (Array("%PDF-".utf8), "a PDF document", "Save it as plain text"),
            ([0x89, 0x50, 0x4E, 0x47], "a PNG picture", "Name the text file beside it"),
            ([0xFF, 0xD8, 0xFF], "a JPEG picture", "Name the text file beside it"),
            ([0x89, 0x48, 0x44, 0x46], "an HDF5 file", "Name the text file beside it"),
        ]
        guard let kind = kinds.first(where: { bytes.starts(with: $0.magic) }) else { return nil }
        return Failure(found: "is \(kind.name)", advice: kind.advice)
    }

    private static func withZeros(_ bytes: [UInt8], _ first: Int) -> Failure {
        let head = bytes.prefix(1 << 12)
        let zeros = (0..<2).map { parity in
            head.indices.count { $0 % 2 == parity && head[$0] == 0 }
        }
        let pairs = head.count / 2
        for (parity, name, code) in [(1, "little-endian", "UTF-16LE"), (0, "big-endian", "UTF-16BE")]
        where pairs > 1 && zeros[parity] * 2 > pairs && zeros[1 - parity] == 0 {
            return Failure(
                found: "UTF-16 text (\(name)) without its byte-order mark",
                advice: "Save it as UTF-8: iconv --from-code=\(code) --to-code=UTF-8 FILE")
        }
        return Failure(
            found: "binary data (a zero byte at offset \(first))", advice: "Check that it is the file that you mean")
    }

    private static func notUTF8(_ bytes: [UInt8], _ start: Int) -> Failure {
        let place = firstBreak(bytes[start...])
        let line = bytes[..<place].count { $0 == 0x0A } + 1
        let controls = bytes.count { $0 < 0x20 && ![0x09, 0x0A, 0x0C, 0x0D, 0x1A].contains($0) }
        guard controls == 0 else {
            return Failure(
                found: "binary data (no text at offset \(place))", advice: "Check that it is the file that you mean")
        }
        var digits = String(bytes[place], radix: 16, uppercase: true)
        if digits.count == 1 { digits = "0" + digits }
        let isWindows = bytes.contains { (0x80..<0xA0).contains($0) }
        let (name, code) = isWindows ? ("Windows-1252", "WINDOWS-1252") : ("Latin-1", "ISO-8859-1")
        return Failure(
            found: "byte 0x\(digits) in line \(line) is not UTF-8 (\(name), perhaps)",
            advice: "Save it as UTF-8: iconv --from-code=\(code) --to-code=UTF-8 FILE")
    }

    /// Where the first sequence that is not UTF-8 begins.
    private static func firstBreak(_ bytes: ArraySlice<UInt8>) -> Int {
        var decoder = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var place = bytes.startIndex
        while true {
            switch decoder.parseScalar(from: &iterator) {
            case .valid(let sequence): place += sequence.count
            case .emptyInput, .error: return min(place, bytes.endIndex - 1)
            }
        }
    }
}
