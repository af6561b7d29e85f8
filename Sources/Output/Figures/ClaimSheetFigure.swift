import Diagnostics
import Numerics
import Statistics

/// The paper's statements × checkpoints as forest plots: each network's effect with its interval and verdict, and the mean
/// over networks below.
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

    /// The least width of a forest plot in points.
    private static let panelWidth = 200.0
    private static let gap = 14.0

    /// Lays out some statements, or all, on one page.
    ///
    /// The p-values over networks are corrected for all statements, whichever are drawn.
    /// Throws `figures.noLayers` or `figures.badWidth`.
    public static func figure(
        of columns: [Column], statements: [PaperClaim.Statement] = PaperClaim.Statement.allCases,
        name: String = "The paper's statements", widthMillimetres: Double = 170
    ) throws -> Figure {
        try LabelSharesFigure.check(widthMillimetres, count: columns.count, network: "claims")
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(name, columns.count == 1 ? "on \(columns[0].title)" : "on \(columns.count) networks")
        page.y += 2
        page.flow(
            [
                Self.mark(.supported, "supported"), Self.mark(.notSupported, "not supported"),
                Self.mark(.notTestable, "not testable"),
            ] + (columns.count > 1 ? [diamond("mean over networks")] : []) + [
                Legend.words("right of 0: as the paper states")
            ])
        page.y += 8
        if columns.count == 1 {
            let rows = statements.compactMap { statement in
                columns[0].claims.first { $0.statement == statement }.map {
                    ForestPanel.Row(name: ForestPanel.capitalised(statement.rawValue), claim: $0)
                }
            }
            let panel = ForestPanel(title: "", source: "", effect: "", rows: rows, pooled: nil)
            panel.draw(ForestColumns([panel], width: page.contentWidth), on: &page)
        } else {
            drawPanels(columns, statements, on: &page)
        }
        page.y += 6
        for sentence in captions(columns) { page.caption(sentence) }
        return page.finished(title: "the paper's statements on \(columns.count) networks")
    }

    private static func drawPanels(
        _ columns: [Column], _ statements: [PaperClaim.Statement], on page: inout Page
    ) {
        let pooled = PooledClaim.all(of: columns.map(\.claims))
        let panels = statements.map { statement in
            ForestPanel(
                title: ForestPanel.capitalised(statement.rawValue), source: statement.source, effect: statement.effect,
                rows: columns.compactMap { column in
                    column.claims.first { $0.statement == statement }.map {
                        ForestPanel.Row(name: column.title, claim: $0)
                    }
                }, pooled: pooled.first { $0.statement == statement })
        }
        let across = max(1, min(panels.count, Int((page.contentWidth + gap) / (panelWidth + gap))))
        let shares = ForestColumns(panels, width: (page.contentWidth - Self.gap * Double(across - 1)) / Double(across))
        page.columns(across, gap: gap, blocks: panels.count) { page, index in panels[index].draw(shares, on: &page) }
    }

    private static func captions(_ columns: [Column]) -> [String] {
        let verdicts = columns.flatMap(\.claims).map(\.verdict)
        let (held, tested) = (verdicts.count { $0 == .supported }, verdicts.count { $0 != .notTestable })
        var first = "\(held) of \(tested) tests support their statement. "
        if columns.count > 1 {
            let pooled = PooledClaim.all(of: columns.map(\.claims))
            let joined = pooled.filter { $0.analysis != nil }
            let holding = joined.filter(\.holds).map { "“\($0.statement.rawValue)”" }
            first +=
                "Over networks \(holding.count) of \(joined.count) hold"
                + (holding.isEmpty ? ". " : ": \(holding.joined(separator: ", ")). ")
        }
        let single =
            "Squares: effect in one network, a difference of shares or ρ; lines: its 95 % interval from its kernels or "
            + "layers alone, within what is possible; p of two shares one-sided, of ρ two-sided. "
        let mean =
            columns.count > 1
            ? "Diamonds: mean over networks with its 95 % interval (random effects, Hartung and Knapp), filled where it is "
                + "above 0 with p < \(ClaimRules.pooledSignificance) after Holm; I²: share of the variance that lies between "
                + "networks. Networks of one family are no independent witnesses. " : ""
        return [first + single + mean + "The criteria are kernelviz's own: the paper judges by eye."]
    }

    // MARK: Legend

    private static func mark(_ verdict: PaperClaim.Verdict, _ text: String) -> Page.Item {
        let size = Page.FontSize.fact
        return Page.Item(width: 11 + TextMetrics.width(text, size: size)) { page, at in
            ForestPanel.draw(verdict, at: FigurePoint(at.x + 4, at.y - size * 0.36), on: &page)
            page.text(text, at: FigurePoint(at.x + 11, at.y), size: size, color: .ink)
        }
    }

    private static func diamond(_ text: String) -> Page.Item {
        let size = Page.FontSize.fact
        return Page.Item(width: 20 + TextMetrics.width(text, size: size)) { page, at in
            ForestPanel.drawDiamond(from: at.x, over: at.x + 8, to: at.x + 16, y: at.y - size * 0.36, true, on: &page)
            page.text(text, at: FigurePoint(at.x + 20, at.y), size: size, color: .ink)
        }
    }
}
