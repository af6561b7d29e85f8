import Classification
import Numerics
import Statistics

/// The widths of a network's blur kernels by layer.
public enum SigmaFigure {
    /// One layer's blur kernels.
    public struct Row: Sendable, Equatable {
        /// The layer's number or name, short.
        public let name: String
        /// Fitted σ of each blur kernel in pixels, rising.
        public let sigmas: [Double]
        /// How many more blurs are wider than their size can show; no σ is told of them.
        public let beyond: Int
        /// Whether the layer reduces the resolution.
        public let isStrided: Bool

        /// Whether the median blur has no σ.
        var isBeyond: Bool { beyond > sigmas.count }

        /// Names a layer; see the properties.
        public init(name: String, sigmas: [Double], beyond: Int = 0, isStrided: Bool) {
            self.name = name
            self.beyond = beyond
            self.sigmas = sigmas.filter(\.isFinite).sorted()
            self.isStrided = isStrided
        }

        /// The blur kernels of a layer.
        public init(_ layer: LayerStatistics) {
            self.init(
                name: layer.layer.number.map(String.init) ?? layer.layer.name,
                sigmas: layer.summary.sigmas.map { Double($0) }, beyond: layer.summary.blursAtBound,
                isStrided: layer.layer.isStrided)
        }

        /// The value below which this share lies, between neighbours in proportion; `sigmas` is not empty.
        func quantile(_ share: Double) -> Double {
            OrderStatistics.quantile(share, ofSorted: sigmas)
        }
    }

    private static let color = LabelPalette.color(.blur)

    /// Lays the picture out: of each layer the median, the middle half, and the middle four fifths.
    ///
    /// Throws `figures.noLayers` or `figures.badWidth`.
    public static func figure(of rows: [Row], network: String, widthMillimetres: Double = 170) throws -> Figure {
        try LabelSharesFigure.check(widthMillimetres, count: rows.count, network: network)
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(network, "σ of the blur kernels by layer")
        draw(rows, height: min(max(page.contentWidth * 0.36, 80), 260), on: &page)
        return page.finished(title: "\(network): blur widths by layer")
    }

    /// How many blur kernels the layers have that have some.
    private static func counts(_ rows: [Row]) -> String {
        let counts = rows.map { $0.sigmas.count + $0.beyond }.filter { $0 > 0 }
        return counts.isEmpty ? "" : "\(Spread.counted(counts)) a layer"
    }

    /// The 95 % interval of the median, in ink over the box, cut where the axis ends.
    private static func drawInterval(_ row: Row, x: Double, cap: Double, in plot: PlotFrame, on page: inout Page) {
        guard let interval = Spread.ofMedian(row.sigmas) else { return }
        let limit = plot.y.range.upperBound
        let ends = (plot.yPlace(min(interval.lowerBound, limit)), plot.yPlace(min(interval.upperBound, limit)))
        ErrorBar.vertical(ends, x: x, cap: cap, Stroke(.ink, width: 0.5), on: &page)
    }

    /// The sign of a median that lies above the axis.
    private static func drawTip(x: Double, y: Double, on page: inout Page) {
        let tip = [FigurePoint(x, y), FigurePoint(x - 3, y + 5), FigurePoint(x + 3, y + 5)]
        page.add(.path(FigurePath(tip, isClosed: true, fill: .ink)))
    }

    /// A layer's box, whiskers and median, or the sign that all of it lies above the axis.
    private static func draw(_ row: Row, x: Double, half: Double, in plot: PlotFrame, on page: inout Page) {
        guard !row.isBeyond else { return drawTip(x: x, y: plot.area.y, on: &page) }
        func level(_ share: Double) -> Double {
            plot.yPlace(min(row.quantile(share), plot.y.range.upperBound))
        }
        WhiskerBox(x: x, half: half, whisker: color, fill: color).draw(on: &page, level: level)
        let middle = level(0.5)
        guard row.quantile(0.5) <= plot.y.range.upperBound else { return drawTip(x: x, y: middle, on: &page) }
        page.line(from: FigurePoint(x - half, middle), to: FigurePoint(x + half, middle), Stroke(.ink, width: 1))
        drawInterval(row, x: x, cap: half * 0.4, in: plot, on: &page)
    }

    static func draw(_ rows: [Row], height: Double, on page: inout Page) {
        let all = rows.flatMap(\.sigmas)
        let wide = rows.reduce(0) { $0 + $1.beyond }
        let strided = rows.filter(\.isStrided).flatMap(\.sigmas).sorted()
        page.facts(
            ["\(NumberText.grouped(all.count + wide)) blur kernels", Self.counts(rows)].filter { !$0.isEmpty }
                + (strided.isEmpty
                    ? [] : ["median σ of the strided layers \(NumberText.fixed(strided.median ?? 0, decimals: 2)) px"]))
        page.y += 2
        let top = max(
            2, (rows.filter { !$0.sigmas.isEmpty && !$0.isBeyond }.map { $0.quantile(0.75) }.max() ?? 0) * 1.1)
        var plot = PlotFrame(
            x: LayerAxis.axis(rows.map(\.name), width: page.contentWidth - 40),
            y: PlotAxis(title: "σ (pixels)", range: 0...min(top, 3)), height: height, headroom: LayerAxis.headroom)
        plot.draw(on: &page)
        LayerAxis.markStrided(rows.indices.filter { rows[$0].isStrided }, in: plot, on: &page, color: .axis)
        let reference = plot.yPlace(1.1)
        page.add(
            .path(
                FigurePath(
                    [FigurePoint(plot.area.x, reference), FigurePoint(plot.area.right, reference)],
                    stroke: Stroke(.ink, width: 0.6, dash: [3, 2]))))
        let half = min(plot.area.width / Double(rows.count) * 0.32, 6)
        for (index, row) in rows.enumerated() where !row.sigmas.isEmpty || row.isBeyond {
            draw(row, x: plot.xPlace(Double(index)), half: half, in: plot, on: &page)
        }
        plot.drawBaseline(on: &page)
        page.y = plot.bottom
        let beyond = all.count { $0 > plot.y.range.upperBound }
        page.caption(
            "Line: median with its 95 % interval (order statistics, from 6 kernels on); box: middle half; whisker: middle "
                + "80 %. Dashed: σ = 1.1, the fixed Gaussian of the paper."
                + (rows.contains(where: \.isStrided) ? " ↓ stride above 1." : "")
                + (wide > 0
                    ? " \(NumberText.grouped(wide)) blurs, boxes and rings, are wider than three half widths of the kernel, "
                        + "have no σ and are left out." : "")
                + (beyond > 0 ? " \(NumberText.grouped(beyond)) lie above the axis." : "")
                + (beyond > 0 || rows.contains(where: \.isBeyond) ? " ▴: the median is among these." : "")
                + (rows.contains { $0.sigmas.isEmpty && $0.beyond == 0 }
                    ? " Layers without a mark have no blur kernel." : ""))
    }
}
