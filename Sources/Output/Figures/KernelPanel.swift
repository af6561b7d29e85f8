import Classification
import Diagnostics
import Kernels
import Numerics

/// The grid of a layer's kernels with legend, histogram and caption: a block of a page.
struct KernelPanel {
    /// Filters with up to this many input channels are drawn as strips of their slices.
    static let longestStrip = 64

    let bank: KernelBank
    let labels: [KernelLabel]?
    let options: KernelGridOptions
    /// Sentences that open the caption: what the panel shows in numbers.
    var findings: [String] = []
    /// Whether the caption leaves out what holds for all panels of a page.
    var isOneOfSeveral = false

    /// Draws the panel below what is on the page.
    func draw(on page: inout Page) {
        let colors = KernelColors(bank: bank, labels: labels, options: options)
        let numbers = options.showsNumbers ? CellNumbers(largest: Double(colors.largest)) : nil
        let layout = KernelGridLayout(
            count: bank.count, kernelSize: bank.size, strip: slicesPerStrip,
            width: Int(page.contentWidth / Length.unit), hasLabels: labels != nil,
            numberCell: numbers.map { Int(($0.width / Length.unit).rounded(.up)) })
        page.facts(LayerFacts.texts(of: bank) + salienceFacts)
        page.y += 2
        let legend = self.legend(colors)
        if !legend.isEmpty {
            page.flow(legend)
            page.y += 3
        }
        let drawing = KernelGridDrawing(
            bank: bank, order: ordering.strips(options.order), labels: framesLabels ? labels : nil, colors: colors,
            layout: layout, salient: salientKernels, slicesPerFilter: bank.layer.weightShape[1],
            numbers: layout.hasRoomForNumbers ? numbers : nil)
        let isRaster = layout.shownStrips * layout.strip * bank.size * bank.size > options.vectorCellLimit
        if isRaster { drawing.drawPixels(on: &page) } else { drawing.drawVectors(on: &page) }
        page.y += 9
        if options.showsHistogram {
            histogramPanel(pageWidth: page.contentWidth).draw(on: &page)
            page.y += 4
        }
        let caption = KernelCaption(
            bank: bank, labels: labels, options: options, layout: layout, isRaster: isRaster,
            beyondCount: colors.beyondCount, marksSalience: marksSalience,
            numberUnit: layout.hasRoomForNumbers ? numbers?.unitText : nil,
            findings: findings)
        page.caption(isOneOfSeveral ? caption.ownText : caption.text)
    }

    private var framesLabels: Bool { labels != nil && options.framesLabels }

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

    private var ordering: KernelOrdering { KernelOrdering(bank: bank, strip: slicesPerStrip, labels: labels) }

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

/// How the weights are printed into the cells of a grid: two decimals, in units of a power of ten where they are small.
struct CellNumbers {
    static let fontSize = 6.0
    /// 10^exponent is the unit.
    let exponent: Int
    private let decimals: Int

    init(largest: Double) {
        let isReadable = largest == 0 || (largest >= 0.095 && largest < 99.95)
        let power = isReadable ? 0 : NumberText.exponent(of: largest)
        exponent = power
        decimals = isReadable && largest >= 9.995 ? 1 : 2
    }

    /// The room that every number fits in, in points.
    var width: Double { TextMetrics.width("−0.00", size: Self.fontSize) + 2 }

    /// "10⁻³"; empty for plain numbers.
    var unitText: String { exponent == 0 ? "" : NumberText.power(exponent) }

    /// The text of one weight; "×" for one that is not finite.
    func text(_ weight: Float) -> String {
        guard weight.isFinite else { return "×" }
        var value = Double(weight)
        // In two steps, for 10⁻³²⁰ is no normal number.
        for part in [exponent / 2, exponent - exponent / 2] { value /= NumberText.tenTo(part) }
        return NumberText.fixed(value, decimals: decimals)
    }
}
