/// A place on a figure in points (1/72 inch) from the top left corner, y growing downwards.
public struct FigurePoint: Sendable, Equatable {
    /// Points from the left edge.
    public var x: Double
    /// Points from the top edge.
    public var y: Double

    /// Names a place.
    public init(_ x: Double, _ y: Double) {
        self.x = x
        self.y = y
    }

    /// Whether both coordinates are finite.
    public var isFinite: Bool { x.isFinite && y.isFinite }
}

/// An upright rectangle in points.
public struct FigureRect: Sendable, Equatable {
    /// The left edge.
    public var x: Double
    /// The top edge.
    public var y: Double
    /// Points from left to right, not negative.
    public var width: Double
    /// Points from top to bottom, not negative.
    public var height: Double

    /// Names a rectangle.
    public init(x: Double, y: Double, width: Double, height: Double) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    /// The right edge.
    public var right: Double { x + width }
    /// The bottom edge.
    public var bottom: Double { y + height }
    /// Whether all four numbers are finite and no side is negative.
    public var isFinite: Bool {
        x.isFinite && y.isFinite && width.isFinite && height.isFinite && width >= 0 && height >= 0
    }

    /// The rectangle with each edge moved outwards by `distance`.
    public func expanded(_ distance: Double) -> FigureRect {
        FigureRect(x: x - distance, y: y - distance, width: width + 2 * distance, height: height + 2 * distance)
    }

    /// Whether the two share an area, beyond `slack` points of overlap.
    public func overlaps(_ other: FigureRect, slack: Double = 0) -> Bool {
        min(right, other.right) - max(x, other.x) > slack && min(bottom, other.bottom) - max(y, other.y) > slack
    }

    /// Whether `other` lies inside, but for `slack` points.
    public func contains(_ other: FigureRect, slack: Double = 0) -> Bool {
        other.x >= x - slack && other.y >= y - slack && other.right <= right + slack && other.bottom <= bottom + slack
    }
}

/// Lengths that the figures share.
public enum Length {
    /// Points in a millimetre.
    public static let pointsPerMillimetre = 72 / 25.4
    /// One pixel at 300 dpi in points: grids are laid out in whole multiples, so that their cells are equally large.
    static let unit = 0.24
}
