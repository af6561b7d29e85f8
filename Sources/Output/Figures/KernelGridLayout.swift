/// Where each kernel of a grid goes, in whole units of 0.24 pt (one pixel at 300 dpi).
///
/// A *strip* is what wraps: one kernel, or the few slices of one filter stacked in a column. *Sections* begin rows of
/// their own, below a heading.
struct KernelGridLayout: Equatable {
    /// What is laid out, and in how much room.
    struct Request: Equatable {
        /// Strips in each section, in drawing order; one section for a grid without headings.
        var sections: [Int]
        /// Kernel rows and columns.
        var kernelSize: Int
        /// Kernels stacked in one strip.
        var strip = 1
        /// The room from left to right.
        var width: Int
        /// Whether each kernel has the bar of its label below it.
        var hasLabels = false
        /// The cell that printed numbers need; nil where none are printed.
        var numberCell: Int?
        /// The room from top to bottom; nil for what the page's shape suggests.
        var maximumHeight: Int?
        /// The side of a cell, where it is given from outside; nil for the best one.
        var cell: Int?

        /// All strips.
        var count: Int { sections.reduce(0, +) }
    }

    /// What was asked for.
    let request: Request
    /// The side of one weight's cell.
    let cell: Int
    /// The distance between strips; beside each other they may be further apart.
    let gap: Int
    /// Strips in a row.
    let columns: Int
    /// From the left end of the first strip to the right end of the last in a row.
    let width: Int
    /// Strips of each section that are drawn; fewer than there are where the room does not hold them.
    let shown: [Int]
    /// Whether cells are as large as the printed numbers need.
    let hasRoomForNumbers: Bool

    /// The smallest cell: about 1 pt.
    static let smallestCell = 4
    /// The thickness of the line around each kernel.
    static let border = 1
    /// The room of a section's heading.
    static let heading = 42

    /// The best grid: large cells, full rows, no taller than wide if it can be.
    ///
    /// Where numbers are to be printed, the page may be three times as tall as wide, and a grid that is larger still does
    /// without them.
    init(_ request: Request) {
        if let cell = request.cell {
            self = .fixed(request, cell: cell)
        } else if request.numberCell != nil, let numbered = KernelGridLayout.numbered(request) {
            self = numbered
        } else {
            self = GridSearch(request).best ?? .fixed(request, cell: Self.smallestCell)
        }
    }

    /// A grid of this many columns.
    init(
        _ request: Request, cell: Int, columns: Int, shown: [Int]? = nil, extraGap: Int = 0, justifiedWidth: Int? = nil,
        hasRoomForNumbers: Bool = false
    ) {
        self.request = request
        self.cell = cell
        self.columns = columns
        self.shown = shown ?? request.sections
        self.hasRoomForNumbers = hasRoomForNumbers
        // Strips below each other must not read as one.
        let strips = max(8, Self.sliceGap(cell) * 2, cell / 2)
        gap = min(21, request.strip > 1 ? strips : min(15, max(3, cell / 2))) + extraGap
        let side = request.kernelSize * cell + 2 * Self.border
        width = justifiedWidth ?? columns * (side + gap) - gap
    }

    private static func sliceGap(_ cell: Int) -> Int { min(10, max(3, cell / 6)) }

    /// The distance between the kernels of one strip: room for an outline around one of them.
    var sliceGap: Int { Self.sliceGap(cell) }
    /// The thickness of the outline around one kernel of a strip.
    var outline: Int { max(1, sliceGap * 2 / 3) }
    /// The distance of a label's bar from its kernel.
    var barGap: Int { request.strip > 1 ? outline + 1 : 2 }
    /// The height of a label's bar.
    var barHeight: Int { min(6, max(3, cell * 2 / 5)) }
    /// The side of a kernel with its line.
    var kernelSide: Int { request.kernelSize * cell + 2 * Self.border }
    /// A kernel's height with what stands below it.
    var kernelHeight: Int { kernelSide + (request.hasLabels ? barGap + barHeight : 0) }
    /// The height of a strip.
    var stripHeight: Int { request.strip * kernelHeight + (request.strip - 1) * sliceGap }
    /// The room of each section's heading.
    private var heading: Int { request.sections.count > 1 ? Self.heading : 0 }
    /// Strips that are drawn.
    var shownStrips: Int { shown.reduce(0, +) }
    /// Rows of strips.
    var rows: Int { shown.reduce(0) { $0 + rows(of: $1) } }
    /// The grid's height.
    var height: Int { rows * (stripHeight + gap) - gap + shown.count * heading }

    private func rows(of count: Int) -> Int { (count + columns - 1) / columns }

    /// The top of a section, its heading included.
    func top(ofSection section: Int) -> Int {
        shown[..<section].reduce(section * heading) { $0 + rows(of: $1) * (stripHeight + gap) }
    }

    /// The top left corner of slice `slice` of the strip at `place` of a section, its line included.
    func corner(section: Int = 0, place: Int, slice: Int = 0) -> (x: Int, y: Int) {
        (
            columns > 1 ? place % columns * (width - kernelSide) / (columns - 1) : 0,
            top(ofSection: section) + heading + place / columns * (stripHeight + gap)
                + slice * (kernelHeight + sliceGap)
        )
    }

    /// Which of a section's strips are drawn, evenly spaced where not all are.
    func shownPlaces(ofSection section: Int) -> [Int] {
        let (all, some) = (request.sections[section], shown[section])
        return (0..<some).map { $0 * all / some }
    }

    /// As many columns of the cell that numbers need as fit; nil where the page would grow too tall.
    private static func numbered(_ request: Request) -> KernelGridLayout? {
        let cell = max(request.numberCell ?? 0, request.width / 8 / request.kernelSize)
        let one = KernelGridLayout(request, cell: cell, columns: 1)
        let most = min(request.count, (request.width + one.gap) / (one.kernelSide + one.gap))
        guard most > 0 else { return nil }
        // Equally long rows, and cells up to half as large again where that leaves room.
        let rows = (request.count + most - 1) / most
        let columns = (request.count + rows - 1) / rows
        let room = (request.width - columns * (2 * border + one.gap)) / (columns * request.kernelSize)
        let layout = KernelGridLayout(
            request, cell: max(cell, min(room, cell * 3 / 2)), columns: columns, hasRoomForNumbers: true)
        return layout.height <= request.maximumHeight ?? request.width * 3 ? layout : nil
    }

    /// Cells of one size, with as many strips as the tallest page holds.
    private static func fixed(_ request: Request, cell: Int) -> KernelGridLayout {
        let one = KernelGridLayout(request, cell: cell, columns: 1)
        let columns = max(1, min(request.count, (request.width + one.gap) / (one.kernelSide + one.gap)))
        let whole = KernelGridLayout(request, cell: cell, columns: columns)
        let room = request.maximumHeight ?? request.width * 23 / 20
        if whole.height <= room { return whole }
        let rows = (room + whole.gap - whole.heading * request.sections.count) / (whole.stripHeight + whole.gap)
        let left = max(0, rows - request.sections.count)
        // Each section has one row, and of the rest its share.
        let shown = request.sections.map { min($0, (1 + left * $0 / max(1, request.count)) * columns) }
        return KernelGridLayout(request, cell: cell, columns: columns, shown: shown)
    }
}

/// The search for the grid with the largest cells and the fullest rows that holds every strip.
private struct GridSearch {
    let request: KernelGridLayout.Request

    init(_ request: KernelGridLayout.Request) { self.request = request }

    /// The best grid no taller than asked for; nil where none holds every strip.
    var best: KernelGridLayout? {
        // Height as a share of the width, and the smallest cell that is worth that height.
        for (aspect, smallest) in [(0.62, 9), (0.9, 6), (1.15, KernelGridLayout.smallestCell)] {
            let height = min(Int(Double(request.width) * aspect), request.maximumHeight ?? .max)
            if let best = best(within: height, from: smallest) { return best }
        }
        return request.maximumHeight.flatMap { best(within: $0, from: KernelGridLayout.smallestCell) }
    }

    private func best(within height: Int, from smallest: Int) -> KernelGridLayout? {
        // An eighth of the width is enough for a kernel: a layer of few kernels is no poster.
        let largest = max(smallest, request.width / 8 / request.kernelSize)
        var best: (layout: KernelGridLayout, score: Double)?
        for cell in stride(from: largest, through: smallest, by: -1) {
            let one = KernelGridLayout(request, cell: cell, columns: 1)
            let most = min(request.count, (request.width + one.gap) / (one.kernelSide + one.gap))
            guard most > 0 else { continue }
            // A smaller cell must win by full rows; below three quarters of the best size it cannot.
            if let best, Double(cell) < 0.75 * Double(best.layout.cell) { break }
            for columns in stride(from: most, through: max(1, most * 3 / 4), by: -1) {
                guard let layout = filled(cell: cell, columns: columns, within: height) else { continue }
                let score = score(layout)
                if score > best?.score ?? 0 { best = (layout, score) }
            }
        }
        return best?.layout
    }

    /// The rest of the width goes between the columns, where that does not tear the grid apart, and between the rows as far
    /// as there is room; nil where the grid is too tall.
    private func filled(cell: Int, columns: Int, within height: Int) -> KernelGridLayout? {
        let plain = KernelGridLayout(request, cell: cell, columns: columns)
        let (leftover, spare) = (request.width - plain.width, height - plain.height)
        guard spare >= 0 else { return nil }
        let rows = plain.rows
        let extra =
            columns > 1
            ? min(leftover / (columns - 1), max(3, plain.kernelSide / 6), rows > 1 ? spare / (rows - 1) : leftover) : 0
        let slack = max(4, request.strip > 1 ? plain.kernelSide : plain.kernelSide / 3)
        let layout = KernelGridLayout(
            request, cell: cell, columns: columns, extraGap: extra,
            justifiedWidth: columns > 1 && leftover <= (columns - 1) * slack ? request.width : nil)
        return layout.height <= height ? layout : nil
    }

    private func score(_ layout: KernelGridLayout) -> Double {
        let filled = Double(layout.width) / Double(request.width)
        let lastRow = Double(request.count) / Double(layout.rows * layout.columns)
        let isFull = request.sections.allSatisfy { $0 % layout.columns == 0 }
        return Double(layout.cell) * (0.3 + 0.7 * filled) * (isFull ? 1.25 : 0.8 + 0.2 * lastRow)
    }
}
