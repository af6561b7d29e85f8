import Diagnostics
import Classification
import Kernels

/// Puts the kernels of a bank where a layout wants them.
struct KernelGridDrawing {
    /// Strips that stand together.
    struct Section {
        /// The label that all of them carry; nil for a grid without headings.
        var label: KernelLabel?
        /// The strips' numbers in drawing order.
        var strips: [Int]
    }

    let bank: KernelBank
    /// All strips, in drawing order.
    let sections: [Section]
    /// The labels whose bars stand below the kernels; nil for none.
    let labels: [KernelLabel]?
    let colors: KernelColors
    let layout: KernelGridLayout
    /// The kernel of each filter that is outlined; empty for none.
    var salient: [Int] = []
    /// Kernels of a filter: one for each of its input channels.
    var slicesPerFilter = 1
    /// How weights are printed into the cells; nil for not at all.
    var numbers: CellNumbers?
    /// The room for channel numbers to the left of the rows in points; 0 for none.
    var gutter = 0.0

    static let hairline = FigureColor(grey: 0xB4)

    /// Channel numbers, then section by section a heading and one matrix of cells for each kernel.
    func draw(on page: inout Page) {
        let unit = Length.unit
        // On whole units from the page's corner, so that cells meet pixels at 300 dpi.
        let corner = FigurePoint(
            ((page.left + gutter) / unit).rounded(.up) * unit, (page.y / unit).rounded(.up) * unit)
        if gutter > 0 { drawChannelNumbers(corner, on: &page) }
        for index in sections.indices {
            drawHeading(index, top: corner.y + Double(layout.top(ofSection: index)) * unit, on: &page)
            let strips = sections[index].strips
            for (place, strip) in layout.shownPlaces(ofSection: index).map({ strips[$0] }).enumerated() {
                for slice in 0..<layout.request.strip {
                    let at = layout.corner(section: index, place: place, slice: slice)
                    drawKernel(
                        strip * layout.request.strip + slice,
                        at: FigurePoint(corner.x + Double(at.x) * unit, corner.y + Double(at.y) * unit), on: &page)
                }
            }
        }
        page.y = corner.y + Double(layout.height) * unit
    }

    // MARK: One kernel

    private func drawKernel(_ kernel: Int, at corner: FigurePoint, on page: inout Page) {
        let unit = Length.unit
        let side = Double(layout.kernelSide) * unit
        let box = FigureRect(x: corner.x, y: corner.y, width: side, height: side)
        if isSalient(kernel) {
            page.add(.rectangle(box.expanded(Double(layout.outline) * unit), fill: .black))
            page.add(.rectangle(box, fill: .white))
        }
        let border = Double(KernelGridLayout.border) * unit
        let cells = colors.colors(kernel)
        let inner = box.expanded(-border)
        page.add(
            .cells(
                CellGrid(
                    frame: inner, columns: bank.size, colors: cells.map { $0 ?? Hatch.paper },
                    border: CellGrid.Border(Self.hairline, width: border))))
        for (index, color) in cells.enumerated() where color == nil {
            let cell = inner.width / Double(bank.size)
            let spot = FigureRect(
                x: inner.x + Double(index % bank.size) * cell, y: inner.y + Double(index / bank.size) * cell,
                width: cell, height: cell)
            for line in Hatch.lines(in: spot) { page.add(.path(line)) }
        }
        if let labels {
            LabelBar.draw(
                labels[kernel],
                in: FigureRect(
                    x: box.x, y: box.bottom + Double(layout.barGap) * unit, width: side,
                    height: Double(layout.barHeight) * unit), on: &page)
        }
        if let numbers { print(numbers, kernel, cells, in: inner, on: &page) }
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

    // MARK: Headings and numbers

    private func drawHeading(_ index: Int, top: Double, on page: inout Page) {
        let section = sections[index]
        guard let label = section.label else { return }
        let all = sections.reduce(0) { $0 + $1.strips.count }
        let share = NumberFormat.share(Double(section.strips.count) / Double(all))
        let count = layout.shown[index]
        let cut = count < section.strips.count ? ", \(NumberText.grouped(count)) drawn" : ""
        let item = Legend.label(label, "\(label.rawValue) \(NumberText.grouped(section.strips.count)) (\(share))\(cut)")
        item.draw(&page, FigurePoint(page.left, top + 7))
    }

    /// The room that channel numbers need, with their distance from the grid.
    static func gutter(for bank: KernelBank) -> Double {
        TextMetrics.width(NumberText.grouped(max(0, bank.layer.weightShape[0] - 1)), size: channelSize) + 4
    }

    private static let channelSize = 6.0

    /// The output channel of each row's first kernel, or of every second, fifth or tenth row where rows are low.
    private func drawChannelNumbers(_ corner: FigurePoint, on page: inout Page) {
        let unit = Length.unit
        let pitch = Double(layout.stripHeight + layout.gap) * unit
        let step = [1, 2, 5, 10, 20].first { Double($0) * pitch >= Self.channelSize + 1.4 } ?? 50
        for index in sections.indices {
            let strips = sections[index].strips
            let places = layout.shownPlaces(ofSection: index)
            for row in stride(from: 0, to: (places.count + layout.columns - 1) / layout.columns, by: step) {
                let place = row * layout.columns
                let kernel = strips[places[place]] * layout.request.strip
                let at = layout.corner(section: index, place: place)
                page.text(
                    NumberText.grouped(kernel / slicesPerFilter),
                    at: FigurePoint(
                        corner.x - 3,
                        corner.y + (Double(at.y) + Double(layout.kernelSide) / 2) * unit + Self.channelSize * 0.36),
                    size: Self.channelSize, anchor: .end, color: .quietInk)
            }
        }
    }
}

/// The bar below a kernel: its label's colour in the form of ``LabelPalette/bar(_:)``.
enum LabelBar {
    static func draw(_ label: KernelLabel, in frame: FigureRect, on page: inout Page) {
        for piece in LabelPalette.bar(label) {
            let (left, right) = (frame.x + piece.lowerBound * frame.width, frame.x + piece.upperBound * frame.width)
            page.add(
                .rectangle(
                    FigureRect(x: left, y: frame.y, width: right - left, height: frame.height),
                    fill: LabelPalette.color(label)))
        }
    }
}
