import Glibc

/// One axis of a plot: what it shows and between which ends.
struct PlotAxis {
    /// The title beside it; empty for none.
    let title: String
    /// From the left or lower end to the right or upper one; lower < upper, above 0 where logarithmic.
    let range: ClosedRange<Double>
    /// Whether equal factors are equally far apart.
    var isLogarithmic = false
    /// Ticks with their texts; nil for round numbers.
    var ticks: [(value: Double, label: String)]?

    /// The axis that shows all of `values` with a little room at both ends; 0…1 without values.
    static func fitting(
        _ title: String, _ values: [Double], isLogarithmic: Bool = false, from zero: Bool = false
    ) -> PlotAxis {
        let usable = values.filter { $0.isFinite && (!isLogarithmic || $0 > 0) }
        guard var low = usable.min(), var high = usable.max() else {
            return PlotAxis(title: title, range: isLogarithmic ? 1...10 : 0...1, isLogarithmic: isLogarithmic)
        }
        if isLogarithmic {
            let pad = max(pow(high / low, 0.07), 1.1)
            return PlotAxis(title: title, range: low / pad...high * pad, isLogarithmic: true)
        }
        if zero { (low, high) = (min(0, low), max(0, high)) }
        let pad = high > low ? (high - low) * 0.06 : max(0.5, abs(low) * 0.1)
        // Of zeros alone the range is one above 0, never empty.
        let top = zero && high == 0 && low < 0 ? 0 : high + pad
        return PlotAxis(title: title, range: (zero && low == 0 ? 0 : low - pad)...top)
    }

    /// The title, which says so where the axis is logarithmic.
    var fullTitle: String { title + (isLogarithmic && !title.isEmpty ? ", log scale" : "") }

    /// Where `value` lies, 0 at the lower end and 1 at the upper one.
    func place(_ value: Double) -> Double {
        if isLogarithmic {
            return log(value / range.lowerBound) / log(range.upperBound / range.lowerBound)
        }
        return (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    }

    /// The given ticks, or at most `limit` round numbers.
    func ticks(limit: Int) -> [(value: Double, label: String)] {
        if let ticks { return ticks }
        // Over less than a decade round numbers serve a logarithmic axis as well.
        if isLogarithmic, range.upperBound / range.lowerBound > 9 { return logarithmicTicks(limit: limit) }
        let round = AxisTicks(in: range, limit: limit)
        return Array(zip(round.values, round.labels)).map { ($0, $1) }
    }

    /// Powers of ten, with 2 and 5 between them where there are few.
    private func logarithmicTicks(limit: Int) -> [(value: Double, label: String)] {
        let first = Int(log10(range.lowerBound).rounded(.down))
        let last = Int(log10(range.upperBound).rounded(.up))
        for factors in [[1.0, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]] {
            let values = (first...last).flatMap { exponent in factors.map { $0 * NumberText.tenTo(exponent) } }
                .filter { range.contains($0) }
            if values.count <= max(2, limit) || factors.count == 1 {
                return values.map { ($0, NumberText.short($0)) }
            }
        }
        return []
    }
}

/// The area of a plot with its two axes; values become points of the page.
struct PlotFrame {
    let x: PlotAxis
    let y: PlotAxis
    /// The height of the area in points.
    let height: Double
    /// Whether level lines are drawn behind the data.
    var hasGrid = true
    /// Room above the area for marks of the caller, in points.
    var headroom = 0.0
    /// The area inside the axes; set by ``draw(on:)``.
    private(set) var area = FigureRect(x: 0, y: 0, width: 1, height: 1)
    /// Where the next block may begin, below ticks and title.
    private(set) var bottom = 0.0

    private static let size = Page.FontSize.tick

    init(x: PlotAxis, y: PlotAxis, height: Double, hasGrid: Bool = true, headroom: Double = 0) {
        self.x = x
        self.y = y
        self.height = height
        self.hasGrid = hasGrid
        self.headroom = headroom
    }

    /// The place of a value pair.
    func point(_ x: Double, _ y: Double) -> FigurePoint { FigurePoint(xPlace(x), yPlace(y)) }
    /// The distance of a value from the page's left edge.
    func xPlace(_ value: Double) -> Double { area.x + x.place(value) * area.width }
    /// The distance of a value from the page's top edge.
    func yPlace(_ value: Double) -> Double { area.bottom - y.place(value) * area.height }

    /// Places the area at the top of what is left of the page and draws ticks, level lines and titles.
    mutating func draw(on page: inout Page) {
        let size = Self.size
        page.y += headroom
        let yTicks = y.ticks(limit: min(10, max(2, Int(height / 15))))
        let gutter = (yTicks.map { TextMetrics.width($0.label, size: size) }.max() ?? 0) + 5
        let titleRoom = y.title.isEmpty ? 0 : size + 4
        area = FigureRect(
            x: page.left + titleRoom + gutter, y: page.y, width: page.contentWidth - titleRoom - gutter, height: height)
        for (value, label) in yTicks {
            let level = yPlace(value)
            if hasGrid, level < area.bottom - 0.1 {
                page.line(
                    from: FigurePoint(area.x, level), to: FigurePoint(area.right, level), Stroke(.faint, width: 0.4))
            }
            let baseline = min(max(level + size * 0.36, area.y + size * 0.5), area.bottom + size * 0.3)
            page.text(label, at: FigurePoint(area.x - 4, baseline), size: size, anchor: .end, color: .quietInk)
        }
        if !y.title.isEmpty {
            page.text(
                TextFitting.shortenedMiddle(y.fullTitle, to: height, size: size),
                at: FigurePoint(page.left + size * 0.8, area.y + height / 2), size: size,
                anchor: .middle, color: .quietInk, isUpright: true)
        }
        drawValueAxis(on: &page)
    }

    /// The level line at the foot of the area, drawn after the data so that it stays whole.
    func drawBaseline(on page: inout Page) {
        page.line(
            from: FigurePoint(area.x, area.bottom), to: FigurePoint(area.right, area.bottom), Stroke(.axis, width: 0.6))
    }

    /// The parts of a line of value pairs that lie inside the area, ends cut at its upper and lower border.
    func clipped(_ values: [(Double, Double)]) -> [[FigurePoint]] {
        var pieces: [[FigurePoint]] = [[]]
        var last: (Double, Double)?
        func isInside(_ value: Double) -> Bool { y.range.contains(value) }
        func cut(_ a: (Double, Double), _ b: (Double, Double)) -> FigurePoint {
            let border = max(a.1, b.1) > y.range.upperBound ? y.range.upperBound : y.range.lowerBound
            let share = (border - a.1) / (b.1 - a.1)
            return point(a.0 + (b.0 - a.0) * share, border)
        }
        for value in values {
            if isInside(value.1) {
                if let last, !isInside(last.1) { pieces.append([cut(last, value)]) }
                pieces[pieces.count - 1].append(point(value.0, value.1))
            } else if let last, isInside(last.1) {
                pieces[pieces.count - 1].append(cut(last, value))
            }
            last = value
        }
        return pieces.filter { $0.count > 1 }
    }

    private mutating func drawValueAxis(on page: inout Page) {
        let size = Self.size
        drawBaseline(on: &page)
        var limit = min(14, max(3, Int(area.width / 32)))
        var ticks = x.ticks(limit: limit)
        // Wide labels (powers of ten) may need more room than the limit above gave them.
        while x.ticks == nil, let widest = ticks.map({ TextMetrics.width($0.label, size: size) }).max(),
            limit > 2, ticks.count > 2, widest + 6 > area.width / Double(ticks.count)
        {
            limit -= 1
            ticks = x.ticks(limit: limit)
        }
        // Where still too tight (logarithmic ends), the later of two labels goes.
        var end = -Double.infinity
        for (value, label) in ticks {
            let place = xPlace(value)
            page.line(
                from: FigurePoint(place, area.bottom), to: FigurePoint(place, area.bottom + 2.5),
                Stroke(.axis, width: 0.6))
            let half = TextMetrics.width(label, size: size) / 2
            let centre = min(max(place, page.left + half), page.right - half)
            guard centre - half > end + 2 else { continue }
            end = centre + half
            page.text(
                label, at: FigurePoint(centre, area.bottom + 3.5 + size * TextMetrics.ascent), size: size,
                anchor: .middle,
                color: .quietInk)
        }
        bottom = area.bottom + 3.5 + size + 3
        guard !x.title.isEmpty else { return }
        page.text(
            TextFitting.shortenedMiddle(x.fullTitle, to: area.width, size: size),
            at: FigurePoint(area.x + area.width / 2, bottom + size * TextMetrics.ascent), size: size, anchor: .middle,
            color: .quietInk)
        bottom += size * (TextMetrics.ascent + TextMetrics.descent) + 2
    }
}
