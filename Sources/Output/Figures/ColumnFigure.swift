import Classification
import Diagnostics
import Kernels

/// Several layers beside each other in one column of a journal, as Fig. 1 of the paper: 89×45 mm, no text under 5 pt.
public struct ColumnFigure: Sendable {
    /// One layer.
    public struct Panel: Sendable {
        /// The network that it is of.
        public let network: String
        /// Its kernels.
        public let bank: KernelBank
        /// Their labels in bank order.
        public let classifications: [KernelClassification]
        /// How they are drawn.
        public let options: KernelGridOptions
        /// What a statement comes to on the layer's network; empty for nothing.
        public let verdict: String

        /// Gathers a layer.
        public init(
            network: String, bank: KernelBank, classifications: [KernelClassification], options: KernelGridOptions,
            verdict: String
        ) {
            (self.network, self.bank, self.classifications) = (network, bank, classifications)
            (self.options, self.verdict) = (options, verdict)
        }
    }

    /// A column's width in millimetres.
    public static let widthMillimetres = 89.0
    /// The height of the paper's Fig. 1 in millimetres.
    public static let heightMillimetres = 45.0

    /// The size of all text but the title: the least that journals print.
    private static let size = 5.0
    private static let leading = 6.1
    private static let gap = 5.0

    private let title: String
    private let panels: [Panel]
    private let notes: [String]

    /// Gathers a page; `notes` are sentences below the layers, as of stand-ins.
    public init(title: String, panels: [Panel], notes: [String]) {
        (self.title, self.panels, self.notes) = (title, panels, notes)
    }

    /// Lays the page out: of kernels that do not fit some are drawn, evenly spaced, and their number is said.
    ///
    /// Throws `figures.noLayers`, `figures.emptyLayer`, `figures.badWidth`, or `figures.tooLow` where not even one row of
    /// kernels fits.
    public func figure(
        widthMillimetres: Double = ColumnFigure.widthMillimetres,
        maximumHeightMillimetres: Double = ColumnFigure.heightMillimetres
    ) throws -> Figure {
        try LabelSharesFigure.check(widthMillimetres, count: panels.count, network: title)
        for panel in panels { try KernelGridFigure.check(panel.bank, panel.classifications) }
        let limit = maximumHeightMillimetres * Length.pointsPerMillimetre
        let room = Page(widthMillimetres: widthMillimetres, margin: 4).contentWidth
        let widest = (room - Self.gap * Double(panels.count - 1)) / Double(panels.count)
        // What all but the grids takes is known once the page was drawn.
        var (figure, grid) = drawn(widthMillimetres, gridHeight: widest)
        if figure.height > limit, grid > figure.height - limit {
            (figure, grid) = drawn(widthMillimetres, gridHeight: grid - (figure.height - limit))
        }
        try Figure.check(figure, maximumHeightMillimetres: maximumHeightMillimetres)
        return figure
    }

    /// The page with grids of at most this height in points, and the height of the tallest.
    private func drawn(_ widthMillimetres: Double, gridHeight: Double) -> (Figure, Double) {
        var page = Page(widthMillimetres: widthMillimetres, margin: 4)
        let networks = Set(panels.map(\.network))
        let subject = networks.count == 1 ? panels[0].network : "\(networks.count) networks"
        page.y += 5.5
        let heading = TextFitting.shortenedMiddle(
            "\(title)  \(subject): kernels and their weights by depth", to: page.contentWidth, size: 6, weight: .bold)
        page.text(heading, at: FigurePoint(page.left, page.y), size: 6, weight: .bold, color: .ink)
        page.y += 2.5
        var tallest = 0.0
        page.columns(panels.count, gap: Self.gap, blocks: panels.count) { page, index in
            let panel = panels[index]
            let layout = Self.layout(panel, width: page.contentWidth, height: gridHeight)
            tallest = max(tallest, Double(layout.height) * Length.unit)
            draw(panel, index, layout, namesNetwork: networks.count > 1, on: &page)
        }
        page.y += 2
        page.smallPrint(caption, size: Self.size, leading: Self.leading)
        return (page.finished(title: title), tallest)
    }

    /// Cells of 3 units (0.7 pt): what 300 dpi still print apart.
    private static func layout(_ panel: Panel, width: Double, height: Double) -> KernelGridLayout {
        KernelGridLayout(
            KernelGridLayout.Request(
                sections: [panel.bank.count], kernelSize: panel.bank.size,
                width: max(1, Int((width - Length.unit) / Length.unit)), maximumHeight: Int(height / Length.unit),
                cell: panel.bank.count > 40 ? 3 : 5))
    }

    private func draw(
        _ panel: Panel, _ index: Int, _ layout: KernelGridLayout, namesNetwork: Bool, on page: inout Page
    ) {
        let layer = panel.bank.layer
        let letter = String(UnicodeScalar(UInt8(97 + index % 26)))
        let name = layer.number.map { "#\($0)" } ?? layer.name
        var lines = ["(\(letter)) \(name)"]
        if namesNetwork { lines.append(panel.network) }
        let drawn = layout.shownStrips
        let count = NumberText.grouped(panel.bank.count)
        lines.append(drawn < panel.bank.count ? "\(drawn) of \(count)" : "\(count) kernels")
        lines.append("\(panel.bank.size)×\(panel.bank.size)" + (layer.strideText.map { ", stride \($0)" } ?? ""))
        for (place, line) in lines.enumerated() {
            page.y += Self.leading
            page.text(
                TextFitting.shortenedMiddle(line, to: page.contentWidth, size: Self.size),
                at: FigurePoint(page.left, page.y - 1.2), size: Self.size, weight: place == 0 ? .bold : .regular,
                color: place == 0 ? .ink : .quietInk)
        }
        page.y += 1
        let labels = panel.classifications.map(\.label)
        KernelGridDrawing(
            bank: panel.bank, sections: [KernelGridDrawing.Section(strips: Array(0..<panel.bank.count))], labels: nil,
            colors: KernelColors(bank: panel.bank, labels: labels, options: panel.options), layout: layout
        ).draw(on: &page)
        page.y += 3
        drawShares(labels, on: &page)
        page.y += 2.5
        drawHistogram(panel, on: &page)
    }

    /// One stacked bar of label shares with the labels' letters.
    private func drawShares(_ labels: [KernelLabel], on page: inout Page) {
        var x = page.left
        for label in KernelLabel.allCases {
            let share = Double(labels.count { $0 == label }) / Double(max(1, labels.count))
            let width = page.contentWidth * share
            let (color, percent) = (LabelPalette.color(label), NumberText.fixed(share * 100, decimals: 0))
            page.add(.rectangle(FigureRect(x: x, y: page.y, width: width, height: 6.6), fill: color))
            let letter = LabelPalette.letter(label)
            if let text = ["\(letter) \(percent) %", "\(letter) \(percent)", letter].first(where: {
                TextMetrics.width($0, size: Self.size) + 1.5 <= width
            }) {
                page.text(
                    text, at: FigurePoint(x + width / 2, page.y + 3.3 + Self.size * 0.36), size: Self.size,
                    anchor: .middle, color: color.contrasting)
            }
            x += width
        }
        page.y += 6.6
    }

    /// The weights' histogram above an axis of three numbers.
    private func drawHistogram(_ panel: Panel, on page: inout Page) {
        let height = 13.0
        let histogram = Histogram.ofWeights(panel.bank.values, bins: 40)
        let highest = Double(max(1, histogram.counts.max() ?? 1))
        let width = page.contentWidth / Double(histogram.counts.count)
        for (bin, count) in histogram.counts.enumerated() where count > 0 {
            let (x, tall) = (page.left + Double(bin) * width, height * Double(count) / highest)
            page.add(
                .rectangle(
                    FigureRect(x: x, y: page.y + height - tall, width: width, height: tall),
                    fill: FigureColor(grey: 0x70)))
        }
        page.y += height
        page.line(
            from: FigurePoint(page.left, page.y), to: FigurePoint(page.right, page.y), Stroke(.axis, width: 0.4))
        let baseline = page.y + 1 + Self.size * TextMetrics.ascent
        let (low, high) = (histogram.lowerBound, histogram.upperBound)
        page.text(
            NumberText.short(low, digits: 2), at: FigurePoint(page.left, baseline), size: Self.size, color: .quietInk)
        page.text(
            NumberText.short(high, digits: 2), at: FigurePoint(page.right, baseline), size: Self.size, anchor: .end,
            color: .quietInk)
        if low < 0, high > 0 {
            let zero = page.left - low / (high - low) * page.contentWidth
            page.line(from: FigurePoint(zero, page.y), to: FigurePoint(zero, page.y + 1.5), Stroke(.axis, width: 0.4))
            let ends = [low, high].map { TextMetrics.width(NumberText.short($0, digits: 2), size: Self.size) + 3 }
            if zero - page.left > ends[0], page.right - zero > ends[1] {
                page.text(
                    "0", at: FigurePoint(zero, baseline), size: Self.size, anchor: .middle, color: .quietInk)
            }
        }
        page.y = baseline + Self.size * TextMetrics.descent
    }

    private var caption: String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz")
        var said: [(verdict: String, letters: String)] = []
        for (index, panel) in panels.enumerated() where !panel.verdict.isEmpty {
            let letter = String(letters[index % 26])
            if let same = said.firstIndex(where: { $0.verdict == panel.verdict }) {
                said[same].letters += ", " + letter
            } else {
                said.append((panel.verdict, letter))
            }
        }
        let isOwnScale = panels.map(\.options.scale).contains(.perFilter)
        return
            (said.map { "(\($0.letters)) \($0.verdict)" }
            + [
                "Blue +, red −\(isOwnScale ? ", each kernel's own scale" : "").",
                "Bars: label shares (\(KernelLabel.allCases.map { $0.rawValue }.joined(separator: ", "))).",
            ] + notes).joined(separator: " ")
    }
}
