/// One thing drawn on a figure; later marks cover earlier ones.
public enum Mark: Sendable, Equatable {
    /// A filled rectangle.
    case rectangle(FigureRect, fill: FigureColor)
    /// A line or a shape of straight edges.
    case path(FigurePath)
    /// A line of text.
    case text(TextMark)
    /// A matrix of coloured cells, drawn as vectors.
    case cells(CellGrid)
    /// A picture of pixels.
    case raster(Raster)

    /// The area that the mark covers; for text by the embedded font metrics, for lines without their thickness.
    public var bounds: FigureRect {
        switch self {
        case .rectangle(let rect, _): rect
        case .path(let path): path.bounds
        case .text(let text): text.bounds
        case .cells(let grid): grid.bounds
        case .raster(let raster): raster.frame
        }
    }
}

/// A chain of straight lines.
public struct FigurePath: Sendable, Equatable {
    /// The corners in order, at least two.
    public let points: [FigurePoint]
    /// Whether the last corner is joined to the first.
    public let isClosed: Bool
    /// The colour inside; nil leaves it empty.
    public let fill: FigureColor?
    /// The line; nil for none.
    public let stroke: Stroke?

    /// Joins corners; see the properties.
    public init(_ points: [FigurePoint], isClosed: Bool = false, fill: FigureColor? = nil, stroke: Stroke? = nil) {
        precondition(points.count >= 2)
        self.points = points
        self.isClosed = isClosed
        self.fill = fill
        self.stroke = stroke
    }

    var bounds: FigureRect {
        let (left, right) = (points.map(\.x).min() ?? 0, points.map(\.x).max() ?? 0)
        let (top, bottom) = (points.map(\.y).min() ?? 0, points.map(\.y).max() ?? 0)
        return FigureRect(x: left, y: top, width: right - left, height: bottom - top)
    }
}

/// How a line is drawn.
public struct Stroke: Sendable, Equatable {
    /// The line's colour.
    public let color: FigureColor
    /// The line's thickness in points.
    public let width: Double
    /// Lengths of dash and gap in points; empty for a solid line.
    public let dash: [Double]

    /// Describes a line; see the properties.
    public init(_ color: FigureColor, width: Double, dash: [Double] = []) {
        precondition(width > 0 && dash.allSatisfy { $0 > 0 })
        self.color = color
        self.width = width
        self.dash = dash
    }
}

/// A matrix of equally large coloured cells, row-major from the top left.
///
/// With a ``border`` it is a kernel: pixels then make all its cells equally large, whatever the resolution.
public struct CellGrid: Sendable, Equatable {
    /// A line around all cells.
    public struct Border: Sendable, Equatable {
        /// The line's colour.
        public let color: FigureColor
        /// The line's thickness in points, outside ``CellGrid/frame``.
        public let width: Double

        /// Describes a border; see the properties.
        public init(_ color: FigureColor, width: Double) {
            precondition(width > 0)
            (self.color, self.width) = (color, width)
        }
    }

    /// The area that all cells fill together.
    public let frame: FigureRect
    /// Cells in a row.
    public let columns: Int
    /// One colour a cell; `colors.count` is a multiple of ``columns``.
    public let colors: [FigureColor]
    /// The line around the cells; nil for none.
    public let border: Border?
    /// The number of rows.
    public var rows: Int { colors.count / columns }
    /// ``frame`` with its border.
    var bounds: FigureRect { frame.expanded(border?.width ?? 0) }

    /// Places a matrix; see the properties.
    public init(frame: FigureRect, columns: Int, colors: [FigureColor], border: Border? = nil) {
        precondition(columns > 0 && !colors.isEmpty && colors.count % columns == 0)
        self.border = border
        self.frame = frame
        self.columns = columns
        self.colors = colors
    }
}

/// A picture of 8-bit RGB pixels stretched over an area, without smoothing.
public struct Raster: Sendable, Equatable {
    /// The area that the pixels fill.
    public let frame: FigureRect
    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// Red, green, blue, row by row; `bytes.count == width·height·3`.
    public let bytes: [UInt8]

    /// Places a picture; see the properties.
    public init(frame: FigureRect, width: Int, height: Int, bytes: [UInt8]) {
        precondition(width > 0 && height > 0 && bytes.count == width * height * 3)
        self.frame = frame
        self.width = width
        self.height = height
        self.bytes = bytes
    }
}
