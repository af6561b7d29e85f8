import Diagnostics
import Numerics

/// What a network keeps as more and more of it is saved, beside a control that saves as much at random.
public enum SavingCurveFigure {
    /// One degree of saving.
    public struct Point: Sendable, Equatable {
        /// The share of the multiply-accumulates that is saved.
        public let macs: Double
        /// The share of the stored numbers that is saved.
        public let numbers: Double
        /// The share of the answers that stay.
        public let kept: ShareInterval
        /// The same of the control's draws; nil where nothing was replaced.
        public let random: DrawnShare?

        /// Joins what is saved with what stays.
        public init(macs: Double, numbers: Double, kept: ShareInterval, random: DrawnShare?) {
            self.macs = macs
            self.numbers = numbers
            self.kept = kept
            self.random = random
        }
    }

    private static let colors = (kept: CurvesFigure.colors[0], random: CurvesFigure.colors[1])

    /// Lays the picture out: answers that stay by what is saved, multiply-accumulates beside numbers.
    ///
    /// - Parameters:
    ///   - points: from the least to the most saved.
    ///   - control: What the control is, in a few words.
    ///   - network: The title.
    ///   - facts: What the numbers rest on, a few words each.
    ///   - widthMillimetres: The page's width.
    ///
    /// Throws `figures.noPoints` without points, or `figures.badWidth`.
    public static func figure(
        of points: [Point], control: String, network: String, facts: [String] = [], widthMillimetres: Double = 170
    ) throws -> Figure {
        try Figure.check(widthMillimetres: widthMillimetres)
        guard !points.isEmpty else {
            throw KernelVizError(
                code: "figures.noPoints", subject: network, found: "no measurements", expected: "at least one")
        }
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(network, "answers that stay by what is saved")
        if !facts.isEmpty { page.facts(facts) }
        page.flow([
            Legend.line(Stroke(colors.kept, width: 1.2), "by label"),
            Legend.line(Stroke(colors.random, width: 1.2, dash: [3, 2]), control),
        ])
        page.y += 5
        let axes: [(title: String, value: (Point) -> Double)] = [
            ("multiply-accumulates saved (%)", { $0.macs * 100 }), ("stored numbers saved (%)", { $0.numbers * 100 }),
        ]
        let columns = page.contentWidth > 330 ? 2 : 1
        page.columns(columns, gap: 16, blocks: axes.count) { page, index in
            draw(points, axes[index].title, axes[index].value, on: &page)
        }
        page.y += 2
        page.caption(
            "Bars: by label 95 % intervals over the pictures (Wilson); at random from the worst draw to the best.")
        return page.finished(title: "\(network): what slimming saves and costs")
    }

    private static func draw(
        _ points: [Point], _ title: String, _ saved: (Point) -> Double, on page: inout Page
    ) {
        let lowest = points.flatMap { [$0.kept.low, $0.random?.least ?? 1] }.min() ?? 0
        var plot = PlotFrame(
            x: .fitting(title, points.map(saved), from: true),
            y: PlotAxis(title: "same first class (%)", range: min(95, (lowest * 10).rounded(.down) * 10)...100),
            height: min(max(page.contentWidth * 0.7, 80), 190))
        plot.draw(on: &page)
        let random = points.compactMap { point in
            point.random.map { Level(x: saved(point), share: $0.mean, low: $0.least, high: $0.most) }
        }
        let kept = points.map { Level(x: saved($0), share: $0.kept.share, low: $0.kept.low, high: $0.kept.high) }
        // Bars of both lie side by side.
        draw(random, Stroke(colors.random, width: 1.2, dash: [3, 2]), barsAt: 1.4, in: plot, on: &page)
        draw(kept, Stroke(colors.kept, width: 1.2), barsAt: -1.4, in: plot, on: &page)
        plot.drawBaseline(on: &page)
        page.y = plot.bottom
    }

    /// A share with the ends of its bar.
    private struct Level {
        let x: Double
        let share: Double
        let low: Double
        let high: Double
    }

    private static func draw(
        _ marks: [Level], _ stroke: Stroke, barsAt offset: Double, in plot: PlotFrame, on page: inout Page
    ) {
        let places = marks.map { plot.point($0.x, $0.share * 100) }
        if places.count > 1 { page.add(.path(FigurePath(places, stroke: stroke))) }
        for (mark, place) in zip(marks, places) {
            let ends = (plot.yPlace(mark.low * 100), plot.yPlace(mark.high * 100))
            ErrorBar.vertical(ends, x: place.x + offset, cap: 1.5, Stroke(stroke.color, width: 0.6), on: &page)
            let dot = FigureRect(x: place.x, y: place.y, width: 0, height: 0).expanded(1.4)
            page.add(.rectangle(dot, fill: stroke.color))
        }
    }
}
