/// The elements of SVG that stand for marks, whatever file they go into.
package struct SVGShapes {
    /// The attribute that paints with a colour: `paint("fill", color)` is `fill="#rrggbb"` or a class.
    package let paint: (_ attribute: String, _ color: FigureColor) -> String
    /// Whether texts are stretched to the layout's length, whatever font the reader has.
    package let fitsText: Bool

    /// Paints with `paint`; see the properties.
    package init(fitsText: Bool = true, paint: @escaping (_ attribute: String, _ color: FigureColor) -> String) {
        (self.fitsText, self.paint) = (fitsText, paint)
    }

    /// A filled rectangle.
    package func element(_ rect: FigureRect, fill: FigureColor) -> String {
        "<path \(paint("fill", fill)) d=\"\(Self.box(rect))\"/>"
    }

    /// A line or shape.
    package func element(_ path: FigurePath) -> String {
        let corners = path.points.enumerated().map {
            ($0 == 0 ? "M" : "L") + Self.number($1.x) + " " + Self.number($1.y)
        }
        let line = corners.joined() + (path.isClosed ? "Z" : "")
        var parts: [String] = []
        if let fill = path.fill { parts.append("<path \(paint("fill", fill)) d=\"\(line)\"/>") }
        if let stroke = path.stroke {
            let dash =
                stroke.dash.isEmpty
                ? "" : " stroke-dasharray=\"\(stroke.dash.map(Self.number).joined(separator: " "))\""
            parts.append(
                "<path fill=\"none\" \(paint("stroke", stroke.color)) stroke-width=\"\(Self.number(stroke.width))\"\(dash) "
                    + "d=\"\(line)\"/>")
        }
        return parts.joined()
    }

    /// A line of text: letters that can be searched, copied and edited.
    package func element(_ text: TextMark) -> String {
        let anchor =
            switch text.anchor {
            case .start: ""
            case .middle: " text-anchor=\"middle\""
            case .end: " text-anchor=\"end\""
            }
        let (x, y) = (Self.number(text.position.x), Self.number(text.position.y))
        let turn = text.isUpright ? " transform=\"rotate(-90 \(x) \(y))\"" : ""
        let length =
            fitsText ? " textLength=\"\(Self.number(text.advance))\" lengthAdjust=\"spacingAndGlyphs\"" : ""
        return "<text x=\"\(x)\" y=\"\(y)\"\(anchor)\(turn) \(paint("fill", text.color)) "
            + "font-size=\"\(Self.number(text.size))\"" + (text.weight == .bold ? " font-weight=\"bold\"" : "")
            + "\(length)>\(InlineSVG.escaped(text.text))</text>"
    }

    /// A matrix of cells with its border: one path a colour.
    package func element(_ grid: CellGrid) -> String {
        let border = grid.border.map { element(grid.frame.expanded($0.width), fill: $0.color) } ?? ""
        return border + cells(grid.frame, columns: grid.columns, rows: grid.rows, colors: grid.colors)
    }

    /// One path a colour: all its cells.
    func cells(_ frame: FigureRect, columns: Int, rows: Int, colors: [FigureColor]) -> String {
        let (width, height) = (frame.width / Double(columns), frame.height / Double(rows))
        var order: [FigureColor] = []
        var shapes: [FigureColor: String] = [:]
        for (index, color) in colors.enumerated() {
            if shapes[color] == nil { order.append(color) }
            let (x, y) = (Double(index % columns) * width, Double(index / columns) * height)
            // A little under the neighbours, so that no seams show in print.
            let isLast = (column: index % columns == columns - 1, row: index / columns == rows - 1)
            shapes[color, default: ""] += Self.box(
                FigureRect(
                    x: frame.x + x, y: frame.y + y, width: width + (isLast.column ? 0 : min(0.12, width / 12)),
                    height: height + (isLast.row ? 0 : min(0.12, height / 12))))
        }
        return order.map { color in
            "<path fill=\"\(InlineSVG.hexadecimal(color))\" shape-rendering=\"crispEdges\" d=\"\(shapes[color] ?? "")\"/>"
        }.joined()
    }

    /// The outline of a rectangle as path data.
    package static func box(_ rect: FigureRect) -> String {
        "M\(number(rect.x)) \(number(rect.y))h\(number(rect.width))v\(number(rect.height))h\(number(-rect.width))z"
    }

    /// At most two decimals, none that are needless.
    package static func number(_ value: Double) -> String {
        let scaled = (value * 100).rounded()
        let (whole, rest) = (Int(abs(scaled)) / 100, Int(abs(scaled)) % 100)
        let decimals = rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
        return (scaled < 0 ? "-" : "") + "\(whole)" + decimals
    }
}
