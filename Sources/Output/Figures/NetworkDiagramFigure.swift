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
        NetworkParts(config, counts, comparison, contentWidth: page.contentWidth).draw(on: &page)
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
}
