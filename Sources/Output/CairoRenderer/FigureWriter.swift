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

    /// Writes the pages of one figure: one file for a single page, one PDF, or `name-1.png`, `name-2.png` …; there is at
    /// least one page. Nothing is written where one of them could not be drawn or may not be replaced.
    ///
    /// Returns the files with what the reader should know. Throws as ``write(_:to:dpi:overwriting:)`` does.
    public static func writePages(
        _ pages: [Figure], to path: String, dpi: Double = FigureRenderer.defaultDPI,
        overwriting: AtomicFile.Overwriting = .replace
    ) throws -> (files: [String], notes: [String]) {
        precondition(!pages.isEmpty)
        let format = try FigureFormat(path: path)
        if pages.count == 1 || format == .pdf {
            let notes =
                pages.count == 1
                ? try write(pages[0], to: path, dpi: dpi, overwriting: overwriting)
                : try writeBook(pages, title: pages[0].title, to: path, overwriting: overwriting)
            return ([path], notes)
        }
        let files = pages.indices.map { pagePath(path, $0 + 1) }
        for file in files { try AtomicFile.checkWritable(file, overwriting: overwriting) }
        let rendered = try pages.map { try FigureRenderer.render($0, as: format, dpi: dpi) }
        for (file, page) in zip(files, rendered) {
            try AtomicFile.write(page.bytes, to: file, overwriting: overwriting)
        }
        var notes: [String] = []
        for note in rendered.flatMap(\.notes) where !notes.contains(note) { notes.append(note) }
        return (files, notes)
    }

    /// "figures/shares-2.png" for page 2 of "figures/shares.png".
    static func pagePath(_ path: String, _ page: Int) -> String {
        let suffix = FilePaths.fileExtension(of: path).count + 1
        return "\(path.dropLast(suffix))-\(page).\(path.suffix(suffix - 1))"
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
