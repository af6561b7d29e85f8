import Classification
import Diagnostics
import Kernels

/// Shapes × layers: the mean kernel of each, as large as its share of the layer.
public enum KernelDictionaryFigure {
    /// Lays the picture out; where a network has more layers than fit beside each other, in several bands.
    ///
    /// Throws `figures.noLayers` or `figures.badWidth`.
    public static func figure(
        of dictionary: KernelDictionary, network: String, widthMillimetres: Double = 170
    ) throws -> Figure {
        try LabelSharesFigure.check(widthMillimetres, count: dictionary.layers.count, network: network)
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(network, "dictionary of kernels: the mean kernel of each shape in each layer")
        let total = dictionary.layers.reduce(0) { $0 + $1.total }
        let shapes = dictionary.words.count { $0.shape != .unnamed }
        page.facts([
            "\(NumberText.grouped(total)) kernels", "\(dictionary.layers.count) layers", "\(shapes) shapes",
        ])
        page.y += 2
        let table = Table(dictionary: dictionary, page: page)
        page.flow([
            Legend.colorBar(.rdBu, low: "−max|w|", high: "+max|w|"),
            Legend.words("area: share of the layer's kernels"),
            Legend.words("full cell: \(NumberFormat.share(dictionary.largestShare))"),
            areaKey(0.05, side: table.side(ofShare: 0.05)),
        ])
        page.y += 6
        table.draw(on: &page)
        page.y += 2
        page.caption(caption(dictionary))
        return page.finished(title: "\(network): dictionary of kernels")
    }

    private static func caption(_ dictionary: KernelDictionary) -> String {
        let named = dictionary.words.filter { $0.shape != .unnamed }.map { ($0, dictionary.total($0)) }
        let most = named.max { $0.1.count < $1.1.count }
        let finding = most.map { word, total in
            "The most frequent shape is \(word.name), \(NumberText.grouped(total.count)) kernels, which are alike by a "
                + "mean cosine of \(NumberText.fixed(total.likeness ?? 0, decimals: 2)) to their layer's mean."
        }
        return [
            finding ?? "No kernel has a shape.",
            "Each kernel divided by its norm and turned to the sign of the most typical one, then averaged; each mean on its "
                + "own scale. Cosine: how alike the kernels of a shape are to their layer's mean.",
            "Plain squares: kernels without form, which have no mean.",
            dictionary.layers.contains(where: \.isStrided) ? "Bold, with ↓: stride above 1." : "",
        ].filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// A square as large as a share has it in the table.
    private static func areaKey(_ share: Double, side: Double) -> Page.Item {
        let size = Page.FontSize.fact
        let text = NumberFormat.share(share)
        return Page.Item(width: side + 3 + TextMetrics.width(text, size: size)) { page, at in
            let middle = FigurePoint(at.x + side / 2, at.y - size * 0.36)
            page.add(
                .rectangle(
                    FigureRect(x: middle.x, y: middle.y, width: 0, height: 0).expanded(side / 2),
                    fill: KernelGridDrawing.hairline))
            page.text(text, at: FigurePoint(at.x + side + 3, at.y), size: size, color: .ink)
        }
    }
}

/// The table of a dictionary: a row a shape, a column a layer.
private struct Table {
    let dictionary: KernelDictionary
    private let nameRoom: Double
    private let countRoom: Double
    private let cosineRoom: Double
    /// Layers in a band.
    private let columns: Int
    /// The side of a cell that a whole layer would fill, with its distance from the next, in points.
    private let pitch: Double
    private static let size = Page.FontSize.tick
    private static let barRoom = 16.0

    init(dictionary: KernelDictionary, page: Page) {
        self.dictionary = dictionary
        func widest(_ texts: [String]) -> Double {
            texts.map { TextMetrics.width($0, size: Self.size) }.max() ?? 0
        }
        nameRoom = widest(dictionary.words.map(\.name)) + Self.barRoom
        countRoom = widest(dictionary.words.map { NumberText.grouped(dictionary.total($0).count) } + ["kernels"]) + 8
        cosineRoom = widest(["cosine"]) + 8
        let room = page.contentWidth - nameRoom - countRoom - cosineRoom
        let layers = dictionary.layers.count
        // Names such as "52 ↓" need this.
        let least = max(17, widest(dictionary.layers.map(\.name).filter { $0.count < 5 }) + 5)
        let most = max(1, min(layers, Int(room / least)))
        let bands = (layers + most - 1) / most
        columns = (layers + bands - 1) / bands
        pitch = (min(34, room / Double(columns)) / Length.unit).rounded(.down) * Length.unit
    }

    /// The side of a square whose area stands for a share: a full cell for the largest of the table.
    func side(ofShare share: Double) -> Double {
        (pitch - 6 * Length.unit) * (share / max(dictionary.largestShare, 1e-9)).squareRoot()
    }

    func draw(on page: inout Page) {
        let count = dictionary.layers.count
        for (band, first) in stride(from: 0, to: count, by: columns).enumerated() {
            if band > 0 { page.y += 9 }
            drawBand(Array(first..<min(first + columns, count)), isFirst: band == 0, on: &page)
        }
    }

    private func drawBand(_ layers: [Int], isFirst: Bool, on page: inout Page) {
        let unit = Length.unit
        let left = ((page.left + nameRoom) / unit).rounded(.up) * unit
        let baseline = page.y + Self.size * TextMetrics.ascent
        page.text("layer", at: FigurePoint(page.left, baseline), size: Self.size, color: .quietInk)
        for (column, index) in layers.enumerated() {
            let layer = dictionary.layers[index]
            let weight: TextMark.Weight = layer.isStrided ? .bold : .regular
            let middle = left + (Double(column) + 0.5) * pitch
            let name = TextFitting.shortenedMiddle(layer.name, to: pitch - 1, size: Self.size, weight: weight)
            page.text(
                name, at: FigurePoint(middle, baseline), size: Self.size, weight: weight, anchor: .middle, color: .ink)
            guard layer.isStrided else { continue }
            page.text("↓", at: FigurePoint(middle, baseline + 7), size: Self.size, anchor: .middle, color: .ink)
        }
        if isFirst {
            for (title, right) in [("kernels", page.right - cosineRoom), ("cosine", page.right)] {
                page.text(title, at: FigurePoint(right, baseline), size: Self.size, anchor: .end, color: .quietInk)
            }
        }
        let hasArrows = layers.contains { dictionary.layers[$0].isStrided }
        let top = ((page.y + Self.size + (hasArrows ? 10 : 3)) / unit).rounded(.up) * unit
        let shown = dictionary.words.filter { word in layers.contains { dictionary.layers[$0].entries[word] != nil } }
        page.y = top
        for word in shown {
            let height = rowHeight(word, layers)
            drawNames(word, page.y + height / 2, showsNumbers: isFirst, on: &page)
            for (column, index) in layers.enumerated() {
                draw(
                    word, index, at: FigurePoint(left + (Double(column) + 0.5) * pitch, page.y + height / 2), on: &page)
            }
            page.y += height
        }
    }

    /// A row is as high as its largest cell, or its name.
    private func rowHeight(_ word: KernelDictionary.Word, _ layers: [Int]) -> Double {
        let shares = layers.map { index -> Double in
            let layer = dictionary.layers[index]
            return layer.total > 0 ? Double(layer.entries[word]?.count ?? 0) / Double(layer.total) : 0
        }
        let height = max(side(ofShare: shares.max() ?? 0) + 5, Self.size + 4)
        return (height / Length.unit).rounded(.up) * Length.unit
    }

    private func drawNames(_ word: KernelDictionary.Word, _ middle: Double, showsNumbers: Bool, on page: inout Page) {
        let baseline = middle + Self.size * 0.36
        LabelBar.draw(
            word.label, in: FigureRect(x: page.left, y: middle - 1, width: Self.barRoom - 5, height: 2), on: &page)
        page.text(word.name, at: FigurePoint(page.left + Self.barRoom - 2, baseline), size: Self.size, color: .ink)
        guard showsNumbers else { return }
        let total = dictionary.total(word)
        page.text(
            NumberText.grouped(total.count), at: FigurePoint(page.right - cosineRoom, baseline), size: Self.size,
            anchor: .end, color: .quietInk)
        guard let likeness = total.likeness else { return }
        page.text(
            NumberText.fixed(likeness, decimals: 2), at: FigurePoint(page.right, baseline), size: Self.size,
            anchor: .end, color: .quietInk)
    }

    /// One mean around the middle of its cell, with an area in proportion to its share.
    private func draw(_ word: KernelDictionary.Word, _ index: Int, at middle: FigurePoint, on page: inout Page) {
        let layer = dictionary.layers[index]
        guard let entry = layer.entries[word], layer.total > 0 else { return }
        let unit = Length.unit
        let side = self.side(ofShare: Double(entry.count) / Double(layer.total))
        guard let mean = entry.mean else {
            let box = FigureRect(x: middle.x, y: middle.y, width: 0, height: 0).expanded(max(side, 2 * unit) / 2)
            page.add(.rectangle(box, fill: LabelPalette.color(word.label)))
            return
        }
        // Not on whole units: the area counts.
        let box = FigureRect(x: middle.x, y: middle.y, width: 0, height: 0).expanded(max(side, 2 * unit) / 2)
        let largest = mean.map(abs).max() ?? 0
        page.add(
            .cells(
                CellGrid(
                    frame: box,
                    columns: layer.size, colors: mean.map { ColorMap.rdBu.color(largest > 0 ? $0 / largest : 0) },
                    border: CellGrid.Border(KernelGridDrawing.hairline, width: unit))))
    }
}
