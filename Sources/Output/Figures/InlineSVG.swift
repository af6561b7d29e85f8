/// A figure as SVG for a web page: real letters, no paper, and the colours of text and lines left to the page's style.
///
/// Classes: `ink`, `quiet`, `axis`, `faint` (text and fills), the same with `s-` for lines. Nothing needs an identifier,
/// so any number of figures fits on a page.
public enum InlineSVG {
    /// The element, scaled to its container; `label` is what screen readers say.
    public static func element(_ figure: Figure, label: String) -> String {
        var parts = [
            "<svg class=\"figure\" viewBox=\"0 0 \(number(figure.width)) \(number(figure.height))\" role=\"img\" "
                + "aria-label=\"\(escaped(label))\">"
        ]
        for (index, mark) in figure.marks.enumerated() where index > 0 || !isPaper(mark, figure) {
            switch mark {
            case .rectangle(let rect, let fill): parts.append("<path \(paint("fill", fill)) d=\"\(box(rect))\"/>")
            case .path(let path): parts.append(element(path))
            case .text(let text): parts.append(element(text))
            case .cells(let grid):
                parts += cells(grid.frame, columns: grid.columns, rows: grid.rows, colors: grid.colors)
            case .raster(let raster):
                let colors = stride(from: 0, to: raster.bytes.count, by: 3).map {
                    FigureColor(raster.bytes[$0], raster.bytes[$0 + 1], raster.bytes[$0 + 2])
                }
                parts += cells(raster.frame, columns: raster.width, rows: raster.height, colors: colors)
            }
        }
        return parts.joined() + "</svg>"
    }

    /// `text` with the signs that mean something in XML replaced.
    public static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default:
                // Control characters are not allowed in XML at all.
                if scalar.value >= 0x20 || scalar == "\n" || scalar == "\t" { result.unicodeScalars.append(scalar) }
            }
        }
        return result
    }

    /// `#rrggbb`.
    public static func hexadecimal(_ color: FigureColor) -> String {
        let digits = Array("0123456789abcdef")
        return "#"
            + String([color.red, color.green, color.blue].flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    private static func isPaper(_ mark: Mark, _ figure: Figure) -> Bool {
        if case .rectangle(let rect, .white) = mark {
            rect.width == figure.width && rect.height == figure.height
        } else {
            false
        }
    }

    /// The attribute that paints, or the class of a colour that follows the page.
    private static func paint(_ attribute: String, _ color: FigureColor) -> String {
        let classes: [(FigureColor, String)] = [
            (.ink, "ink"), (.quietInk, "quiet"), (.axis, "axis"), (.faint, "faint"),
        ]
        if let name = classes.first(where: { $0.0 == color })?.1 {
            return "class=\"\(attribute == "stroke" ? "s-" : "")\(name)\""
        }
        return "\(attribute)=\"\(hexadecimal(color))\""
    }

    private static func element(_ path: FigurePath) -> String {
        let corners = path.points.enumerated().map { ($0 == 0 ? "M" : "L") + number($1.x) + " " + number($1.y) }
        let line = corners.joined() + (path.isClosed ? "Z" : "")
        var parts: [String] = []
        if let fill = path.fill { parts.append("<path \(paint("fill", fill)) d=\"\(line)\"/>") }
        if let stroke = path.stroke {
            let dash =
                stroke.dash.isEmpty ? "" : " stroke-dasharray=\"\(stroke.dash.map(number).joined(separator: " "))\""
            parts.append(
                "<path fill=\"none\" \(paint("stroke", stroke.color)) stroke-width=\"\(number(stroke.width))\"\(dash) "
                    + "d=\"\(line)\"/>")
        }
        return parts.joined()
    }

    private static func element(_ text: TextMark) -> String {
        let anchor =
            switch text.anchor {
            case .start: ""
            case .middle: " text-anchor=\"middle\""
            case .end: " text-anchor=\"end\""
            }
        let place = "x=\"\(number(text.position.x))\" y=\"\(number(text.position.y))\""
        let turn =
            text.isUpright ? " transform=\"rotate(-90 \(number(text.position.x)) \(number(text.position.y)))\"" : ""
        // The layout's own length, whatever font the reader has.
        return "<text \(place)\(anchor)\(turn) \(paint("fill", text.color)) font-size=\"\(number(text.size))\""
            + (text.weight == .bold ? " font-weight=\"bold\"" : "")
            + " textLength=\"\(number(text.advance))\" lengthAdjust=\"spacingAndGlyphs\">\(escaped(text.text))</text>"
    }

    /// One path a colour: all its cells.
    private static func cells(_ frame: FigureRect, columns: Int, rows: Int, colors: [FigureColor]) -> [String] {
        let (width, height) = (frame.width / Double(columns), frame.height / Double(rows))
        var order: [FigureColor] = []
        var shapes: [FigureColor: String] = [:]
        for (index, color) in colors.enumerated() {
            if shapes[color] == nil { order.append(color) }
            let (x, y) = (Double(index % columns) * width, Double(index / columns) * height)
            // A little under the neighbours, so that no seams show in print.
            let isLast = (column: index % columns == columns - 1, row: index / columns == rows - 1)
            shapes[color, default: ""] += box(
                FigureRect(
                    x: frame.x + x, y: frame.y + y, width: width + (isLast.column ? 0 : min(0.12, width / 12)),
                    height: height + (isLast.row ? 0 : min(0.12, height / 12))))
        }
        return order.map { color in
            "<path fill=\"\(hexadecimal(color))\" shape-rendering=\"crispEdges\" d=\"\(shapes[color] ?? "")\"/>"
        }
    }

    private static func box(_ rect: FigureRect) -> String {
        "M\(number(rect.x)) \(number(rect.y))h\(number(rect.width))v\(number(rect.height))h\(number(-rect.width))z"
    }

    /// At most two decimals, none that are needless.
    private static func number(_ value: Double) -> String {
        let scaled = (value * 100).rounded()
        let (whole, rest) = (Int(abs(scaled)) / 100, Int(abs(scaled)) % 100)
        let decimals = rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
        return (scaled < 0 ? "-" : "") + "\(whole)" + decimals
    }
}
