import CCairo
import Figures
import Glibc

/// Draws the marks of a figure on a context whose units are pixels or, for vector files, points.
struct MarkPainter: ~Copyable {
    private let context: Context
    /// Pixels in a point; 1 for vector files.
    private let scale: Double
    /// Whether edges are moved to whole pixels, so that cells are crisp and leave no seams.
    private let snapsToPixels: Bool

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

    private func setColor(_ color: FigureColor) {
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

    // MARK: Text

    private func prepareText() {
        // Unhinted glyphs with unrounded advances: the same letters in the same places in PNG, SVG and PDF.
        let options = unsafe cairo_font_options_create()
        unsafe cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        unsafe cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        unsafe cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
        unsafe cairo_set_font_options(context.pointer, options)
        unsafe cairo_font_options_destroy(options)
    }

    private func selectFont(_ size: Double, _ weight: TextMark.Weight) {
        unsafe cairo_select_font_face(
            context.pointer, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
            weight == .bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
        unsafe cairo_set_font_size(context.pointer, size * scale)
    }

    /// The width that the installed font gives a text, in the context's units.
    private func installedAdvance(_ text: String) -> Double {
        var extents = cairo_text_extents_t()
        unsafe cairo_text_extents(context.pointer, text, &extents)
        return extents.x_advance
    }

    /// Whether the installed font has the widths that figures are laid out with.
    func hasExpectedFont() -> Bool {
        let probe = "kernelviz Σ 0.123 WM"
        selectFont(100, .regular)
        let expected = TextMetrics.width(probe, size: 100) * scale
        return abs(installedAdvance(probe) - expected) < 0.005 * expected
    }

    /// The letters of `texts` that the installed font has no picture of, each once, in the order in which they occur.
    func missingLetters(in texts: [String]) -> String {
        selectFont(100, .regular)
        guard let font = unsafe cairo_get_scaled_font(context.pointer) else { return "" }
        var (seen, missing): (Set<Character>, String) = ([], "")
        for letter in texts.joined() where !letter.isASCII && seen.insert(letter).inserted {
            var glyphs: UnsafeMutablePointer<cairo_glyph_t>?
            var count: Int32 = 0
            let status = unsafe cairo_scaled_font_text_to_glyphs(
                font, 0, 0, String(letter), -1, &glyphs, &count, nil, nil, nil)
            guard status == CAIRO_STATUS_SUCCESS, let found = unsafe glyphs else { continue }
            // Glyph 0 is the box that stands for what a font does not have.
            if (0..<Int(count)).contains(where: { unsafe found[$0].index == 0 }) { missing.append(letter) }
            unsafe cairo_glyph_free(found)
        }
        return missing
    }

    private func draw(_ mark: TextMark) {
        let expected = mark.advance * scale
        guard expected > 0 else { return }
        selectFont(mark.size, mark.weight)
        let installed = installedAdvance(mark.text)
        let shift =
            switch mark.anchor {
            case .start: 0.0
            case .middle: expected / 2
            case .end: expected
            }
        setColor(mark.color)
        unsafe cairo_save(context.pointer)
        unsafe cairo_translate(context.pointer, mark.position.x * scale, mark.position.y * scale)
        if mark.isUpright { unsafe cairo_rotate(context.pointer, -Double.pi / 2) }
        unsafe cairo_translate(context.pointer, -shift, 0)
        // Another font is squeezed or stretched into the room that the layout has for the text.
        if installed > 0, abs(installed - expected) > 0.005 * expected {
            unsafe cairo_scale(context.pointer, expected / installed, 1)
        }
        unsafe cairo_move_to(context.pointer, 0, 0)
        unsafe cairo_show_text(context.pointer, mark.text)
        unsafe cairo_restore(context.pointer)
        unsafe cairo_new_path(context.pointer)
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
