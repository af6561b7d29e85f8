import Diagnostics

/// Numbers that were measured again and again while a network was trained.
public enum CurvesFigure {
    /// Quantities that share an axis; steps in order, values that are not finite leave a gap.
    public typealias Panel = PlotPanel<Point>
    /// One measured quantity.
    public typealias Series = Panel.Series

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

    /// Okabe and Ito's colours, then greys.
    static let colors = [
        FigureColor(0x00, 0x72, 0xB2), FigureColor(0xD5, 0x5E, 0x00), FigureColor(0x00, 0x9E, 0x73),
        FigureColor(0xCC, 0x79, 0xA7),
        FigureColor(0xE6, 0x9F, 0x00), FigureColor(0x56, 0xB4, 0xE9), FigureColor(grey: 0x33), FigureColor(grey: 0x99),
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
        let ticks = AxisTicks(in: range, limit: max(3, Int(widthMillimetres / 20))).values
            .filter { !isCounted || $0 == $0.rounded() }
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(title, "")
        let constant = usable.filter(\.isConstant)
        // A plot of a level line would say less than the number.
        let plotted = constant.count < usable.count ? usable.filter { !$0.isConstant } : usable
        if plotted.count < usable.count {
            page.facts(
                constant.map { panel in
                    let value = panel.series[0].points.lazy.map(\.value).first(where: \.isFinite) ?? 0
                    return "\(panel.title) \(NumberText.short(value)) throughout"
                })
        }
        page.y += 4
        let columns = page.contentWidth > 330 && plotted.count > 1 ? 2 : 1
        page.columns(columns, gap: 16, blocks: plotted.count, spansLast: true) { page, index in
            let panel = plotted[index]
            page.flow(
                panel.series.enumerated().map { number, series in
                    SeriesMark(index: number).legend(series.name + panel.summary(of: series), width: 1.2, radius: 1)
                })
            page.y += 4
            var plot = PlotFrame(
                x: PlotAxis(
                    title: stepTitle, range: range,
                    ticks: isCounted ? ticks.map { ($0, NumberText.grouped(Int($0))) } : nil),
                y: .fitting(panel.title, panel.series.flatMap(\.points).map(\.value)),
                height: min(max(page.contentWidth * 0.5, 80), 220))
            plot.draw(on: &page)
            plot.drawBaseline(on: &page)
            for (number, series) in panel.series.enumerated() {
                draw(series, SeriesMark(index: number), in: plot, on: &page)
            }
            page.y = plot.bottom
        }
        return page.finished(title: title)
    }

    private static func draw(_ series: Series, _ mark: SeriesMark, in plot: PlotFrame, on page: inout Page) {
        for run in series.points.split(whereSeparator: { !$0.value.isFinite || !$0.step.isFinite }) {
            let points = run.map { plot.point($0.step, $0.value) }
            if points.count > 1 { page.add(.path(FigurePath(points, stroke: Stroke(mark.color, width: 1.1)))) }
            mark.draw(along: points, radius: 1, on: &page)
        }
    }
}

extension CurvesFigure.Panel {
    /// Whether every finite value is the same.
    fileprivate var isConstant: Bool {
        Set(series.flatMap(\.points).map(\.value).filter(\.isFinite)).count == 1
            && series.contains { $0.points.count > 1 }
    }

    /// The last value, and the best one where it is known whether more or less is better.
    fileprivate func summary(of series: CurvesFigure.Series) -> String {
        let values = series.points.map(\.value).filter(\.isFinite)
        guard let last = values.last else { return "" }
        let lower = title.lowercased()
        let best =
            ["loss", "error"].contains(where: lower.contains)
            ? values.min() : ["accuracy", "top"].contains(where: lower.contains) ? values.max() : nil
        return ": last \(NumberText.short(last))" + (best.map { ", best \(NumberText.short($0))" } ?? "")
    }
}
