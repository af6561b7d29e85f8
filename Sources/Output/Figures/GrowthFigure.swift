import Diagnostics
import Glibc

/// How the latency of networks grows with their input, width and depth, beside what their multiply-adds alone would take.
public enum GrowthFigure {
    /// One network's measurements along one axis.
    public struct Series: Sendable, Equatable {
        /// The network's name.
        public let name: String
        /// Its measurements, rising along the axis.
        public let points: [Point]

        /// One measurement.
        public struct Point: Sendable, Equatable {
            /// The place on the axis: rows and columns of the input, or a factor.
            public let value: Double
            /// The latency.
            public let milliseconds: Double
            /// What the multiply-adds take at the machine's limit.
            public let limitMilliseconds: Double

            /// Joins the numbers of a measurement.
            public init(value: Double, milliseconds: Double, limitMilliseconds: Double) {
                self.value = value
                self.milliseconds = milliseconds
                self.limitMilliseconds = limitMilliseconds
            }
        }

        /// Names a network's measurements.
        public init(name: String, points: [Point]) {
            self.name = name
            self.points = points.filter { $0.value > 0 && $0.milliseconds > 0 && $0.limitMilliseconds > 0 }
                .sorted { $0.value < $1.value }
        }
    }

    /// What grows in one panel.
    public struct Panel: Sendable, Equatable {
        /// The axis ("input size (pixels)").
        public let title: String
        /// The networks.
        public let series: [Series]

        /// Joins series along an axis.
        public init(title: String, series: [Series]) {
            self.title = title
            self.series = series
        }
    }

    /// Lays the picture out, the panels side by side where there is room.
    ///
    /// Throws `figures.noPoints` where no panel has a measurement, or `figures.badWidth`.
    public static func figure(of panels: [Panel], subject: String, widthMillimetres: Double = 170) throws -> Figure {
        try Figure.check(widthMillimetres: widthMillimetres)
        let panels = panels.filter { $0.series.contains { !$0.points.isEmpty } }
        guard !panels.isEmpty else {
            throw KernelVizError(
                code: "figures.noPoints", subject: "growth", found: "no measurements", expected: "at least one",
                advice: "Run 'kernelviz bench --growth --format json'")
        }
        var names: [String] = []
        for name in panels.flatMap(\.series).map(\.name) where !names.contains(name) { names.append(name) }
        func color(_ name: String) -> FigureColor {
            CurvesFigure.colors[(names.firstIndex(of: name) ?? 0) % CurvesFigure.colors.count]
        }
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading("Latency", subject)
        page.flow(
            names.map { name in
                let text = TextFitting.shortenedMiddle(name, to: page.contentWidth - 20, size: Page.FontSize.fact)
                return Legend.line(Stroke(color(name), width: 1.2), text)
            } + [
                Legend.line(Stroke(.axis, width: 0.8, dash: [3, 2]), "multiply-adds alone at the machine's limit")
            ])
        page.y += 6
        let columns = page.contentWidth > 330 ? min(panels.count, 3) : 1
        page.columns(columns, gap: 14, blocks: panels.count) { page, index in
            let panel = panels[index]
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
                y: .fitting("ms", points.flatMap { [$0.milliseconds, $0.limitMilliseconds] }, from: true),
                height: min(max(page.contentWidth * 0.8, 80), 170))
            plot.draw(on: &page)
            for series in panel.series {
                let limits = series.points.map { plot.point($0.value, $0.limitMilliseconds) }
                let times = series.points.map { plot.point($0.value, $0.milliseconds) }
                if times.count > 1 {
                    page.add(.path(FigurePath(limits, stroke: Stroke(color(series.name), width: 0.8, dash: [3, 2]))))
                    page.add(.path(FigurePath(times, stroke: Stroke(color(series.name), width: 1.2))))
                }
                for point in times {
                    let dot = FigureRect(x: point.x, y: point.y, width: 0, height: 0).expanded(1.3)
                    page.add(.rectangle(dot, fill: color(series.name)))
                }
            }
            plot.drawBaseline(on: &page)
            page.y = plot.bottom
        }
        page.y += 2
        page.caption(
            "x^: the power of the axis that the latency follows best, and in brackets the one that the multiply-accumulates "
                + "follow.")
        return page.finished(title: "latency: \(subject)")
    }

    /// The power of the axis that the latency follows best, and the one that the multiply-adds follow.
    private static func exponent(_ series: Series) -> String? {
        guard series.points.count >= 3 else { return nil }
        func slope(_ value: (Series.Point) -> Double) -> Double {
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
