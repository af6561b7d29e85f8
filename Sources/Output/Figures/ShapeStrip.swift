import Diagnostics
import Classification
import Kernels
import Numerics

/// What the kernels of each shape look like: the most typical of them in a row, the most frequent shape first.
struct ShapeStrip {
    /// One shape of a layer.
    struct Entry: Equatable {
        let label: KernelLabel
        let shape: KernelShape
        let count: Int
        /// The number of the kernel with the largest sum of |cosine| to the others.
        let typical: Int
    }

    let entries: [Entry]
    private let total: Int
    private let size: Int
    private let colors: (Int) -> [FigureColor?]

    /// The side of a picture in points.
    private static let side = 15.0

    /// Draws with the colours of the grid.
    init(bank: KernelBank, classifications: [KernelClassification], colors: @escaping (Int) -> [FigureColor?]) {
        (total, size, self.colors) = (bank.count, bank.size, colors)
        var found: [KernelShape: (label: KernelLabel, kernels: [Int])] = [:]
        for (index, kernel) in classifications.enumerated() where Self.hasForm(kernel) {
            found[kernel.shape, default: (kernel.label, [])].kernels.append(index)
        }
        entries = found.map { shape, group in
            Entry(
                label: group.label, shape: shape, count: group.kernels.count,
                typical: Self.typical(of: group.kernels, in: bank))
        }.sorted { ($1.count, $0.shape.rawValue) < ($0.count, $1.shape.rawValue) }
    }

    /// Whether a kernel has a shape to show: what is nearly nothing, or like nothing, has no typical form.
    static func hasForm(_ kernel: KernelClassification) -> Bool {
        kernel.shape != .unnamed && kernel.label != .other && kernel.label != .zero
    }

    /// Kernels beyond this number are compared by an even sample.
    private static let sample = 96

    static func typical(of kernels: [Int], in bank: KernelBank) -> Int {
        let candidates = kernels.evenSample(sample)
        let units = candidates.map { index -> [Float] in
            let norm = Float(bank.energy(index).squareRoot())
            return bank.kernel(index).map { $0.isFinite && norm > 0 && norm.isFinite ? $0 / norm : 0 }
        }
        var best = (place: 0, sum: -Float.infinity)
        for place in units.indices {
            let sum = units.reduce(Float(0)) { $0 + abs(zip($1, units[place]).reduce(0) { $0 + $1.0 * $1.1 }) }
            if sum > best.sum { best = (place, sum) }
        }
        return candidates[best.place]
    }

    /// Draws as many shapes as one row holds, with how many kernels have them; nothing where no shape is known.
    func draw(on page: inout Page) {
        guard !entries.isEmpty else { return }
        let size = Page.FontSize.tick
        let unit = Length.unit
        let top = (page.y / unit).rounded(.up) * unit
        let cell = (Self.side / unit / Double(self.size)).rounded(.down) * unit
        let side = cell * Double(self.size)
        var x = ((page.left + unit) / unit).rounded(.up) * unit
        var shown = 0
        for entry in entries {
            let texts = [entry.shape.rawValue, Self.share(entry.count, of: total)]
            let room = texts.map { TextMetrics.width($0, size: size) }.max() ?? 0
            // A rarer shape with a shorter name would pass for the more frequent one.
            guard x + side + 3 + room <= page.right else { break }
            shown += 1
            page.add(
                .cells(
                    CellGrid(
                        frame: FigureRect(x: x, y: top + unit, width: side, height: side), columns: self.size,
                        colors: colors(entry.typical).map { $0 ?? Hatch.paper },
                        border: CellGrid.Border(KernelGridDrawing.hairline, width: unit))))
            LabelBar.draw(
                entry.label, in: FigureRect(x: x, y: top + side + 3 * unit, width: side, height: 6 * unit), on: &page)
            for (line, text) in texts.enumerated() {
                page.text(
                    text, at: FigurePoint(x + side + 3, top + 6.4 + Double(line) * 7.6), size: size,
                    color: line == 0 ? .ink : .quietInk)
            }
            x = ((x + side + 3 + room + 9) / unit).rounded(.up) * unit
        }
        page.y = top + Self.side + 9 * unit + 6
        let left = entries[shown...].reduce(0) { $0 + $1.count }
        if left > 0 {
            page.caption(
                left == 1
                    ? "The shape of 1 more kernel is not shown."
                    : "The shapes of \(NumberText.grouped(left)) more kernels are not shown.")
        }
    }

    private static func share(_ count: Int, of total: Int) -> String {
        "\(NumberText.grouped(count)) (\(NumberFormat.share(Double(count) / Double(total))))"
    }
}
