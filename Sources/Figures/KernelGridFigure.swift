import Classification
import Diagnostics
import Kernels

/// The kernels of a layer as a grid with their histogram below, as in Fig. 1 of the paper.
public struct KernelGridFigure: Sendable {
    /// Filters with up to this many input channels are drawn as strips of their slices.
    static let longestStrip = 8

    private let bank: KernelBank
    private let labels: [KernelLabel]?
    private let network: String
    private let options: KernelGridOptions

    /// Gathers what is shown; `classifications` are in bank order.
    ///
    /// Throws `figures.emptyLayer`, `figures.badWidth`, `figures.badBins` or, for a count that is not the bank's,
    /// `figures.classificationCount`.
    public init(
        bank: KernelBank, classifications: [KernelClassification]? = nil, network: String,
        options: KernelGridOptions = KernelGridOptions()
    ) throws {
        try options.check()
        guard bank.count > 0 else {
            throw KernelVizError(
                code: "figures.emptyLayer", subject: bank.layer.label, found: "no kernels",
                expected: "at least one", advice: "Choose another layer")
        }
        if let classifications, classifications.count != bank.count {
            throw KernelVizError(
                code: "figures.classificationCount", subject: bank.layer.label,
                found: "\(classifications.count) classifications", expected: "\(bank.count), one for each kernel")
        }
        self.bank = bank
        self.labels = classifications?.map(\.label)
        self.network = network
        self.options = options
    }

    /// Lays the picture out.
    public func figure() -> Figure {
        var page = Page(widthMillimetres: options.widthMillimetres)
        let colors = KernelColors(bank: bank, labels: labels, options: options)
        let layout = KernelGridLayout(
            count: bank.count, kernelSize: bank.size, strip: slicesPerStrip,
            width: Int(page.contentWidth / Length.unit), hasLabels: framesLabels)
        page.heading(network, bank.layer.label)
        page.facts(LayerFacts.texts(of: bank))
        page.y += 2
        page.flow(legend(colors))
        page.y += 3
        let drawing = KernelGridDrawing(
            bank: bank, order: order(), labels: framesLabels ? labels : nil, colors: colors, layout: layout)
        let isRaster = layout.shownStrips * layout.strip * bank.size * bank.size > options.vectorCellLimit
        if isRaster { drawing.drawPixels(on: &page) } else { drawing.drawVectors(on: &page) }
        page.y += 9
        if options.showsHistogram {
            histogramPanel(pageWidth: page.contentWidth).draw(on: &page)
            page.y += 4
        }
        page.caption(caption(layout, isRaster: isRaster))
        return page.finished(title: "\(network) \(bank.layer.label)")
    }

    private var framesLabels: Bool { labels != nil && options.framesLabels }

    /// The kernels stacked in a strip: a filter's slices where they are few.
    private var slicesPerStrip: Int {
        let inputs = bank.layer.weightShape[1]
        return inputs <= Self.longestStrip ? inputs : 1
    }

    private var nonFiniteCount: Int { bank.values.count { !$0.isFinite } }

    private func legend(_ colors: KernelColors) -> [Page.Item] {
        let range = colors.sharedRange.map { NumberText.short(Double($0)) } ?? "max|w|"
        let isLayerEmpty = colors.sharedRange == 0
        var items = [
            Legend.colorBar(
                options.colorMap, low: isLayerEmpty ? "0" : "−" + range, high: isLayerEmpty ? "0" : "+" + range)
        ]
        if framesLabels, let labels { items += Legend.labels(labels) }
        if nonFiniteCount > 0 { items.append(Legend.hatch("not finite \(NumberText.grouped(nonFiniteCount))")) }
        return items
    }

    /// The strips' numbers in drawing order.
    private func order() -> [Int] {
        let strips = Array(0..<bank.count / slicesPerStrip)
        func slices(_ strip: Int) -> Range<Int> { strip * slicesPerStrip..<(strip + 1) * slicesPerStrip }
        func norm(_ kernel: Int) -> Double {
            bank.kernel(kernel).reduce(0) { $1.isFinite ? $0 + Double($1) * Double($1) : $0 }
        }
        switch options.order {
        case .channel:
            return strips
        case .norm:
            let norms = strips.map { slices($0).reduce(0) { $0 + norm($1) } }
            return strips.sorted { (norms[$1], $0) < (norms[$0], $1) }
        case .label:
            guard let labels else { return strips }
            // A strip goes where its strongest slice belongs.
            let ranks = strips.map { strip in
                let strongest = slices(strip).max { norm($0) < norm($1) } ?? 0
                return KernelLabel.allCases.firstIndex(of: labels[strongest]) ?? 0
            }
            return strips.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
        }
    }

    private func histogramPanel(pageWidth: Double) -> HistogramPanel {
        // The bars have the colours of the signs, unless the grid changes signs.
        let isRaw = options.sign == .raw
        return HistogramPanel(
            histogram: options.histogram(of: bank.values), moments: Moments(bank.values),
            axis: options.histogramAxis,
            negative: isRaw ? options.colorMap.color(-0.7) : Color(grey: 0x70),
            positive: isRaw ? options.colorMap.color(0.7) : Color(grey: 0x70),
            height: min(max(pageWidth * 0.2, 52), 150))
    }

    private func caption(_ layout: KernelGridLayout, isRaster: Bool) -> String {
        var sentences: [String] = []
        if layout.shownStrips * layout.strip < bank.count {
            sentences.append(
                "The first \(NumberText.grouped(layout.shownStrips * layout.strip)) of "
                    + "\(NumberText.grouped(bank.count)) kernels in this order.")
        }
        switch options.scale {
        case .perKernel:
            let faint = options.faintKernels == .asAuthors ? ", at least 5×10⁻⁶" : ""
            sentences.append("Each kernel on its own scale ±max|w|\(faint).")
            if options.faintKernels == .neutral, labels?.contains(.zero) == true {
                sentences.append("Kernels labelled zero are on the layer's scale.")
            }
        case .perLayer: sentences.append("All kernels on the layer's scale.")
        case .shared: sentences.append("All kernels on a given scale.")
        }
        if options.sign == .centrePositive { sentences.append("Kernels with a negative centre are drawn negated.") }
        if layout.strip > 1 { sentences.append("Each column is one filter, its input channels from top to bottom.") }
        if layout.strip == 1, bank.layer.weightShape[1] > 1 {
            sentences.append(
                "\(NumberText.grouped(bank.layer.weightShape[1])) kernels for each output channel, one after the other."
            )
        }
        switch options.order {
        case .channel: break
        case .norm: sentences.append("Largest norm first.")
        case .label: if labels != nil { sentences.append("Ordered by label, then channel.") }
        }
        if nonFiniteCount > 0 { sentences.append("Hatched: NaN or infinite.") }
        if isRaster { sentences.append("Drawn as pixels: too many cells for vectors.") }
        return sentences.joined(separator: " ")
    }
}

/// What is worth saying about a layer beside its name.
enum LayerFacts {
    static func texts(of bank: KernelBank) -> [String] {
        let layer = bank.layer
        var texts = [
            bank.count == 1 ? "1 kernel" : "\(NumberText.grouped(bank.count)) kernels", "\(bank.size)×\(bank.size)",
            layer.stride.map { "stride \($0)" } ?? "stride unknown", layer.connectivity.description,
        ]
        if layer.weightShape[1] > 1 {
            texts[0] += " (\(layer.weightShape[0]) outputs × \(layer.weightShape[1]) inputs)"
        }
        if layer.role == .stem || layer.role == .last { texts.append(layer.role.rawValue) }
        return texts
    }
}
