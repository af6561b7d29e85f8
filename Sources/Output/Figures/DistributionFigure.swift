import Diagnostics
import Numerics

/// The errors of many designs as an empirical distribution function, with one design set against them (RegNet, Radosavovic
/// et al. 2020, Fig. 5).
public enum DistributionFigure {
    /// One of the designs.
    public struct Design: Sendable, Equatable {
        /// Its error, 0…1.
        public let error: Double
        /// Between which ends it lies; nil where it was trained once.
        public let spread: Spread?

        /// Describes a design; see the properties.
        public init(error: Double, spread: Spread? = nil) { (self.error, self.spread) = (error, spread) }

        /// The same in per cent.
        fileprivate var percent: Design { Design(error: error * 100, spread: spread?.scaled(by: 100)) }
    }

    /// A design that is set against the others.
    public struct Marked: Sendable, Equatable {
        /// The design's name.
        public let name: String
        /// Its error, 0…1.
        public let error: Double
        /// Between which ends it lies; nil where it was trained once.
        public let spread: Spread?

        /// Names a design.
        public init(name: String, error: Double, spread: Spread? = nil) {
            (self.name, self.error, self.spread) = (name, error, spread)
        }
    }

    /// The interval of the design set against the others: a pale tone of its line.
    private static let bandColor = FigureColor(0xFB, 0xE4, 0xD3)

    /// Lays the picture out.
    ///
    /// - Parameters:
    ///   - widthMillimetres: The width of the page, 80…400.
    ///   - title: The line above the picture; nil for none.
    ///   - designs: The designs, at least two.
    ///   - marked: The design set against them; nil for none.
    ///   - name: What the designs are ("random designs").
    /// Throws `figures.noPoints` or `figures.badWidth`.
    public static func figure(
        of designs: [Design], against marked: Marked?, name: String, title: String, widthMillimetres: Double = 170
    ) throws -> Figure {
        try Figure.check(widthMillimetres: widthMillimetres)
        let designs = designs.filter(\.error.isFinite).sorted { $0.error < $1.error }.map(\.percent)
        let sorted = designs.map(\.error)
        guard sorted.count > 1 else {
            throw KernelVizError(
                code: "figures.noPoints", subject: title, found: "\(sorted.count) designs with an error",
                expected: "at least two")
        }
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(title, "")
        page.flow(legend(sorted, against: marked, name: name, room: page.contentWidth))
        page.y += 6
        let spread = marked?.spread?.scaled(by: 100)
        let bars = designs.compactMap(\.spread)
        let shown =
            sorted + (marked.map { [$0.error * 100] } ?? [])
            + (bars + [spread].compactMap { $0 }).flatMap { [$0.low, $0.high] }
        var plot = PlotFrame(
            x: .fitting("top-1 error (%)", shown),
            y: PlotAxis(title: "share of designs", range: 0...1),
            height: min(max(page.contentWidth * 0.5, 90), 200))
        plot.draw(on: &page)
        if let spread {
            let (left, right) = (plot.xPlace(spread.low), plot.xPlace(spread.high))
            let band = FigureRect(x: left, y: plot.area.y, width: right - left, height: plot.area.height)
            page.add(.rectangle(band, fill: bandColor))
        }
        if let marked {
            let place = plot.xPlace(marked.error * 100)
            page.line(from: FigurePoint(place, plot.area.bottom), to: FigurePoint(place, plot.area.y), markedLine)
        }
        var points = [plot.point(plot.x.range.lowerBound, 0)]
        for (index, error) in sorted.enumerated() {
            points.append(plot.point(error, Double(index) / Double(sorted.count)))
            points.append(plot.point(error, Double(index + 1) / Double(sorted.count)))
        }
        points.append(plot.point(plot.x.range.upperBound, 1))
        for (index, design) in designs.enumerated() {
            guard let spread = design.spread else { continue }
            ErrorBar.horizontal(
                (plot.xPlace(spread.low), plot.xPlace(spread.high)),
                y: plot.yPlace((Double(index) + 0.5) / Double(designs.count)), cap: designs.count > 60 ? 0 : 1,
                Stroke(.axis, width: 0.4), on: &page)
        }
        page.add(.path(FigurePath(points, stroke: designLine)))
        plot.drawBaseline(on: &page)
        page.y = plot.bottom
        let caption = [
            Spread.sentence(bars, of: "the designs"),
            spread.map { "Band: \($0.meaning) (\(Spread.counted([$0.count]))) of the design set against them." } ?? "",
        ].filter { !$0.isEmpty }.joined(separator: " ")
        if !caption.isEmpty { page.caption(caption) }
        return page.finished(title: title)
    }

    private static let designLine = Stroke(CurvesFigure.colors[0], width: 1.2)
    private static let markedLine = Stroke(CurvesFigure.colors[1], width: 1.2)

    /// What the curve is, and where the design that is set against it stands.
    private static func legend(_ sorted: [Double], against marked: Marked?, name: String, room: Double) -> [Page.Item] {
        let median = OrderStatistics.median(ofSorted: sorted)
        var facts = [
            Legend.line(designLine, "\(sorted.count) \(name), median \(NumberText.fixed(median, decimals: 2)) %")
        ]
        guard let marked else { return facts }
        let better = sorted.count { $0 <= marked.error * 100 }
        let number = ": \(NumberText.fixed(marked.error * 100, decimals: 2)) %"
        let size = Page.FontSize.fact
        let left = room - 24 - TextMetrics.width(number, size: size)
        facts += [
            Legend.line(markedLine, TextFitting.shortenedMiddle(marked.name, to: left, size: size) + number),
            Legend.words("\(better) of \(sorted.count) are as good or better"),
        ]
        return facts
    }
}
