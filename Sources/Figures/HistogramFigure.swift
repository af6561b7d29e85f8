import Diagnostics
import Kernels

/// The weight distribution of one layer.
public enum HistogramFigure {
    /// Lays the picture out: heading, facts, moments and the histogram of all weights of `bank`.
    ///
    /// Of `options` the width, the colour map and the histogram's axis and bins are used.
    /// Throws `figures.emptyLayer`, `figures.badWidth` or `figures.badBins`.
    public static func figure(
        of bank: KernelBank, network: String, options: KernelGridOptions = KernelGridOptions()
    ) throws -> Figure {
        try options.check()
        guard !bank.values.isEmpty else {
            throw KernelVizError(
                code: "figures.emptyLayer", subject: bank.layer.label, found: "no weights",
                expected: "at least one", advice: "Choose another layer")
        }
        var page = Page(widthMillimetres: options.widthMillimetres)
        page.heading(network, bank.layer.label)
        page.facts(LayerFacts.texts(of: bank))
        HistogramPanel(
            histogram: options.histogram(of: bank.values), moments: Moments(bank.values),
            axis: options.histogramAxis, negative: options.colorMap.color(-0.7),
            positive: options.colorMap.color(0.7), height: min(max(page.contentWidth * 0.45, 80), 320)
        ).draw(on: &page)
        return page.finished(title: "\(network) \(bank.layer.label)")
    }
}
