import Classification
import Diagnostics
import Kernels
import Numerics

/// Two networks kernel by kernel: which labels change into which, how alike the kernels of each layer are, and those that
/// are least alike with their difference.
public enum KernelPairsFigure {
    /// Lays the picture out.
    ///
    /// Throws `figures.badWidth`.
    public static func figure(of pairs: KernelPairs, widthMillimetres: Double = 170) throws -> Figure {
        try LabelSharesFigure.check(widthMillimetres, count: pairs.layers.count, network: pairs.titles[0])
        var page = Page(widthMillimetres: widthMillimetres)
        let title = "\(pairs.titles[0]) (A) and \(pairs.titles[1]) (B)"
        // Beside each other only where neither loses letters.
        if TextMetrics.width(title, size: Page.FontSize.title, weight: .bold) <= page.contentWidth {
            page.heading(title, "kernel by kernel")
        } else {
            page.heading("Two networks", "kernel by kernel")
            for (letter, name) in zip(["A", "B"], pairs.titles) { page.subheading("\(letter): \(name)") }
        }
        let cosines = pairs.layers.flatMap(\.cosines).sorted()
        page.facts(
            [
                "\(NumberText.grouped(pairs.total)) pairs in "
                    + (pairs.layers.count == 1 ? "1 layer" : "\(pairs.layers.count) layers"),
                cosines.isEmpty
                    ? "" : "median cosine \(NumberText.fixed(OrderStatistics.median(ofSorted: cosines), decimals: 2))",
                "same label \(NumberFormat.percent(pairs.sameLabelShare))",
                pairs.kappa.map { "κ \(NumberText.fixed($0, decimals: 2))" } ?? "",
            ].filter { !$0.isEmpty })
        page.y += 7
        let isWide = page.contentWidth > 330
        let drawings: [(inout Page) -> Void] = [
            { page in drawConfusion(pairs, on: &page) }, { page in drawCosines(pairs, on: &page) },
        ]
        if isWide {
            page.split(first: 190, gap: 16, drawings[0], drawings[1])
        } else {
            drawings[0](&page)
            page.y += 9
            drawings[1](&page)
        }
        page.y += 8
        drawChanges(pairs, on: &page)
        page.y += 4
        page.caption(caption(pairs))
        return page.finished(title: "\(title): kernel by kernel")
    }

    private static func caption(_ pairs: KernelPairs) -> String {
        var sentences: [String] = []
        let moves = KernelLabel.allCases.flatMap { first in
            KernelLabel.allCases.filter { $0 != first }.map { (first, $0, pairs.count(first, $0)) }
        }
        if let most = moves.max(by: { $0.2 < $1.2 }), most.2 > 0 {
            sentences.append(
                "The most frequent change is from \(most.0.rawValue) to \(most.1.rawValue), "
                    + "\(NumberText.grouped(most.2)) kernels.")
        }
        sentences.append(
            pairs.matching == .place
                ? "Kernels of the same channel are paired: they are more alike than those of neighbouring channels."
                : "Kernels of the same channel are not more alike than others, so each is paired with the most alike that is "
                    + "left; agreement is then partly the pairing's own.")
        sentences.append(
            "Labels: in A by row, in B by column; shade: share of the row. Likeness: cosine of paired kernels by layer, "
                + "median, middle half and middle 80 %.")
        if !pairs.changes.isEmpty {
            sentences.append(
                "Least alike: A, B and B − A, each kernel divided by its norm, one scale a pair; layer:channel and cosine. "
                    + "Kernels below a tenth of their layer's median norm are passed over.")
        }
        if !pairs.leftOut.isEmpty {
            let names = pairs.leftOut.prefix(4).joined(separator: ", ")
            sentences.append(
                "\(pairs.leftOut.count) layers without a counterpart of the same form: \(names)"
                    + "\(pairs.leftOut.count > 4 ? " …" : "").")
        }
        return sentences.joined(separator: " ")
    }

    // MARK: Labels

    private static func drawConfusion(_ pairs: KernelPairs, on page: inout Page) {
        page.subheading("labels")
        let counts = Dictionary(grouping: pairs.layers.flatMap(\.pairs)) { [$0.firstLabel, $0.secondLabel] }
            .mapValues(\.count)
        let table = LabelMatrix(corner: "A ↓  B →") { first, second in
            let count = counts[[first, second]] ?? 0
            let sum = KernelLabel.allCases.reduce(0) { $0 + (counts[[first, $1]] ?? 0) }
            let share = sum > 0 ? Double(count) / Double(sum) : 0
            let grey = FigureColor(grey: UInt8((245 - 190 * share).rounded()))
            return .filled(grey, text: NumberText.grouped(count), ink: count == 0 ? .quietInk : grey.contrasting)
        }
        table.draw(on: &page)
    }

    // MARK: Cosines

    private static func drawCosines(_ pairs: KernelPairs, on page: inout Page) {
        page.subheading("likeness")
        let cosines = pairs.layers.map(\.cosines)
        let least = cosines.filter { !$0.isEmpty }.map { OrderStatistics.quantile(0.1, ofSorted: $0) }.min() ?? 0
        let low = least >= 0.9 ? 0.8 : least >= 0 ? 0.0 : -1.0
        var plot = PlotFrame(
            x: LayerAxis.axis(pairs.layers.map(\.name), width: page.contentWidth - 40),
            y: PlotAxis(title: "cosine", range: low...1), height: page.contentWidth > 240 ? 82 : 60,
            headroom: LayerAxis.headroom)
        plot.draw(on: &page)
        LayerAxis.markStrided(
            pairs.layers.indices.filter { pairs.layers[$0].isStrided }, in: plot, on: &page, color: .axis)
        let half = min(plot.area.width / Double(pairs.layers.count) * 0.32, 5)
        for (index, own) in cosines.enumerated() where !own.isEmpty {
            let x = plot.xPlace(Double(index))
            func level(_ share: Double) -> Double {
                plot.yPlace(max(OrderStatistics.quantile(share, ofSorted: own), low))
            }
            WhiskerBox(x: x, half: half, whisker: .axis, fill: FigureColor(grey: 0xA8)).draw(on: &page, level: level)
            page.line(
                from: FigurePoint(x - half, level(0.5)), to: FigurePoint(x + half, level(0.5)), Stroke(.ink, width: 1))
        }
        plot.drawBaseline(on: &page)
        page.y = plot.bottom
    }

    // MARK: Changes

    private static let side = 80 * Length.unit
    private static let room = 27.0

    private static func drawChanges(_ pairs: KernelPairs, on page: inout Page) {
        guard !pairs.changes.isEmpty else { return }
        page.subheading("least alike")
        page.y += 2
        let nameRoom = 26.0
        let columns = max(1, Int((page.contentWidth - nameRoom) / room))
        // A column of a journal is 170 mm high.
        let rows = page.contentWidth > 240 ? 2 : 1
        let shown = Array(pairs.changes.prefix(columns * rows))
        let unit = Length.unit
        for start in stride(from: 0, to: shown.count, by: columns) {
            let top = (page.y / unit).rounded(.up) * unit
            let pitch = side + 3 + 8 * unit
            for (row, name) in ["A", "B", "B − A"].enumerated() {
                page.text(
                    name, at: FigurePoint(page.left, top + Double(row) * pitch + side / 2 + 2.4),
                    size: Page.FontSize.tick, color: .ink)
            }
            for (place, change) in shown[start..<min(start + columns, shown.count)].enumerated() {
                let x = ((page.left + nameRoom + Double(place) * room) / unit).rounded() * unit
                draw(change, pairs.layers[change.layer], at: FigurePoint(x, top), pitch: pitch, on: &page)
            }
            page.y = top + 3 * pitch + 18
        }
    }

    private static func draw(
        _ change: KernelPairs.Change, _ layer: KernelPairs.Layer, at corner: FigurePoint, pitch: Double,
        on page: inout Page
    ) {
        let unit = Length.unit
        let difference = zip(change.first, change.second).map { $1 - $0 }
        let largest = (change.first + change.second + difference).map(abs).max() ?? 1
        let labels: [KernelLabel?] = [change.pair.firstLabel, change.pair.secondLabel, nil]
        for (row, weights) in [change.first, change.second, difference].enumerated() {
            let box = FigureRect(x: corner.x, y: corner.y + Double(row) * pitch, width: side, height: side)
            page.add(
                .cells(
                    CellGrid(
                        frame: box.expanded(-unit), columns: layer.size,
                        colors: weights.map { ColorMap.rdBu.color($0 / largest) },
                        border: CellGrid.Border(KernelGridDrawing.hairline, width: unit))))
            if let label = labels[row] {
                LabelBar.draw(
                    label, in: FigureRect(x: box.x, y: box.bottom + 2 * unit, width: side, height: 6 * unit),
                    on: &page)
            }
        }
        let size = 6.0
        let baseline = corner.y + 3 * pitch - 8 * unit + 6
        let name = TextFitting.shortenedMiddle(
            "\(layer.name):\(change.pair.first)", to: room - 1.5, size: size)
        page.text(name, at: FigurePoint(corner.x + side / 2, baseline), size: size, anchor: .middle, color: .quietInk)
        page.text(
            NumberText.fixed(change.pair.cosine ?? 0, decimals: 2),
            at: FigurePoint(corner.x + side / 2, baseline + 7), size: size, anchor: .middle, color: .ink)
    }
}
