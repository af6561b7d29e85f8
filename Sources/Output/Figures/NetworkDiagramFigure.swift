import VGNets

/// A VGNet as a block diagram: its parts from the picture to the classes, its two blocks, and what was changed.
public enum NetworkDiagramFigure {
    /// Colours of the kinds of blocks.
    enum Tint {
        static let downsampling = FigureColor(0xF2, 0xC6, 0x6D)
        static let half = FigureColor(0x8F, 0xBC, 0xDD)
        static let last = FigureColor(0x8C, 0xCF, 0xB5)
        static let plain = FigureColor(grey: 0xDD)
        static let changed = FigureColor(0xD5, 0x5E, 0x00)
    }

    /// Lays the picture out; what differs from the published net nearest in parameters is marked.
    ///
    /// Throws `figures.badWidth`.
    public static func figure(of config: VGNetConfig, widthMillimetres: Double = 170) throws -> Figure {
        try Figure.check(widthMillimetres: widthMillimetres)
        var page = Page(widthMillimetres: widthMillimetres)
        draw(config, on: &page)
        return page.finished(title: config.name)
    }

    static func draw(_ config: VGNetConfig, on page: inout Page) {
        let counts = config.counts(inputHeight: config.inputSize, inputWidth: config.inputSize)
        let comparison = ConfigComparison(config)
        page.heading(config.name, "VGNet")
        page.facts([
            "\(NumberText.grouped(counts.parameters.learnable)) learnable parameters",
            "\(NumberText.grouped(counts.macs)) MACs at \(config.inputSize)×\(config.inputSize)",
            "\(NumberText.grouped(config.classes)) classes",
        ])
        page.y += 2
        page.flow([
            Legend.swatch(Tint.downsampling, "DownsamplingBlock"), Legend.swatch(Tint.half, "HalfIdentityBlock"),
            Legend.swatch(Tint.last, "last unit"),
            Legend.words(
                comparison.isDifferent
                    ? "bold orange: not as in \(comparison.baseline.name)"
                    : "nothing differs from \(comparison.baseline.name)"),
        ])
        page.y += 6
        drawParts(config, counts, comparison, on: &page)
        page.y += 8
        let columns = page.contentWidth > 330 ? 2 : 1
        let blocks = BlockSchematics(config: config)
        page.columns(columns, gap: 14, blocks: 4) { page, block in
            switch block {
            case 0: blocks.drawDownsampling(on: &page)
            case 1: blocks.drawHalfIdentity(on: &page)
            case 2: blocks.drawLastUnit(on: &page)
            default:
                page.subheading("Choices")
                for row in comparison.rows { drawChoice(row, comparison.baseline.name, on: &page) }
            }
        }
    }

    private static func drawChoice(_ row: ConfigComparison.Row, _ baseline: String, on page: inout Page) {
        let size = Page.FontSize.fact
        let nameRoom = min(78, page.contentWidth * 0.32)
        let text = row.isChanged ? "\(row.value) (\(baseline): \(row.baseline))" : row.value
        let lines = TextFitting.lines(text, limit: page.contentWidth - nameRoom - 2, size: size * 1.08)
        for (index, line) in lines.enumerated() {
            page.y += size * TextMetrics.ascent
            if index == 0 { page.text(row.name, at: FigurePoint(page.left, page.y), size: size, color: .quietInk) }
            page.text(
                line, at: FigurePoint(page.left + nameRoom, page.y), size: size,
                weight: row.isChanged ? .bold : .regular,
                color: row.isChanged ? Tint.changed : .ink)
            page.y += size * TextMetrics.descent + 2
        }
    }

    /// One row a part: name, chain of blocks, output, cost.
    private static func drawParts(
        _ config: VGNetConfig, _ counts: VGNetCounts, _ comparison: ConfigComparison, on page: inout Page
    ) {
        let size = Page.FontSize.tick
        let rowHeight = 19.0
        let parts = counts.parts
        let outputs = parts.map {
            $0.name == "head"
                ? NumberText.grouped($0.channels) : "\($0.channels) × \($0.height)×\($0.width)"
        }
        let isWide = page.contentWidth > 300
        let costs = parts.map { part in
            let count = part.parameters.learnable
            return isWide || count < 1000
                ? NumberText.grouped(count) : "\(threeDigits(Double(count) / 1e3)) k"
        }
        let macs = parts.map { "\(threeDigits(Double($0.macs) / 1e6)) M" }
        func room(_ texts: [String], _ title: String) -> Double {
            (texts.map { TextMetrics.width($0, size: size, weight: .bold) } + [TextMetrics.width(title, size: size)])
                .max() ?? 0
        }
        let titles = ["output", "params", "MACs"]
        let rooms = zip([outputs, costs, macs], titles).map { room($0, $1) }
        // "stage1" in the configs, "stage 1" for readers.
        let names = parts.map { $0.name.hasPrefix("stage") ? "stage " + $0.name.dropFirst(5) : $0.name }
        let nameRoom = room(names, "")
        var rights = [page.right]
        for width in rooms.reversed().dropLast() { rights.insert(rights[0] - width - 8, at: 0) }
        for (title, right) in zip(titles, rights) {
            page.text(
                title, at: FigurePoint(right, page.y + size * TextMetrics.ascent), size: size, anchor: .end,
                color: .quietInk)
        }
        page.y += size + 5
        let chainLeft = page.left + nameRoom + 8
        let chainWidth = rights[0] - rooms[0] - 8 - chainLeft
        for (index, part) in parts.enumerated() {
            let middle = page.y + rowHeight / 2
            let baseline = middle + size * 0.36
            page.text(names[index], at: FigurePoint(page.left, baseline), size: size, color: .ink)
            let stage = index >= 1 && index <= 4 ? index : nil
            chain(config, part.name, stage: stage).draw(
                in: FigureRect(x: chainLeft, y: page.y + 3, width: chainWidth, height: rowHeight - 6), on: &page)
            let isChanged = index <= 4 && comparison.changedWidths.contains(index)
            let isDeeper = stage.map { comparison.changedDepths.contains($0) } ?? false
            for (text, right) in zip([outputs[index], costs[index], macs[index]], rights) {
                let marks = isChanged && text == outputs[index]
                page.text(
                    text, at: FigurePoint(right, baseline), size: size, weight: marks ? .bold : .regular, anchor: .end,
                    color: marks ? Tint.changed : .quietInk)
            }
            if isDeeper {
                page.line(
                    from: FigurePoint(chainLeft, page.y + rowHeight - 1.5),
                    to: FigurePoint(chainLeft + 12, page.y + rowHeight - 1.5),
                    Stroke(Tint.changed, width: 1.2))
            }
            page.y += rowHeight
        }
        if !comparison.changedDepths.isEmpty {
            page.caption("Underlined in orange: another number of blocks than in \(comparison.baseline.name).")
        }
    }

    /// Three significant digits, zeros kept, so that a column is equally exact.
    private static func threeDigits(_ value: Double) -> String {
        NumberText.fixed(value, decimals: value < 9.995 ? 2 : value < 99.95 ? 1 : 0)
    }

    private static func chain(_ config: VGNetConfig, _ name: String, stage: Int?) -> BlockChain {
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
}

/// Blocks one behind the other, joined by lines; runs of equal ones are drawn once with their number where they do not
/// fit.
struct BlockChain {
    let blocks: [(name: String, color: FigureColor)]
    /// The blocks of the longest chain beside this one.
    let largestCount: Int

    func draw(in frame: FigureRect, on page: inout Page) {
        let gap = 2.5
        let size = 6.0
        let least = min(18, max(11, (frame.width + gap) / Double(largestCount) - gap))
        var shown = blocks.map { (text: $0.name, color: $0.color) }
        func width(_ texts: [String]) -> Double {
            texts.reduce(-gap) { $0 + max(least, TextMetrics.width($1, size: size) + 5) + gap }
        }
        if width(shown.map(\.text)) > frame.width {
            shown = []
            for block in blocks {
                if let last = shown.last, last.color == block.color {
                    let count = (Int(last.text.drop { $0 != "×" }.dropFirst().filter(\.isNumber)) ?? 1) + 1
                    shown[shown.count - 1].text = "\(block.name) ×\(count)"
                } else {
                    shown.append((block.name, block.color))
                }
            }
        }
        var x = frame.x
        for (index, block) in shown.enumerated() {
            let side = max(least, TextMetrics.width(block.text, size: size) + 5)
            let box = FigureRect(x: x, y: frame.y, width: side, height: frame.height)
            if index > 0 {
                let middle = box.y + box.height / 2
                page.line(from: FigurePoint(x - gap, middle), to: FigurePoint(x, middle), Stroke(.axis, width: 0.8))
            }
            page.add(.rectangle(box, fill: block.color))
            page.text(
                block.text, at: FigurePoint(x + side / 2, box.y + box.height / 2 + size * 0.36), size: size,
                anchor: .middle,
                color: block.color.contrasting)
            x += side + gap
        }
    }
}
