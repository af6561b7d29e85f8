import Kernels

/// Kernels that have a name, each with its numbers (Fig. 7).
public enum NamedKernelsFigure {
    /// Lays the picture out; `caption` closes it.
    ///
    /// Throws `figures.noLayers` without kernels, or `figures.badWidth`.
    public static func figure(
        of kernels: [NamedKernel], title: String, subject: String, caption: String, widthMillimetres: Double = 170
    ) throws -> Figure {
        try LabelSharesFigure.check(widthMillimetres, count: kernels.count, network: title)
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(title, subject)
        page.y += 2
        page.flow([Legend.colorBar(.rdBu, low: "−max|w|", high: "+max|w|")])
        page.y += 5
        draw(kernels, on: &page)
        page.caption(caption)
        return page.finished(title: title)
    }

    /// Draws the kernels in rows below what is on the page.
    static func draw(_ kernels: [NamedKernel], on page: inout Page) {
        let (size, gap) = (6.0, 10.0)
        let texts = kernels.map { $0.values.map { NumberText.exact(Double($0)) } }
        let widest = texts.joined().map { TextMetrics.width($0, size: size) }.max() ?? 0
        let side = Double(kernels.map(\.size).max() ?? 3)
        // As many as fit in full rows, then as large as the row allows.
        let least = max(widest + 1.5, 22) * side
        let most = max(1, min(kernels.count, Int((page.contentWidth + gap) / (least + gap))))
        let rows = (kernels.count + most - 1) / most
        let columns = (kernels.count + rows - 1) / rows
        let width = max(least, min(40 * side, (page.contentWidth + gap) / Double(columns) - gap))
        let cell = width / side
        let rowHeight = width + gap + 11
        for (index, kernel) in kernels.enumerated() {
            let x = page.left + Double(index % columns) * (width + gap)
            let y = page.y + Double(index / columns) * rowHeight
            let frame = FigureRect(
                x: x, y: y, width: cell * Double(kernel.size), height: cell * Double(kernel.size))
            let largest = Double(kernel.values.map(abs).max() ?? 0)
            let colors = kernel.values.map { ColorMap.rdBu.color(largest > 0 ? Double($0) / largest : 0) }
            page.add(
                .cells(
                    CellGrid(
                        frame: frame, columns: kernel.size, colors: colors,
                        border: CellGrid.Border(KernelGridDrawing.hairline, width: Length.unit))))
            for (place, text) in texts[index].enumerated() {
                page.text(
                    text,
                    at: FigurePoint(
                        x + (Double(place % kernel.size) + 0.5) * cell,
                        y + (Double(place / kernel.size) + 0.5) * cell + size * 0.36),
                    size: size, anchor: .middle, color: colors[place].contrasting)
            }
            let fontSize = Page.FontSize.name
            page.text(
                TextFitting.shortenedMiddle(kernel.name, to: width, size: fontSize),
                at: FigurePoint(x, frame.bottom + 4 + fontSize * TextMetrics.ascent), size: fontSize, color: .ink)
        }
        page.y += Double(rows) * rowHeight
    }
}
