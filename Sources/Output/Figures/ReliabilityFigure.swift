import Diagnostics
import Numerics

/// How often readers give the labels of each probability: a reliability diagram (DeGroot and Fienberg, 1983).
public enum ReliabilityFigure {
    /// Kernels of about one probability.
    public struct Bin: Sendable, Equatable {
        /// The mean probability that was told, 0…1.
        public let predicted: Double
        /// The share of the labels that readers give, 0…1.
        public let agreed: Double
        /// How many kernels.
        public let kernels: Int

        /// Describes a bin; see the properties.
        public init(predicted: Double, agreed: Double, kernels: Int) {
            (self.predicted, self.agreed, self.kernels) = (predicted, agreed, kernels)
        }

        /// The 95 % interval of ``agreed`` by the number of kernels alone (Wilson).
        var interval: ShareInterval { ShareInterval(count: Int((agreed * Double(kernels)).rounded()), total: kernels) }
    }

    private static let color = CurvesFigure.colors[0]

    /// Lays the picture out: a dot a bin, as large as it holds kernels, with its interval, and the diagonal.
    ///
    /// - Parameters:
    ///   - bins: at least one with a kernel.
    ///   - error: the expected calibration error, 0…1.
    ///   - cutoff: the probability below which a label is uncertain; drawn as a line.
    ///   - title: what stands above.
    ///   - widthMillimetres: the figure's width.
    /// Throws `figures.noPoints` or `figures.badWidth`.
    public static func figure(
        of bins: [Bin], error: Double, cutoff: Double, title: String, widthMillimetres: Double = 170
    ) throws -> Figure {
        try Figure.check(widthMillimetres: widthMillimetres)
        let bins = bins.filter { $0.kernels > 0 && (0...1).contains($0.predicted) && (0...1).contains($0.agreed) }
        let total = bins.reduce(0) { $0 + $1.kernels }
        guard total > 0 else {
            throw KernelVizError(
                code: "figures.noPoints", subject: title, found: "no bin with a kernel", expected: "at least one")
        }
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(title, "how often readers give the labels of each probability")
        page.facts([
            "\(NumberText.grouped(total)) kernels", "\(bins.count) bins",
            "expected calibration error \(NumberText.fixed(error, decimals: 3))",
        ])
        page.y += 4
        var plot = PlotFrame(
            x: PlotAxis(title: "probability told with the label", range: 0...1),
            y: PlotAxis(title: "share that readers give", range: 0...1),
            height: min(max(page.contentWidth * 0.6, 110), 260), headroom: 8)
        plot.draw(on: &page)
        page.line(from: plot.point(0, 0), to: plot.point(1, 1), Stroke(.axis, width: 0.6, dash: [3, 2]))
        page.line(from: plot.point(cutoff, 0), to: plot.point(cutoff, 1), Stroke(.faint, width: 1))
        for bin in bins {
            let (x, interval) = (plot.xPlace(bin.predicted), bin.interval)
            ErrorBar.vertical(
                (plot.yPlace(interval.low), plot.yPlace(interval.high)), x: x, cap: 1.5, Stroke(.axis, width: 0.6),
                on: &page)
            let half = 1.5 + 3.5 * (Double(bin.kernels) / Double(total)).squareRoot()
            let place = FigurePoint(x, plot.yPlace(bin.agreed))
            page.add(
                .rectangle(
                    FigureRect(x: place.x - half, y: place.y - half, width: 2 * half, height: 2 * half), fill: color))
            // Above the interval, or below where there is no room.
            let isHigh = interval.high > 0.93
            page.text(
                NumberText.grouped(bin.kernels),
                at: FigurePoint(x, isHigh ? plot.yPlace(interval.low) + 8 : plot.yPlace(interval.high) - 3),
                size: Page.FontSize.tick, anchor: .middle, color: .quietInk)
        }
        plot.drawBaseline(on: &page)
        page.y = plot.bottom
        page.caption(
            "Squares: bins of a tenth, as large as their share of the kernels; number: kernels. Bar: 95 % interval of the share "
                + "by the number of kernels (Wilson). Dashed: told and given alike. Left of the pale line, at "
                + "\(NumberText.fixed(cutoff, decimals: 1)), a label is called uncertain.")
        return page.finished(title: "\(title): reliability of label probabilities")
    }
}
