import Classification
import Diagnostics
import Kernels

/// Which labels feed which through the 1×1 layers, and the strongest links between kernels.
public enum KernelPathsFigure {
    /// Lays the picture out; `stages` are those that `paths` was made of.
    ///
    /// Throws `figures.badWidth`.
    public static func figure(
        of paths: KernelPaths, stages: [KernelPaths.Stage], network: String, widthMillimetres: Double = 170
    ) throws -> Figure {
        precondition(stages.count == paths.stageNames.count)
        try Figure.check(widthMillimetres: widthMillimetres)
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(network, "paths: which depthwise kernels feed which through the 1×1 layers")
        page.facts([
            stages.count == 1 ? "1 pair of layers" : "\(stages.count) pairs of layers",
            "\(NumberText.grouped(paths.targetCount)) kernels that are fed",
        ])
        page.y += 7
        let table: (inout Page) -> Void = { drawTable(paths, on: &$0) }
        let course: (inout Page) -> Void = { drawCourse(paths, on: &$0) }
        if page.contentWidth > 330 {
            page.split(first: 190, gap: 16, table, course)
        } else {
            table(&page)
            page.y += 9
            course(&page)
        }
        page.y += 9
        drawLinks(paths, stages, on: &page)
        page.y += 3
        page.caption(caption(paths))
        return page.finished(title: "\(network): paths")
    }

    private static func caption(_ paths: KernelPaths) -> String {
        let feeding = paths.preference(from: .edge, to: .blur)
        var sentences: [String] = []
        if let ratio = feeding.ratio {
            let verdict =
                feeding.pValue >= 0.05
                ? "no more and no less than their number would give (p = \(NumberText.short(feeding.pValue, digits: 2)))"
                : (ratio > 1 ? "more" : "less") + " than their number would give (p = "
                    + "\(NumberText.short(feeding.pValue, digits: 2)))"
            sentences.append(
                "Edges feed blurs \(NumberText.fixed(ratio, decimals: 2)) times as much as an even share: \(verdict).")
        }
        sentences.append(
            "A kernel takes the share m² / Σm² of its input from each kernel of the layer before, m the product of the 1×1 "
                + "weights between them with their normalisations; activations between them and shortcuts around them are left "
                + "out of account. Table: that share over the share of kernels with the label; * p < 0.05 in "
                + "\(KernelPaths.shuffles) shuffles of the labels within layers, cells each tested alone.")
        sentences.append(
            "Links: from → to, the target's share that comes over the link; red dashed: negative weight.")
        if !paths.leftOut.isEmpty {
            sentences.append(
                "Left out: \(paths.leftOut.prefix(3).joined(separator: "; "))\(paths.leftOut.count > 3 ? " …" : "").")
        }
        return sentences.joined(separator: " ")
    }

    // MARK: Table

    private static func drawTable(_ paths: KernelPaths, on page: inout Page) {
        page.subheading("preference, × an even share")
        let table = LabelMatrix(corner: "from ↓  to →") { source, target in
            let preference = paths.preference(from: source, to: target)
            guard let ratio = preference.ratio else { return .bare("·") }
            let color = ColorMap.puOr.color(max(-1, min(1, (ratio - 1))) * 0.8)
            let star = preference.pValue < 0.05 ? "*" : ""
            return .filled(color, text: NumberText.fixed(ratio, decimals: 2) + star, ink: color.contrasting)
        }
        table.draw(on: &page)
    }

    // MARK: By layer

    private static func drawCourse(_ paths: KernelPaths, on page: inout Page) {
        page.subheading("edge → blur by layer")
        let ratios = paths.ratios(from: .edge, to: .blur)
        let highest = max(2, ratios.compactMap(\.self).max() ?? 2)
        var plot = PlotFrame(
            x: LayerAxis.axis(paths.stageNames, width: page.contentWidth - 40, title: "layers"),
            y: PlotAxis(title: "× even share", range: 0...highest * 1.05), height: page.contentWidth > 240 ? 74 : 52)
        plot.draw(on: &page)
        let even = plot.yPlace(1)
        page.add(
            .path(
                FigurePath(
                    [FigurePoint(plot.area.x, even), FigurePoint(plot.area.right, even)],
                    stroke: Stroke(.ink, width: 0.6, dash: [3, 2]))))
        for (index, ratio) in ratios.enumerated() {
            guard let ratio else { continue }
            let at = plot.point(Double(index), ratio)
            page.add(
                .rectangle(
                    FigureRect(x: at.x, y: at.y, width: 0, height: 0).expanded(1.8), fill: LabelPalette.color(.edge)))
        }
        plot.drawBaseline(on: &page)
        page.y = plot.bottom
    }

    // MARK: Links

    private static func drawLinks(_ paths: KernelPaths, _ stages: [KernelPaths.Stage], on page: inout Page) {
        guard !paths.strongest.isEmpty else { return }
        page.subheading("strongest links, each kernel fed once")
        page.y += 2
        let (unit, size) = (Length.unit, 6.0)
        let (side, gap) = (80 * unit, 17.0)
        let room = 2 * side + gap + 14
        let columns = max(1, Int((page.contentWidth + 14) / room))
        let shown = Array(paths.strongest.prefix(columns * 3))
        let top = (page.y / unit).rounded(.up) * unit
        let pitch = side + 20
        for (place, link) in shown.enumerated() {
            let stage = stages[link.stage]
            let x = ((page.left + Double(place % columns) * room) / unit).rounded(.up) * unit
            let y = ((top + Double(place / columns) * pitch) / unit).rounded(.up) * unit
            for (layer, index, left) in [
                (stage.sources, link.source, x), (stage.targets, link.target, x + side + gap),
            ] {
                draw(layer, index, at: FigurePoint(left, y), side: side, on: &page)
                page.text(
                    TextFitting.shortenedMiddle("\(layer.shortName):\(index)", to: side + 8, size: size),
                    at: FigurePoint(left + side / 2, y + side + 9), size: size, anchor: .middle, color: .quietInk)
            }
            let (start, end) = (x + side + 2, x + side + gap - 2)
            let middle = y + side / 2
            let color = link.isNegative ? FigureColor(0xB2, 0x18, 0x2B) : FigureColor.ink
            page.line(
                from: FigurePoint(start, middle), to: FigurePoint(end - 2, middle),
                Stroke(color, width: 0.9, dash: link.isNegative ? [2, 1.4] : []))
            page.add(
                .path(
                    FigurePath(
                        [
                            FigurePoint(end, middle), FigurePoint(end - 4, middle - 2),
                            FigurePoint(end - 4, middle + 2),
                        ], isClosed: true, fill: color)))
            page.text(
                NumberFormat.share(link.share), at: FigurePoint((start + end) / 2, middle - 3.5), size: size,
                anchor: .middle, color: .ink)
        }
        page.y = top + Double((shown.count + columns - 1) / columns) * pitch
    }

    private static func draw(
        _ layer: LabelledKernels, _ index: Int, at corner: FigurePoint, side: Double, on page: inout Page
    ) {
        let unit = Length.unit
        let box = FigureRect(x: corner.x, y: corner.y, width: side, height: side)
        guard let weights = layer.unit(index) else { return }
        let largest = weights.map(abs).max() ?? 1
        page.add(
            .cells(
                CellGrid(
                    frame: box.expanded(-unit), columns: layer.bank.size,
                    colors: weights.map { ColorMap.rdBu.color($0 / largest) },
                    border: CellGrid.Border(KernelGridDrawing.hairline, width: unit))))
        LabelBar.draw(
            layer.classifications[index].label,
            in: FigureRect(x: box.x, y: box.bottom + 2 * unit, width: side, height: 5 * unit), on: &page)
    }
}
