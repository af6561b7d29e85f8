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
        let natural = drawn(within: nil)
        guard let millimetres = options.maximumHeightMillimetres else { return natural.figure }
        let excess = natural.figure.height - millimetres * Length.pointsPerMillimetre
        if excess <= 0 { return natural.figure }
        let smaller = drawn(within: max(0, natural.grid - excess))
        try Figure.check(smaller.figure, maximumHeightMillimetres: millimetres)
        return smaller.figure
    }

    /// The page with a grid of at most this height in points, and the height that the grid has.
    private func drawn(within height: Double?) -> (figure: Figure, grid: Double) {
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
