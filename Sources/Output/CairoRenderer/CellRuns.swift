import CCairo
import Figures

/// The marks of a figure as vector files hold them: where there are many cells, each run of kernels is one picture.
///
/// A viewer draws thousands of small shapes slowly and with seams; a picture with a pixel for every unit of the layout shows
/// the same at any size, without smoothing.
struct CellRuns {
    /// Figures with more cells of kernels than this have pictures.
    static let limit = 4000
    /// How far outlines reach around kernels, in points.
    private static let reach = 2.0
    /// A pixel in points: grids are laid out in whole multiples of it.
    private static let pixel = 0.24

    /// The marks, in drawing order.
    let marks: [Mark]

    init(_ figure: Figure) throws {
        let total = figure.marks.reduce(0) { $0 + Self.cells($1) }
        guard total > Self.limit else {
            marks = figure.marks
            return
        }
        var result: [Mark] = []
        var index = 0
        while index < figure.marks.count {
            let end = Self.runEnd(figure.marks, from: index)
            if index > 0, end > index + 1 {
                result.append(.raster(try Self.picture(figure.marks[index..<end], figure.title)))
            } else {
                result += figure.marks[index..<max(end, index + 1)]
            }
            index = max(end, index + 1)
        }
        marks = result
    }

    private static func cells(_ mark: Mark) -> Int {
        if case .cells(let grid) = mark, grid.border != nil { grid.colors.count } else { 0 }
    }

    /// The end of the kernels, their bars, outlines and hatches that begin at a mark; the mark itself where none do.
    ///
    /// What stands beside or far below the kernels, as the bar of the next heading, is none of them: the picture would
    /// cover what was drawn between.
    private static func runEnd(_ marks: [Mark], from start: Int) -> Int {
        var (end, kernels) = (start, 0)
        var (left, right, bottom) = (Double.infinity, -Double.infinity, 0.0)
        func belongs(_ box: FigureRect) -> Bool {
            box.x >= left - reach && box.right <= right + reach && box.bottom <= bottom + 2 * reach
        }
        scan: for index in start..<marks.count {
            switch marks[index] {
            case .cells(let grid) where grid.border != nil:
                kernels += 1
                end = index + 1
                let box = marks[index].bounds
                (left, right, bottom) = (min(left, box.x), max(right, box.right), max(bottom, box.bottom))
            case .rectangle: if kernels > 0, belongs(marks[index].bounds) { end = index + 1 }
            case .path:
                guard kernels > 0, belongs(marks[index].bounds) else { break scan }
                end = index + 1
            default: break scan
            }
        }
        // A few kernels, as in a legend, stay vectors.
        return kernels > 40 ? end : start
    }

    /// Marks drawn on white pixels of a unit's size.
    private static func picture(_ marks: ArraySlice<Mark>, _ title: String) throws -> Raster {
        let boxes = marks.map(\.bounds)
        func floor(_ value: Double) -> Int { Int((value / pixel + 1e-6).rounded(.down)) }
        func ceiling(_ value: Double) -> Int { Int((value / pixel - 1e-6).rounded(.up)) }
        let (left, top) = (floor(boxes.map(\.x).min() ?? 0), floor(boxes.map(\.y).min() ?? 0))
        let width = max(1, ceiling(boxes.map(\.right).max() ?? 0) - left)
        let height = max(1, ceiling(boxes.map(\.bottom).max() ?? 0) - top)
        let surface = try Surface(
            taking: cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height)), title)
        let context = try Context(on: surface)
        unsafe cairo_set_source_rgb(context.pointer, 1, 1, 1)
        unsafe cairo_paint(context.pointer)
        unsafe cairo_translate(context.pointer, Double(-left), Double(-top))
        let painter = MarkPainter(context, scale: 1 / pixel, snapsToPixels: true)
        for mark in marks { try painter.draw(mark) }
        try painter.check(title)
        return Raster(
            frame: FigureRect(
                x: Double(left) * pixel, y: Double(top) * pixel, width: Double(width) * pixel,
                height: Double(height) * pixel), width: width, height: height,
            bytes: surface.rgb(width: width, height: height))
    }
}
