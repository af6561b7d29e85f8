extension String {
    /// The text with characters that a terminal would obey instead of showing written as `\u{1B}`.
    ///
    /// Names come from files that anyone may have made: control characters, line ends among them, and all that has no shape
    /// of its own (marks that turn the direction of writing, spaces without a width, tags) never reach a terminal. What
    /// joins letters and emoji does.
    public var printable: String {
        guard unicodeScalars.contains(where: Self.isObeyed) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if Self.isObeyed(scalar) {
                text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value >= 0x7F else { return scalar.value < 0x20 }
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: return true
        case .format: return scalar != "\u{200C}" && scalar != "\u{200D}"
        default: return false
        }
    }
}
