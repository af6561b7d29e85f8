/// A line of text in DejaVu Sans.
public struct TextMark: Sendable, Equatable {
    /// How heavy the letters are.
    public enum Weight: Sendable, Equatable {
        /// DejaVu Sans Book.
        case regular
        /// DejaVu Sans Bold.
        case bold
    }

    /// Which part of the text lies at its point.
    public enum Anchor: Sendable, Equatable {
        /// The text begins there.
        case start
        /// The text's middle lies there.
        case middle
        /// The text ends there.
        case end
    }

    /// The letters.
    public let text: String
    /// Where the anchor lies, on the baseline.
    public let position: FigurePoint
    /// The font's size in points.
    public let size: Double
    /// How heavy the letters are.
    public let weight: Weight
    /// Which part of the text lies at ``position``.
    public let anchor: Anchor
    /// The letters' colour.
    public let color: FigureColor
    /// Whether the text runs upwards instead of to the right.
    public let isUpright: Bool

    /// Places a line of text; see the properties.
    public init(
        _ text: String, at position: FigurePoint, size: Double, weight: Weight = .regular, anchor: Anchor = .start,
        color: FigureColor, isUpright: Bool = false
    ) {
        self.text = text
        self.position = position
        self.size = size
        self.weight = weight
        self.anchor = anchor
        self.color = color
        self.isUpright = isUpright
    }

    /// The length of the line in points, by the embedded metrics.
    public var advance: Double { TextMetrics.width(text, size: size, weight: weight) }

    /// The box from ascender to descender.
    public var bounds: FigureRect {
        let width = advance
        let shift =
            switch anchor {
            case .start: 0.0
            case .middle: width / 2
            case .end: width
            }
        let (ascent, descent) = (TextMetrics.ascent * size, TextMetrics.descent * size)
        if isUpright {
            return FigureRect(
                x: position.x - ascent, y: position.y + shift - width, width: ascent + descent, height: width)
        }
        return FigureRect(x: position.x - shift, y: position.y - ascent, width: width, height: ascent + descent)
    }
}
