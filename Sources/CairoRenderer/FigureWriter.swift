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
}
