import Classification
import Diagnostics
import Statistics

/// Label shares by depth as stacked areas, strided layers marked.
public enum ShareAreasFigure {
    /// Lays the picture out; rows are the layers in network order, named by their numbers.
    ///
    /// Throws `figures.noLayers` or `figures.badWidth`.
    public static func figure(
        of rows: [LabelSharesFigure.Row], network: String, widthMillimetres: Double = 170
    ) throws -> Figure {
        try LabelSharesFigure.check(widthMillimetres, count: rows.count, network: network)
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(network, "label shares by depth")
        draw(rows, height: min(max(page.contentWidth * 0.36, 80), 260), on: &page)
        return page.finished(title: "\(network): label shares by depth")
    }

    static func draw(_ rows: [LabelSharesFigure.Row], height: Double, on page: inout Page) {
        let sum = rows.reduce(LabelCounts()) { $0 + $1.counts }
        page.flow(Legend.counts(sum))
        page.y += 5
        var plot = PlotFrame(
            x: LayerAxis.axis(rows.map(\.shortName), width: page.contentWidth - 40),
            y: PlotAxis(
                title: "share of the kernels", range: 0...1,
                ticks: [0, 0.25, 0.5, 0.75, 1].map { ($0, NumberFormat.share($0)) }),
            height: height, hasGrid: false, headroom: LayerAxis.headroom)
        plot.draw(on: &page)
        // Down to the axis and the tallest first, so that no seams show between the areas.
        for label in KernelLabel.allCases.reversed() where sum[label] > 0 {
            let below = KernelLabel.allCases.prefix { $0 != label } + [label]
            let tops = rows.map { row in below.reduce(0) { $0 + row.counts.share($1) } }
            // Level for half a layer at both ends, so that one layer is a bar.
            let line =
                [(-0.5, tops[0])] + tops.enumerated().map { (Double($0.offset), $0.element) }
                + [(Double(tops.count) - 0.5, tops[tops.count - 1])]
            let ends = [plot.point(Double(tops.count) - 0.5, 0), plot.point(-0.5, 0)]
            page.add(
                .path(
                    FigurePath(
                        line.map { plot.point($0.0, min(1, $0.1)) } + ends, isClosed: true,
                        fill: LabelPalette.color(label))))
        }
        LayerAxis.markStrided(rows.indices.filter { rows[$0].isStrided }, in: plot, on: &page)
        drawLetters(rows, in: plot, on: &page)
        plot.drawBaseline(on: &page)
        page.y = plot.bottom
        page.caption(
            (rows.count > 1 ? "Measured at the layers; the lines between them only lead the eye." : "")
                + (rows.contains(where: \.isStrided) ? (rows.count > 1 ? " " : "") + "↓ stride above 1." : ""))
    }

    /// Each label's letter at the layer where its area is tallest, if it is tall enough.
    private static func drawLetters(_ rows: [LabelSharesFigure.Row], in plot: PlotFrame, on page: inout Page) {
        let size = 6.0
        for (place, label) in KernelLabel.allCases.enumerated() {
            let shares = rows.map { $0.counts.share(label) }
            guard let layer = shares.indices.max(by: { shares[$0] < shares[$1] }),
                shares[layer] * plot.area.height >= size + 2
            else { continue }
            let below = KernelLabel.allCases[..<place].reduce(0) { $0 + rows[layer].counts.share($1) }
            // Beside the line of a strided layer, not on it.
            let middle = FigurePoint(
                plot.xPlace(Double(layer)) + (rows[layer].isStrided ? 5 : 0),
                plot.yPlace(below + shares[layer] / 2) + size * 0.36)
            page.text(
                LabelPalette.letter(label), at: middle, size: size, anchor: .middle,
                color: LabelPalette.color(label).contrasting)
        }
    }
}

extension LabelSharesFigure.Row {
    /// The layer's number without its name ("#7"), or the whole name where it has none.
    var shortName: String {
        guard name.first == "#", let end = name.firstIndex(of: " ") else { return name }
        return String(name[name.index(after: name.startIndex)..<end])
    }
}
