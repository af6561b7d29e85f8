import Diagnostics
import Files

/// A file format that figures can be written in.
public enum FigureFormat: String, Sendable, Equatable, CaseIterable {
    /// Pixels.
    case png
    /// Vectors for the web.
    case svg
    /// Vectors for print.
    case pdf

    /// The format that the extension of `path` asks for.
    ///
    /// Throws `render.unknownFormat`.
    public init(path: String) throws {
        let name = FilePaths.fileExtension(of: path)
        guard let format = FigureFormat(rawValue: name) else {
            throw KernelVizError(
                code: "render.unknownFormat", subject: path,
                found: name.isEmpty ? "a name without an extension" : "the extension '.\(name)'",
                expected: ".png, .svg or .pdf", advice: "Name the output with one of these")
        }
        self = format
    }
}
