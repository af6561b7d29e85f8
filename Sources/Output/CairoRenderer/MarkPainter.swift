import CCairo
import Figures

/// Draws the marks of a figure on a context whose units are pixels or, for vector files, points.
struct MarkPainter: ~Copyable {
    let context: Context
    /// Pixels in a point; 1 for vector files.
    let scale: Double
    /// Whether edges are moved to whole pixels, so that cells are crisp and leave no seams.
    private let snapsToPixels: Bool
    /// The fonts that texts are drawn in.
    let fonts = InstalledFonts()

    init(_ context: consuming Context, scale: Double, snapsToPixels: Bool) {
        self.context = context
        self.scale = scale
        self.snapsToPixels = snapsToPixels
        prepareText()
    }

    /// Draws one mark; errors stick to the context but for pictures that cairo cannot hold.
    func draw(_ mark: Mark) throws {
        switch mark {
        case .rectangle(let rect, let fill): fillRectangle(rect, fill)
        case .path(let path): draw(path)
        case .text(let text): draw(text)
        case .cells(let grid): draw(grid)
        case .raster(let raster): try draw(raster)
        }
    }

    /// Throws where anything drawn so far failed.
    func check(_ what: String) throws { try context.check(what) }

    func setColor(_ color: FigureColor) {
        unsafe cairo_set_source_rgb(
            context.pointer, Double(color.red) / 255, Double(color.green) / 255, Double(color.blue) / 255)
    }

    // MARK: Areas

    /// The edges in the context's units, on whole pixels where those count; nothing becomes thinner than one.
    private func edges(_ rect: FigureRect) -> (left: Double, top: Double, right: Double, bottom: Double) {
        guard snapsToPixels else { return (rect.x, rect.y, rect.right, rect.bottom) }
        let (left, top) = ((rect.x * scale).rounded(), (rect.y * scale).rounded())
        return (
            left, top, max(left + (rect.width > 0 ? 1 : 0), (rect.right * scale).rounded()),
            max(top + (rect.height > 0 ? 1 : 0), (rect.bottom * scale).rounded())
        )
    }

    private func fillBox(_ left: Double, _ top: Double, _ right: Double, _ bottom: Double, _ color: FigureColor) {
        setColor(color)
        unsafe cairo_rectangle(context.pointer, left, top, right - left, bottom - top)
        unsafe cairo_fill(context.pointer)
    }

    private func fillRectangle(_ rect: FigureRect, _ fill: FigureColor) {
        let box = edges(rect)
        fillBox(box.left, box.top, box.right, box.bottom, fill)
    }

    /// Cells reach half a cell under their right and lower neighbours, which are drawn later: no seams in any viewer.
    private func draw(_ grid: CellGrid) {
        if let border = grid.border {
            if snapsToPixels, drawEvenly(grid, border) { return }
            fillRectangle(grid.frame.expanded(border.width), border.color)
        }
        let box = edges(grid.frame)
        let (width, height) = (box.right - box.left, box.bottom - box.top)
        func place(_ start: Double, _ length: Double, _ index: Double, of count: Int) -> Double {
            let place = start + length * min(index, Double(count)) / Double(count)
            return snapsToPixels ? place.rounded() : place
        }
        let overlap = snapsToPixels ? 0 : 0.5
        for (index, color) in grid.colors.enumerated() {
            let (column, row) = (Double(index % grid.columns), Double(index / grid.columns))
            fillBox(
                place(box.left, width, column, of: grid.columns), place(box.top, height, row, of: grid.rows),
                place(box.left, width, column + 1 + overlap, of: grid.columns),
                place(box.top, height, row + 1 + overlap, of: grid.rows), color)
        }
    }

    /// A kernel whose cells and border are whole pixels, all cells alike, around the middle of its place; false where a
    /// cell is smaller than a pixel.
    private func drawEvenly(_ grid: CellGrid, _ border: CellGrid.Border) -> Bool {
        let cell = (min(grid.frame.width / Double(grid.columns), grid.frame.height / Double(grid.rows)) * scale + 1e-6)
            .rounded(.down)
        guard cell >= 1 else { return false }
        let line = max(1, (border.width * scale).rounded())
        let (width, height) = (cell * Double(grid.columns), cell * Double(grid.rows))
        // Half a pixel goes to the right and down, always.
        let left = ((grid.frame.x + grid.frame.width / 2) * scale - width / 2 - 1e-6).rounded()
        let top = ((grid.frame.y + grid.frame.height / 2) * scale - height / 2 - 1e-6).rounded()
        fillBox(left - line, top - line, left + width + line, top + height + line, border.color)
        for (index, color) in grid.colors.enumerated() {
            let x = left + Double(index % grid.columns) * cell
            let y = top + Double(index / grid.columns) * cell
            fillBox(x, y, x + cell, y + cell, color)
        }
        return true
    }

    // MARK: Lines

    private func draw(_ path: FigurePath) {
        if snapsToPixels, let stroke = path.stroke, path.fill == nil, path.points.count == 2, stroke.dash.isEmpty,
            drawUpright(path, stroke)
        {
            return
        }
        for (index, point) in path.points.enumerated() {
            if index == 0 {
                unsafe cairo_move_to(context.pointer, point.x * scale, point.y * scale)
            } else {
                unsafe cairo_line_to(context.pointer, point.x * scale, point.y * scale)
            }
        }
        if path.isClosed { unsafe cairo_close_path(context.pointer) }
        if let fill = path.fill {
            setColor(fill)
            unsafe cairo_fill_preserve(context.pointer)
        }
        if let stroke = path.stroke {
            setColor(stroke.color)
            unsafe cairo_set_line_width(context.pointer, stroke.width * scale)
            let dash = stroke.dash.map { $0 * scale }
            unsafe cairo_set_dash(context.pointer, dash, Int32(dash.count), 0)
            unsafe cairo_stroke_preserve(context.pointer)
        }
        unsafe cairo_new_path(context.pointer)
    }

    /// A level or vertical line as a box of whole pixels; false for a slanted one.
    private func drawUpright(_ path: FigurePath, _ stroke: Stroke) -> Bool {
        let (a, b) = (path.points[0], path.points[1])
        guard a.x == b.x || a.y == b.y else { return false }
        let thickness = max(1, (stroke.width * scale).rounded())
        func start(_ centre: Double) -> Double { (centre * scale - thickness / 2).rounded() }
        if a.x == b.x {
            let x = start(a.x)
            fillBox(
                x, (min(a.y, b.y) * scale).rounded(), x + thickness, (max(a.y, b.y) * scale).rounded(), stroke.color)
        } else {
            let y = start(a.y)
            fillBox(
                (min(a.x, b.x) * scale).rounded(), y, (max(a.x, b.x) * scale).rounded(), y + thickness, stroke.color)
        }
        return true
    }

    // MARK: Pictures

    private func draw(_ raster: Raster) throws {
        let picture = try Surface.picture(raster)
        let box = edges(raster.frame)
        unsafe cairo_save(context.pointer)
        unsafe cairo_translate(context.pointer, box.left, box.top)
        unsafe cairo_scale(
            context.pointer, (box.right - box.left) / Double(raster.width),
            (box.bottom - box.top) / Double(raster.height))
        unsafe cairo_set_source_surface(context.pointer, picture.pointer, 0, 0)
        unsafe cairo_pattern_set_filter(cairo_get_source(context.pointer), CAIRO_FILTER_NEAREST)
        unsafe cairo_rectangle(context.pointer, 0, 0, Double(raster.width), Double(raster.height))
        unsafe cairo_fill(context.pointer)
        unsafe cairo_restore(context.pointer)
    }
}
