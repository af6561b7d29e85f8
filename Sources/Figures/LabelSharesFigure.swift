import Classification
import Diagnostics
import Statistics

/// Which labels the kernels of each layer carry: one stacked bar a layer, in network order.
public enum LabelSharesFigure {
    /// One bar.
    public struct Row: Sendable, Equatable {
        /// What stands beside it ("#7 features.7.conv.1.0").
        public let name: String
        /// How many kernels carry each label.
        public let counts: LabelCounts
        /// Whether the layer reduces the resolution: its name is marked.
        public let isStrided: Bool

        /// Names a bar; see the properties.
        public init(name: String, counts: LabelCounts, isStrided: Bool) {
            self.name = name
            self.counts = counts
            self.isStrided = isStrided
        }

        /// The bar of a layer.
        public init(_ layer: LayerStatistics) {
            self.init(name: layer.layer.label, counts: layer.counts, isStrided: (layer.layer.stride ?? 1) > 1)
        }
    }

    private static let rowHeight = 11.0

    /// Lays the picture out.
    ///
    /// Throws `figures.noLayers` or `figures.badWidth`.
    public static func figure(of rows: [Row], network: String, widthMillimetres: Double = 170) throws -> Figure {
        try Figure.check(widthMillimetres: widthMillimetres)
        guard !rows.isEmpty else {
            throw KernelVizError(
                code: "figures.noLayers", subject: network, found: "no layers with N×N kernels",
                expected: "at least one", advice: "Choose another network")
        }
        var page = Page(widthMillimetres: widthMillimetres)
        let sum = rows.reduce(LabelCounts()) { $0 + $1.counts }
        page.heading(network, "labels of the kernels by layer")
        page.facts([
            rows.count == 1 ? "1 layer" : "\(rows.count) layers", "\(NumberText.grouped(sum.total)) kernels",
        ])
        page.y += 2
        page.flow(
            KernelLabel.allCases.map { label in
                Legend.swatch(
                    LabelPalette.color(label),
                    "\(label.rawValue) \(NumberText.grouped(sum[label])) (\(NumberText.percent(sum.share(label))))")
            })
        page.y += 5
        drawRows(rows, on: &page)
        page.y += 3
        if rows.contains(where: \.isStrided) { page.caption("Bold, with ↓: stride above 1.") }
        return page.finished(title: "\(network): labels by layer")
    }

    private static func drawRows(_ rows: [Row], on page: inout Page) {
        let size = Page.FontSize.tick
        func display(_ row: Row) -> String { row.isStrided ? row.name + " ↓" : row.name }
        func weight(_ row: Row) -> TextMark.Weight { row.isStrided ? .bold : .regular }
        let longest = rows.map { TextMetrics.width(display($0), size: size, weight: weight($0)) }.max() ?? 0
        let nameRoom = min(longest, page.contentWidth * 0.36)
        let counts = rows.map { NumberText.grouped($0.counts.total) }
        let countRoom = max(
            counts.map { TextMetrics.width($0, size: size) }.max() ?? 0, TextMetrics.width("kernels", size: size))
        let bars = Rect(
            x: page.left + nameRoom + 6, y: page.y + size + 5,
            width: page.contentWidth - nameRoom - countRoom - 12, height: Double(rows.count) * rowHeight)
        drawScale(above: bars, on: &page)
        page.text(
            "kernels", at: Point(page.right, page.y + size * TextMetrics.ascent), size: size, anchor: .end,
            color: .quietInk)
        for (index, row) in rows.enumerated() {
            let top = bars.y + Double(index) * rowHeight
            let baseline = top + 7.4
            // The mark must survive the shortening.
            let mark = row.isStrided ? " ↓" : ""
            let room = nameRoom - TextMetrics.width(mark, size: size, weight: weight(row))
            let name = TextFitting.shortenedMiddle(row.name, to: room, size: size, weight: weight(row))
            page.text(
                name + mark, at: Point(page.left, baseline), size: size, weight: weight(row), color: .ink)
            page.text(counts[index], at: Point(page.right, baseline), size: size, anchor: .end, color: .quietInk)
            drawBar(row, in: Rect(x: bars.x, y: top + 0.72, width: bars.width, height: rowHeight - 1.8), on: &page)
        }
        page.y = bars.bottom
    }

    /// 0, 50 and 100 %, with quarter lines behind the bars.
    private static func drawScale(above bars: Rect, on page: inout Page) {
        let size = Page.FontSize.tick
        for quarter in 0...4 {
            let x = bars.x + bars.width * Double(quarter) / 4
            page.line(from: Point(x, bars.y - 2), to: Point(x, bars.bottom), Stroke(.faint, width: 0.5))
            guard quarter % 2 == 0 else { continue }
            page.text(
                "\(quarter * 25) %", at: Point(x, page.y + size * TextMetrics.ascent), size: size,
                anchor: quarter == 0 ? .start : quarter == 4 ? .end : .middle, color: .quietInk)
        }
    }

    private static func drawBar(_ row: Row, in frame: Rect, on page: inout Page) {
        let size = 6.0
        var x = frame.x
        for label in KernelLabel.allCases where row.counts[label] > 0 {
            let width = frame.width * row.counts.share(label)
            let color = LabelPalette.color(label)
            page.add(.rectangle(Rect(x: x, y: frame.y, width: width, height: frame.height), fill: color))
            let text = NumberText.percent(row.counts.share(label))
            if TextMetrics.width(text, size: size) + 4 <= width {
                page.text(
                    text, at: Point(x + width / 2, frame.y + frame.height / 2 + size * 0.36), size: size,
                    anchor: .middle, color: color.contrasting)
            }
            x += width
        }
    }
}
