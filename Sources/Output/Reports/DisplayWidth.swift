extension String {
    /// How many columns of a terminal the text takes: two for East Asian wide characters and emoji, none for marks that
    /// combine with the character before.
    var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

    /// Whether the text holds letters that are written from right to left.
    var isRightToLeft: Bool {
        unicodeScalars.contains { scalar in
            switch scalar.value {
            case 0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFC, 0x10800...0x10FFF, 0x1E800...0x1EFFF: true
            default: false
            }
        }
    }

    /// As much of the beginning as fits into so many columns.
    func prefix(columns: Int) -> Substring {
        var width = 0
        return prefix { character in
            width += character.displayWidth
            return width <= columns
        }
    }

    /// As much of the end as fits into so many columns.
    func suffix(columns: Int) -> Substring {
        var width = 0
        var start = endIndex
        for index in indices.reversed() {
            width += self[index].displayWidth
            guard width <= columns else { break }
            start = index
        }
        return self[start...]
    }
}

extension Character {
    fileprivate var displayWidth: Int {
        guard let first = unicodeScalars.first else { return 0 }
        // U+FE0F asks for the picture of a character that has a plain form too.
        if unicodeScalars.contains(where: { $0.value == 0xFE0F }) { return 2 }
        if first.properties.isEmojiPresentation || Self.isWide(first.value) { return 2 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: return 1
        }
    }

    /// The blocks of Unicode's East Asian Width "W" and "F".
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60,
            0xFFE0...0xFFE6, 0x1B000...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
