import Diagnostics
import Numerics

/// The errors of many designs as an empirical distribution function, with one design set against them (RegNet, Radosavovic
/// et al. 2020, Fig. 5).
public enum DistributionFigure {
    /// A design that is set against the others.
    public struct Marked: Sendable, Equatable {
        /// The design's name.
        public let name: String
        /// Its error, 0…1.
        public let error: Double

        /// Names a design.
        public init(name: String, error: Double) { (self.name, self.error) = (name, error) }
    }

    /// Lays the picture out.
    ///
    /// - Parameters:
    ///   - widthMillimetres: The width of the page, 80…400.
    ///   - title: The line above the picture; nil for none.
    ///   - errors: One error a design, 0…1, at least two.
    ///   - marked: The design set against them; nil for none.
    ///   - name: What the designs are ("random designs").
    /// Throws `figures.noPoints` or `figures.badWidth`.
    public static func figure(
        of errors: [Double], against marked: Marked?, name: String, title: String, widthMillimetres: Double = 170
    ) throws -> Figure {
        try Figure.check(widthMillimetres: widthMillimetres)
        let sorted = errors.filter(\.isFinite).sorted().map { $0 * 100 }
        guard sorted.count > 1 else {
            throw KernelVizError(
                code: "figures.noPoints", subject: title, found: "\(sorted.count) designs with an error",
                expected: "at least two")
        }
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(title, "")
        let median = OrderStatistics.median(ofSorted: sorted)
        let (line, accent) = (Stroke(CurvesFigure.colors[0], width: 1.2), Stroke(CurvesFigure.colors[1], width: 1.2))
        var facts = [Legend.line(line, "\(sorted.count) \(name), median \(NumberText.fixed(median, decimals: 2)) %")]
        if let marked {
            let better = sorted.count { $0 <= marked.error * 100 }
            let number = ": \(NumberText.fixed(marked.error * 100, decimals: 2)) %"
            let size = Page.FontSize.fact
            let room = page.contentWidth - 24 - TextMetrics.width(number, size: size)
            facts += [
                Legend.line(accent, TextFitting.shortenedMiddle(marked.name, to: room, size: size) + number),
                Legend.words("\(better) of \(sorted.count) are as good or better"),
            ]
        }
        page.flow(facts)
        page.y += 6
        let shown = sorted + (marked.map { [$0.error * 100] } ?? [])
        var plot = PlotFrame(
            x: .fitting("top-1 error (%)", shown),
            y: PlotAxis(title: "share of designs", range: 0...1),
            height: min(max(page.contentWidth * 0.5, 90), 200))
        plot.draw(on: &page)
        if let marked {
            let place = plot.xPlace(marked.error * 100)
            page.line(from: FigurePoint(place, plot.area.bottom), to: FigurePoint(place, plot.area.y), accent)
        }
        var points = [plot.point(plot.x.range.lowerBound, 0)]
        for (index, error) in sorted.enumerated() {
            points.append(plot.point(error, Double(index) / Double(sorted.count)))
            points.append(plot.point(error, Double(index + 1) / Double(sorted.count)))
        }
        points.append(plot.point(plot.x.range.upperBound, 1))
        page.add(.path(FigurePath(points, stroke: line)))
        plot.drawBaseline(on: &page)
        page.y = plot.bottom
        return page.finished(title: title)
    }
}
