import Classification
import Kernels

/// Puts the kernels of a bank where a layout wants them.
struct KernelGridDrawing {
    let bank: KernelBank
    /// The strips' numbers in drawing order.
    let order: [Int]
    /// The labels whose colours frame the kernels; nil for a hairline.
    let labels: [KernelLabel]?
    let colors: KernelColors
    let layout: KernelGridLayout
    /// The kernel of each filter that is outlined; empty for none.
    var salient: [Int] = []
    /// Kernels of a filter: one for each of its input channels.
    var slicesPerFilter = 1
    /// How weights are printed into the cells; nil for not at all.
    var numbers: CellNumbers?

    static let hairline = FigureColor(grey: 0xB4)

    /// One rectangle for each frame and one matrix of cells for each kernel.
    func drawVectors(on page: inout Page) {
        let unit = Length.unit
        // On whole units from the page's corner, so that cells meet pixels at 200 dpi.
        let left = (page.left / unit).rounded() * unit
        let top = (page.y / unit).rounded(.up) * unit
        let side = Double(layout.kernelSide) * unit
        let inset = Double(layout.frame) * unit
        forEachKernel { kernel, x, y in
            let box = FigureRect(x: left + Double(x) * unit, y: top + Double(y) * unit, width: side, height: side)
            if isSalient(kernel) {
                page.add(.rectangle(box.expanded(Double(layout.outline) * unit), fill: .black))
                page.add(.rectangle(box, fill: .white))
            }
            page.add(.rectangle(labels == nil ? box.expanded(unit - inset) : box, fill: frameColor(kernel)))
            let cells = colors.colors(kernel)
            let inner = box.expanded(-inset)
            page.add(
                .cells(CellGrid(frame: inner, columns: bank.size, colors: cells.map { $0 ?? Hatch.paper })))
            for (index, color) in cells.enumerated() where color == nil {
                let cell = inner.width / Double(bank.size)
                let spot = FigureRect(
                    x: inner.x + Double(index % bank.size) * cell, y: inner.y + Double(index / bank.size) * cell,
                    width: cell, height: cell)
                for line in Hatch.lines(in: spot) { page.add(.path(line)) }
            }
            if let numbers { print(numbers, kernel, cells, in: inner, on: &page) }
        }
        page.y = top + Double(layout.height) * unit
    }

    /// The same as one picture with a pixel for each unit.
    func drawPixels(on page: inout Page) {
        let unit = Length.unit
        let left = (page.left / unit).rounded() * unit
        let top = (page.y / unit).rounded(.up) * unit
        var picture = PixelCanvas(width: layout.width, height: layout.height)
        forEachKernel { kernel, x, y in
            if isSalient(kernel) {
                let side = layout.kernelSide + 2 * layout.outline
                picture.fill(x: x - layout.outline, y: y - layout.outline, width: side, height: side, .black)
                picture.fill(x: x, y: y, width: layout.kernelSide, height: layout.kernelSide, .white)
            }
            // Without labels a hairline is enough, however much room the layout leaves.
            let room = labels == nil ? layout.frame - 1 : 0
            picture.fill(
                x: x + room, y: y + room, width: layout.kernelSide - 2 * room, height: layout.kernelSide - 2 * room,
                frameColor(kernel))
            for (index, color) in colors.colors(kernel).enumerated() {
                let cellX = x + layout.frame + index % bank.size * layout.cell
                let cellY = y + layout.frame + index / bank.size * layout.cell
                picture.fill(x: cellX, y: cellY, width: layout.cell, height: layout.cell, color ?? Hatch.paper)
                if color == nil {
                    for step in 0..<layout.cell {
                        picture.fill(x: cellX + step, y: cellY + layout.cell - 1 - step, width: 1, height: 1, Hatch.ink)
                    }
                }
            }
        }
        let height = Double(layout.height) * unit
        page.add(
            .raster(
                Raster(
                    frame: FigureRect(x: left, y: top, width: Double(layout.width) * unit, height: height),
                    width: layout.width, height: layout.height, bytes: picture.bytes)))
        page.y = top + height
    }

    private func print(
        _ numbers: CellNumbers, _ kernel: Int, _ cells: [FigureColor?], in box: FigureRect, on page: inout Page
    ) {
        let side = box.width / Double(bank.size)
        let size = CellNumbers.fontSize
        for (index, weight) in bank.kernel(kernel).enumerated() {
            let middle = FigurePoint(
                box.x + (Double(index % bank.size) + 0.5) * side,
                box.y + (Double(index / bank.size) + 0.5) * side + size * 0.36)
            page.text(
                numbers.text(weight), at: middle, size: size, anchor: .middle,
                color: cells[index]?.contrasting ?? .ink)
        }
    }

    private func isSalient(_ kernel: Int) -> Bool {
        !salient.isEmpty && salient[kernel / slicesPerFilter] == kernel
    }

    private func forEachKernel(_ body: (_ kernel: Int, _ x: Int, _ y: Int) -> Void) {
        for (place, strip) in order.prefix(layout.shownStrips).enumerated() {
            for slice in 0..<layout.strip {
                let corner = layout.corner(strip: place, slice: slice)
                body(strip * layout.strip + slice, corner.x, corner.y)
            }
        }
    }

    private func frameColor(_ kernel: Int) -> FigureColor {
        labels.map { LabelPalette.color($0[kernel]) } ?? Self.hairline
    }
}

/// White paper on which rectangles of pixels are filled.
struct PixelCanvas {
    let width: Int
    private(set) var bytes: [UInt8]

    init(width: Int, height: Int) {
        self.width = width
        bytes = Array(repeating: 255, count: width * height * 3)
    }

    /// What lies beyond the paper's edges is left out.
    mutating func fill(x: Int, y: Int, width columns: Int, height rows: Int, _ color: FigureColor) {
        let (first, last) = (max(0, x), min(width, x + columns))
        for row in max(0, y)..<max(0, min(y + rows, bytes.count / (3 * width))) {
            var place = (row * width + first) * 3
            for _ in first..<max(first, last) {
                bytes[place] = color.red
                bytes[place + 1] = color.green
                bytes[place + 2] = color.blue
                place += 3
            }
        }
    }
}
