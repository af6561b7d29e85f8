import Kernels
import VGNets

/// The two blocks and the last unit of a VGNet as flow charts (Fig. 8), with the kernels that are fixed.
struct BlockSchematics {
    let config: VGNetConfig

    private static let size = 6.5
    private static let boxHeight = 13.0

    /// DownsamplingBlock: depthwise with stride 2; the last channels pass, a pointwise convolution makes the others.
    func drawDownsampling(on page: inout Page) {
        page.subheading("DownsamplingBlock")
        let kernels: String
        var bank: [NamedKernel] = []
        if let uniform = config.downsampling.uniform {
            kernels =
                uniform.gaussian == nil
                ? "depthwise 3×3 s2, learned"
                : uniform.share == nil ? "depthwise 3×3 s2, fixed" : "depthwise 3×3 s2, part fixed"
            if let gaussian = uniform.gaussian {
                let kernel = NamedKernel.gaussian(sigmaPixels: gaussian.sigmaPixels)
                bank = [kernel]
                if gaussian.signs == .alternating {
                    bank.append(NamedKernel("−" + kernel.name, kernel.values.map { -$0 }))
                }
            }
        } else {
            kernels = "depthwise 3×3 s2, by stage"
        }
        let chart = Chart(page: page, rows: 5)
        chart.box("i channels", row: 0, column: .centre, NetworkDiagramFigure.Tint.plain, on: &page)
        chart.box(kernels, row: 1, column: .centre, NetworkDiagramFigure.Tint.downsampling, on: &page)
        let splits = (1...4).map { config.split(ofStage: $0) }
        // Wide stages behind narrow ones have fewer filtered channels than a half.
        let isPlain = splits.allSatisfy { $0.keptChannels == $0.outputChannels / 2 }
        chart.box(
            isPlain ? "last o/2 pass" : "last min(o/2, i) pass", row: 2.5, column: .left,
            NetworkDiagramFigure.Tint.half, on: &page)
        chart.box(pointwise, row: 2.5, column: .right, NetworkDiagramFigure.Tint.plain, on: &page)
        chart.box(
            isPlain ? "o channels as two halves" : "joined, cut at o/2", row: 4, column: .centre,
            NetworkDiagramFigure.Tint.plain, on: &page)
        chart.link((0, .centre), (1, .centre), on: &page)
        chart.link((1, .centre), (2.5, .left), on: &page)
        chart.link((1, .centre), (2.5, .right), on: &page)
        chart.link((2.5, .left), (4, .centre), on: &page)
        chart.link((2.5, .right), (4, .centre), on: &page)
        page.y = chart.bottom
        page.caption(
            "i → o, passed + new: "
                + splits.map { "\($0.inputChannels) → \($0.outputChannels), \($0.keptChannels) + \($0.newChannels)" }
                .joined(separator: "; ") + ".")
        drawBank(bank, on: &page)
    }

    /// Behind stage 4: both halves are joined, filtered and mixed once more.
    func drawLastUnit(on page: inout Page) {
        page.subheading("Last unit")
        let kernels =
            switch config.last {
            case .shared(let groups): "shared by \(groups)"
            case .learnable: "learned"
            case .bank: "fixed, BN"
            }
        let chart = Chart(page: page, rows: 5)
        let tint = NetworkDiagramFigure.Tint.self
        let isHalf = config.identity.uniform == .half
        chart.box(isHalf ? "left half a" : "older part", row: 0, column: .left, tint.plain, on: &page)
        chart.box(isHalf ? "right half b" : "younger part", row: 0, column: .right, tint.plain, on: &page)
        chart.box(isHalf ? "concat(a, b)" : "concat", row: 1.25, column: .centre, tint.plain, on: &page)
        chart.box("depthwise, \(kernels)", row: 2.6, column: .centre, tint.last, on: &page)
        // Never with SE.
        chart.box("1×1, \(config.activation.title), BN", row: 4, column: .centre, tint.plain, on: &page)
        chart.link((0, .left), (1.25, .centre), on: &page)
        chart.link((0, .right), (1.25, .centre), on: &page)
        chart.link((1.25, .centre), (2.6, .centre), on: &page)
        chart.link((2.6, .centre), (4, .centre), on: &page)
        page.y = chart.bottom
    }

    /// HalfIdentityBlock: one half passes and is filtered as well; a pointwise convolution on both makes the other.
    func drawHalfIdentity(on page: inout Page) {
        page.subheading("HalfIdentityBlock")
        let uniform = config.half.uniform
        let bank: [NamedKernel] =
            switch uniform?.bank {
            case nil: []
            case .fourEdge: FixedKernels.fourEdge
            case .sixEdgeTwoGaussian: FixedKernels.sixEdgeTwoGaussian
            case .some(let bank):
                (bank.givenKernels ?? []).enumerated().map { NamedKernel("\(bank.text) \($0 + 1)", $1) }
            }
        let kernels = uniform == nil ? "by stage" : uniform?.bank == nil ? "learned" : "fixed, BN"
        // The paper's halves, or the queue that they are for other shares ρ.
        let isHalf = config.identity.uniform == .half
        let (left, right) = isHalf ? ("left half a", "right half b") : ("older ρ·C", "younger (1 − ρ)·C")
        let chart = Chart(page: page, rows: 5)
        let tint = NetworkDiagramFigure.Tint.self
        chart.box(left, row: 0, column: .left, tint.plain, on: &page)
        chart.box(right, row: 0, column: .right, tint.plain, on: &page)
        chart.box("depthwise 3×3, \(kernels)", row: 1.25, column: .right, tint.half, on: &page)
        chart.box(pointwise, row: 2.6, column: .left, tint.plain, on: &page)
        chart.box(isHalf ? "new right half" : "(1 − ρ)·C new", row: 4, column: .left, tint.plain, on: &page)
        chart.box(
            isHalf ? "new left half = b" : "youngest ρ·C pass", row: 4, column: .right, tint.half, on: &page)
        chart.link((0, .left), (2.6, .left), on: &page)
        chart.link((0, .right), (1.25, .right), on: &page)
        chart.link((1.25, .right), (2.6, .left), on: &page)
        chart.bypass(from: right, 0, to: 4, on: &page)
        chart.link((2.6, .left), (4, .left), on: &page)
        page.y = chart.bottom
        drawBank(bank, on: &page)
    }

    private var pointwise: String {
        "1×1, \(config.activation.title), BN" + (config.squeezeExcite == nil ? "" : ", SE")
    }

    /// The fixed kernels, channel after channel.
    private func drawBank(_ bank: [NamedKernel], on page: inout Page) {
        guard !bank.isEmpty else { return }
        let side = min(24, (page.contentWidth - 6 * Double(bank.count - 1)) / Double(bank.count))
        for (index, kernel) in bank.enumerated() {
            let frame = FigureRect(
                x: page.left + Double(index) * (side + 6), y: page.y + 2, width: side, height: side)
            let largest = Double(kernel.values.map(abs).max() ?? 1)
            page.add(
                .cells(
                    CellGrid(
                        frame: frame, columns: kernel.size,
                        colors: kernel.values.map { ColorMap.rdBu.color(Double($0) / largest) },
                        border: CellGrid.Border(KernelGridDrawing.hairline, width: Length.unit))))
        }
        page.y += side + 5
        page.caption("Channel i uses kernel i mod \(bank.count): " + bank.map(\.name).joined(separator: ", ") + ".")
    }

    /// Boxes on a grid of rows and three columns.
    private struct Chart {
        enum Column { case left, centre, right }

        let left: Double
        let width: Double
        let top: Double
        let rows: Int

        init(page: Page, rows: Int) {
            (left, width, top, self.rows) = (page.left, min(page.contentWidth - 12, 240), page.y, rows)
        }

        var bottom: Double { top + Double(rows) * 20 }

        func middle(_ column: Column) -> Double {
            switch column {
            case .left: left + width * 0.25
            case .centre: left + width * 0.5
            case .right: left + width * 0.75
            }
        }

        func y(_ row: Double) -> Double { top + row * 20 }

        func box(_ text: String, row: Double, column: Column, _ color: FigureColor, on page: inout Page) {
            let limit = width * 0.5 - 6
            let text = TextFitting.shortenedMiddle(text, to: limit - 6, size: size)
            let boxWidth = max(TextMetrics.width(text, size: size) + 8, 40)
            let frame = FigureRect(x: middle(column) - boxWidth / 2, y: y(row), width: boxWidth, height: boxHeight)
            page.add(.rectangle(frame, fill: color))
            page.text(
                text, at: FigurePoint(middle(column), frame.y + boxHeight / 2 + size * 0.36), size: size,
                anchor: .middle,
                color: color.contrasting)
        }

        /// An arrow from the foot of one box to the head of another.
        func link(_ from: (Double, Column), _ to: (Double, Column), on page: inout Page) {
            let start = FigurePoint(middle(from.1), y(from.0) + boxHeight)
            let end = FigurePoint(middle(to.1), y(to.0))
            arrow([start, end], on: &page)
        }

        /// A line around the right column.
        func bypass(from text: String, _ from: Double, to: Double, on page: inout Page) {
            let x = left + width + 6
            let edge = middle(.right) + max(TextMetrics.width(text, size: size) + 8, 40) / 2
            arrow(
                [
                    FigurePoint(edge, y(from) + boxHeight / 2), FigurePoint(x, y(from) + boxHeight / 2),
                    FigurePoint(x, y(to) - 5), FigurePoint(middle(.right), y(to) - 5),
                    FigurePoint(middle(.right), y(to)),
                ], on: &page)
        }

        private func arrow(_ points: [FigurePoint], on page: inout Page) {
            page.add(.path(FigurePath(points, stroke: Stroke(.axis, width: 0.8))))
            // The tip points along the last piece of the line.
            let (start, end) = (points[points.count - 2], points[points.count - 1])
            let length = ((end.x - start.x) * (end.x - start.x) + (end.y - start.y) * (end.y - start.y)).squareRoot()
            let (x, y) = ((end.x - start.x) / length, (end.y - start.y) / length)
            let foot = FigurePoint(end.x - 3.6 * x, end.y - 3.6 * y)
            let tip = [
                end, FigurePoint(foot.x - 1.6 * y, foot.y + 1.6 * x), FigurePoint(foot.x + 1.6 * y, foot.y - 1.6 * x),
            ]
            page.add(.path(FigurePath(tip, isClosed: true, fill: .axis)))
        }

        private var size: Double { BlockSchematics.size }
        private var boxHeight: Double { BlockSchematics.boxHeight }
    }
}
