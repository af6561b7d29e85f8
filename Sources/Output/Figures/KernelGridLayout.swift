/// Where each kernel of a grid goes, in whole units of 0.36 pt (one pixel at 200 dpi).
///
/// A *strip* is what wraps: one kernel, or the few slices of one filter stacked in a column.
struct KernelGridLayout: Equatable {
    /// Kernel rows and columns.
    let kernelSize: Int
    /// Kernels stacked in one strip.
    let strip: Int
    /// The side of one weight's cell.
    let cell: Int
    /// The frame's thickness around each kernel.
    let frame: Int
    /// The distance between strips; beside each other they may be further apart.
    let gap: Int
    /// The distance between the kernels of one strip: room for an outline around one of them.
    let sliceGap: Int
    /// Strips in a row.
    let columns: Int
    /// From the left end of the first strip to the right end of the last in a row.
    let width: Int
    /// Strips that are drawn; fewer than there are where the page would grow past reading.
    let shownStrips: Int

    /// Whether cells are as large as the printed numbers need.
    let hasRoomForNumbers: Bool

    /// The thickness of the outline around one kernel of a strip.
    var outline: Int { max(1, sliceGap * 2 / 3) }

    /// The best grid for `count` kernels on `width` units: large cells, full rows, no taller than wide if it can be.
    ///
    /// Where numbers are to be printed, `numberCell` is the cell that they need; the page may then be three times as
    /// tall as wide, and a grid that is larger still does without them.
    init(count: Int, kernelSize: Int, strip: Int, width: Int, hasLabels: Bool, numberCell: Int? = nil) {
        let strips = (count + strip - 1) / strip
        if let numberCell {
            let layout = Self.numbered(
                strips: strips, kernelSize: kernelSize, strip: strip, width: width, hasLabels: hasLabels,
                cell: max(numberCell, width / 8 / kernelSize))
            if let layout {
                self = layout
                return
            }
        }
        var best: KernelGridLayout?
        // Height as a share of the width, and the smallest cell that is worth that height.
        for (aspect, smallest) in [(0.62, 6), (0.9, 4), (1.15, 3)] {
            best = Self.best(
                strips: strips, kernelSize: kernelSize, strip: strip, width: width, hasLabels: hasLabels,
                maximumHeight: Int(Double(width) * aspect), smallestCell: smallest)
            if best != nil { break }
        }
        self =
            best
            ?? Self.cut(
                strips: strips, kernelSize: kernelSize, strip: strip, width: width, hasLabels: hasLabels)
    }

    private init(
        kernelSize: Int, strip: Int, cell: Int, hasLabels: Bool, columns: Int, shownStrips: Int, extraGap: Int = 0,
        justifiedWidth: Int? = nil, hasRoomForNumbers: Bool = false
    ) {
        self.kernelSize = kernelSize
        self.strip = strip
        self.cell = cell
        frame = hasLabels ? min(4, max(2, cell * 2 / 5)) : 1
        sliceGap = min(7, max(2, cell / 6))
        // Strips below each other must not read as one.
        gap = min(14, strip > 1 ? max(5, sliceGap * 2, cell / 2) : min(10, max(2, cell / 2))) + extraGap
        self.columns = columns
        self.shownStrips = shownStrips
        self.hasRoomForNumbers = hasRoomForNumbers
        width = justifiedWidth ?? columns * (kernelSize * cell + 2 * frame + gap) - gap
    }

    /// The width of a kernel with its frame.
    var kernelSide: Int { kernelSize * cell + 2 * frame }
    /// The height of a strip.
    var stripHeight: Int { strip * kernelSide + (strip - 1) * sliceGap }
    /// Rows of strips.
    var rows: Int { (shownStrips + columns - 1) / columns }
    /// The grid's height.
    var height: Int { rows * (stripHeight + gap) - gap }

    /// The top left corner of slice `slice` of strip `index`, its frame included.
    func corner(strip index: Int, slice: Int) -> (x: Int, y: Int) {
        (
            columns > 1 ? index % columns * (width - kernelSide) / (columns - 1) : 0,
            index / columns * (stripHeight + gap) + slice * (kernelSide + sliceGap)
        )
    }

    /// As many columns of this cell as fit; nil where the page would grow too tall.
    private static func numbered(
        strips: Int, kernelSize: Int, strip: Int, width: Int, hasLabels: Bool, cell: Int
    ) -> KernelGridLayout? {
        let one = KernelGridLayout(
            kernelSize: kernelSize, strip: strip, cell: cell, hasLabels: hasLabels, columns: 1, shownStrips: strips)
        let most = min(strips, (width + one.gap) / (one.kernelSide + one.gap))
        guard most > 0 else { return nil }
        // Equally long rows, and cells up to half as large again where that leaves room.
        let rows = (strips + most - 1) / most
        let columns = (strips + rows - 1) / rows
        let room = (width - columns * (2 * one.frame + one.gap)) / (columns * kernelSize)
        let layout = KernelGridLayout(
            kernelSize: kernelSize, strip: strip, cell: max(cell, min(room, cell * 3 / 2)), hasLabels: hasLabels,
            columns: columns,
            shownStrips: strips, hasRoomForNumbers: true)
        return layout.height <= width * 3 ? layout : nil
    }

    private static func best(
        strips: Int, kernelSize: Int, strip: Int, width: Int, hasLabels: Bool, maximumHeight: Int, smallestCell: Int
    ) -> KernelGridLayout? {
        // An eighth of the width is enough for a kernel: a layer of few kernels is no poster.
        let largestCell = max(smallestCell, width / 8 / kernelSize)
        var best: (layout: KernelGridLayout, score: Double)?
        for cell in stride(from: largestCell, through: smallestCell, by: -1) {
            let one = KernelGridLayout(
                kernelSize: kernelSize, strip: strip, cell: cell, hasLabels: hasLabels, columns: 1, shownStrips: strips)
            let most = min(strips, (width + one.gap) / (one.kernelSide + one.gap))
            guard most > 0 else { continue }
            // A smaller cell must win by full rows; below three quarters of the best size it cannot.
            if let best, Double(cell) < 0.75 * Double(best.layout.cell) { break }
            for columns in stride(from: most, through: max(1, most * 3 / 4), by: -1) {
                let leftover = width - (columns * (one.kernelSide + one.gap) - one.gap)
                // The rest goes between the columns, where that does not tear the grid apart, and between the rows as
                // far as there is room.
                let rows = (strips + columns - 1) / columns
                let spare = maximumHeight - (rows * (one.stripHeight + one.gap) - one.gap)
                if spare < 0 { continue }
                let extra =
                    columns > 1
                    ? min(
                        leftover / (columns - 1), max(2, one.kernelSide / 6), rows > 1 ? spare / (rows - 1) : leftover)
                    : 0
                let isJustified =
                    columns > 1 && leftover <= (columns - 1) * max(3, strip > 1 ? one.kernelSide : one.kernelSide / 3)
                let layout = KernelGridLayout(
                    kernelSize: kernelSize, strip: strip, cell: cell, hasLabels: hasLabels, columns: columns,
                    shownStrips: strips, extraGap: extra, justifiedWidth: isJustified ? width : nil)
                if layout.height > maximumHeight { continue }
                let filled = Double(layout.width) / Double(width)
                let lastRow = Double(strips) / Double(layout.rows * columns)
                let score = Double(cell) * (0.3 + 0.7 * filled) * (strips % columns == 0 ? 1.25 : 0.8 + 0.2 * lastRow)
                if score > best?.score ?? 0 { best = (layout, score) }
            }
        }
        return best?.layout
    }

    /// Small cells on the tallest page, with as many strips as fit there.
    private static func cut(
        strips: Int, kernelSize: Int, strip: Int, width: Int, hasLabels: Bool
    ) -> KernelGridLayout {
        let one = KernelGridLayout(
            kernelSize: kernelSize, strip: strip, cell: 3, hasLabels: hasLabels, columns: 1, shownStrips: strips)
        let columns = max(1, (width + one.gap) / (one.kernelSide + one.gap))
        let rows = max(1, (width * 23 / 20 + one.gap) / (one.stripHeight + one.gap))
        return KernelGridLayout(
            kernelSize: kernelSize, strip: strip, cell: 3, hasLabels: hasLabels, columns: columns,
            shownStrips: min(strips, columns * rows))
    }
}
