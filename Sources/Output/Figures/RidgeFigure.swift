import Glibc
import Kernels

/// The weight distributions of all layers of a network, one ridge below the other.
public enum RidgeFigure {
    /// One layer's distribution, in units of the layer's own standard deviation.
    public struct Row: Sendable, Equatable {
        /// What stands beside the ridge.
        public let name: String
        /// Count, mean, deviation and extremes of the weights.
        public let moments: Moments
        /// The density at ``RidgeFigure/grid``, per standard deviation.
        public let densities: [Double]
        /// Whether the layer reduces the resolution.
        public let isStrided: Bool

        /// Smooths the weights of a layer with a Gaussian kernel of Silverman's width.
        public init(name: String, weights: [Float], isStrided: Bool) {
            self.name = name
            self.isStrided = isStrided
            let moments = Moments(weights)
            self.moments = moments
            let unit = moments.standardDeviation
            guard unit > 0, moments.count > 1 else {
                densities = Array(repeating: 0, count: RidgeFigure.grid.count)
                return
            }
            densities = Self.smoothed(
                weights.filter(\.isFinite).map { (Double($0) - moments.mean) / unit }, at: RidgeFigure.grid)
        }

        /// The ridge of a bank.
        public init(_ bank: KernelBank) {
            self.init(name: bank.layer.label, weights: bank.values, isStrided: bank.layer.isStrided)
        }

        /// Counts into fine bins first, so that the cost does not grow with the weights.
        private static func smoothed(_ values: [Double], at grid: [Double]) -> [Double] {
            let sorted = values.sorted()
            let spread = (sorted[sorted.count * 3 / 4] - sorted[sorted.count / 4]) / 1.34
            let width = max(0.9 * min(1, spread > 0 ? spread : 1) * pow(Double(values.count), -0.2), 0.02)
            let step = grid[1] - grid[0]
            var bins = [Double](repeating: 0, count: grid.count)
            for value in values {
                let bin = Int(((value - grid[0]) / step).rounded())
                if bins.indices.contains(bin) { bins[bin] += 1 }
            }
            let reach = Int((4 * width / step).rounded(.up))
            let weights = (0...reach).map { exp(-0.5 * pow(Double($0) * step / width, 2)) }
            let area = (weights[0] + 2 * weights.dropFirst().reduce(0, +)) * step * Double(values.count)
            return grid.indices.map { index in
                (-reach...reach).reduce(0) { sum, offset in
                    bins.indices.contains(index + offset) ? sum + bins[index + offset] * weights[abs(offset)] : sum
                } / area
            }
        }
    }

    /// Where densities are measured, in standard deviations from the mean.
    public static let grid = (0...320).map { -4 + Double($0) / 40 }

    /// Lays the picture out.
    ///
    /// Throws `figures.noLayers` or `figures.badWidth`.
    public static func figure(of rows: [Row], network: String, widthMillimetres: Double = 170) throws -> Figure {
        try LabelSharesFigure.check(widthMillimetres, count: rows.count, network: network)
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(network, "weight distributions by layer")
        let total = rows.reduce(0) { $0 + $1.moments.count }
        let bad = rows.reduce(0) { $0 + $1.moments.nonFiniteCount }
        page.facts(
            [rows.count == 1 ? "1 layer" : "\(rows.count) layers", "\(NumberText.grouped(total)) weights"]
                + (bad > 0 ? ["\(NumberText.grouped(bad)) not finite, left out"] : []))
        page.y += 3
        drawRows(rows, on: &page)
        page.caption(
            "Each ridge is a smoothed density in units of the layer's own standard deviation σ; dashed: a normal "
                + "distribution at the same height scale, smaller where the ridge is a sharp peak. Kurtosis: excess over "
                + "the normal distribution."
                + (rows.contains(where: \.isStrided) ? " Bold and darker, with ↓: stride above 1." : ""))
        return page.finished(title: "\(network): weight distributions by layer")
    }

    private static func drawRows(_ rows: [Row], on page: inout Page) {
        let size = Page.FontSize.tick
        // Wide pages get taller ridges, which would be flat otherwise.
        let rowHeight = min(26, max(13, page.contentWidth / 42))
        let ridgeHeight = rowHeight * 1.85
        func weight(_ row: Row) -> TextMark.Weight { row.isStrided ? .bold : .regular }
        func mark(_ row: Row) -> String { row.isStrided ? " ↓" : "" }
        let facts = rows.map { row in
            [
                NumberText.short(row.moments.standardDeviation, digits: 2),
                abs(row.moments.excessKurtosis) < 100
                    ? NumberText.fixed(row.moments.excessKurtosis, decimals: 1)
                    : NumberText.short(row.moments.excessKurtosis, digits: 3),
            ]
        }
        let titles = ["σ", "kurtosis"]
        let rooms = titles.indices.map { column in
            (facts.map { $0[column] } + [titles[column]]).map { TextMetrics.width($0, size: size) }.max() ?? 0
        }
        let longest = rows.map { TextMetrics.width($0.name + mark($0), size: size, weight: weight($0)) }.max() ?? 0
        let nameRoom = min(longest, page.contentWidth * 0.34)
        let factRoom = rooms.reduce(0) { $0 + $1 + 8 }
        let columns = [page.right - rooms[1] - 8, page.right]
        for (title, right) in zip(titles, columns) {
            page.text(
                title, at: FigurePoint(right, page.y + size * TextMetrics.ascent), size: size, anchor: .end,
                color: .quietInk)
        }
        let top = page.y + ridgeHeight - 2
        let x = page.left + nameRoom + 6
        let width = page.contentWidth - nameRoom - 6 - factRoom
        func place(_ value: Double) -> Double { x + (value + 4) / 8 * width }
        let bottom = top + Double(rows.count) * rowHeight
        for value in -4...4 {
            let at = place(Double(value))
            page.line(
                from: FigurePoint(at, top), to: FigurePoint(at, bottom + 2),
                Stroke(value == 0 ? FigureColor(grey: 0xC4) : .faint, width: 0.4))
        }
        for (index, row) in rows.enumerated() {
            let base = top + Double(index + 1) * rowHeight
            drawRidge(row, from: x, width: width, base: base, height: ridgeHeight, on: &page)
            page.line(from: FigurePoint(x, base), to: FigurePoint(x + width, base), Stroke(.axis, width: 0.3))
            let room = nameRoom - TextMetrics.width(mark(row), size: size, weight: weight(row))
            let name = TextFitting.shortenedMiddle(row.name, to: room, size: size, weight: weight(row))
            page.text(name + mark(row), at: FigurePoint(page.left, base), size: size, weight: weight(row), color: .ink)
            for (text, right) in zip(facts[index], columns) {
                page.text(text, at: FigurePoint(right, base), size: size, anchor: .end, color: .quietInk)
            }
        }
        page.y = bottom + 4
        page.y += size * TextMetrics.ascent
        for value in [-4, -2, 0, 2, 4] {
            let text = value == 0 ? "mean" : "\(value < 0 ? "−" : "+")\(abs(value))σ"
            page.text(
                text, at: FigurePoint(place(Double(value)), page.y), size: size, anchor: .middle, color: .quietInk)
        }
        page.y += size * TextMetrics.descent + 4
    }

    /// The filled density of a layer above its base line, and a normal distribution at the same scale.
    private static func drawRidge(
        _ row: Row, from x: Double, width: Double, base: Double, height: Double, on page: inout Page
    ) {
        let highest = row.densities.max() ?? 0
        guard highest > 0 else { return }
        func place(_ value: Double) -> Double { x + (value + 4) / 8 * width }
        // A normal distribution reaches half the room of a ridge; sharper peaks are cut at the whole.
        let normal = 1 / (2 * Double.pi).squareRoot()
        let scale = height * 0.5 / normal
        let factor = highest * scale > height ? height / highest : scale
        let line = zip(grid, row.densities).map { FigurePoint(place($0), base - $1 * factor) }
        let fill = row.isStrided ? FigureColor(0x3F, 0x6F, 0x9E) : FigureColor(0x9E, 0xBF, 0xDC)
        let area = [FigurePoint(place(-4), base)] + line + [FigurePoint(place(4), base)]
        page.add(.path(FigurePath(area, isClosed: true, fill: fill)))
        page.add(.path(FigurePath(line, stroke: Stroke(.white, width: 0.7))))
        let bell = grid.filter { abs($0) <= 3 }.map {
            FigurePoint(place($0), base - normal * exp(-0.5 * $0 * $0) * factor)
        }
        page.add(.path(FigurePath(bell, stroke: Stroke(.ink, width: 0.35, dash: [1.4, 1.4]))))
    }
}
