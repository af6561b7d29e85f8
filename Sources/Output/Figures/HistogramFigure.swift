import Classification
import Diagnostics
import Kernels
import Statistics

/// The weight distribution of one layer.
public enum HistogramFigure {
    /// Lays the picture out: heading, facts, moments and the histogram of all weights of `bank`.
    ///
    /// With `classifications` (bank order) the bars are split by label. A Gaussian mixture of one to three parts,
    /// chosen by BIC and fitted to the weights that are not 0, is drawn over them where `fitsMixture`.
    /// Of `options` the width, the colour map and the histogram's axis and bins are used.
    /// Throws `figures.emptyLayer`, `figures.badWidth`, `figures.badBins` or `figures.classificationCount`.
    public static func figure(
        of bank: KernelBank, classifications: [KernelClassification]? = nil, network: String,
        options: KernelGridOptions = KernelGridOptions(), fitsMixture: Bool = true
    ) throws -> Figure {
        try options.check()
        guard !bank.values.isEmpty else {
            throw KernelVizError(
                code: "figures.emptyLayer", subject: bank.layer.label, found: "no weights",
                expected: "at least one", advice: "Choose another layer")
        }
        try KernelGridFigure.check(bank, classifications)
        var page = Page(widthMillimetres: options.widthMillimetres)
        page.heading(network, bank.layer.label)
        page.facts(LayerFacts.texts(of: bank))
        let histogram = options.histogram(of: bank.values)
        let isSplit = classifications != nil
        HistogramPanel(
            histogram: histogram, moments: Moments(bank.values),
            axis: options.histogramAxis,
            negative: options.colorMap.color(-0.7), positive: options.colorMap.color(0.7),
            height: min(max(page.contentWidth * 0.45, 80), 320),
            split: isSplit ? split(bank, classifications ?? [], like: histogram) : nil,
            mixture: fitsMixture ? GaussianMixture(bank.values.filter { $0 != 0 }) : nil
        ).draw(on: &page)
        return page.finished(title: "\(network) \(bank.layer.label)")
    }

    /// The weights of each label's kernels in the bins of the whole.
    private static func split(
        _ bank: KernelBank, _ classifications: [KernelClassification], like whole: Histogram
    ) -> [(label: KernelLabel, histogram: Histogram)] {
        KernelLabel.allCases.compactMap { label in
            let values = classifications.indices.filter { classifications[$0].label == label }
                .flatMap { bank.kernel($0) }
            guard !values.isEmpty else { return nil }
            return (
                label,
                Histogram(
                    values, bins: whole.counts.count, range: whole.lowerBound...whole.upperBound,
                    zerosApart: whole.zeroCount > 0)
            )
        }
    }
}
