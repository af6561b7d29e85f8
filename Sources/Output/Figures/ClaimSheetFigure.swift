import Diagnostics
import Numerics
import Statistics

/// The paper's statements × checkpoints: which hold on which network, with the numbers behind each verdict, and over all.
public enum ClaimSheetFigure {
    /// One checkpoint.
    public struct Column: Sendable, Equatable {
        /// The network's title.
        public let title: String
        /// What its kernels say to each statement.
        public let claims: [PaperClaim]

        /// Names a checkpoint.
        public init(title: String, claims: [PaperClaim]) { (self.title, self.claims) = (title, claims) }

        /// Analysed networks, told apart by their files' names where titles are alike.
        public static func columns(_ networks: [NetworkStatistics]) -> [Column] {
            zip(NetworkComparisonFigure.Entry.entries(networks), networks).map {
                Column(title: $0.title, claims: $1.paperClaims)
            }
        }
    }

    private static let size = Page.FontSize.tick
    private static let rowHeight = 27.0
    private static let supported = FigureColor(0x00, 0x53, 0x8F)

    /// Lays the picture out.
    ///
    /// Throws `figures.noLayers` or `figures.badWidth`.
    public static func figure(of columns: [Column], widthMillimetres: Double = 170) throws -> Figure {
        try LabelSharesFigure.check(widthMillimetres, count: columns.count, network: "claims")
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading("The paper's statements", columns.count == 1 ? "on 1 network" : "on \(columns.count) networks")
        page.y += 2
        page.flow([
            mark(.supported, "supported"), mark(.notSupported, "not supported"), mark(.notTestable, "not testable"),
            Legend.words("ρ: rank correlation with depth"),
        ])
        page.y += 4
        let statements = PaperClaim.Statement.allCases
        let nameRoom = max(84, min(page.contentWidth * 0.3, 132))
        let sumRoom = 66.0
        let pitch = min(84, (page.contentWidth - nameRoom - sumRoom) / Double(columns.count))
        let isNarrow = pitch < 25
        drawTitles(columns, left: page.left + nameRoom, pitch: pitch, on: &page)
        for statement in statements {
            let middle = page.y + rowHeight / 2
            page.line(
                from: FigurePoint(page.left, page.y), to: FigurePoint(page.right, page.y), Stroke(.faint, width: 0.5))
            let name = statement.rawValue.prefix(1).uppercased() + statement.rawValue.dropFirst()
            let lines = TextFitting.lines(name, limit: nameRoom - 6, size: size).prefix(2)
            for (place, line) in lines.enumerated() {
                page.text(
                    line, at: FigurePoint(page.left, page.y + 8 + Double(place) * 7.8), size: size, color: .ink)
            }
            page.text(
                TextFitting.shortenedMiddle(statement.source, to: nameRoom - 6, size: 6),
                at: FigurePoint(page.left, page.y + 8 + Double(lines.count) * 7.8), size: 6, color: .quietInk)
            for (index, column) in columns.enumerated() {
                guard let claim = column.claims.first(where: { $0.statement == statement }) else { continue }
                let x = page.left + nameRoom + (Double(index) + 0.5) * pitch
                draw(claim.verdict, at: FigurePoint(x, isNarrow ? middle : page.y + 6.5), on: &page)
                guard !isNarrow else { continue }
                for (place, line) in numbers(claim).enumerated() {
                    page.text(
                        line, at: FigurePoint(x, page.y + 17 + Double(place) * 7.2), size: 6, anchor: .middle,
                        color: .quietInk)
                }
            }
            drawSum(columns, statement, left: page.right - sumRoom + 8, middle: middle, on: &page)
            page.y += rowHeight
        }
        page.y += 6
        page.caption(caption(columns, isNarrow: isNarrow))
        return page.finished(title: "the paper's statements on \(columns.count) networks")
    }

    private static func caption(_ columns: [Column], isNarrow: Bool) -> String {
        let verdicts = columns.flatMap(\.claims).map(\.verdict)
        let (held, tested) = (verdicts.count { $0 == .supported }, verdicts.count { $0 != .notTestable })
        return
            "\(held) of \(tested) tests support their statement. "
            + (isNarrow ? "" : "Below each mark ρ where depth counts, and p: of ρ two-sided, of two shares one-sided. ")
            + "Right: networks that support the statement of those that can be tested, with the 95 % interval of that share "
            + "(Wilson), networks as the unit. The criteria are kernelviz's own: the paper judges by eye."
    }

    // MARK: Parts

    /// ρ and p of a claim, as far as it has them.
    static func numbers(_ claim: PaperClaim) -> [String] {
        let correlation = claim.rankCorrelation.map {
            "ρ \($0 < 0 ? "−" : "")\(NumberText.fixed(abs($0), decimals: 2))"
        }
        let probability = claim.pValue.map { $0 < 0.001 ? "p < .001" : "p .\(thousandths($0))" }
        return [correlation, probability].compactMap(\.self)
    }

    /// "061" for 0.0613; "999" for what rounds to 1.
    private static func thousandths(_ probability: Double) -> String {
        let digits = String(min(999, Int((probability * 1000).rounded())))
        return String(repeating: "0", count: 3 - digits.count) + digits
    }

    private static func drawTitles(_ columns: [Column], left: Double, pitch: Double, on page: inout Page) {
        let longest = columns.map { TextMetrics.width($0.title, size: size) }.max() ?? 0
        let isLevel = longest <= pitch - 3
        let height = isLevel ? size + 3 : min(longest, 84) + 4
        for (index, column) in columns.enumerated() {
            let x = left + (Double(index) + 0.5) * pitch
            page.text(
                TextFitting.shortenedMiddle(column.title, to: isLevel ? pitch - 3 : 84, size: size),
                at: isLevel
                    ? FigurePoint(x, page.y + size * TextMetrics.ascent) : FigurePoint(x + 2.3, page.y + height - 4),
                size: size, anchor: isLevel ? .middle : .start, color: .ink, isUpright: !isLevel)
        }
        page.y += height
        page.text(
            "all", at: FigurePoint(page.right, page.y - 4), size: size, anchor: .end, color: .ink)
    }

    /// A filled square, an empty one, or a dash.
    private static func draw(_ verdict: PaperClaim.Verdict, at middle: FigurePoint, on page: inout Page) {
        let box = FigureRect(x: middle.x, y: middle.y, width: 0, height: 0).expanded(3.6)
        let corners = [
            FigurePoint(box.x, box.y), FigurePoint(box.right, box.y), FigurePoint(box.right, box.bottom),
            FigurePoint(box.x, box.bottom),
        ]
        switch verdict {
        case .supported: page.add(.path(FigurePath(corners, isClosed: true, fill: supported)))
        case .notSupported:
            page.add(
                .path(
                    FigurePath(
                        corners, isClosed: true, fill: .white, stroke: Stroke(FigureColor(0xC2, 0x4A, 0x00), width: 0.9)
                    )))
        case .notTestable:
            page.line(
                from: FigurePoint(box.x + 1, middle.y), to: FigurePoint(box.right - 1, middle.y),
                Stroke(.quietInk, width: 0.8))
        }
    }

    private static func mark(_ verdict: PaperClaim.Verdict, _ text: String) -> Page.Item {
        let size = Page.FontSize.fact
        return Page.Item(width: 11 + TextMetrics.width(text, size: size)) { page, at in
            draw(verdict, at: FigurePoint(at.x + 4, at.y - size * 0.36), on: &page)
            page.text(text, at: FigurePoint(at.x + 11, at.y), size: size, color: .ink)
        }
    }

    /// "3 of 5" above a line from 0 to 1 with the interval of the share.
    private static func drawSum(
        _ columns: [Column], _ statement: PaperClaim.Statement, left: Double, middle: Double, on page: inout Page
    ) {
        let verdicts = columns.compactMap { $0.claims.first { $0.statement == statement }?.verdict }
        let tested = verdicts.count { $0 != .notTestable }
        let held = verdicts.count { $0 == .supported }
        page.text(
            tested > 0 ? "\(held) of \(tested)" : "none", at: FigurePoint(page.right, middle - 3), size: size,
            anchor: .end, color: .ink)
        guard tested > 0 else { return }
        let (y, width) = (middle + 5, page.right - left)
        page.line(from: FigurePoint(left, y), to: FigurePoint(page.right, y), Stroke(.faint, width: 1.4))
        let interval = ShareInterval(count: held, total: tested)
        ErrorBar.horizontal(
            (left + interval.low * width, left + interval.high * width), y: y, cap: 1.6, Stroke(.ink, width: 0.7),
            on: &page)
        let share = left + Double(held) / Double(tested) * width
        page.add(
            .rectangle(FigureRect(x: share, y: y, width: 0, height: 0).expanded(1.7), fill: supported))
    }
}
