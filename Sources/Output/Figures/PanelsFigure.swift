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

    /// Lays the page out, two layers in a row where there is room, an odd last one across the page.
    ///
    /// Throws `figures.noLayers` where there is nothing, `figures.emptyLayer`, `figures.classificationCount` or
    /// `figures.badWidth`.
    public func figure(widthMillimetres: Double = 170) throws -> Figure {
        try LabelSharesFigure.check(widthMillimetres, count: panels.count + references.count, network: title)
        for panel in panels { try KernelGridFigure.check(panel.bank, panel.classifications) }
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(title, subject)
        if let options = panels.first?.options, panels.contains(where: { $0.options.scale == .perKernel }) {
            page.y += 2
            page.flow([
                Legend.colorBar(options.colorMap, low: "−max|w|", high: "+max|w|"),
                Legend.words("of each kernel"),
            ])
        }
        if !references.isEmpty {
            page.y += 5
            NamedKernelsFigure.draw(references, on: &page)
        }
        page.y += 8
        let columns = page.contentWidth > 330 && panels.count > 1 ? 2 : 1
        let letters = Array("abcdefghijklmnopqrstuvwxyz")
        page.columns(columns, gap: 18, blocks: panels.count, spansLast: true) { page, index in
            let panel = panels[index]
            let letter = index < letters.count ? "(\(letters[index])) " : ""
            page.subheading(letter + panel.title)
            KernelPanel(
                bank: panel.bank, labels: panel.classifications?.map(\.label), options: panel.options,
                findings: panel.findings, isOneOfSeveral: true
            ).draw(on: &page)
        }
        page.y += 6
        page.caption(caption.joined(separator: " "))
        return page.finished(title: "\(title): \(subject)")
    }
}
