import Diagnostics
import Statistics

/// One forest plot: rows of effects with intervals and verdicts on an axis from −1 to 1, and the mean below.
struct ForestPanel {
    /// One line of it.
    struct Row {
        let name: String
        let claim: PaperClaim
    }

    /// Above it; empty for none.
    let title: String
    /// Where the statement stands, at the right of the title.
    let source: String
    /// What the axis shows; empty for none.
    let effect: String
    let rows: [Row]
    /// All rows together; nil for none.
    let pooled: PooledClaim?

    static let size = 6.0
    private static let rowHeight = 9.6
    private static let lineHeight = 7.4
    /// The mark before a name, and the space behind it.
    fileprivate static let nameInset = 15.0
    private static let supported = FigureColor(0x00, 0x53, 0x8F)
    private static let notSupported = FigureColor(0xC2, 0x4A, 0x00)

    /// Draws it at the page's left end, below what is there; rows are left out where none can be tested.
    func draw(_ columns: ForestColumns, on page: inout Page) {
        drawHead(on: &page)
        guard rows.contains(where: { $0.claim.verdict != .notTestable }) else { return drawSum(on: &page) }
        let names = rows.map {
            TextFitting.lines($0.name, limit: columns.names - Self.nameInset, size: Page.FontSize.tick)
        }
        let heights = names.map { Self.rowHeight + Double(max(0, $0.count - 1)) * Self.lineHeight }
        let axis = FigureRect(
            x: page.left + columns.names, y: page.y, width: columns.plot,
            height: heights.reduce(0, +) + (pooled?.analysis == nil ? 0 : Self.rowHeight) + 1)
        drawGrid(axis, on: &page)
        for (index, row) in rows.enumerated() {
            draw(row, names[index], columns, axis, middle: page.y + heights[index] / 2, on: &page)
            page.y += heights[index]
        }
        if let pooled, let interval = pooled.effectInterval {
            drawMean(pooled, interval, columns, axis, on: &page)
            page.y += Self.rowHeight
        }
        page.y += 1
        drawTicks(axis, on: &page)
        drawSum(on: &page)
    }

    // MARK: Parts

    private func drawHead(on page: inout Page) {
        guard !title.isEmpty else { return }
        let sourceWidth = TextMetrics.width(source, size: Self.size)
        page.text(
            source, at: FigurePoint(page.right, page.y + Page.FontSize.name * TextMetrics.ascent), size: Self.size,
            anchor: .end, color: .quietInk)
        let size = Page.FontSize.name
        page.text(
            TextFitting.shortenedMiddle(
                title, to: page.contentWidth - sourceWidth - 6, size: size, weight: .bold),
            at: FigurePoint(page.left, page.y + size * TextMetrics.ascent), size: size, weight: .bold, color: .ink)
        page.y += size + 2
        page.text(
            TextFitting.shortenedMiddle(effect, to: page.contentWidth, size: Self.size),
            at: FigurePoint(page.left, page.y + Self.size * TextMetrics.ascent), size: Self.size, color: .quietInk)
        page.y += Self.size + 3.5
    }

    private func drawGrid(_ axis: FigureRect, on page: inout Page) {
        for (index, value) in [-1, -0.5, 0.5, 1, 0].enumerated() {
            let x = Self.place(value, axis)
            page.line(
                from: FigurePoint(x, axis.y), to: FigurePoint(x, axis.bottom),
                index == 4 ? Stroke(.axis, width: 0.6) : Stroke(.faint, width: 0.5))
        }
    }

    /// One row; `name` in lines, where it is too long for one.
    private func draw(
        _ row: Row, _ name: [String], _ columns: ForestColumns, _ axis: FigureRect, middle: Double, on page: inout Page
    ) {
        let baseline = middle + Page.FontSize.tick * 0.36
        Self.draw(row.claim.verdict, at: FigurePoint(page.left + 4, middle), on: &page)
        let first = baseline - Self.lineHeight * Double(name.count - 1) / 2
        for (index, line) in name.enumerated() {
            page.text(
                line, at: FigurePoint(page.left + 11, first + Self.lineHeight * Double(index)),
                size: Page.FontSize.tick, color: .ink)
        }
        guard row.claim.verdict != .notTestable else { return }
        if let interval = row.claim.effectInterval {
            let color = row.claim.verdict == .supported ? Self.supported : Self.notSupported
            ErrorBar.horizontal(
                (Self.place(interval.low, axis), Self.place(interval.high, axis)), y: middle, cap: 1.4,
                Stroke(color, width: 0.7), on: &page)
            Self.draw(
                row.claim.verdict, at: FigurePoint(Self.place(interval.value, axis), middle), half: 2.1, on: &page)
        }
        drawNumbers(
            Self.numbers(row.claim, withInterval: columns.hasIntervals), Self.probability(row.claim.pValue), columns,
            axis, baseline, on: &page)
    }

    private func drawMean(
        _ pooled: PooledClaim, _ interval: EffectInterval, _ columns: ForestColumns, _ axis: FigureRect,
        on page: inout Page
    ) {
        let middle = page.y + Self.rowHeight / 2
        let baseline = middle + Page.FontSize.tick * 0.36
        page.line(
            from: FigurePoint(page.left, page.y), to: FigurePoint(page.left + columns.names - 4, page.y),
            Stroke(.faint, width: 0.5))
        page.text(
            "mean", at: FigurePoint(page.left + 11, baseline), size: Page.FontSize.tick, weight: .bold, color: .ink)
        Self.drawDiamond(
            from: Self.place(interval.low, axis), over: Self.place(interval.value, axis),
            to: Self.place(interval.high, axis), y: middle, pooled.holds, on: &page)
        drawNumbers(
            Self.text(interval, withInterval: columns.hasIntervals), Self.probability(pooled.pHolm), columns, axis,
            baseline, on: &page)
    }

    private func drawNumbers(
        _ numbers: String, _ probability: String, _ columns: ForestColumns, _ axis: FigureRect, _ baseline: Double,
        on page: inout Page
    ) {
        page.text(
            numbers, at: FigurePoint(axis.right + 5 + columns.numbers, baseline), size: Self.size, anchor: .end,
            color: .quietInk)
        page.text(
            probability, at: FigurePoint(page.right, baseline), size: Self.size, anchor: .end, color: .quietInk)
    }

    private func drawTicks(_ axis: FigureRect, on page: inout Page) {
        for (value, text) in [(-1.0, "−1"), (0, "0"), (1, "1")] {
            page.text(
                text, at: FigurePoint(Self.place(value, axis), page.y + Self.size * TextMetrics.ascent + 0.5),
                size: Self.size, anchor: .middle, color: .quietInk)
        }
    }

    /// How many networks support it and how alike they are, beside the ticks.
    private func drawSum(on page: inout Page) {
        defer { page.y += Self.size + 4 }
        guard !title.isEmpty else { return }
        page.y += Self.size + 2.5
        let tested = rows.count { $0.claim.verdict != .notTestable }
        let held = rows.count { $0.claim.verdict == .supported }
        var parts = [tested == 0 ? "no network can be tested" : "\(held) of \(tested) support it"]
        if let analysis = pooled?.analysis, let interval = pooled?.effectInterval {
            parts.append("mean \(Self.ends(interval))")
            parts.append("I² \(NumberFormat.percent(analysis.heterogeneity))")
            parts.append("τ \(NumberText.fixed(analysis.tau, decimals: 2))")
        }
        page.text(
            parts.joined(separator: "  ·  "), at: FigurePoint(page.left, page.y + Self.size * TextMetrics.ascent),
            size: Self.size, color: .ink)
    }

    /// −1 and 1 stand half a mark inside, so that marks there stay inside as well.
    private static func place(_ value: Double, _ axis: FigureRect) -> Double {
        axis.x + 3 + (value + 1) / 2 * (axis.width - 6)
    }

    // MARK: Texts

    /// "+0.42 [0.31, 0.53]"; ρ alone where too few layers leave no interval.
    static func numbers(_ claim: PaperClaim, withInterval: Bool) -> String {
        if let interval = claim.effectInterval { return text(interval, withInterval: withInterval) }
        return claim.rankCorrelation.map { "ρ \(NumberText.fixed($0, decimals: 2))" } ?? ""
    }

    /// "+0.42", with "[0.31, 0.53]" where there is room.
    static func text(_ interval: EffectInterval, withInterval: Bool) -> String {
        let value = NumberText.fixed(interval.value, decimals: 2)
        return (value.hasPrefix("−") ? "" : "+") + value + (withInterval ? " \(ends(interval))" : "")
    }

    private static func ends(_ interval: EffectInterval) -> String {
        "[\(NumberText.fixed(interval.low, decimals: 2)), \(NumberText.fixed(interval.high, decimals: 2))]"
    }

    /// "p .061"; empty without one.
    static func probability(_ value: Double?) -> String {
        guard let value else { return "" }
        guard value >= 0.001 else { return "p < .001" }
        guard value < 0.9995 else { return "p > .999" }
        let digits = String(Int((value * 1000).rounded()))
        return "p ." + String(repeating: "0", count: 3 - digits.count) + digits
    }

    static func capitalised(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    // MARK: Marks

    /// A filled square, an empty one, or a dash.
    static func draw(
        _ verdict: PaperClaim.Verdict, at middle: FigurePoint, half: Double = 3, on page: inout Page
    ) {
        let box = FigureRect(x: middle.x, y: middle.y, width: 0, height: 0).expanded(half)
        let corners = [
            FigurePoint(box.x, box.y), FigurePoint(box.right, box.y), FigurePoint(box.right, box.bottom),
            FigurePoint(box.x, box.bottom),
        ]
        switch verdict {
        case .supported: page.add(.path(FigurePath(corners, isClosed: true, fill: supported)))
        case .notSupported:
            page.add(
                .path(FigurePath(corners, isClosed: true, fill: .white, stroke: Stroke(notSupported, width: 0.9))))
        case .notTestable:
            page.line(
                from: FigurePoint(box.x + 0.5, middle.y), to: FigurePoint(box.right - 0.5, middle.y),
                Stroke(.quietInk, width: 0.8))
        }
    }

    /// A diamond as wide as an interval, its upper corner over the mean.
    static func drawDiamond(
        from low: Double, over mean: Double, to high: Double, y: Double, _ isFilled: Bool, on page: inout Page
    ) {
        let corners = [
            FigurePoint(low, y), FigurePoint(mean, y - 3), FigurePoint(high, y), FigurePoint(mean, y + 3),
        ]
        page.add(
            .path(
                FigurePath(
                    corners, isClosed: true, fill: isFilled ? .ink : .white, stroke: Stroke(.ink, width: 0.7))))
    }
}

/// How wide the parts of forest plots are, so that all of a page have the same axis.
struct ForestColumns {
    /// The room of marks and names.
    let names: Double
    /// The room of the axis.
    let plot: Double
    /// The room of effects and intervals.
    let numbers: Double
    /// Whether intervals stand there in numbers.
    let hasIntervals: Bool

    /// Shares out `width` points: names get up to two fifths of it, numbers what they need, the axis the rest.
    init(_ panels: [ForestPanel], width: Double) {
        let size = ForestPanel.size
        func widest(_ texts: [String], _ size: Double) -> Double {
            texts.map { TextMetrics.width($0, size: size) }.max() ?? 0
        }
        let rows = panels.flatMap(\.rows)
        let pooled = panels.compactMap(\.pooled)
        let isWide = width >= 300
        hasIntervals = isWide
        numbers = widest(
            rows.map { ForestPanel.numbers($0.claim, withInterval: isWide) }
                + pooled.compactMap { $0.effectInterval.map { ForestPanel.text($0, withInterval: isWide) } }, size)
        let probabilities = widest(
            rows.map { ForestPanel.probability($0.claim.pValue) } + pooled.map { ForestPanel.probability($0.pHolm) },
            size)
        let rest = width - numbers - probabilities - 11
        names = min(ForestPanel.nameInset + max(24, widest(rows.map(\.name), Page.FontSize.tick)), rest * 0.58)
        plot = rest - names
    }
}
