import Diagnostics

/// A figure as SVG for a web page: real letters, no paper, and the colours of text and lines left to the page's style.
///
/// Classes: `ink`, `quiet`, `axis`, `faint` (text and fills), the same with `s-` for lines. Nothing needs an identifier,
/// so any number of figures fits on a page.
public enum InlineSVG {
    /// The element, scaled to its container; `label` is what screen readers say.
    public static func element(_ figure: Figure, label: String) -> String {
        let shapes = SVGShapes(paint: paint)
        var parts = [
            "<svg class=\"figure\" viewBox=\"0 0 \(SVGShapes.number(figure.width)) \(SVGShapes.number(figure.height))\" "
                + "role=\"img\" aria-label=\"\(escaped(label))\">"
        ]
        for (index, mark) in figure.marks.enumerated() where index > 0 || !isPaper(mark, figure) {
            switch mark {
            case .rectangle(let rect, let fill): parts.append(shapes.element(rect, fill: fill))
            case .path(let path): parts.append(shapes.element(path))
            case .text(let text): parts.append(shapes.element(text))
            case .cells(let grid): parts.append(shapes.element(grid))
            case .raster(let raster): parts.append(element(raster))
            }
        }
        return parts.joined() + "</svg>"
    }

    /// A picture inside the page's text: a twentieth or so of what its cells would take as shapes.
    private static func element(_ raster: Raster) -> String {
        let frame = raster.frame
        let place = [("x", frame.x), ("y", frame.y), ("width", frame.width), ("height", frame.height)]
            .map { "\($0.0)=\"\(SVGShapes.number($0.1))\"" }.joined(separator: " ")
        return "<image \(place) preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" "
            + "href=\"data:image/png;base64,\(Base64.text(StoredPNG.bytes(raster)))\"/>"
    }

    /// `text` with the signs that mean something in XML replaced, and what would be obeyed instead of shown written out.
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
                // Most control characters are not allowed in XML at all; marks of direction would turn the page's own words.
                if (0x20..<0x7F).contains(scalar.value) || scalar == "\n" || scalar == "\t" {
                    result.unicodeScalars.append(scalar)
                } else {
                    result += String(scalar).printable
                }
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
}
