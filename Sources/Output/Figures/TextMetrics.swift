/// Widths of text in DejaVu Sans from an embedded table, so that layouts do not depend on the installed fonts.
public enum TextMetrics {
    /// The height of capitals and ascenders above the baseline, in em.
    public static let ascent = 0.77
    /// The depth of descenders below the baseline, in em.
    public static let descent = 0.24

    /// The sum of the letters' advance widths in points.
    ///
    /// Outside the table wide letters (Han, Kana, Hangul) count as 1 em, combining marks as nothing, others as 0.75 em.
    public static func width(_ text: String, size: Double, weight: TextMark.Weight = .regular) -> Double {
        let table = weight == .bold ? bold : regular
        let sum = text.unicodeScalars.reduce(0) { $0 + Int(table[$1.value] ?? unlisted($1)) }
        return Double(sum) / 2048 * size
    }

    private static func unlisted(_ scalar: Unicode.Scalar) -> UInt16 {
        scalar.isWide || scalar.properties.isEmojiPresentation ? 2048 : scalar.takesNoRoom ? 0 : 1536
    }

    private static let regular = unpacked(FontTable.regular)
    private static let bold = unpacked(FontTable.bold)

    /// The widths by code point of a table whose form `FontTable` tells.
    private static func unpacked(_ text: String) -> [UInt32: UInt16] {
        var table: [UInt32: UInt16] = [:]
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: " "))
            guard parts.count == 2, var code = UInt32(Substring(parts[0]), radix: 16) else { continue }
            var high: UInt16?
            for digit in parts[1].lazy.map(digit) {
                guard let upper = high else {
                    high = digit
                    continue
                }
                table[code] = upper << 6 | digit
                (code, high) = (code + 1, nil)
            }
        }
        return table
    }

    /// The number from 0 to 63 that a letter of base 64 stands for.
    private static func digit(_ letter: UInt8) -> UInt16 {
        switch letter {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt16(letter - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt16(letter - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(letter - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        default: 63
        }
    }
}

/// Fitting text into widths.
enum TextFitting {
    /// `text`, or its beginning and end around "…" where it is wider than `limit` points.
    static func shortenedMiddle(
        _ text: String, to limit: Double, size: Double, weight: TextMark.Weight = .regular
    ) -> String {
        if TextMetrics.width(text, size: size, weight: weight) <= limit { return text }
        let letters = Array(text)
        func shortened(keeping kept: Int) -> String {
            let head = (kept + 1) / 2
            // Points and spaces beside the mark say nothing ("features.…conv").
            let isMark = { (letter: Character) in letter == "." || letter == "_" || letter == " " }
            let start = letters[..<head].reversed().drop(while: isMark).reversed()
            let end = letters[(letters.count - (kept - head))...].drop(while: isMark)
            return String(start) + "…" + String(end)
        }
        // Halving, for a file may hold names of any length.
        var (fits, tooLong) = (0, letters.count)
        while tooLong - fits > 1 {
            let middle = (fits + tooLong) / 2
            if TextMetrics.width(shortened(keeping: middle), size: size, weight: weight) <= limit {
                fits = middle
            } else {
                tooLong = middle
            }
        }
        return shortened(keeping: fits)
    }

    /// The first text that fits `limit` points, or the last one shortened in its middle.
    static func first(of texts: [String], limit: Double, size: Double) -> String {
        let fitting = texts.first { TextMetrics.width($0, size: size) <= limit }
        return fitting ?? shortenedMiddle(texts.last ?? "", to: limit, size: size)
    }

    /// Signs that stay beside both their neighbours, and units that stay behind their number.
    private static let joining: Set<Substring> = ["=", "<", ">", "×"]
    private static let units = ["%", "px", "mm"]

    /// What must stay in one line: words, with the signs and units that belong to them.
    private static func unbreakable(_ text: String) -> [String] {
        var pieces: [String] = []
        var joinsNext = false
        for word in text.split(separator: " ") {
            let joins = joining.contains(word)
            let isUnit = units.contains { unit in
                word.hasPrefix(unit) && word.dropFirst(unit.count).allSatisfy { $0.isPunctuation }
            }
            if joins || joinsNext || isUnit, !pieces.isEmpty {
                pieces[pieces.count - 1] += " " + word
            } else {
                pieces.append(String(word))
            }
            joinsNext = joins
        }
        return pieces
    }

    /// The words of `text` in lines of at most `limit` points; a longer word is shortened in its middle.
    static func lines(_ text: String, limit: Double, size: Double) -> [String] {
        var lines: [String] = []
        var line = ""
        // What does not fit together on a line is broken all the same.
        let words = unbreakable(text).flatMap { piece in
            TextMetrics.width(piece, size: size) <= limit ? [piece] : piece.split(separator: " ").map(String.init)
        }
        for word in words {
            let word = shortenedMiddle(word, to: limit, size: size)
            let longer = line.isEmpty ? word : line + " " + word
            if !line.isEmpty, TextMetrics.width(longer, size: size) > limit {
                lines.append(line)
                line = word
            } else {
                line = longer
            }
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }
}
