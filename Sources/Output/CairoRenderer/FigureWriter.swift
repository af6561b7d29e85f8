import Diagnostics
import Figures
import Files

/// Writes figures to files.
public enum FigureWriter {
    /// Writes `figure` to `path` in the format of its extension, whole or not at all.
    ///
    /// Returns what the reader should know, one sentence each; usually nothing.
    /// Throws the errors of ``FigureFormat/init(path:)``, ``FigureRenderer/render(_:as:dpi:)`` and `AtomicFile`.
    @discardableResult
    public static func write(
        _ figure: Figure, to path: String, dpi: Double = FigureRenderer.defaultDPI,
        overwriting: AtomicFile.Overwriting = .replace
    ) throws -> [String] {
        let format = try FigureFormat(path: path)
        try AtomicFile.checkWritable(path, overwriting: overwriting)
        let rendered = try FigureRenderer.render(figure, as: format, dpi: dpi)
        try AtomicFile.write(rendered.bytes, to: path, overwriting: overwriting)
        return rendered.notes
    }

    /// Writes `figures` as the pages of one PDF to `path`, whole or not at all; see ``write(_:to:dpi:overwriting:)``.
    ///
    /// Throws `render.pagesNeedPDF` where the extension asks for another format, the errors of
    /// ``FigureRenderer/renderBook(_:title:progress:)`` and `AtomicFile`.
    @discardableResult
    public static func writeBook(
        _ figures: [Figure], title: String, to path: String, overwriting: AtomicFile.Overwriting = .replace,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> [String] {
        guard try FigureFormat(path: path) == .pdf else {
            throw KernelVizError(
                code: "render.pagesNeedPDF", subject: path, found: "\(figures.count) pages in one picture",
                expected: ".pdf", advice: "Name the output with this extension, or choose one layer")
        }
        try AtomicFile.checkWritable(path, overwriting: overwriting)
        let rendered = try FigureRenderer.renderBook(figures, title: title, progress: progress)
        try AtomicFile.write(rendered.bytes, to: path, overwriting: overwriting)
        return rendered.notes
    }
}
