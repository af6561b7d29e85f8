import Diagnostics

/// Where the time of a network goes: its steps as a flame graph over the whole run, then one bar each beside the time that
/// its multiply-adds alone would take.
public enum StepTimesFigure {
    /// One step, in the order in which they run.
    public struct Step: Sendable, Equatable {
        /// The step's name; what stands before the first dot names its part of the network.
        public let name: String
        /// Its time.
        public let microseconds: Double
        /// What its multiply-adds take at the machine's limit; 0 for a step without any.
        public let limitMicroseconds: Double

        /// Names a step; see the properties.
        public init(name: String, microseconds: Double, limitMicroseconds: Double) {
            self.name = name
            self.microseconds = microseconds
            self.limitMicroseconds = limitMicroseconds
        }

        /// Which part of its time the multiply-adds alone would take, 0…1.
        var limitShare: Double { microseconds > 0 ? min(1, limitMicroseconds / microseconds) : 0 }
    }

    /// Steps beside each other in one part of the network.
    private struct Part {
        var name: String
        var steps: Range<Int>
    }

    private static let limitColor = FigureColor(0x00, 0x72, 0xB2)
    private static let restColor = FigureColor(0xE6, 0x9F, 0x00)
    private static let map = ColorMap.cividis
    private static let rowHeight = 10.0

    /// Lays the picture out.
    ///
    /// - Parameter network: The network's name.
    /// - Parameter steps: Its steps with their times.
    /// - Parameter widthMillimetres: The width of the page, 80…400.
    /// - Parameter subject: What was run ("224×224, one image, one thread").
    /// Throws `figures.noSteps` where no step took time, or `figures.badWidth`.
    public static func figure(
        of steps: [Step], network: String, subject: String, widthMillimetres: Double = 170
    ) throws -> Figure {
        try figure(of: steps, bars: nil, network: network, subject: subject, widthMillimetres: widthMillimetres)
    }

    /// The same on pages of a greatest height, the flame graph of all steps on each.
    ///
    /// Throws `figures.tooLow` where not even one bar fits, too.
    public static func pages(
        of steps: [Step], network: String, subject: String, widthMillimetres: Double = 170,
        maximumHeightMillimetres: Double?
    ) throws -> [Figure] {
        try FigurePages.pages(
            Array(0..<max(1, usable(steps).count)), name: network, maximumHeightMillimetres: maximumHeightMillimetres
        ) { bars, name in
            try figure(of: steps, bars: bars, network: name, subject: subject, widthMillimetres: widthMillimetres)
        }
    }

    private static func usable(_ steps: [Step]) -> [Step] {
        steps.filter { $0.microseconds.isFinite && $0.microseconds > 0 && $0.limitMicroseconds.isFinite }
    }

    /// The page with the bars of some usable steps, all without.
    private static func figure(
        of steps: [Step], bars: [Int]?, network: String, subject: String, widthMillimetres: Double
    ) throws -> Figure {
        try Figure.check(widthMillimetres: widthMillimetres)
        let usable = usable(steps)
        let total = usable.reduce(0) { $0 + $1.microseconds }
        guard total > 0, total.isFinite else {
            throw KernelVizError(
                code: "figures.noSteps", subject: network, found: "no step with a time", expected: "at least one",
                advice: "Run 'kernelviz bench --steps --format json'")
        }
        let limit = usable.reduce(0) { $0 + min($1.limitMicroseconds, $1.microseconds) }
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(network, subject)
        page.facts([
            "\(usable.count == 1 ? "1 step" : "\(usable.count) steps")", "\(time(total)) in all",
            "multiply-adds alone at the machine's limit \(time(limit)) (\(NumberFormat.share(limit / total)))",
        ])
        page.y += 4
        page.flow([
            Legend.ramp(map, low: "share of the limit: 0", high: "1"),
            Legend.swatch(limitColor, "multiply-adds at the limit"), Legend.swatch(restColor, "all else"),
        ])
        page.y += 6
        drawFlame(usable, total: total, on: &page)
        page.y += 12
        drawBars(bars.map { $0.map { usable[$0] } } ?? usable, of: usable, on: &page)
        return page.finished(title: "\(network): time by step")
    }

    private static func time(_ microseconds: Double) -> String {
        microseconds >= 1000
            ? NumberText.fixed(microseconds / 1000, decimals: 2) + " ms"
            : NumberText.fixed(microseconds, decimals: microseconds < 10 ? 1 : 0) + " µs"
    }

    /// The parts of the network: what names share up to the first dot, or the second where the first tells little.
    private static func parts(_ steps: [Step]) -> [Part] {
        func parts(depth: Int) -> [Part] {
            var parts: [Part] = []
            for (index, step) in steps.enumerated() {
                let name = step.name.split(separator: ".").prefix(depth).joined(separator: ".")
                if parts.last?.name == name {
                    parts[parts.count - 1].steps = parts[parts.count - 1].steps.lowerBound..<index + 1
                } else {
                    parts.append(Part(name: name, steps: index..<index + 1))
                }
            }
            return parts
        }
        let whole = steps.reduce(0) { $0 + $1.microseconds }
        func largest(_ parts: [Part]) -> Double {
            parts.map { steps[$0.steps].reduce(0) { $0 + $1.microseconds } }.max() ?? 0
        }
        let first = parts(depth: 1)
        return largest(first) > 0.85 * whole ? parts(depth: 2) : first
    }

    /// Two rows as wide as the page: parts of the network, and their steps below.
    private static func drawFlame(_ steps: [Step], total: Double, on page: inout Page) {
        let size = Page.FontSize.tick
        let (partHeight, stepHeight) = (14.0, 20.0)
        let scale = page.contentWidth / total
        var starts: [Double] = []
        var x = page.left
        for step in steps {
            starts.append(x)
            x += step.microseconds * scale
        }
        func width(_ range: Range<Int>) -> Double { steps[range].reduce(0) { $0 + $1.microseconds } * scale }
        for (index, part) in parts(steps).enumerated() {
            let frame = FigureRect(
                x: starts[part.steps.lowerBound], y: page.y, width: width(part.steps), height: partHeight)
            page.add(.rectangle(frame, fill: FigureColor(grey: index % 2 == 0 ? 0xDD : 0xEE)))
            let share = NumberFormat.share(steps[part.steps].reduce(0) { $0 + $1.microseconds } / total)
            for text in ["\(part.name) \(share)", part.name]
            where TextMetrics.width(text, size: size) + 4 <= frame.width {
                page.text(
                    text, at: FigurePoint(frame.x + frame.width / 2, frame.y + partHeight / 2 + size * 0.36),
                    size: size,
                    anchor: .middle, color: .ink)
                break
            }
        }
        for (index, step) in steps.enumerated() {
            let frame = FigureRect(
                x: starts[index], y: page.y + partHeight, width: step.microseconds * scale, height: stepHeight)
            let color = map.color(step.limitShare * 2 - 1)
            page.add(.rectangle(frame, fill: color))
            let text = NumberFormat.share(step.limitShare)
            if step.limitMicroseconds > 0, TextMetrics.width(text, size: size) + 4 <= frame.width {
                page.text(
                    text, at: FigurePoint(frame.x + frame.width / 2, frame.y + stepHeight / 2 + size * 0.36),
                    size: size,
                    anchor: .middle, color: color.contrasting)
            }
            if index > 0 {
                page.line(
                    from: FigurePoint(frame.x, frame.y), to: FigurePoint(frame.x, frame.bottom),
                    Stroke(.white, width: 0.5))
            }
        }
        page.y += partHeight + stepHeight
    }

    /// One bar a step: what its multiply-adds need, then the rest of its time; on the scale of `all` of them.
    private static func drawBars(_ steps: [Step], of all: [Step], on page: inout Page) {
        let size = Page.FontSize.tick
        let total = all.reduce(0) { $0 + $1.microseconds }
        let columns = [
            ("time", steps.map { time($0.microseconds) }),
            ("share", steps.map { NumberFormat.share($0.microseconds / total) }),
            ("of the limit", steps.map { $0.limitMicroseconds > 0 ? NumberFormat.share($0.limitShare) : "" }),
        ]
        let widths = columns.map { column in
            ([column.0] + column.1).map { TextMetrics.width($0, size: size) }.max() ?? 0
        }
        let room = widths.reduce(0) { $0 + $1 + 8 }
        let longest = steps.map { TextMetrics.width($0.name, size: size) }.max() ?? 0
        let names = min(longest, page.contentWidth * 0.34)
        let most = all.map(\.microseconds).max() ?? 1
        let axis = PlotAxis(title: "", range: 0...most)
        let bars = FigureRect(
            x: page.left + names + 6, y: page.y + size + 5, width: page.contentWidth - names - room - 10,
            height: Double(steps.count) * rowHeight)
        for (value, label) in axis.ticks(limit: max(2, Int(bars.width / 45))) {
            let x = bars.x + bars.width * axis.place(value)
            page.line(from: FigurePoint(x, bars.y - 2), to: FigurePoint(x, bars.bottom), Stroke(.faint, width: 0.5))
            page.text(
                value == 0 ? "0 µs" : label, at: FigurePoint(x, page.y + size * TextMetrics.ascent), size: size,
                anchor: value == 0 ? .start : .middle, color: .quietInk)
        }
        var right = page.right
        for (index, column) in columns.enumerated().reversed() {
            page.text(
                column.0, at: FigurePoint(right, page.y + size * TextMetrics.ascent), size: size, anchor: .end,
                color: .quietInk)
            for (row, text) in column.1.enumerated() {
                page.text(
                    text, at: FigurePoint(right, bars.y + Double(row) * rowHeight + 7), size: size, anchor: .end,
                    color: .quietInk)
            }
            right -= widths[index] + 8
        }
        for (row, step) in steps.enumerated() {
            let top = bars.y + Double(row) * rowHeight
            page.text(
                TextFitting.shortenedMiddle(step.name, to: names, size: size), at: FigurePoint(page.left, top + 7),
                size: size, color: .ink)
            let width = bars.width * step.microseconds / most
            let frame = FigureRect(x: bars.x, y: top + 1, width: width, height: rowHeight - 2)
            page.add(.rectangle(frame, fill: restColor))
            let limit = FigureRect(x: bars.x, y: frame.y, width: width * step.limitShare, height: frame.height)
            page.add(.rectangle(limit, fill: limitColor))
        }
        page.y = bars.bottom
    }
}
