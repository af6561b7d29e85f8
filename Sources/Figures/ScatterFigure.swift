import Diagnostics
import Glibc

/// Evaluated networks as points in a plane, as Table 3 of the paper would look.
public enum ScatterFigure {
    /// One network.
    public struct Entry: Sendable, Equatable {
        /// The network's name, printed beside its point.
        public let name: String
        /// Its place along the horizontal axis.
        public let x: Double
        /// Its place along the vertical axis.
        public let y: Double
        /// Whether the point is emphasised (one of ours among others).
        public let isEmphasised: Bool

        /// Places a network.
        public init(name: String, x: Double, y: Double, isEmphasised: Bool = false) {
            self.name = name
            self.x = x
            self.y = y
            self.isEmphasised = isEmphasised
        }
    }

    /// What an axis shows.
    public struct Axis: Sendable, Equatable {
        /// The quantity with its unit ("latency (ms)").
        public let title: String
        /// Whether equal factors are equally far apart.
        public let isLogarithmic: Bool
        /// Whether more is better, for the line of the best.
        public let isMoreBetter: Bool

        /// Describes an axis; see the properties.
        public init(title: String, isLogarithmic: Bool, isMoreBetter: Bool) {
            self.title = title
            self.isLogarithmic = isLogarithmic
            self.isMoreBetter = isMoreBetter
        }
    }

    /// Lays the picture out; the networks that no other one beats on both axes are joined by a line.
    ///
    /// Throws `figures.noPoints` where no entry has two usable numbers, or `figures.badWidth`.
    public static func figure(
        of entries: [Entry], x: Axis, y: Axis, title: String, widthMillimetres: Double = 170
    ) throws -> Figure {
        try Figure.check(widthMillimetres: widthMillimetres)
        func isUsable(_ value: Double, _ axis: Axis) -> Bool { value.isFinite && (!axis.isLogarithmic || value > 0) }
        let usable = entries.filter { isUsable($0.x, x) && isUsable($0.y, y) }
        guard !usable.isEmpty else {
            throw KernelVizError(
                code: "figures.noPoints", subject: title, found: "no network with both \(x.title) and \(y.title)",
                expected: "at least one", advice: "Evaluate the networks again, or choose other axes")
        }
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(title, "")
        page.facts(
            [
                usable.count == 1 ? "1 network" : "\(usable.count) networks"
            ] + (usable.count < entries.count ? ["\(entries.count - usable.count) left out: a number is missing"] : []))
        page.y += 4
        var plot = PlotFrame(
            x: .fitting(x.title, usable.map(\.x), isLogarithmic: x.isLogarithmic),
            y: .fitting(y.title, usable.map(\.y), isLogarithmic: y.isLogarithmic),
            height: min(max(page.contentWidth * 0.6, 110), 420))
        plot.draw(on: &page)
        plot.drawBaseline(on: &page)
        let isJoined = drawFront(usable, x, y, in: plot, on: &page)
        drawPoints(usable, in: plot, on: &page)
        page.y = plot.bottom
        if isJoined { page.caption("Line: networks that no other one beats on both axes.") }
        return page.finished(title: title)
    }

    /// The entries that no other one beats on both axes, from left to right.
    static func front(_ entries: [Entry], x: Axis, y: Axis) -> [Entry] {
        func beats(_ a: Entry, _ b: Entry) -> Bool {
            let (ax, bx) = x.isMoreBetter ? (a.x, b.x) : (b.x, a.x)
            let (ay, by) = y.isMoreBetter ? (a.y, b.y) : (b.y, a.y)
            return ax >= bx && ay >= by && (ax > bx || ay > by)
        }
        return entries.filter { entry in !entries.contains { beats($0, entry) } }.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
    }

    /// Draws the line of the best; false where there is only one.
    private static func drawFront(_ entries: [Entry], _ x: Axis, _ y: Axis, in plot: PlotFrame, on page: inout Page)
        -> Bool
    {
        let points = front(entries, x: x, y: y).map { plot.point($0.x, $0.y) }
        guard points.count > 1 else { return false }
        page.add(.path(Path(points, stroke: Stroke(Color(grey: 0xB0), width: 0.8, dash: [3, 2]))))
        return true
    }

    private static func drawPoints(_ entries: [Entry], in plot: PlotFrame, on page: inout Page) {
        let radius = 2.4
        let size = Page.FontSize.tick
        let boxes = entries.map { entry -> Rect in
            let point = plot.point(entry.x, entry.y)
            return Rect(x: point.x, y: point.y, width: 0, height: 0).expanded(radius)
        }
        for (entry, box) in zip(entries, boxes) {
            let centre = Point(box.x + radius, box.y + radius)
            let circle = (0..<24).map { step -> Point in
                let angle = Double(step) / 12 * Double.pi
                return Point(centre.x + radius * cos(angle), centre.y + radius * sin(angle))
            }
            page.add(
                .path(
                    Path(
                        circle, isClosed: true,
                        fill: entry.isEmphasised ? Color(0xD5, 0x5E, 0x00) : Color(0x00, 0x72, 0xB2))))
        }
        var taken = boxes
        for (entry, box) in zip(entries, boxes) {
            let name = TextFitting.shortenedMiddle(entry.name, to: page.contentWidth * 0.4, size: size)
            let spots = Self.spots(name, around: box, size: size)
            let free = spots.first { spot in
                let bounds = spot.bounds
                return plot.area.contains(bounds, slack: 0.5) && !taken.contains { $0 != box && $0.overlaps(bounds) }
                    && !bounds.overlaps(box)
            }
            guard let spot = free else { continue }
            taken.append(spot.bounds)
            // A label further off is tied to its point.
            if spot.position.y < box.y - 14 || spot.position.y > box.bottom + 16 {
                let end = spot.bounds.y > box.bottom ? spot.bounds.y : spot.bounds.bottom
                page.line(
                    from: Point(box.x + radius, box.y + radius), to: Point(spot.position.x, end),
                    Stroke(.axis, width: 0.3))
            }
            page.add(.text(spot))
        }
    }

    /// Where a name may stand: right, left, above, below, then further off.
    private static func spots(_ name: String, around box: Rect, size: Double) -> [TextMark] {
        let (x, y) = (box.x + box.width / 2, box.y + box.height / 2)
        func mark(_ at: Point, _ anchor: TextMark.Anchor) -> TextMark {
            TextMark(name, at: at, size: size, anchor: anchor, color: .ink)
        }
        var spots: [TextMark] = []
        for distance in [0.0, 8, 16, 24, 32, 44, 56] {
            let (below, above) = (box.bottom + 1 + size * TextMetrics.ascent + distance, box.y - 2 - distance)
            if distance == 0 {
                spots += [
                    mark(Point(box.right + 2, y + size * 0.36), .start), mark(Point(box.x - 2, y + size * 0.36), .end),
                ]
            }
            for anchor in [TextMark.Anchor.middle, .start, .end] {
                spots += [mark(Point(x, above), anchor), mark(Point(x, below), anchor)]
            }
        }
        return spots
    }
}
