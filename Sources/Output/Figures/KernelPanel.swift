import Classification
import Diagnostics
import Kernels
import Numerics

/// The grid of a layer's kernels with legend, shapes, histogram and caption: a block of a page.
struct KernelPanel {
    /// Filters with up to this many input channels are drawn as strips of their slices.
    static let longestStrip = 64

    let bank: KernelBank
    let classifications: [KernelClassification]?
    let options: KernelGridOptions
    /// Sentences that open the caption: what the panel shows in numbers.
    var findings: [String] = []
    /// Whether the caption leaves out what holds for all panels of a page.
    var isOneOfSeveral = false
    /// Whether the panel is one line of facts and the grid.
    var isCompact = false
    /// The grid's greatest height in points; nil for what the page's shape suggests.
    var maximumGridHeight: Double?
    /// The side of a cell in units, where the panels of a row share it.
    var cell: Int?

    /// Draws the panel below what is on the page.
    func draw(on page: inout Page) {
        let colors = KernelColors(bank: bank, labels: labels, options: options)
        let layout = self.layout(width: page.contentWidth)
        page.facts(
            isCompact
                ? [LayerFacts.texts(of: bank)[0]] + cutFacts(layout) + shareFacts
                : LayerFacts.texts(of: bank) + salienceFacts + cutFacts(layout))
        page.y += 2
        let legend = self.legend(colors)
        if !legend.isEmpty, !isCompact {
            page.flow(legend)
            page.y += 3
        }
        if let classifications, framesLabels, options.showsShapes, !isCompact {
            ShapeStrip(bank: bank, classifications: classifications, colors: colors.colors).draw(on: &page)
        }
        let numbers = layout.hasRoomForNumbers ? self.numbers : nil
        KernelGridDrawing(
            bank: bank, sections: sections, labels: framesLabels ? labels : nil, colors: colors, layout: layout,
            salient: salientKernels, slicesPerFilter: bank.layer.weightShape[1], numbers: numbers, gutter: gutter
        ).draw(on: &page)
        page.y += isCompact ? 3 : 9
        if isCompact { return }
        if options.showsHistogram {
            histogramPanel(pageWidth: page.contentWidth).draw(on: &page)
            page.y += 4
        }
        let caption = KernelCaption(
            bank: bank, labels: labels, options: options, layout: layout, beyondCount: colors.beyondCount,
            marksSalience: marksSalience, numberUnit: numbers?.unitText, hasChannelNumbers: gutter > 0,
            hasShapes: framesLabels && options.showsShapes
                && classifications?.contains(where: ShapeStrip.hasForm) == true,
            findings: findings)
        page.caption(isOneOfSeveral ? caption.ownText : caption.text)
    }

    /// The grid's layout on a page with this room from left to right.
    func layout(width: Double) -> KernelGridLayout {
        KernelGridLayout(
            KernelGridLayout.Request(
                sections: sectionCounts, kernelSize: bank.size, strip: slicesPerStrip,
                width: Int((width - gutter - Length.unit) / Length.unit), hasLabels: labels != nil,
                numberCell: numbers.map { Int(($0.width / Length.unit).rounded(.up)) },
                maximumHeight: maximumGridHeight.map { Int($0 / Length.unit) }, cell: cell))
    }

    private var labels: [KernelLabel]? { classifications?.map(\.label) }

    private var framesLabels: Bool { labels != nil && options.framesLabels }

    private var numbers: CellNumbers? {
        guard options.showsNumbers else { return nil }
        return CellNumbers(largest: Double(KernelColors.largest(of: bank.values)))
    }

    /// The room for channel numbers; one kernel needs none.
    private var gutter: Double {
        options.showsChannels && bank.count > 1 ? KernelGridDrawing.gutter(for: bank) : 0
    }

    /// The kernels stacked in a strip: a filter's slices where they are few.
    private var slicesPerStrip: Int {
        let inputs = bank.layer.weightShape[1]
        return inputs <= Self.longestStrip ? inputs : 1
    }

    private var marksSalience: Bool { bank.layer.weightShape[1] > 1 && options.marksSalientSlices }

    /// The filters of the layer, each with all its slices.
    private var filters: KernelOrdering {
        KernelOrdering(bank: bank, strip: max(1, bank.layer.weightShape[1]), labels: labels)
    }

    /// The strongest slice of each filter, where they are marked.
    private var salientKernels: [Int] {
        marksSalience ? (0..<bank.layer.weightShape[0]).map(filters.salientKernel) : []
    }

    /// How many strips each of ``sections`` has, without ordering them.
    private var sectionCounts: [Int] {
        let ordering = KernelOrdering(bank: bank, strip: slicesPerStrip, labels: labels)
        let count = bank.count / slicesPerStrip
        guard options.order == .label, let labels else { return [count] }
        let found = (0..<count).map { labels[ordering.salientKernel($0)] }
        return KernelLabel.allCases.map { label in found.count { $0 == label } }.filter { $0 > 0 }
    }

    /// All strips in drawing order; by label each label is a section of its own.
    private var sections: [KernelGridDrawing.Section] {
        let ordering = KernelOrdering(bank: bank, strip: slicesPerStrip, labels: labels)
        let strips = ordering.strips(options.order)
        guard options.order == .label, let labels else { return [KernelGridDrawing.Section(strips: strips)] }
        return KernelLabel.allCases.compactMap { label in
            let own = strips.filter { labels[ordering.salientKernel($0)] == label }
            return own.isEmpty ? nil : KernelGridDrawing.Section(label: label, strips: own)
        }
    }

    private func cutFacts(_ layout: KernelGridLayout) -> [String] {
        let count = layout.shownStrips * layout.request.strip
        return count < bank.count ? ["\(NumberText.grouped(count)) of them drawn"] : []
    }

    /// The shares of the labels in words.
    private var shareFacts: [String] {
        guard let labels else { return [] }
        return KernelLabel.allCases.compactMap { label in
            let count = labels.count { $0 == label }
            return count > 0 ? "\(label.rawValue) \(NumberFormat.share(Double(count) / Double(labels.count)))" : nil
        }
    }

    /// How much of a filter's energy its strongest slice carries, where slices are marked.
    private var salienceFacts: [String] {
        guard marksSalience else { return [] }
        let filters = self.filters
        let shares = (0..<bank.layer.weightShape[0]).compactMap { filter -> Double? in
            let total = filters.energy(filter)
            return total > 0 ? bank.energy(filters.salientKernel(filter)) / total : nil
        }.sorted()
        guard !shares.isEmpty else { return [] }
        let median = OrderStatistics.median(ofSorted: shares)
        let times = NumberText.short(median * Double(bank.layer.weightShape[1]), digits: 2)
        return ["strongest slice: median \(NumberFormat.share(median)) of the energy", "\(times)× an even share"]
    }

    private func legend(_ colors: KernelColors) -> [Page.Item] {
        let range = colors.sharedRange.map { NumberText.short(Double($0)) } ?? "max|w|"
        let isLayerEmpty = colors.sharedRange == 0
        // One bar for all panels of a page where every kernel has its own scale.
        var items =
            isOneOfSeveral && colors.sharedRange == nil
            ? []
            : [
                Legend.colorBar(
                    options.colorMap, low: isLayerEmpty ? "0" : "−" + range, high: isLayerEmpty ? "0" : "+" + range)
            ]
        if framesLabels, let labels { items += Legend.labels(labels) }
        let nonFinite = bank.values.count { !$0.isFinite }
        if nonFinite > 0 { items.append(Legend.hatch("not finite \(NumberText.grouped(nonFinite))")) }
        return items
    }

    private func histogramPanel(pageWidth: Double) -> HistogramPanel {
        // The bars have the colours of the signs, unless the grid changes signs.
        let isRaw = options.sign == .raw
        return HistogramPanel(
            histogram: options.histogram(of: bank.values), moments: Moments(bank.values),
            axis: options.histogramAxis,
            negative: isRaw ? options.colorMap.color(-0.7) : FigureColor(grey: 0x70),
            positive: isRaw ? options.colorMap.color(0.7) : FigureColor(grey: 0x70),
            height: min(max(pageWidth * 0.2, 52), 150))
    }
}
