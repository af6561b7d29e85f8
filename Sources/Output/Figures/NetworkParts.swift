import VGNets

/// A VGNet's parts, one row each: name, chain of blocks, output, cost.
struct NetworkParts {
    private typealias Tint = NetworkDiagramFigure.Tint

    private let config: VGNetConfig
    private let comparison: ConfigComparison
    private let parts: [PartCounts]
    private let names: [String]
    /// Output, parameters, multiply-accumulates: a title and a text for each part.
    private let columns: [(title: String, texts: [String])]

    private static let size = Page.FontSize.tick
    private static let rowHeight = 17.0

    init(_ config: VGNetConfig, _ counts: VGNetCounts, _ comparison: ConfigComparison, contentWidth: Double) {
        self.config = config
        self.comparison = comparison
        parts = counts.parts
        // "stage1" in the configs, "stage 1" for readers.
        names = parts.map { $0.name.hasPrefix("stage") ? "stage " + $0.name.dropFirst(5) : $0.name }
        let outputs = parts.map {
            $0.name == "head" ? NumberText.grouped($0.channels) : "\($0.channels) × \($0.height)×\($0.width)"
        }
        let isWide = contentWidth > 300
        let costs = parts.map { part in
            let count = part.parameters.learnable
            return isWide || count < 1000
                ? NumberText.grouped(count) : "\(Self.threeDigits(Double(count) / 1e3)) k"
        }
        let macs = parts.map { "\(Self.threeDigits(Double($0.macs) / 1e6)) M" }
        columns = [("output", outputs), ("params", costs), ("MACs", macs)]
    }

    func draw(on page: inout Page) {
        let rooms = columns.map { Self.room($0.texts, $0.title) }
        var rights = [page.right]
        for width in rooms.reversed().dropLast() { rights.insert(rights[0] - width - 8, at: 0) }
        for (column, right) in zip(columns, rights) {
            page.text(
                column.title, at: FigurePoint(right, page.y + Self.size * TextMetrics.ascent), size: Self.size,
                anchor: .end, color: .quietInk)
        }
        page.y += Self.size + 5
        let left = page.left + Self.room(names, "") + 8
        let width = rights[0] - rooms[0] - 8 - left
        for index in parts.indices {
            drawRow(index, chain: (left, width), rights, on: &page)
            page.y += Self.rowHeight
        }
        if !comparison.changedDepths.isEmpty {
            page.caption("Underlined in orange: another number of blocks than in \(comparison.baseline.name).")
        }
    }

    private func drawRow(
        _ index: Int, chain place: (left: Double, width: Double), _ rights: [Double], on page: inout Page
    ) {
        let size = Self.size
        let baseline = page.y + Self.rowHeight / 2 + size * 0.36
        page.text(names[index], at: FigurePoint(page.left, baseline), size: size, color: .ink)
        let stage = (1...4).contains(index) ? index : nil
        chain(parts[index].name, stage: stage).draw(
            in: FigureRect(x: place.left, y: page.y + 2.5, width: place.width, height: Self.rowHeight - 5), on: &page)
        let isChanged = index <= 4 && comparison.changedWidths.contains(index)
        for (column, right) in zip(columns, rights) {
            let marks = isChanged && column.texts[index] == columns[0].texts[index]
            page.text(
                column.texts[index], at: FigurePoint(right, baseline), size: size, weight: marks ? .bold : .regular,
                anchor: .end, color: marks ? Tint.changed : .quietInk)
        }
        if stage.map({ comparison.changedDepths.contains($0) }) ?? false {
            let y = page.y + Self.rowHeight - 1.5
            page.line(
                from: FigurePoint(place.left, y), to: FigurePoint(place.left + 12, y),
                Stroke(Tint.changed, width: 1.2))
        }
    }

    private func chain(_ name: String, stage: Int?) -> BlockChain {
        guard let stage else {
            return BlockChain(
                blocks: [name == "head" ? ("pool + linear", Tint.plain) : ("3×3 s\(config.stemStride)", Tint.plain)],
                largestCount: 1)
        }
        var blocks: [(String, FigureColor)] = [("D", Tint.downsampling)]
        blocks += Array(repeating: ("H", Tint.half), count: config.blocks[stage - 1] - 1)
        if stage == 4 { blocks.append(("L", Tint.last)) }
        return BlockChain(blocks: blocks, largestCount: (config.blocks.max() ?? 1) + 1)
    }

    private static func room(_ texts: [String], _ title: String) -> Double {
        (texts.map { TextMetrics.width($0, size: size, weight: .bold) } + [TextMetrics.width(title, size: size)])
            .max() ?? 0
    }

    /// Three significant digits, zeros kept, so that a column is equally exact.
    private static func threeDigits(_ value: Double) -> String {
        NumberText.fixed(value, decimals: value < 9.995 ? 2 : value < 99.95 ? 1 : 0)
    }
}
