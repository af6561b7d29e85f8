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
        /// What the area of its disc shows; nil draws a small disc of the same size for all.
        public let area: Double?
        /// Between which ends ``x`` lies; nil where it was measured once.
        public let xSpread: Spread?
        /// Between which ends ``y`` lies; nil likewise.
        public let ySpread: Spread?

        /// Places a network.
        public init(
            name: String, x: Double, y: Double, isEmphasised: Bool = false, area: Double? = nil,
            xSpread: Spread? = nil, ySpread: Spread? = nil
        ) {
            self.name = name
            self.x = x
            self.y = y
            self.isEmphasised = isEmphasised
            self.area = area
            (self.xSpread, self.ySpread) = (xSpread, ySpread)
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

    private static let smallRadius = 2.4
    private static let largestRadius = 8.0
    static let plainColor = FigureColor(0x00, 0x72, 0xB2)
    static let emphasisColor = FigureColor(0xD5, 0x5E, 0x00)

    /// Lays the picture out; the networks that no other one beats on both axes are joined by a line. `areaTitle` says
    /// what the discs' areas show, where entries have them.
    ///
    /// Throws `figures.noPoints` where no entry has all numbers, or `figures.badWidth`.
    public static func figure(
        of entries: [Entry], x: Axis, y: Axis, areaTitle: String = "", title: String, widthMillimetres: Double = 170
    ) throws -> Figure {
        try Figure.check(widthMillimetres: widthMillimetres)
        func isUsable(_ value: Double, _ axis: Axis) -> Bool { value.isFinite && (!axis.isLogarithmic || value > 0) }
        let usable = entries.filter { entry in
            isUsable(entry.x, x) && isUsable(entry.y, y) && entry.area.map { $0.isFinite && $0 > 0 } != false
        }
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
        let largest = usable.compactMap(\.area).max()
        let legend = Self.legend(usable, areaTitle, largest)
        page.y += 2
        if !legend.isEmpty { page.flow(legend, spacing: 12) }
        page.y += 6
        var plot = PlotFrame(
            x: .fitting(x.title, usable.flatMap { Self.shown($0.x, $0.xSpread) }, isLogarithmic: x.isLogarithmic),
            y: .fitting(y.title, usable.flatMap { Self.shown($0.y, $0.ySpread) }, isLogarithmic: y.isLogarithmic),
            height: min(max(page.contentWidth * 0.6, 110), 420))
        plot.draw(on: &page)
        plot.drawBaseline(on: &page)
        drawSpreads(usable, in: plot, on: &page)
        let isJoined = drawFront(usable, x, y, in: plot, on: &page)
        let nameless = drawPoints(usable, largest, in: plot, on: &page)
        page.y = plot.bottom
        let sentences =
            [isJoined ? "Dashed: the networks that no other one beats on both axes." : ""]
            + spreadSentences(usable, x, y)
            + [nameless > 0 ? "\(nameless) of the \(usable.count) names found no room." : ""]
        let caption = sentences.filter { !$0.isEmpty }.joined(separator: " ")
        if !caption.isEmpty { page.caption(caption) }
        return page.finished(title: title)
    }

    /// What an axis must hold of a number.
    private static func shown(_ value: Double, _ spread: Spread?) -> [Double] {
        [value] + (spread.map { [$0.low, $0.high] } ?? [])
    }

    /// What the bars are, and how many networks have none.
    private static func spreadSentences(_ entries: [Entry], _ x: Axis, _ y: Axis) -> [String] {
        [(x, entries.map(\.xSpread)), (y, entries.map(\.ySpread))].map { axis, spreads in
            let found = spreads.compactMap { $0 }
            guard !found.isEmpty else { return "" }
            let rest = spreads.count - found.count
            let missing = rest == 1 ? " 1 network was measured once." : " \(rest) networks were measured once."
            return Spread.sentence(found, of: axis.title) + (rest > 0 ? missing : "")
        }
    }

    /// The bars, below the points.
    private static func drawSpreads(_ entries: [Entry], in plot: PlotFrame, on page: inout Page) {
        for entry in entries {
            let stroke = Stroke(entry.isEmphasised ? emphasisColor : plainColor, width: 0.6)
            let cap = barWidth / 2
            if let bar = acrossBar(entry, in: plot) {
                ErrorBar.horizontal((bar.x, bar.right), y: bar.y + cap, cap: cap, stroke, on: &page)
            }
            if let bar = uprightBar(entry, in: plot) {
                ErrorBar.vertical((bar.y, bar.bottom), x: bar.x + cap, cap: cap, stroke, on: &page)
            }
        }
    }

    /// The width of a bar's caps in points.
    private static let barWidth = 3.0

    /// Where the bar along the horizontal axis lies; nil without one.
    private static func acrossBar(_ entry: Entry, in plot: PlotFrame) -> FigureRect? {
        guard let spread = entry.xSpread, !plot.x.isLogarithmic || spread.low > 0 else { return nil }
        let (left, right) = (plot.xPlace(spread.low), plot.xPlace(spread.high))
        return FigureRect(x: left, y: plot.yPlace(entry.y) - barWidth / 2, width: right - left, height: barWidth)
    }

    /// Where the bar along the vertical axis lies; nil without one.
    private static func uprightBar(_ entry: Entry, in plot: PlotFrame) -> FigureRect? {
        guard let spread = entry.ySpread, !plot.y.isLogarithmic || spread.low > 0 else { return nil }
        let (top, bottom) = (plot.yPlace(spread.high), plot.yPlace(spread.low))
        return FigureRect(x: plot.xPlace(entry.x) - barWidth / 2, y: top, width: barWidth, height: bottom - top)
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
        page.add(.path(FigurePath(points, stroke: Stroke(FigureColor(grey: 0xB0), width: 0.8, dash: [3, 2]))))
        return true
    }

    /// What colours and areas mean.
    private static func legend(_ entries: [Entry], _ areaTitle: String, _ largest: Double?) -> [Page.Item] {
        var items: [Page.Item] = []
        if Set(entries.map(\.isEmphasised)).count == 2 {
            items = [Legend.swatch(emphasisColor, "VGNets"), Legend.swatch(plainColor, "others")]
        }
        guard let largest else { return items }
        let power = NumberText.tenTo(NumberText.exponent(of: largest))
        let round = [5.0, 2, 1].map { $0 * power }.first { $0 <= largest } ?? largest
        items.append(Legend.words("area: \(areaTitle)"))
        items += [round, round / 4].map { value in
            let radius = Self.radius(value, largest)
            let text = NumberText.short(value)
            return Page.Item(width: 2 * radius + 3 + TextMetrics.width(text, size: Page.FontSize.fact)) { page, at in
                page.add(.path(circle(FigurePoint(at.x + radius, at.y - 2.4), radius, FigureColor(grey: 0x99))))
                page.text(text, at: FigurePoint(at.x + 2 * radius + 3, at.y), size: Page.FontSize.fact, color: .ink)
            }
        }
        return items
    }

    private static func radius(_ area: Double?, _ largest: Double?) -> Double {
        guard let area, let largest else { return smallRadius }
        return max(1.2, largestRadius * (area / largest).squareRoot())
    }

    private static func circle(_ centre: FigurePoint, _ radius: Double, _ color: FigureColor) -> FigurePath {
        let corners = (0..<36).map { step -> FigurePoint in
            let angle = Double(step) / 18 * Double.pi
            return FigurePoint(centre.x + radius * cos(angle), centre.y + radius * sin(angle))
        }
        return FigurePath(corners, isClosed: true, fill: color, stroke: Stroke(.white, width: 0.5))
    }

    /// Draws the points with their names; how many names found no room.
    private static func drawPoints(
        _ entries: [Entry], _ largest: Double?, in plot: PlotFrame, on page: inout Page
    ) -> Int {
        let size = Page.FontSize.tick
        // The largest first, so that no disc hides another.
        let entries = entries.sorted { ($0.area ?? 0) > ($1.area ?? 0) }
        let boxes = entries.map { entry -> FigureRect in
            let point = plot.point(entry.x, entry.y)
            return FigureRect(x: point.x, y: point.y, width: 0, height: 0).expanded(radius(entry.area, largest))
        }
        for (entry, box) in zip(entries, boxes) {
            let centre = FigurePoint(box.x + box.width / 2, box.y + box.height / 2)
            page.add(.path(circle(centre, box.width / 2, entry.isEmphasised ? emphasisColor : plainColor)))
        }
        var taken = boxes + entries.flatMap { [acrossBar($0, in: plot), uprightBar($0, in: plot)].compactMap { $0 } }
        var nameless = 0
        for (entry, box) in zip(entries, boxes) {
            let name = TextFitting.shortenedMiddle(entry.name, to: page.contentWidth * 0.4, size: size)
            let spots = Self.spots(name, around: box, size: size)
            let free = spots.first { spot in
                let bounds = spot.bounds
                return plot.area.contains(bounds, slack: 0.5) && !taken.contains { $0 != box && $0.overlaps(bounds) }
                    && !bounds.overlaps(box)
            }
            guard let spot = free else {
                nameless += 1
                continue
            }
            taken.append(spot.bounds)
            // A label further off is tied to its point.
            if spot.position.y < box.y - 14 || spot.position.y > box.bottom + 16 {
                let end = spot.bounds.y > box.bottom ? spot.bounds.y : spot.bounds.bottom
                page.line(
                    from: FigurePoint(box.x + box.width / 2, box.y + box.height / 2),
                    to: FigurePoint(spot.position.x, end),
                    Stroke(.axis, width: 0.3))
            }
            // Level lines do not cross the name.
            page.add(.rectangle(spot.bounds.expanded(-0.5), fill: .white))
            page.add(.text(spot))
        }
        return nameless
    }

    /// Where a name may stand: right, left, above, below, then further off.
    private static func spots(_ name: String, around box: FigureRect, size: Double) -> [TextMark] {
        let (x, y) = (box.x + box.width / 2, box.y + box.height / 2)
        func mark(_ at: FigurePoint, _ anchor: TextMark.Anchor) -> TextMark {
            TextMark(name, at: at, size: size, anchor: anchor, color: .ink)
        }
        var spots: [TextMark] = []
        for distance in [0.0, 8, 16, 24, 32, 44, 56] {
            let (below, above) = (box.bottom + 1 + size * TextMetrics.ascent + distance, box.y - 2 - distance)
            if distance == 0 {
                spots += [
                    mark(FigurePoint(box.right + 2, y + size * 0.36), .start),
                    mark(FigurePoint(box.x - 2, y + size * 0.36), .end),
                ]
            }
            for anchor in [TextMark.Anchor.middle, .start, .end] {
                spots += [mark(FigurePoint(x, above), anchor), mark(FigurePoint(x, below), anchor)]
            }
        }
        return spots
    }
}
