import Classification

/// A table with a row and a column for each label.
struct LabelMatrix {
    /// What stands in a place of the table.
    enum Cell {
        case filled(FigureColor, text: String, ink: FigureColor)
        /// Small and grey, on the page's own ground.
        case bare(String)
    }

    /// What rows and columns are, for the corner.
    let corner: String
    /// The cell of the row's label and the column's.
    let cell: (KernelLabel, KernelLabel) -> Cell

    private let size = Page.FontSize.tick
    private let labels = KernelLabel.allCases
    private let height = 17.0

    init(corner: String, cell: @escaping (KernelLabel, KernelLabel) -> Cell) {
        self.corner = corner
        self.cell = cell
    }

    /// Draws the table from the page's place downwards.
    func draw(on page: inout Page) {
        let nameRoom = (labels.map { TextMetrics.width($0.rawValue, size: size) }.max() ?? 0) + 14
        let width = min(30, (page.contentWidth - nameRoom) / Double(labels.count))
        let left = page.left + nameRoom
        drawHead(from: left, columnWidth: width, on: &page)
        for row in labels {
            let middle = page.y + height / 2
            LabelBar.draw(row, in: FigureRect(x: page.left, y: middle - 1, width: 9, height: 2), on: &page)
            page.text(row.rawValue, at: FigurePoint(page.left + 11, middle + size * 0.36), size: size, color: .ink)
            for (index, column) in labels.enumerated() {
                let place = FigureRect(
                    x: left + Double(index) * width, y: page.y, width: width - 0.7, height: height - 0.7)
                draw(cell(row, column), in: place, middle: middle, on: &page)
            }
            page.y += height
        }
    }

    private func drawHead(from left: Double, columnWidth width: Double, on page: inout Page) {
        let baseline = page.y + size * TextMetrics.ascent
        page.text(corner, at: FigurePoint(page.left, baseline), size: size, color: .quietInk)
        for (column, label) in labels.enumerated() {
            page.text(
                LabelPalette.letter(label), at: FigurePoint(left + (Double(column) + 0.5) * width, baseline),
                size: size,
                anchor: .middle, color: .ink)
        }
        page.y += size + 3
    }

    private func draw(_ cell: Cell, in place: FigureRect, middle: Double, on page: inout Page) {
        let at = FigurePoint(place.x + place.width / 2, middle + size * 0.36)
        switch cell {
        case .filled(let fill, let text, let ink):
            page.add(.rectangle(place, fill: fill))
            page.text(text, at: FigurePoint(at.x, at.y - 0.35), size: size, anchor: .middle, color: ink)
        case .bare(let text):
            page.text(text, at: at, size: size, anchor: .middle, color: .quietInk)
        }
    }
}
