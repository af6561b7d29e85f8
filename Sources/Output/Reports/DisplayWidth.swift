import Figures

extension String {
    /// How many columns of a terminal the text takes: two for East Asian wide characters and emoji, none for marks that
    /// combine with the character before.
    var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

    /// Whether the text holds letters that are written from right to left.
    var isRightToLeft: Bool { unicodeScalars.contains(where: \.isRightToLeft) }

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
        if first.properties.isEmojiPresentation || first.isWide { return 2 }
        return first.takesNoRoom ? 0 : 1
    }
}
