import Classification
import Diagnostics
import Statistics

/// A histogram with axes and moments, drawn across the page.
struct HistogramPanel {
    let histogram: Histogram
    let moments: Moments
    let axis: HistogramAxis
    /// The bars' colours below and above zero.
    let negative: FigureColor
    let positive: FigureColor
    /// The height of the bars' area in points.
    let height: Double
    /// How many values of each bin belong to kernels of each label; nil for bars in the colours of the signs.
    var split: [(label: KernelLabel, histogram: Histogram)]?
    /// A fitted mixture, drawn as lines over the bars.
    var mixture: GaussianMixture?

    /// Draws the panel below what is on the page.
    func draw(on page: inout Page) {
        page.facts(momentTexts)
        if let mixture { page.facts(MixtureText.facts(mixture)) }
        if split != nil || mixture != nil {
            page.y += 1
            page.flow(legend)
        }
        // Axes without data would show nothing but themselves.
        guard histogram.total > 0 else { return }
        page.y += 4
        let bars = heights(histogram)
        let curve = mixture.map { mixture in
            (0...240).map { step in
                let value = histogram.lowerBound + Double(step) / 240 * (histogram.upperBound - histogram.lowerBound)
                return (value, mixture.density(value) * densityUnit)
            }
        }
        // A mixture's peak may stand above the bars, but must not squeeze them.
        let tallest = bars.max() ?? 0
        let top = max(tallest, min(curve?.map(\.1).max() ?? 0, 1.5 * tallest), 1e-300) * 1.06
        var plot = PlotFrame(
            x: PlotAxis(title: "weight", range: range),
            y: PlotAxis(
                title: axis == .density ? "density" : "count",
                range: 0...top), height: height)
        plot.draw(on: &page)
        if let split { drawSplit(split, in: plot, on: &page) } else { drawBars(bars, in: plot, on: &page) }
        plot.drawBaseline(on: &page)
        if let mixture, let curve { drawLines(mixture, sum: curve, in: plot, on: &page) }
        page.y = plot.bottom
    }

    /// Turns a density into what the axis counts.
    private var densityUnit: Double { axis == .density ? 1 : Double(histogram.total) * histogram.binWidth }

    private func heights(_ part: Histogram) -> [Double] {
        let unit = axis == .density ? Double(histogram.total) * histogram.binWidth : 1
        return part.counts.map { unit > 0 ? Double($0) / unit : 0 }
    }

    /// The room to each side of the bars, as a share of the range.
    private var range: ClosedRange<Double> {
        let pad = (histogram.upperBound - histogram.lowerBound) * 0.015
        return histogram.lowerBound - pad...histogram.upperBound + pad
    }

    /// Two stepped shapes, one to each side of zero; bins that straddle it go to the side of their middle.
    private func drawBars(_ bars: [Double], in plot: PlotFrame, on page: inout Page) {
        func isNegative(_ bin: Int) -> Bool { histogram.lowerBound + (Double(bin) + 0.5) * histogram.binWidth < 0 }
        // One shape where one colour does: no seam at zero.
        let border = negative == positive ? 0 : bars.indices.first { !isNegative($0) } ?? bars.count
        if border > 0 {
            // Under the first bar of the other side as well, so that no light seam shows between the two.
            var left = Array(bars[..<border])
            if border < bars.count { left.append(min(bars[border - 1], bars[border])) }
            drawSteps(left, from: 0, negative, in: plot, on: &page)
        }
        if border < bars.count { drawSteps(Array(bars[border...]), from: border, positive, in: plot, on: &page) }
    }

    /// One stepped shape a label down to the axis, the tallest first, so that no seams show between them.
    private func drawSplit(
        _ split: [(label: KernelLabel, histogram: Histogram)], in plot: PlotFrame, on page: inout Page
    ) {
        var top = [Double](repeating: 0, count: histogram.counts.count)
        let tops = split.map { part in
            top = zip(top, heights(part.histogram)).map { $0 + $1 }
            return top
        }
        for (part, top) in zip(split, tops).reversed() {
            drawSteps(top, from: 0, LabelPalette.color(part.label), in: plot, on: &page)
        }
    }

    /// Bars of these heights from bin `first` on, as one shape.
    private func drawSteps(
        _ heights: [Double], from first: Int, _ color: FigureColor, in plot: PlotFrame, on page: inout Page
    ) {
        func edge(_ bin: Int, _ value: Double) -> FigurePoint {
            plot.point(histogram.lowerBound + Double(first + bin) * histogram.binWidth, value)
        }
        var outline = [edge(0, 0)]
        for (bin, height) in heights.enumerated() { outline += [edge(bin, height), edge(bin + 1, height)] }
        outline.append(edge(heights.count, 0))
        page.add(.path(FigurePath(outline, isClosed: true, fill: color)))
    }

    private func drawLines(
        _ mixture: GaussianMixture, sum: [(Double, Double)], in plot: PlotFrame, on page: inout Page
    ) {
        func line(_ values: [(Double, Double)], _ stroke: Stroke) {
            for piece in plot.clipped(values) where piece.count > 1 {
                page.add(.path(FigurePath(piece, stroke: stroke)))
            }
        }
        if mixture.components.count > 1 {
            for component in mixture.components {
                line(
                    sum.map { ($0.0, component.density($0.0) * densityUnit) },
                    Stroke(.ink, width: 0.6, dash: [2.4, 1.8]))
            }
        }
        line(sum, Stroke(.ink, width: 1))
    }

    private var legend: [Page.Item] {
        var items = (split ?? []).map { part in
            let share = histogram.total > 0 ? Double(part.histogram.total) / Double(histogram.total) : 0
            return Legend.swatch(LabelPalette.color(part.label), "\(part.label.rawValue) \(NumberFormat.share(share))")
        }
        if !items.isEmpty { items.append(Legend.words("of the weights")) }
        if let mixture {
            items.append(
                Legend.line(
                    Stroke(.ink, width: 1), mixture.components.count == 1 ? "fitted Gaussian" : "fitted mixture"))
            if mixture.components.count > 1 {
                items.append(Legend.line(Stroke(.ink, width: 0.6, dash: [2.4, 1.8]), "its parts"))
            }
        }
        return items
    }

    private var momentTexts: [String] {
        guard moments.count > 0 else { return ["no finite weights"] }
        var texts = [
            "\(NumberText.grouped(moments.count)) weights",
            "mean \(NumberText.short(moments.mean))", "std \(NumberText.short(moments.standardDeviation))",
            "skewness \(NumberText.short(moments.skewness))",
            "excess kurtosis \(NumberText.short(moments.excessKurtosis))",
            "range \(NumberText.short(moments.minimum)) … \(NumberText.short(moments.maximum))",
        ]
        if histogram.outsideCount > 0 { texts.append("\(NumberText.grouped(histogram.outsideCount)) beyond the axis") }
        if moments.nonFiniteCount > 0 { texts.append("\(NumberText.grouped(moments.nonFiniteCount)) not finite") }
        return texts
    }
}

/// A fitted mixture in words.
enum MixtureText {
    /// The parts, then by how much their number beats the others by BIC.
    static func facts(_ mixture: GaussianMixture) -> [String] {
        let parts = mixture.components.map {
            "\(NumberFormat.share($0.share)) N(\(NumberText.short($0.mean, digits: 2)), "
                + "\(NumberText.short($0.standardDeviation, digits: 2))²)"
        }
        let count = mixture.components.count
        let fitted =
            count == 1 ? "one Gaussian fits best" : "\(count) Gaussians fit best"
        let others = mixture.bicByCount.enumerated().filter { $0.offset + 1 != count }.map {
            "\($0.offset + 1): +\(NumberText.short($0.element - mixture.bic))"
        }
        return [fitted + " (BIC \(others.joined(separator: ", ")))"] + parts
    }
}
