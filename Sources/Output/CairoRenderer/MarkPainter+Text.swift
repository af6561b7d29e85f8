import CCairo
import Figures

extension MarkPainter {
    /// Unhinted glyphs with unrounded advances: the same letters in the same places in PNG, SVG and PDF.
    func prepareText() {
        let options = unsafe cairo_font_options_create()
        unsafe cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        unsafe cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        unsafe cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
        unsafe cairo_set_font_options(context.pointer, options)
        unsafe cairo_font_options_destroy(options)
    }

    private func selectFont(_ size: Double, _ weight: TextMark.Weight) {
        unsafe cairo_select_font_face(
            context.pointer, InstalledFonts.family, CAIRO_FONT_SLANT_NORMAL,
            weight == .bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
        unsafe cairo_set_font_size(context.pointer, size * scale)
    }

    /// The width that the selected font gives a text, in the context's units.
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

    /// Draws a line of text run by run, each in a font that has its letters.
    func draw(_ mark: TextMark) {
        let expected = mark.advance * scale
        guard expected > 0 else { return }
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
        for run in fonts.runs(of: mark.text, weight: mark.weight) {
            let room = TextMetrics.width(run.text, size: mark.size, weight: mark.weight) * scale
            selectFont(mark.size, mark.weight)
            if let font = run.font { fonts.select(font, weight: mark.weight, on: context) }
            draw(run.text, in: room, isFallback: run.font != nil)
            unsafe cairo_translate(context.pointer, room, 0)
        }
        unsafe cairo_restore(context.pointer)
        unsafe cairo_new_path(context.pointer)
    }

    /// Draws text in the selected font from the origin on: squeezed or stretched into the room that the layout has for it;
    /// letters of a fallback font are only squeezed, and stand in the middle of theirs.
    private func draw(_ text: String, in room: Double, isFallback: Bool) {
        let installed = installedAdvance(text)
        unsafe cairo_save(context.pointer)
        if installed > 0, room > 0, abs(installed - room) > 0.005 * room {
            if isFallback, installed < room {
                unsafe cairo_translate(context.pointer, (room - installed) / 2, 0)
            } else {
                unsafe cairo_scale(context.pointer, room / installed, 1)
            }
        }
        unsafe cairo_move_to(context.pointer, 0, 0)
        unsafe cairo_show_text(context.pointer, text)
        unsafe cairo_restore(context.pointer)
    }
}
