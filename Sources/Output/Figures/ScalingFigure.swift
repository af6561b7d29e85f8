import Diagnostics
import Glibc

/// How the latency of networks grows with their input, width and depth, beside what their multiply-adds alone would take.
public enum ScalingFigure {
    /// What grows along one axis, for some networks; numbers that are not positive are left out.
    public typealias Panel = PlotPanel<Point>
    /// One network's measurements.
    public typealias Series = Panel.Series

    /// One measurement.
    public struct Point: Sendable, Equatable {
        /// The place on the axis: rows and columns of the input, or a factor.
        public let value: Double
        /// The latency.
        public let milliseconds: Double
        /// What the multiply-adds take at the machine's limit.
        public let limitMilliseconds: Double
        /// Between which ends the runs' latencies lie, in milliseconds; nil where that is not known.
        public let spread: Spread?

        /// Joins the numbers of a measurement.
        public init(value: Double, milliseconds: Double, limitMilliseconds: Double, spread: Spread? = nil) {
            self.value = value
            self.milliseconds = milliseconds
            self.limitMilliseconds = limitMilliseconds
            self.spread = spread
        }
    }

    /// Lays the picture out, the panels side by side where there is room.
    ///
    /// Throws `figures.noPoints` where no panel has a measurement, or `figures.badWidth`.
    public static func figure(of panels: [Panel], subject: String, widthMillimetres: Double = 170) throws -> Figure {
        try Figure.check(widthMillimetres: widthMillimetres)
        let panels = panels.map(usable).filter { $0.series.contains { !$0.points.isEmpty } }
        guard !panels.isEmpty else {
            throw KernelVizError(
                code: "figures.noPoints", subject: "scaling", found: "no measurements", expected: "at least one",
                advice: "Run 'kernelviz bench --scaling --format json'")
        }
        let marks = marks(of: panels)
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading("Latency", subject)
        page.flow(
            marks.map { name, mark in
                let text = TextFitting.shortenedMiddle(name, to: page.contentWidth - 20, size: Page.FontSize.fact)
                return mark.legend(text, width: 1.2, radius: 1.3)
            } + [Legend.line(limitLine(.axis), "multiply-adds alone at the machine's limit")])
        page.y += 6
        let columns = page.contentWidth > 330 ? min(panels.count, 3) : 1
        page.columns(columns, gap: 14, blocks: panels.count) { page, index in
            draw(panels[index], Dictionary(uniqueKeysWithValues: marks), on: &page)
        }
        page.y += 2
        page.caption(
            "x^: the power of the axis that the latency follows best, and in brackets the one that the multiply-accumulates "
                + "follow. "
                + Spread.sentence(panels.flatMap(\.series).flatMap(\.points).compactMap(\.spread), of: "the latency"))
        return page.finished(title: "latency: \(subject)")
    }

    /// What a logarithm can be taken of, rising along the axis.
    private static func usable(_ panel: Panel) -> Panel {
        Panel(
            title: panel.title,
            series: panel.series.map { series in
                Series(
                    name: series.name,
                    points: series.points.filter { $0.value > 0 && $0.milliseconds > 0 && $0.limitMilliseconds > 0 }
                        .sorted { $0.value < $1.value })
            })
    }

    /// One colour and form a network, in the order of their first panels.
    private static func marks(of panels: [Panel]) -> [(name: String, mark: SeriesMark)] {
        var names: [String] = []
        for name in panels.flatMap(\.series).map(\.name) where !names.contains(name) { names.append(name) }
        return names.enumerated().map { ($1, SeriesMark(index: $0)) }
    }

    private static func limitLine(_ color: FigureColor) -> Stroke { Stroke(color, width: 0.8, dash: [3, 2]) }

    private static func draw(_ panel: Panel, _ marks: [String: SeriesMark], on page: inout Page) {
        let points = panel.series.flatMap(\.points)
        page.subheading(panel.title)
        page.facts(
            panel.series.compactMap { series in
                exponent(series).map { (panel.series.count > 1 ? "\(series.name): " : "") + "\($0)" }
            })
        page.y += 3
        var x = PlotAxis.fitting("", points.map(\.value))
        x.ticks = Set(points.map(\.value)).sorted().map { ($0, NumberText.short($0)) }
        var plot = PlotFrame(
            x: x,
            y: .fitting(
                "ms", points.flatMap { [$0.milliseconds, $0.limitMilliseconds, $0.spread?.high ?? 0] }, from: true),
            height: min(max(page.contentWidth * 0.8, 80), 170))
        plot.draw(on: &page)
        for series in panel.series { draw(series, marks[series.name] ?? SeriesMark(index: 0), in: plot, on: &page) }
        plot.drawBaseline(on: &page)
        page.y = plot.bottom
    }

    private static func draw(_ series: Series, _ mark: SeriesMark, in plot: PlotFrame, on page: inout Page) {
        let limits = series.points.map { plot.point($0.value, $0.limitMilliseconds) }
        let times = series.points.map { plot.point($0.value, $0.milliseconds) }
        if times.count > 1 {
            page.add(.path(FigurePath(limits, stroke: limitLine(mark.color))))
            page.add(.path(FigurePath(times, stroke: Stroke(mark.color, width: 1.2))))
        }
        for point in series.points {
            guard let spread = point.spread else { continue }
            let ends = [spread.low, spread.high].map { plot.point(point.value, $0) }
            ErrorBar.vertical((ends[0].y, ends[1].y), x: ends[0].x, cap: 1.5, Stroke(mark.color, width: 0.5), on: &page)
        }
        for point in times { mark.draw(at: point, radius: 1.3, on: &page) }
    }

    /// The power of the axis that the latency follows best, and the one that the multiply-adds follow.
    private static func exponent(_ series: Series) -> String? {
        guard series.points.count >= 3 else { return nil }
        func slope(_ value: (Point) -> Double) -> Double {
            let pairs = series.points.map { (log($0.value), log(value($0))) }
            let count = Double(pairs.count)
            let (x, y) = (pairs.reduce(0) { $0 + $1.0 } / count, pairs.reduce(0) { $0 + $1.1 } / count)
            let spread = pairs.reduce(0) { $0 + ($1.0 - x) * ($1.0 - x) }
            return spread > 0 ? pairs.reduce(0) { $0 + ($1.0 - x) * ($1.1 - y) } / spread : 0
        }
        let (time, macs) = (slope(\.milliseconds), slope(\.limitMilliseconds))
        return "x^\(NumberText.fixed(time, decimals: 2)) (MACs \(NumberText.fixed(macs, decimals: 2)))"
    }
}
