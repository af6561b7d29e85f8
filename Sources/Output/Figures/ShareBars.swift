import Diagnostics
import Classification
import Numerics
import Statistics

/// Stacked bars of shares, one a row: names to the left, totals to the right, a scale in per cent above.
struct ShareBars {
    /// One bar.
    struct Row {
        let name: String
        /// Whether the name is set in bold with an arrow.
        var isStrided = false
        /// What stands to the right.
        let total: String
        /// From left to right; the shares sum to 1 or are all 0. A mark is a letter before the share, empty for none.
        let parts: [(share: Double, color: FigureColor, mark: String)]
    }

    static let rowHeight = 11.0

    let rows: [Row]
    /// What the totals count.
    let totalTitle: String

    /// Draws the bars below what is on the page.
    func draw(on page: inout Page) {
        let size = Page.FontSize.tick
        func weight(_ row: Row) -> TextMark.Weight { row.isStrided ? .bold : .regular }
        func mark(_ row: Row) -> String { row.isStrided ? " ↓" : "" }
        let longest = rows.map { TextMetrics.width($0.name + mark($0), size: size, weight: weight($0)) }.max() ?? 0
        let nameRoom = min(longest, page.contentWidth * 0.36)
        let totalRoom = (rows.map(\.total) + [totalTitle]).map { TextMetrics.width($0, size: size) }.max() ?? 0
        let bars = FigureRect(
            x: page.left + nameRoom + 6, y: page.y + size + 5,
            width: page.contentWidth - nameRoom - totalRoom - 12, height: Double(rows.count) * Self.rowHeight)
        drawScale(above: bars, on: &page)
        page.text(
            totalTitle, at: FigurePoint(page.right, page.y + size * TextMetrics.ascent), size: size, anchor: .end,
            color: .quietInk)
        for (index, row) in rows.enumerated() {
            let top = bars.y + Double(index) * Self.rowHeight
            let baseline = top + 7.4
            // The mark must survive the shortening.
            let room = nameRoom - TextMetrics.width(mark(row), size: size, weight: weight(row))
            let name = TextFitting.shortenedMiddle(row.name, to: room, size: size, weight: weight(row))
            page.text(
                name + mark(row), at: FigurePoint(page.left, baseline), size: size, weight: weight(row), color: .ink)
            page.text(row.total, at: FigurePoint(page.right, baseline), size: size, anchor: .end, color: .quietInk)
            drawBar(
                row, in: FigureRect(x: bars.x, y: top + 0.72, width: bars.width, height: Self.rowHeight - 1.8),
                on: &page)
        }
        page.y = bars.bottom
    }

    /// 0, 50 and 100 %, with quarter lines behind the bars.
    private func drawScale(above bars: FigureRect, on page: inout Page) {
        let size = Page.FontSize.tick
        for quarter in 0...4 {
            let x = bars.x + bars.width * Double(quarter) / 4
            page.line(from: FigurePoint(x, bars.y - 2), to: FigurePoint(x, bars.bottom), Stroke(.faint, width: 0.5))
            guard quarter % 2 == 0 else { continue }
            page.text(
                "\(quarter * 25) %", at: FigurePoint(x, page.y + size * TextMetrics.ascent), size: size,
                anchor: quarter == 0 ? .start : quarter == 4 ? .end : .middle, color: .quietInk)
        }
    }

    private func drawBar(_ row: Row, in frame: FigureRect, on page: inout Page) {
        let size = 6.0
        var x = frame.x
        for (share, color, mark) in row.parts where share > 0 {
            let width = frame.width * share
            page.add(.rectangle(FigureRect(x: x, y: frame.y, width: width, height: frame.height), fill: color))
            let percent = NumberFormat.share(share)
            let texts = mark.isEmpty ? [percent] : ["\(mark) \(percent)", mark]
            if let text = texts.first(where: { TextMetrics.width($0, size: size) + 3 <= width }) {
                page.text(
                    text, at: FigurePoint(x + width / 2, frame.y + frame.height / 2 + size * 0.36), size: size,
                    anchor: .middle, color: color.contrasting)
            }
            x += width
        }
    }
}

extension ShareBars.Row {
    /// The bar of label counts; with the widest interval of a share beside the total where `showsInterval`.
    init(name: String, isStrided: Bool = false, counts: LabelCounts, showsInterval: Bool = false) {
        let intervals = KernelLabel.allCases.map { ShareInterval(count: counts[$0], total: counts.total) }
        let half = intervals.map { ($0.high - $0.low) / 2 }.max() ?? 0
        let interval =
            showsInterval && counts.total > 0 ? " ±\(NumberText.fixed(max(1, half * 100), decimals: 0))" : ""
        self.init(
            name: name, isStrided: isStrided, total: NumberText.grouped(counts.total) + interval,
            parts: KernelLabel.allCases.map { (counts.share($0), LabelPalette.color($0), LabelPalette.letter($0)) })
    }
}
