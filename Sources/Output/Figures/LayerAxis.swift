/// The axis along which the layers of a network stand, from the first to the last.
enum LayerAxis {
    /// Layer i (from 0) lies at i; the ends lie half a layer outside. As many names as fit on `width` points.
    static func axis(_ names: [String], width: Double, title: String = "layer") -> PlotAxis {
        let widest = names.map { TextMetrics.width($0, size: Page.FontSize.tick) }.max() ?? 0
        let fit = max(1, Int(width / (widest + 4)))
        let step = max(1, (names.count + fit - 1) / fit)
        return PlotAxis(
            title: title, range: -0.5...Double(names.count) - 0.5,
            ticks: stride(from: 0, to: names.count, by: step).map { (Double($0), names[$0]) })
    }

    /// A dotted line with an arrow above the area for every strided layer; `plot` was drawn with headroom for it.
    static func markStrided(_ layers: [Int], in plot: PlotFrame, on page: inout Page, color: FigureColor = .ink) {
        for layer in layers {
            let x = plot.xPlace(Double(layer))
            page.add(
                .path(
                    FigurePath(
                        [FigurePoint(x, plot.area.y), FigurePoint(x, plot.area.bottom)],
                        stroke: Stroke(color, width: 0.5, dash: [1.2, 1.6]))))
            page.text(
                "↓", at: FigurePoint(x, plot.area.y - 2.5), size: Page.FontSize.tick, anchor: .middle, color: .ink)
        }
    }

    /// Room for the arrows above a plot.
    static let headroom = 9.0
}
