import Classification
import Diagnostics
import Kernels

/// Several layers on one page, as the figures of the paper are made.
public struct PanelsFigure: Sendable {
    /// One layer.
    public struct Panel: Sendable {
        /// What stands above it ("MobileNetV2 1.0, #7 features.6.conv.1.0").
        public let title: String
        /// Its kernels.
        public let bank: KernelBank
        /// Their labels in bank order; nil for none.
        public let classifications: [KernelClassification]?
        /// How they are drawn.
        public let options: KernelGridOptions
        /// What the layer shows in numbers: sentences that open its caption.
        public let findings: [String]
        /// What a statement comes to on the layer's network, below the title; empty for nothing.
        public let verdict: String

        /// Gathers a layer.
        public init(
            title: String, bank: KernelBank, classifications: [KernelClassification]?, options: KernelGridOptions,
            findings: [String], verdict: String = ""
        ) {
            self.title = title
            self.verdict = verdict
            self.bank = bank
            self.classifications = classifications
            self.options = options
            self.findings = findings
        }
    }

    /// The page's title ("Fig. 1").
    public let title: String
    /// What the page shows.
    public let subject: String
    /// Named kernels above the layers; usually none.
    public let references: [NamedKernel]
    /// The layers.
    public let panels: [Panel]
    /// Sentences below everything.
    public let caption: [String]

    /// Gathers a page.
    public init(title: String, subject: String, references: [NamedKernel] = [], panels: [Panel], caption: [String]) {
        self.title = title
        self.subject = subject
        self.references = references
        self.panels = panels
        self.caption = caption
    }

    /// Lays the page out, two layers in a row where there is room, with cells of one size in a row, an odd last one across
    /// the page. Where `maximumHeightMillimetres` is given, cells shrink and kernels are sampled until the page fits.
    ///
    /// Throws `figures.noLayers` where there is nothing, `figures.emptyLayer`, `figures.classificationCount`,
    /// `figures.badWidth` or, where the height is too little, `figures.tooLow`.
    public func figure(widthMillimetres: Double = 170, maximumHeightMillimetres: Double? = nil) throws -> Figure {
        try LabelSharesFigure.check(widthMillimetres, count: panels.count + references.count, network: title)
        for panel in panels { try KernelGridFigure.check(panel.bank, panel.classifications) }
        let natural = drawn(widthMillimetres: widthMillimetres, gridHeight: nil, leavesOut: .nothing)
        guard let millimetres = maximumHeightMillimetres else { return natural }
        let limit = millimetres * Length.pointsPerMillimetre
        if natural.height <= limit { return natural }
        let least = Double(KernelGridLayout.smallestCell) * 5 * Length.unit
        func page(_ gridHeight: Double, _ leavesOut: Parts) -> Figure {
            drawn(widthMillimetres: widthMillimetres, gridHeight: gridHeight, leavesOut: leavesOut)
        }
        // Kernels come first: histograms go where not even a row of kernels would fit beside them, then all other words.
        let parts = Parts.allCases.first { page(least, $0).height <= limit } ?? .allButKernels
        // The greatest height of a grid with which the page fits, by halving.
        var (fits, tooTall) = (least, natural.height)
        for _ in 0..<9 {
            let middle = (fits + tooTall) / 2
            if page(middle, parts).height <= limit { fits = middle } else { tooTall = middle }
        }
        let figure = page(fits, parts)
        try Figure.check(figure, maximumHeightMillimetres: millimetres)
        return figure
    }

    /// What a low page does without.
    private enum Parts: String, CaseIterable {
        case nothing = ""
        case histograms = "Histograms are left out for the height."
        case allButKernels = "Histograms, shapes and the layers' captions are left out for the height."
    }

    /// The page with grids of at most this height in points.
    private func drawn(widthMillimetres: Double, gridHeight: Double?, leavesOut: Parts) -> Figure {
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(title, subject)
        if let options = panels.first?.options,
            panels.contains(where: { [.perFilter, .perKernel].contains($0.options.scale) })
        {
            page.y += 2
            page.flow(
                [
                    Legend.colorBar(options.colorMap, low: "−max|w|", high: "+max|w|"),
                    Legend.words(options.scale == .perFilter ? "of each filter" : "of each kernel"),
                ] + (leavesOut == .allButKernels ? KernelLabel.allCases.map { Legend.label($0, $0.rawValue) } : []))
        }
        if !references.isEmpty {
            page.y += 5
            NamedKernelsFigure.draw(references, on: &page)
        }
        page.y += 8
        let columns = page.contentWidth > 330 && panels.count > 1 ? 2 : 1
        let letters = Array("abcdefghijklmnopqrstuvwxyz")
        func block(_ index: Int) -> KernelPanel {
            let panel = panels[index]
            var options = panel.options
            if leavesOut != .nothing { options.showsHistogram = false }
            return KernelPanel(
                bank: panel.bank, classifications: panel.classifications, options: options,
                findings: panel.findings, isOneOfSeveral: true, isCompact: leavesOut == .allButKernels,
                maximumGridHeight: gridHeight)
        }
        page.columns(columns, gap: leavesOut == .allButKernels ? 8 : 18, blocks: panels.count, spansLast: true) {
            page, index in
            let letter = index < letters.count ? "(\(letters[index])) " : ""
            page.subheading(letter + panels[index].title)
            if !panels[index].verdict.isEmpty { page.statement(panels[index].verdict) }
            var panel = block(index)
            // Beside each other cells are of one size: the smallest that a layer of the row needs, but for layers of so many
            // kernels that the others would be specks; of those some are drawn.
            let row = index / columns * columns
            let width = page.contentWidth
            let cells = (row..<min(row + columns, panels.count)).map { block($0).layout(width: width).cell }
            panel.cell = cells.count > 1 ? max(cells.min() ?? 0, min(cells.max() ?? 0, 6)) : nil
            panel.draw(on: &page)
        }
        page.y += 6
        let hadParts = panels.contains { $0.options.showsHistogram } || leavesOut == .allButKernels
        page.caption((caption + (hadParts && leavesOut != .nothing ? [leavesOut.rawValue] : [])).joined(separator: " "))
        return page.finished(title: "\(title): \(subject)")
    }
}
