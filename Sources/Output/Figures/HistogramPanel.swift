import Diagnostics
import Classification
import Glibc
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
                return (value, mixture.components.reduce(0) { $0 + height(of: $1, at: value) })
            }
        }
        let top = max(bars.max() ?? 0, curve?.map(\.1).max() ?? 0, zeroHeight, 1e-300) * 1.06
        var plot = PlotFrame(
            x: PlotAxis(title: "weight", range: range),
            y: PlotAxis(
                title: axis == .density ? "density" : "count",
                range: 0...top), height: height)
        plot.draw(on: &page)
        if let split { drawSplit(split, in: plot, on: &page) } else { drawBars(bars, in: plot, on: &page) }
        drawZeros(in: plot, on: &page)
        plot.drawBaseline(on: &page)
        if let mixture, let curve { drawLines(mixture, sum: curve, in: plot, on: &page) }
        page.y = plot.bottom
    }

    /// All finite weights, in the bins or not.
    private var allWeights: Double { Double(histogram.total + histogram.outsideCount + histogram.zeroCount) }

    /// What a bar of one weight reaches on the axis.
    private var unit: Double {
        let area = allWeights * histogram.binWidth
        return axis == .counts ? 1 : area > 0 ? 1 / area : 0
    }

    private func heights(_ part: Histogram) -> [Double] { part.counts.map { Double($0) * unit } }

    /// The bar of the weights that are exactly 0, in the width of a bin.
    private var zeroHeight: Double { Double(histogram.zeroCount) * unit }

    /// What a component expects in a bin around `value`, as bars show it: a peak narrower than a bin reaches no higher than
    /// the bar of its weights would.
    private func height(of component: GaussianMixture.Component, at value: Double) -> Double {
        func below(_ place: Double) -> Double {
            0.5 * erfc((component.mean - place) / (component.standardDeviation * 2.0.squareRoot()))
        }
        let half = histogram.binWidth / 2
        let weights = allWeights - Double(histogram.zeroCount)
        return component.share * (below(value + half) - below(value - half)) * weights * unit
    }

    /// A grey bar, half as wide as the others, on the edge between both signs.
    private func drawZeros(in plot: PlotFrame, on page: inout Page) {
        guard histogram.zeroCount > 0, plot.x.range.contains(0) else { return }
        let half = histogram.binWidth / 4
        let (left, right) = (max(-half, plot.x.range.lowerBound), min(half, plot.x.range.upperBound))
        let corners = [(left, 0.0), (left, zeroHeight), (right, zeroHeight), (right, 0.0)].map {
            plot.point($0.0, $0.1)
        }
        page.add(.path(FigurePath(corners, isClosed: true, fill: Self.zeroColor)))
    }

    private static let zeroColor = FigureColor(grey: 0x8C)

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
        for (part, top) in zip(split, tops) { drawLetter(part, top: top, in: plot, on: &page) }
    }

    /// The label's letter where its area is tallest, if it is tall enough.
    private func drawLetter(
        _ part: (label: KernelLabel, histogram: Histogram), top: [Double], in plot: PlotFrame, on page: inout Page
    ) {
        let size = 6.0
        let heights = heights(part.histogram)
        guard let bin = heights.indices.max(by: { heights[$0] < heights[$1] }) else { return }
        let (upper, lower) = (plot.yPlace(top[bin]), plot.yPlace(top[bin] - heights[bin]))
        guard lower - upper >= size + 2 else { return }
        page.text(
            LabelPalette.letter(part.label),
            at: FigurePoint(
                plot.xPlace(histogram.lowerBound + (Double(bin) + 0.5) * histogram.binWidth),
                (upper + lower) / 2 + size * 0.36), size: size, anchor: .middle,
            color: LabelPalette.color(part.label).contrasting)
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
                    sum.map { ($0.0, height(of: component, at: $0.0)) },
                    Stroke(.ink, width: 0.6, dash: [2.4, 1.8]))
            }
        }
        line(sum, Stroke(.ink, width: 1))
    }

    private var legend: [Page.Item] {
        var items = (split ?? []).map { part in
            let share = histogram.total > 0 ? Double(part.histogram.total) / Double(histogram.total) : 0
            return Legend.area(part.label, "\(part.label.rawValue) \(NumberFormat.share(share))")
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
        if histogram.zeroCount > 0 {
            let share = NumberFormat.share(Double(histogram.zeroCount) / allWeights)
            texts.append("\(NumberText.grouped(histogram.zeroCount)) exactly 0 (\(share)), grey")
        }
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
            "\(NumberFormat.share($0.share)) at \(NumberText.short($0.mean, digits: 2)), "
                + "σ \(NumberText.short($0.standardDeviation, digits: 2))"
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
