/// A page that is filled from the top: blocks one below the other, between two margins.
struct Page {
    /// Font sizes in points at print size: journals ask for 5 to 7.
    enum FontSize {
        static let title = 7.0
        static let name = 7.0
        static let fact = 7.0
        static let tick = 6.5
        static let caption = 6.5
    }

    /// One thing in a row that wraps, such as a legend entry.
    struct Item {
        /// The room it takes from left to right.
        let width: Double
        /// Draws it with its left end and its text's baseline at a point.
        let draw: (_ page: inout Page, _ at: FigurePoint) -> Void
    }

    /// The page's width in points.
    let width: Double
    /// The distance of everything from the page's edges.
    let margin: Double
    /// The top of the next block.
    var y: Double
    private var marks: [Mark] = []

    /// A white page of this width.
    init(widthMillimetres: Double, margin: Double? = nil) {
        width = widthMillimetres * Length.pointsPerMillimetre
        self.margin = margin ?? (widthMillimetres < 120 ? 8 : 12)
        y = self.margin
        left = self.margin
        right = width - self.margin
    }

    /// The left end of the content.
    private(set) var left: Double
    /// The right end of the content.
    private(set) var right: Double
    /// The room between both ends.
    var contentWidth: Double { right - left }

    /// Draws blocks side by side, `columns` in a row, each row `rowGap` (or else `gap`) below the tallest block of the one
    /// before; where `spansLast`, a block that would stand alone in the last row gets all its room.
    mutating func columns(
        _ columns: Int, gap: Double, rowGap: Double? = nil, blocks: Int, spansLast: Bool = false,
        _ draw: (_ page: inout Page, _ block: Int) -> Void
    ) {
        let (outerLeft, outerRight) = (left, right)
        let width = (contentWidth - gap * Double(columns - 1)) / Double(columns)
        var (top, bottom) = (y, y)
        for block in 0..<blocks {
            let column = block % columns
            if column == 0 {
                // On whole units, so that grids in all columns meet pixels alike.
                top = block == 0 ? y : bottom + (rowGap ?? gap)
                bottom = top
            }
            left = outerLeft + Double(column) * (width + gap)
            right = spansLast && column == 0 && block == blocks - 1 ? outerRight : left + width
            y = top
            draw(&self, block)
            bottom = max(bottom, y)
        }
        (left, right, y) = (outerLeft, outerRight, bottom)
    }

    /// Draws two blocks side by side, the first of a given width; the page goes on below the taller one.
    mutating func split(
        first width: Double, gap: Double, _ drawFirst: (_ page: inout Page) -> Void,
        _ drawSecond: (_ page: inout Page) -> Void
    ) {
        let (outerLeft, outerRight, top) = (left, right, y)
        right = left + width
        drawFirst(&self)
        let bottom = y
        (left, right, y) = (outerLeft + width + gap, outerRight, top)
        drawSecond(&self)
        (left, right, y) = (outerLeft, outerRight, max(bottom, y))
    }

    /// Draws one thing on top of all others.
    mutating func add(_ mark: Mark) { marks.append(mark) }

    /// Draws a straight line.
    mutating func line(from start: FigurePoint, to end: FigurePoint, _ stroke: Stroke) {
        add(.path(FigurePath([start, end], stroke: stroke)))
    }

    /// The network's name in bold and what is shown beside it, or below in as many lines as it takes; long names shortened.
    mutating func heading(_ title: String, _ subject: String) {
        let title = TextFitting.shortenedMiddle(title, to: contentWidth, size: FontSize.title, weight: .bold)
        let titleWidth = TextMetrics.width(title, size: FontSize.title, weight: .bold)
        let gap = title.isEmpty ? 0 : 8.0
        let fits = titleWidth + gap + TextMetrics.width(subject, size: FontSize.name) <= contentWidth
        y += FontSize.title * TextMetrics.ascent
        if !title.isEmpty {
            text(title, at: FigurePoint(left, y), size: FontSize.title, weight: .bold, color: .ink)
            if !fits && !subject.isEmpty { y += Self.headingPitch }
        }
        for (index, line) in subjectLines(subject).enumerated() {
            if index > 0 { y += Self.headingPitch }
            text(line, at: FigurePoint(fits ? left + titleWidth + gap : left, y), size: FontSize.name, color: .ink)
        }
        y += FontSize.title * TextMetrics.descent + 3
    }

    private static let headingPitch = 9.5

    /// A sentence is broken between its words; a layer's name that no line holds is shortened.
    private func subjectLines(_ subject: String) -> [String] {
        let size = FontSize.name
        func fits(_ text: some StringProtocol) -> Bool { TextMetrics.width(String(text), size: size) <= contentWidth }
        if subject.isEmpty { return [] }
        guard !fits(subject), subject.split(separator: " ").allSatisfy(fits) else {
            return [TextFitting.shortenedMiddle(subject, to: contentWidth, size: size)]
        }
        return TextFitting.lines(subject, limit: contentWidth, size: size)
    }

    /// The name of a part of the page, in bold.
    mutating func subheading(_ title: String) {
        let title = TextFitting.shortenedMiddle(title, to: contentWidth, size: FontSize.name, weight: .bold)
        y += FontSize.name * TextMetrics.ascent
        text(title, at: FigurePoint(left, y), size: FontSize.name, weight: .bold, color: .ink)
        y += FontSize.name * TextMetrics.descent + 3
    }

    /// Short facts in a row with dots between them, wrapped.
    mutating func facts(_ facts: [String]) {
        let size = FontSize.fact
        var lines: [String] = []
        for fact in facts {
            let fact = TextFitting.shortenedMiddle(fact, to: contentWidth, size: size)
            let longer = (lines.last.map { $0 + "  ·  " } ?? "") + fact
            if lines.isEmpty || TextMetrics.width(longer, size: size) > contentWidth {
                lines.append(fact)
            } else {
                lines[lines.count - 1] = longer
            }
        }
        paragraph(lines, size: size, color: .quietInk)
    }

    /// What something comes to, wrapped, in the ink of names.
    mutating func statement(_ text: String) {
        paragraph(
            TextFitting.lines(text, limit: contentWidth, size: FontSize.fact), size: FontSize.fact, color: .ink)
    }

    /// Running text, wrapped, in caption size.
    mutating func caption(_ text: String) {
        paragraph(
            TextFitting.lines(text, limit: contentWidth, size: FontSize.caption), size: FontSize.caption,
            color: .quietInk)
    }

    /// Facts in one line, shortened where they do not fit, so that the height does not depend on them.
    mutating func paragraphLine(_ text: String) {
        paragraph(
            [TextFitting.shortenedMiddle(text, to: contentWidth, size: FontSize.fact)], size: FontSize.fact,
            color: .quietInk)
    }

    /// Running text, wrapped, of any size and distance of its lines.
    mutating func smallPrint(_ text: String, size: Double, leading: Double) {
        for line in TextFitting.lines(text, limit: contentWidth, size: size) {
            self.text(line, at: FigurePoint(left, y + size * TextMetrics.ascent), size: size, color: .quietInk)
            y += leading
        }
    }

    /// Items from left to right, wrapped into the fewest rows of 11 points, which are about equally long.
    mutating func flow(_ items: [Item], spacing: Double = 10) {
        var rows = Self.rows(items, limit: contentWidth, spacing: spacing)
        var limit = contentWidth
        while rows.count > 1, limit > contentWidth / 4 {
            limit -= 4
            let narrower = Self.rows(items, limit: limit, spacing: spacing)
            if narrower.count > rows.count { break }
            rows = narrower
        }
        y += 7
        for (index, row) in rows.enumerated() {
            if index > 0 { y += 11 }
            var x = left
            for item in row {
                item.draw(&self, FigurePoint(x, y))
                x += item.width + spacing
            }
        }
        y += 4
    }

    private static func rows(_ items: [Item], limit: Double, spacing: Double) -> [[Item]] {
        var rows: [[Item]] = []
        var room = 0.0
        for item in items {
            if rows.isEmpty || item.width > room {
                rows.append([])
                room = limit
            }
            rows[rows.count - 1].append(item)
            room -= item.width + spacing
        }
        return rows
    }

    /// Draws a line of text; see ``TextMark``.
    mutating func text(
        _ text: String, at position: FigurePoint, size: Double, weight: TextMark.Weight = .regular,
        anchor: TextMark.Anchor = .start, color: FigureColor, isUpright: Bool = false
    ) {
        add(
            .text(
                TextMark(
                    text, at: position, size: size, weight: weight, anchor: anchor, color: color, isUpright: isUpright)
            ))
    }

    /// The figure that ends below the last block.
    func finished(title: String) -> Figure {
        let height = y + margin - 2
        let page = FigureRect(x: 0, y: 0, width: width, height: height)
        return Figure(title: title, width: width, height: height, marks: [.rectangle(page, fill: .white)] + marks)
    }

    private mutating func paragraph(_ lines: [String], size: Double, color: FigureColor) {
        for line in lines {
            y += size * TextMetrics.ascent
            text(line, at: FigurePoint(left, y), size: size, color: color)
            y += size * TextMetrics.descent + 2
        }
    }
}
