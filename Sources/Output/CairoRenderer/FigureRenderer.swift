import CCairo
import Diagnostics
import Figures

/// A figure as the bytes of a file.
public struct RenderedFigure: Sendable, Equatable {
    /// The whole file.
    public let bytes: [UInt8]
    /// What the reader should know, one sentence each (a missing font); usually empty.
    public let notes: [String]
}

/// Turns figures into PNG, SVG and PDF; the same figure always gives the same bytes.
public enum FigureRenderer {
    /// Dots per inch that PNG files can be asked for.
    public static let dpiRange = 10.0...2400.0
    /// The longest side of a PNG in pixels, cairo's limit.
    public static let pixelLimit = 32_767
    /// The dots per inch of PNG files unless asked otherwise.
    public static let defaultDPI = 300.0

    /// Draws `figure`; `dpi` matters to PNG alone.
    ///
    /// Throws `render.badDPI`, `render.tooLarge` or `render.failed`.
    public static func render(
        _ figure: Figure, as format: FigureFormat, dpi: Double = defaultDPI
    ) throws -> RenderedFigure {
        switch format {
        case .png: try renderPNG(figure, dpi: dpi)
        case .svg: RenderedFigure(bytes: try SVGDocument(figure).bytes, notes: [])
        case .pdf: try renderBook([figure], title: figure.title)
        }
    }

    /// Draws `figures`, which have one size, as the pictures of an animated PNG, each shown for so long, again and again.
    ///
    /// `progress` is called after each picture; what it throws ends the work.
    /// Throws `render.badDPI`, `render.tooLarge`, `render.failed` and what `progress` throws.
    public static func renderFilm(
        _ figures: [Figure], title: String, dpi: Double = 150, milliseconds: Int = 500,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> RenderedFigure {
        precondition(!figures.isEmpty)
        var (pictures, notes): ([[UInt8]], [String]) = ([], [])
        for figure in figures {
            let rendered = try renderPNG(figure, dpi: dpi)
            pictures.append(rendered.bytes)
            for note in rendered.notes where !notes.contains(note) { notes.append(note) }
            try progress(pictures.count, figures.count)
        }
        return RenderedFigure(
            bytes: try AnimatedPNG.bytes(pictures, milliseconds: milliseconds, title: title), notes: notes)
    }

    private static func renderPNG(_ figure: Figure, dpi: Double) throws -> RenderedFigure {
        guard dpiRange.contains(dpi) else {
            throw KernelVizError(
                code: "render.badDPI", subject: figure.title, found: "\(dpi) dots per inch", expected: "10 to 2400",
                advice: "Pass another --dpi")
        }
        let scale = dpi / 72
        let (width, height) = (pixels(figure.width * scale), pixels(figure.height * scale))
        guard max(width, height) <= pixelLimit else {
            throw KernelVizError(
                code: "render.tooLarge", subject: figure.title, found: "a picture of \(width)×\(height) pixels",
                expected: "at most \(pixelLimit) pixels a side",
                advice: "Lower --dpi or --width, or write SVG or PDF")
        }
        let surface = try Surface(
            taking: cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height)), figure.title)
        let notes = try paint(figure, on: surface, scale: scale, snapsToPixels: true)
        return RenderedFigure(
            bytes: PNGFile.bytes(try PNGFile.encoded(surface, figure.title), dotsPerInch: dpi), notes: notes)
    }

    private static func pixels(_ length: Double) -> Int { length < 1e9 ? max(1, Int(length.rounded())) : Int.max }

    /// One PDF with a page for each of `figures`, each of its own size; there is at least one.
    ///
    /// `progress` is called after each page with how many are done; what it throws ends the work.
    /// Throws `render.failed` and what `progress` throws.
    public static func renderBook(
        _ figures: [Figure], title: String, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> RenderedFigure {
        precondition(!figures.isEmpty)
        let sink = ByteSink()
        let notes = try withExtendedLifetime(sink) {
            let surface = try Surface(
                taking: cairo_pdf_surface_create_for_stream(
                    ByteSink.write, sink.closure, figures[0].width, figures[0].height), title)
            unsafe cairo_pdf_surface_set_metadata(surface.pointer, CAIRO_PDF_METADATA_TITLE, title)
            unsafe cairo_pdf_surface_set_metadata(surface.pointer, CAIRO_PDF_METADATA_CREATOR, "kernelviz")
            // Without a fixed date every run would give other bytes.
            unsafe cairo_pdf_surface_set_metadata(
                surface.pointer, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z")
            var notes: [String] = []
            for (page, figure) in figures.enumerated() {
                if page > 0 {
                    unsafe cairo_surface_show_page(surface.pointer)
                    unsafe cairo_pdf_surface_set_size(surface.pointer, figure.width, figure.height)
                }
                for note in try paint(figure, on: surface, scale: 1, snapsToPixels: false) where !notes.contains(note) {
                    notes.append(note)
                }
                try progress(page + 1, figures.count)
            }
            unsafe cairo_surface_finish(surface.pointer)
            try surface.check(title)
            return notes
        }
        return RenderedFigure(bytes: sink.bytes, notes: notes)
    }

    /// Draws all marks; returns what the reader should know.
    private static func paint(
        _ figure: Figure, on surface: borrowing Surface, scale: Double, snapsToPixels: Bool
    ) throws -> [String] {
        let painter = MarkPainter(try Context(on: surface), scale: scale, snapsToPixels: snapsToPixels)
        let isOtherFont = !figure.texts.isEmpty && !painter.hasExpectedFont()
        let missing = painter.fonts.missingLetters(in: figure.texts.map(\.text))
        for mark in snapsToPixels ? figure.marks : try CellRuns(figure).marks { try painter.draw(mark) }
        try painter.check(figure.title)
        var notes: [String] = []
        if isOtherFont {
            notes.append(
                "The font DejaVu Sans is not installed; another one stands in for it. "
                    + "Install it (Debian: fonts-dejavu-core) and write the figure again.")
        }
        if !missing.isEmpty {
            notes.append(
                "No installed font has letters for '\(missing.prefix(40))'; boxes stand in their place. "
                    + "Install one (Debian: fonts-noto-core, fonts-noto-cjk), or write the figure as SVG, where the "
                    + "viewer's fonts are used.")
        }
        let unshaped = figure.texts.flatMap(\.text.unicodeScalars).first(where: \.needsShaping)
        if let unshaped {
            notes.append(
                "Letters such as '\(unshaped)' are set one by one, from left to right: scripts that join letters or run "
                    + "from right to left are right in SVG alone.")
        }
        return notes
    }
}
