import Diagnostics

/// A picture as a value: a page in points and what is drawn on it, in order.
///
/// Knows no drawing library; the same value always gives the same file.
public struct Figure: Sendable, Equatable {
    /// What the picture shows, for the file's own metadata.
    public let title: String
    /// The page's width in points (1/72 inch).
    public let width: Double
    /// The page's height in points.
    public let height: Double
    /// What is drawn, the first at the bottom; every coordinate is finite.
    public let marks: [Mark]

    /// Joins a page and its marks; a coordinate that is not finite is a programmer's mistake.
    public init(title: String, width: Double, height: Double, marks: [Mark]) {
        precondition(width.isFinite && height.isFinite && width > 0 && height > 0)
        precondition(marks.allSatisfy { $0.bounds.isFinite })
        self.title = title
        self.width = width
        self.height = height
        self.marks = marks
    }

    /// All lines of text, in drawing order.
    public var texts: [TextMark] {
        marks.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    /// The widths that figures can be asked for, in millimetres.
    public static let widthsMillimetres = 80.0...400.0

    /// Throws `figures.tooLow` where `figure` is taller than asked for.
    static func check(_ figure: Figure, maximumHeightMillimetres limit: Double) throws {
        let height = figure.height / Length.pointsPerMillimetre
        guard height > limit + 0.01 else { return }
        throw KernelVizError(
            code: "figures.tooLow", subject: figure.title, found: "a height of at most \(NumberText.short(limit)) mm",
            expected: "at least \(NumberText.short(height.rounded(.up))) mm at this width",
            advice: "Raise --max-height or --width, or leave parts out (--no-histogram)")
    }

    /// Throws `figures.badWidth` unless `width` is a number within ``widthsMillimetres``.
    static func check(widthMillimetres width: Double) throws {
        guard widthsMillimetres.contains(width) else {
            throw KernelVizError(
                code: "figures.badWidth", subject: "figure", found: "a width of \(NumberText.short(width)) mm",
                expected: "80 to 400 mm", advice: "Pass another --width")
        }
    }
}
