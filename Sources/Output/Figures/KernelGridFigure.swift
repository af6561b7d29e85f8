import Classification
import Diagnostics
import Kernels

/// The kernels of a layer as a grid with their histogram below, as in Fig. 1 of the paper.
public struct KernelGridFigure: Sendable {
    private let bank: KernelBank
    private let classifications: [KernelClassification]?
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
        try Self.check(bank, classifications)
        self.bank = bank
        self.classifications = classifications
        self.network = network
        self.options = options
    }

    /// Lays the picture out.
    ///
    /// Throws `figures.tooLow` where not even one row of small kernels fits into the height asked for.
    public func figure() throws -> Figure {
        let page = drawn(within: nil, options)
        guard let millimetres = options.maximumHeightMillimetres else { return page.figure }
        let limit = millimetres * Length.pointsPerMillimetre
        if page.figure.height <= limit { return page.figure }
        // Where not even a few rows fit, the histogram goes, then the shapes; the caption says so.
        var low = options
        low.leavesOut = "The histogram is left out for the height."
        low.showsHistogram = false
        var lower = low
        lower.showsShapes = false
        lower.leavesOut = "Histogram and shapes are left out for the height."
        let least = Double(KernelGridLayout.smallestCell) * 20 * Length.unit
        let fitting = [options, low, lower].first { drawn(within: least, $0).figure.height <= limit } ?? lower
        let figure = fitted(page.grid, limit, fitting)
        try Figure.check(figure, maximumHeightMillimetres: millimetres)
        return figure
    }

    /// The page with the tallest grid with which it is at most `limit` points high, if there is one.
    private func fitted(_ grid: Double, _ limit: Double, _ options: KernelGridOptions) -> Figure {
        var room = grid
        var page = drawn(within: room, options)
        // A grid that is cut needs more words, so that once may not be enough.
        for _ in 0..<4 where page.figure.height > limit {
            room = max(0, room - (page.figure.height - limit))
            page = drawn(within: room, options)
        }
        return page.figure
    }

    /// The page with a grid of at most this height in points, and the height that the grid has.
    private func drawn(within height: Double?, _ options: KernelGridOptions) -> (figure: Figure, grid: Double) {
        var page = Page(widthMillimetres: options.widthMillimetres)
        page.heading(network, bank.layer.label)
        let panel = KernelPanel(
            bank: bank, classifications: classifications, options: options, maximumGridHeight: height)
        panel.draw(on: &page)
        let grid = Double(panel.layout(width: page.contentWidth).height) * Length.unit
        return (page.finished(title: "\(network) \(bank.layer.label)"), grid)
    }

    static func check(_ bank: KernelBank, _ classifications: [KernelClassification]?) throws {
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
    }
}

/// What is worth saying about a layer beside its name.
enum LayerFacts {
    static func texts(of bank: KernelBank) -> [String] {
        let layer = bank.layer
        var texts = [
            bank.count == 1 ? "1 kernel" : "\(NumberText.grouped(bank.count)) kernels", "\(bank.size)×\(bank.size)",
            layer.strideText.map { "stride \($0)" } ?? "stride unknown", layer.connectivity.description,
        ]
        if layer.weightShape[1] > 1 {
            texts[0] += " (\(layer.weightShape[0]) outputs × \(layer.weightShape[1]) inputs)"
        }
        if [.stem, .last, .upsampling].contains(layer.role) { texts.append(layer.role.rawValue) }
        return texts
    }
}
