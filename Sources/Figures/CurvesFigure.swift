import Diagnostics

/// Numbers that were measured again and again while a network was trained.
public enum CurvesFigure {
    /// One measured quantity.
    public struct Series: Sendable, Equatable {
        /// The quantity's name, printed beside its line.
        public let name: String
        /// Step or epoch and value, in order; values that are not finite leave a gap.
        public let points: [Point]

        /// One measurement.
        public struct Point: Sendable, Equatable {
            /// Step or epoch.
            public let step: Double
            /// What was measured.
            public let value: Double

            /// Joins a step with its value.
            public init(step: Double, value: Double) {
                self.step = step
                self.value = value
            }
        }

        /// Names a series.
        public init(name: String, points: [Point]) {
            self.name = name
            self.points = points
        }
    }

    /// Series that share an axis.
    public struct Panel: Sendable, Equatable {
        /// What the axis shows ("loss").
        public let title: String
        /// The lines.
        public let series: [Series]

        /// Joins series under an axis.
        public init(title: String, series: [Series]) {
            self.title = title
            self.series = series
        }
    }

    /// Okabe and Ito's colours, then greys.
    static let colors = [
        Color(0x00, 0x72, 0xB2), Color(0xD5, 0x5E, 0x00), Color(0x00, 0x9E, 0x73), Color(0xCC, 0x79, 0xA7),
        Color(0xE6, 0x9F, 0x00), Color(0x56, 0xB4, 0xE9), Color(grey: 0x33), Color(grey: 0x99),
    ]

    /// Lays the picture out, one plot a panel, one below the other.
    ///
    /// Throws `figures.noPoints` where nothing is finite, or `figures.badWidth`.
    public static func figure(
        of panels: [Panel], stepTitle: String, title: String, widthMillimetres: Double = 170
    ) throws -> Figure {
        try Figure.check(widthMillimetres: widthMillimetres)
        let usable = panels.filter { $0.series.contains { $0.points.contains { $0.value.isFinite } } }
        guard !usable.isEmpty else {
            throw KernelVizError(
                code: "figures.noPoints", subject: title, found: "no finite measurements", expected: "at least one")
        }
        let steps = usable.flatMap(\.series).flatMap(\.points).map(\.step).filter(\.isFinite)
        let (first, last) = (steps.min() ?? 0, steps.max() ?? 1)
        // Steps and epochs are counted: no halves between them.
        let isCounted = steps.allSatisfy { $0 == $0.rounded() && abs($0) < 1e9 }
        let range = first...(last > first ? last : first + 1)
        let ticks = AxisTicks(in: range, limit: max(3, Int(widthMillimetres / 10))).values
            .filter { !isCounted || $0 == $0.rounded() }
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(title, "")
        for (index, panel) in usable.enumerated() {
            page.y += 2
            page.flow(
                panel.series.enumerated().map { number, series in
                    Legend.line(
                        Stroke(colors[number % colors.count], width: 1.2),
                        series.name + lastAndBest(series, isLoss: panel.isLessBetter))
                })
            page.y += 4
            let values = panel.series.flatMap(\.points).map(\.value)
            var plot = PlotFrame(
                x: PlotAxis(
                    title: index == usable.count - 1 ? stepTitle : "", range: range,
                    ticks: isCounted ? ticks.map { ($0, NumberText.grouped(Int($0))) } : nil),
                y: .fitting(panel.title, values), height: min(max(page.contentWidth * 0.3, 80), 220))
            plot.draw(on: &page)
            plot.drawBaseline(on: &page)
            for (number, series) in panel.series.enumerated() {
                draw(series, colors[number % colors.count], in: plot, on: &page)
            }
            page.y = plot.bottom + 2
        }
        return page.finished(title: title)
    }

    private static func draw(_ series: Series, _ color: Color, in plot: PlotFrame, on page: inout Page) {
        for run in series.points.split(whereSeparator: { !$0.value.isFinite || !$0.step.isFinite }) {
            let points = run.map { plot.point($0.step, $0.value) }
            if points.count > 1 { page.add(.path(Path(points, stroke: Stroke(color, width: 1.1)))) }
            if points.count <= 40 {
                for point in points {
                    let dot = Rect(x: point.x, y: point.y, width: 0, height: 0).expanded(1)
                    page.add(.rectangle(dot, fill: color))
                }
            }
        }
    }

    private static func lastAndBest(_ series: Series, isLoss: Bool) -> String {
        let values = series.points.map(\.value).filter(\.isFinite)
        guard let last = values.last, let best = isLoss ? values.min() : values.max() else { return "" }
        return ": last \(NumberText.short(last)), best \(NumberText.short(best))"
    }
}

extension CurvesFigure.Panel {
    /// Whether small numbers are good ones.
    fileprivate var isLessBetter: Bool {
        ["loss", "error", "seconds", "learning", "lr"].contains { title.lowercased().contains($0) }
    }
}
