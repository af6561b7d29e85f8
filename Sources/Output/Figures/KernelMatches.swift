import Kernels

/// The kernels of a layer that are most like a named kernel, by the cosine of their weights.
public struct KernelMatches: Sendable, Equatable {
    /// One kernel of the layer.
    public struct Match: Sendable, Equatable {
        /// Its place in the bank.
        public let kernel: Int
        /// The cosine with the named kernel, −1…1.
        public let cosine: Double
    }

    /// The named kernel.
    public let reference: NamedKernel
    /// The best of them, the largest |cosine| first.
    public let best: [Match]
    /// How many of all have a |cosine| above 0.9.
    public let closeCount: Int

    /// Compares every kernel of `bank`; kernels of another size, of zeros or of no numbers are like nothing.
    ///
    /// Only kernels whose weights cancel count, |Σw| ≤ 0.4 Σ|w|: a single cell is nearly parallel to a Laplacian.
    public init(of reference: NamedKernel, in bank: KernelBank, limit: Int) {
        self.reference = reference
        let own = reference.values.map(Double.init)
        let ownNorm = own.reduce(0) { $0 + $1 * $1 }.squareRoot()
        var matches: [Match] = []
        for index in 0..<(reference.size == bank.size ? bank.count : 0) {
            let weights = bank.kernel(index).map(Double.init)
            let norm = weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let (sum, total) = weights.reduce((0.0, 0.0)) { ($0.0 + $1, $0.1 + abs($1)) }
            guard norm > 0, norm.isFinite, abs(sum) <= 0.4 * total else { continue }
            let dot = zip(own, weights).reduce(0) { $0 + $1.0 * $1.1 }
            matches.append(Match(kernel: index, cosine: dot / (norm * ownNorm)))
        }
        closeCount = matches.count { abs($0.cosine) > 0.9 }
        best = Array(
            matches.sorted { (abs($1.cosine), $0.kernel) < (abs($0.cosine), $1.kernel) }.prefix(max(0, limit)))
    }
}

/// Named kernels beside the kernels of layers that are most like them, sorted, each with its cosine.
public struct MatchesFigure: Sendable {
    /// One layer.
    public struct Panel: Sendable {
        /// What stands above it.
        public let title: String
        /// What the paper's statement comes to on the layer's network; empty for nothing.
        public let verdict: String
        /// The layer's kernels.
        public let bank: KernelBank
        /// Sentences below it.
        public let findings: [String]

        /// Gathers a layer.
        public init(title: String, verdict: String, bank: KernelBank, findings: [String]) {
            (self.title, self.verdict, self.bank, self.findings) = (title, verdict, bank, findings)
        }
    }

    private let title: String
    private let subject: String
    private let references: [NamedKernel]
    private let panels: [Panel]
    private let caption: [String]

    /// Gathers a page.
    public init(title: String, subject: String, references: [NamedKernel], panels: [Panel], caption: [String]) {
        (self.title, self.subject, self.references) = (title, subject, references)
        (self.panels, self.caption) = (panels, caption)
    }

    /// Lays the page out: a row for each named kernel, as many matches as it holds.
    ///
    /// Throws `figures.noLayers` or `figures.badWidth`.
    public func figure(widthMillimetres: Double = 170) throws -> Figure {
        try LabelSharesFigure.check(widthMillimetres, count: panels.count, network: title)
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(title, subject)
        page.y += 2
        page.flow([
            Legend.colorBar(.rdBu, low: "−max|w|", high: "+max|w|"), Legend.words("of each kernel"),
        ])
        let letters = Array("abcdefghijklmnopqrstuvwxyz")
        for (index, panel) in panels.enumerated() {
            page.y += 8
            page.subheading((index < letters.count ? "(\(letters[index])) " : "") + panel.title)
            page.facts(LayerFacts.texts(of: panel.bank))
            if !panel.verdict.isEmpty { page.statement(panel.verdict) }
            page.y += 3
            for reference in references { draw(reference, panel.bank, on: &page) }
            if !panel.findings.isEmpty { page.caption(panel.findings.joined(separator: " ")) }
        }
        page.y += 6
        page.caption(
            (caption + [
                "Left: the named kernel; then the kernels of the layer with the largest |cosine|, sorted, negated where "
                    + "the cosine is negative, with channel and cosine. Kernels with |Σw| > 0.4 Σ|w| are passed over."
            ]).joined(separator: " "))
        return page.finished(title: "\(title): \(subject)")
    }

    /// The side of a kernel's cell in units: about 8 pt a kernel of 3×3.
    private static let cell = 20
    private static let room = 27.0

    private func draw(_ reference: NamedKernel, _ bank: KernelBank, on page: inout Page) {
        let size = 6.0
        let (unit, cell) = (Length.unit, Double(Self.cell) * Length.unit)
        let side = cell * Double(reference.size)
        let nameRoom = max(44, side + 6)
        let matches = KernelMatches(
            of: reference, in: bank, limit: Int((page.contentWidth - nameRoom - 8) / Self.room))
        let top = ((page.y + unit) / unit).rounded(.up) * unit
        func kernel(_ weights: [Float], sign: Float, x: Double) {
            let largest = weights.reduce(0) { max($0, abs($1)) }
            page.add(
                .cells(
                    CellGrid(
                        frame: FigureRect(x: (x / unit).rounded() * unit, y: top, width: side, height: side),
                        columns: reference.size,
                        colors: weights.map {
                            ColorMap.rdBu.color(largest > 0 ? Double($0 * sign / largest) : 0)
                        }, border: CellGrid.Border(KernelGridDrawing.hairline, width: unit))))
        }
        kernel(reference.values, sign: 1, x: page.left + unit)
        let line = top + side + 2 + size * TextMetrics.ascent
        page.text(
            TextFitting.shortenedMiddle(reference.name, to: nameRoom + 2, size: size),
            at: FigurePoint(page.left, line), size: size, color: .ink)
        page.text(
            "\(NumberText.grouped(matches.closeCount)) above 0.9", at: FigurePoint(page.left, line + 7), size: size,
            color: .quietInk)
        for (place, match) in matches.best.enumerated() {
            let x = page.left + nameRoom + 8 + Double(place) * Self.room
            kernel(Array(bank.kernel(match.kernel)), sign: match.cosine < 0 ? -1 : 1, x: x)
            page.text(
                NumberText.fixed(match.cosine, decimals: 2), at: FigurePoint(x + side / 2, line), size: size,
                anchor: .middle, color: .ink)
            page.text(
                "\(match.kernel)", at: FigurePoint(x + side / 2, line + 7), size: size, anchor: .middle,
                color: .quietInk)
        }
        page.y = line + 7 + size * TextMetrics.descent + 5
    }
}
