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

        /// Gathers a layer.
        public init(
            title: String, bank: KernelBank, classifications: [KernelClassification]?, options: KernelGridOptions,
            findings: [String]
        ) {
            self.title = title
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
        let natural = drawn(widthMillimetres: widthMillimetres, gridHeight: nil)
        guard let millimetres = maximumHeightMillimetres else { return natural }
        let limit = millimetres * Length.pointsPerMillimetre
        if natural.height <= limit { return natural }
        // The greatest height of a grid with which the page fits, by halving.
        var (fits, tooTall) = (Double(KernelGridLayout.smallestCell) * 4 * Length.unit, natural.height)
        for _ in 0..<9 {
            let middle = (fits + tooTall) / 2
            if drawn(widthMillimetres: widthMillimetres, gridHeight: middle).height <= limit {
                fits = middle
            } else {
                tooTall = middle
            }
        }
        let figure = drawn(widthMillimetres: widthMillimetres, gridHeight: fits)
        try Figure.check(figure, maximumHeightMillimetres: millimetres)
        return figure
    }

    /// The page with grids of at most this height in points.
    private func drawn(widthMillimetres: Double, gridHeight: Double?) -> Figure {
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(title, subject)
        if let options = panels.first?.options,
            panels.contains(where: { [.perFilter, .perKernel].contains($0.options.scale) })
        {
            page.y += 2
            page.flow([
                Legend.colorBar(options.colorMap, low: "−max|w|", high: "+max|w|"),
                Legend.words(options.scale == .perFilter ? "of each filter" : "of each kernel"),
            ])
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
            return KernelPanel(
                bank: panel.bank, classifications: panel.classifications, options: panel.options,
                findings: panel.findings, isOneOfSeveral: true, maximumGridHeight: gridHeight)
        }
        page.columns(columns, gap: 18, blocks: panels.count, spansLast: true) { page, index in
            let letter = index < letters.count ? "(\(letters[index])) " : ""
            page.subheading(letter + panels[index].title)
            var panel = block(index)
            // Beside each other cells are of one size: the smallest that a layer of the row needs.
            let row = index / columns * columns
            let width = page.contentWidth
            panel.cell = (row..<min(row + columns, panels.count)).map { block($0).layout(width: width).cell }.min()
            panel.draw(on: &page)
        }
        page.y += 6
        page.caption(caption.joined(separator: " "))
        return page.finished(title: "\(title): \(subject)")
    }
}
