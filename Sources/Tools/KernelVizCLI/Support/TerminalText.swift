import KernelViz

/// What a terminal is given: letters and line ends, our own colours, and lines of boxes where its locale has them.
///
/// Names come from files that anyone may have made: what a terminal would obey is shown instead.
enum TerminalText {
    /// The text with everything but line ends and tabs ``Swift/String/printable``; colours stay where they are ours.
    static func safe(_ text: String, keepingColours: Bool = false) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = String.UnicodeScalarView()
        var place = 0
        while place < scalars.count {
            let scalar = scalars[place]
            if (0x20..<0x7F).contains(scalar.value) || scalar == "\n" || scalar == "\t" {
                result.append(scalar)
            } else if keepingColours, scalar == "\u{1B}", let end = colourEnd(scalars, place) {
                result.append(contentsOf: scalars[place...end])
                place = end
            } else {
                result.append(contentsOf: String(scalar).printable.unicodeScalars)
            }
            place += 1
        }
        return String(result)
    }

    /// The place of the "m" that ends a colour (ESC [ digits and semicolons m) that begins at `start`.
    private static func colourEnd(_ scalars: [Unicode.Scalar], _ start: Int) -> Int? {
        guard start + 1 < scalars.count, scalars[start + 1] == "[" else { return nil }
        for place in (start + 2)..<min(scalars.count, start + 24) {
            if scalars[place] == "m" { return place }
            guard ("0"..."9").contains(scalars[place]) || scalars[place] == ";" else { return nil }
        }
        return nil
    }

    /// Whether a locale, by the variables that choose it (LC_ALL, LC_CTYPE, LANG), has characters beyond ASCII.
    static func isUnicode(_ variables: [String?]) -> Bool {
        guard let locale = variables.compactMap(\.self).first else { return false }
        let name = locale.lowercased()
        return name.contains("utf-8") || name.contains("utf8")
    }

    /// Lines of boxes and blocks of bars in ASCII.
    static func plain(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x2500, 0x2501, 0x2550: result.append("-")
            case 0x2502, 0x2503, 0x2551: result.append("|")
            case 0x2504...0x257F: result.append("+")
            case 0x2591...0x2593: result.append(".")
            case 0x2580...0x259F: result.append("#")
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
