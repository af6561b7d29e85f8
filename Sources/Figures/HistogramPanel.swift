/// A histogram with axes and moments, drawn across the page.
struct HistogramPanel {
    let histogram: Histogram
    let moments: Moments
    let axis: HistogramAxis
    /// The bars' colours below and above zero.
    let negative: Color
    let positive: Color
    /// The height of the bars' area in points.
    let height: Double

    /// Draws the panel below what is on the page.
    func draw(on page: inout Page) {
        page.facts(momentTexts)
        page.y += 4
        let size = Page.FontSize.tick
        let bars = axis == .density ? histogram.densities : histogram.counts.map(Double.init)
        let top = max(bars.max() ?? 0, 1e-300) * 1.06
        let yTicks = AxisTicks(in: 0...top, limit: max(2, Int(height / 15)))
        let gutter = (yTicks.labels.map { TextMetrics.width($0, size: size) }.max() ?? 0) + 5
        let titleRoom = size + 4
        let plot = Rect(
            x: page.left + titleRoom + gutter, y: page.y, width: page.contentWidth - titleRoom - gutter, height: height)
        func yPlace(_ value: Double) -> Double { plot.bottom - value / top * plot.height }

        for (value, label) in zip(yTicks.values, yTicks.labels) {
            let y = yPlace(value)
            if value > 0 { page.line(from: Point(plot.x, y), to: Point(plot.right, y), Stroke(.faint, width: 0.4)) }
            let baseline = min(max(y + size * 0.36, page.y + size * 0.5), plot.bottom + size * 0.3)
            page.text(label, at: Point(plot.x - 4, baseline), size: size, anchor: .end, color: .quietInk)
        }
        page.text(
            axis == .density ? "density" : "count", at: Point(page.left + size * 0.8, plot.y + plot.height / 2),
            size: size, anchor: .middle, color: .quietInk, isUpright: true)
        drawBars(bars, in: plot, place: yPlace, on: &page)
        drawValueAxis(below: plot, on: &page)
    }

    /// The room to each side of the bars, as a share of the range.
    private var range: ClosedRange<Double> {
        let pad = (histogram.upperBound - histogram.lowerBound) * 0.015
        return histogram.lowerBound - pad...histogram.upperBound + pad
    }

    /// Two stepped shapes, one to each side of zero; bins that straddle it go to the side of their middle.
    private func drawBars(_ bars: [Double], in plot: Rect, place: (Double) -> Double, on page: inout Page) {
        let range = range
        func xPlace(_ edge: Int) -> Double {
            let value = histogram.lowerBound + Double(edge) * histogram.binWidth
            return plot.x + (value - range.lowerBound) / (range.upperBound - range.lowerBound) * plot.width
        }
        func isNegative(_ bin: Int) -> Bool { histogram.lowerBound + (Double(bin) + 0.5) * histogram.binWidth < 0 }
        // One shape where one colour does: no seam at zero.
        let split = negative == positive ? 0 : bars.indices.first { !isNegative($0) } ?? bars.count
        for (part, color) in [(0..<split, negative), (split..<bars.count, positive)] where !part.isEmpty {
            var outline = [Point(xPlace(part.lowerBound), plot.bottom)]
            for bin in part {
                outline.append(Point(xPlace(bin), place(bars[bin])))
                outline.append(Point(xPlace(bin + 1), place(bars[bin])))
            }
            outline.append(Point(xPlace(part.upperBound), plot.bottom))
            page.add(.path(Path(outline, isClosed: true, fill: color)))
        }
    }

    private func drawValueAxis(below plot: Rect, on page: inout Page) {
        let size = Page.FontSize.tick
        let range = range
        page.line(from: Point(plot.x, plot.bottom), to: Point(plot.right, plot.bottom), Stroke(.axis, width: 0.6))
        var ticks = AxisTicks(in: range, limit: max(3, Int(plot.width / 32)))
        // Wide labels (powers of ten) may need more room than the limit above gave them.
        while let widest = ticks.labels.map({ TextMetrics.width($0, size: size) }).max(), ticks.values.count > 2,
            widest + 6 > plot.width / Double(ticks.values.count)
        {
            ticks = AxisTicks(in: range, limit: ticks.values.count - 1)
        }
        for (value, label) in zip(ticks.values, ticks.labels) {
            let x = plot.x + (value - range.lowerBound) / (range.upperBound - range.lowerBound) * plot.width
            page.line(from: Point(x, plot.bottom), to: Point(x, plot.bottom + 2.5), Stroke(.axis, width: 0.6))
            let half = TextMetrics.width(label, size: size) / 2
            let centre = min(max(x, page.left + half), page.right - half)
            page.text(
                label, at: Point(centre, plot.bottom + 3.5 + size * TextMetrics.ascent), size: size, anchor: .middle,
                color: .quietInk)
        }
        page.y = plot.bottom + 3.5 + size + 3
        page.y += size * TextMetrics.ascent
        page.text(
            "weight", at: Point(plot.x + plot.width / 2, page.y), size: size, anchor: .middle, color: .quietInk)
        page.y += size * TextMetrics.descent + 2
    }

    private var momentTexts: [String] {
        guard moments.count > 0 else { return ["no finite weights"] }
        var texts = [
            "\(NumberText.grouped(moments.count)) weights",
            "mean \(NumberText.short(moments.mean))", "std \(NumberText.short(moments.standardDeviation))",
            "range \(NumberText.short(moments.minimum)) … \(NumberText.short(moments.maximum))",
        ]
        if histogram.outsideCount > 0 { texts.append("\(NumberText.grouped(histogram.outsideCount)) beyond the axis") }
        if moments.nonFiniteCount > 0 { texts.append("\(NumberText.grouped(moments.nonFiniteCount)) not finite") }
        return texts
    }
}
