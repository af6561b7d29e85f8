import Diagnostics
import Kernels
import Numerics

/// Which inputs each output of a standard convolution reads: the strengths of its slices, outputs and inputs sorted into
/// parts, the pattern of each part, and salient slices marked.
public enum SliceMatrixFigure {
    /// Lays the picture out.
    ///
    /// Throws `figures.badWidth`.
    public static func figure(
        of matrix: SliceMatrix, network: String, widthMillimetres: Double = 170
    ) throws -> Figure {
        try Figure.check(widthMillimetres: widthMillimetres)
        var page = Page(widthMillimetres: widthMillimetres)
        page.heading(network, matrix.name)
        page.facts([
            "\(NumberText.grouped(matrix.outputCount)) outputs × \(NumberText.grouped(matrix.inputCount)) inputs",
            "\(matrix.size)×\(matrix.size)", "\(matrix.parts.count) parts",
            "NMF explains \(NumberFormat.percent(matrix.explained)) of the squared strengths",
        ])
        page.y += 2
        let (end, strongest) = (colorEnd(matrix), matrix.strengths.max() ?? 0)
        page.flow(
            [
                Legend.ramp(
                    .cividis, low: "0",
                    high: "\(NumberText.short(end))\(end < strongest ? " and more" : ""), norm of a slice")
            ]
                + (matrix.salient.isEmpty
                    ? []
                    : [Legend.words("□ slice of \(NumberText.short(SliceMatrix.salience))× an even share or more")])
        )
        page.y += 5
        let isWide = page.contentWidth > 330
        if isWide {
            page.split(
                first: page.contentWidth - 150, gap: 14, { drawMatrix(matrix, on: &$0) }, { drawParts(matrix, on: &$0) }
            )
        } else {
            drawMatrix(matrix, on: &page)
            page.y += 8
            drawParts(matrix, on: &page)
        }
        page.y += 4
        page.caption(caption(matrix))
        return page.finished(title: "\(network) \(matrix.name): outputs × inputs")
    }

    private static func caption(_ matrix: SliceMatrix) -> String {
        let inside = matrix.parts.reduce(0) { $0 + $1.energyShare }
        let even = matrix.parts.reduce(0.0) {
            $0 + Double($1.outputs.count * $1.inputs.count) / Double(matrix.outputCount * matrix.inputCount)
        }
        return
            "\(NumberFormat.percent(inside)) of the energy Σw² lies in the parts' own blocks, which hold "
            + "\(NumberFormat.percent(even)) of the slices. \(NumberText.grouped(matrix.salient.count)) of "
            + "\(NumberText.grouped(matrix.outputCount)) filters have a slice of at least "
            + "\(NumberText.short(SliceMatrix.salience)) times an even share of their energy. Rows: outputs, columns: inputs, "
            + "each with the part of the non-negative factorisation that gives it most, the strongest first; red lines lie "
            + "between parts. Patterns: the first principal axis of a block's slices, with the share of their energy along it."
    }

    /// The strength at the end of the colours: a few strong slices would leave the others one colour.
    private static func colorEnd(_ matrix: SliceMatrix) -> Double {
        let sorted = matrix.strengths.sorted()
        guard let strongest = sorted.last else { return 1e-300 }
        let end = OrderStatistics.quantile(0.995, ofSorted: sorted)
        return max(end > 0 && strongest > 1.2 * end ? end : strongest, 1e-300)
    }

    private static func drawMatrix(_ matrix: SliceMatrix, on page: inout Page) {
        let size = Page.FontSize.tick
        let outputs = matrix.parts.flatMap(\.outputs)
        let inputs = matrix.parts.flatMap(\.inputs)
        let strongest = colorEnd(matrix)
        // Square cells where the form allows it.
        let room = page.contentWidth - size - 4
        let form = Double(outputs.count) / Double(inputs.count)
        let highest = page.contentWidth > 240 ? 1.25 : 1
        let frame = FigureRect(
            x: page.left + size + 4, y: page.y + size + 3, width: room, height: room * min(highest, max(0.3, form)))
        page.text(
            "inputs", at: FigurePoint(frame.x + frame.width / 2, page.y + size * TextMetrics.ascent), size: size,
            anchor: .middle, color: .quietInk)
        page.text(
            "outputs", at: FigurePoint(page.left + size * 0.8, frame.y + frame.height / 2), size: size, anchor: .middle,
            color: .quietInk, isUpright: true)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(outputs.count * inputs.count * 3)
        for output in outputs {
            for input in inputs {
                let strength = matrix.strengths[output * matrix.inputCount + input]
                let color = ColorMap.cividis.color(min(1, strength / strongest * 2 - 1))
                bytes += [color.red, color.green, color.blue]
            }
        }
        page.add(.raster(Raster(frame: frame, width: inputs.count, height: outputs.count, bytes: bytes)))
        let cell = (width: frame.width / Double(inputs.count), height: frame.height / Double(outputs.count))
        drawBorders(matrix, frame, cell, on: &page)
        let rows = Dictionary(uniqueKeysWithValues: outputs.enumerated().map { ($1, $0) })
        let columns = Dictionary(uniqueKeysWithValues: inputs.enumerated().map { ($1, $0) })
        for slice in matrix.salient {
            guard let row = rows[slice.output], let column = columns[slice.input] else { continue }
            let side = max(cell.width, cell.height, 2.2)
            let middle = FigurePoint(
                frame.x + (Double(column) + 0.5) * cell.width, frame.y + (Double(row) + 0.5) * cell.height)
            let box = FigureRect(x: middle.x, y: middle.y, width: 0, height: 0).expanded(side / 2)
            let corners = [
                FigurePoint(box.x, box.y), FigurePoint(box.right, box.y), FigurePoint(box.right, box.bottom),
                FigurePoint(box.x, box.bottom),
            ]
            page.add(.path(FigurePath(corners, isClosed: true, stroke: Stroke(.white, width: 0.5))))
        }
        page.y = frame.bottom
    }

    /// Lines between the parts.
    private static func drawBorders(
        _ matrix: SliceMatrix, _ frame: FigureRect, _ cell: (width: Double, height: Double), on page: inout Page
    ) {
        var (row, column) = (0, 0)
        let stroke = Stroke(FigureColor(0xE6, 0x5C, 0x3C), width: 0.6)
        for part in matrix.parts.dropLast() {
            row += part.outputs.count
            column += part.inputs.count
            let (x, y) = (frame.x + Double(column) * cell.width, frame.y + Double(row) * cell.height)
            page.line(from: FigurePoint(x, frame.y), to: FigurePoint(x, frame.bottom), stroke)
            page.line(from: FigurePoint(frame.x, y), to: FigurePoint(frame.right, y), stroke)
        }
    }

    private static func drawParts(_ matrix: SliceMatrix, on page: inout Page) {
        let (unit, size) = (Length.unit, Page.FontSize.tick)
        let side = 108 * unit
        page.subheading("parts")
        page.y += 2
        // Below the matrix they stand side by side.
        let columns = max(1, Int((page.contentWidth + 6) / 102))
        page.columns(columns, gap: 6, rowGap: 0, blocks: matrix.parts.count) { page, index in
            let part = matrix.parts[index]
            let top = (page.y / unit).rounded(.up) * unit
            let box = FigureRect(x: (page.left / unit).rounded(.up) * unit, y: top, width: side, height: side)
            if let pattern = part.pattern {
                let largest = pattern.map(abs).max() ?? 1
                page.add(
                    .cells(
                        CellGrid(
                            frame: box.expanded(-unit), columns: matrix.size,
                            colors: pattern.map { ColorMap.rdBu.color($0 / largest) },
                            border: CellGrid.Border(KernelGridDrawing.hairline, width: unit))))
            }
            let lines = [
                "\(index + 1): \(NumberText.grouped(part.outputs.count)) × \(NumberText.grouped(part.inputs.count))",
                "\(NumberFormat.share(part.energyShare)) of the energy",
                "pattern \(NumberFormat.share(part.patternShare))",
            ]
            for (place, line) in lines.enumerated() {
                page.text(
                    TextFitting.shortenedMiddle(line, to: page.right - box.right - 6, size: size),
                    at: FigurePoint(box.right + 6, top + 7 + Double(place) * 8.5), size: size,
                    color: place == 0 ? .ink : .quietInk)
            }
            page.y = top + side + 6
        }
    }
}
