import CCairo
import Figures

/// A figure as an SVG file of its own: letters as letters, many cells as one picture.
struct SVGDocument {
    /// The fonts that texts are set in, the first that the reader has.
    static let fonts = "'DejaVu Sans', Verdana, 'Noto Sans', Arial, Helvetica, sans-serif"

    /// The whole file.
    let bytes: [UInt8]

    /// Throws `render.failed` where a picture could not be made.
    init(_ figure: Figure) throws {
        let shapes = SVGShapes { attribute, color in "\(attribute)=\"\(InlineSVG.hexadecimal(color))\"" }
        let (width, height) = (SVGShapes.number(figure.width), SVGShapes.number(figure.height))
        var lines = [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"\(width)pt\" "
                + "height=\"\(height)pt\" viewBox=\"0 0 \(width) \(height)\" font-family=\"\(Self.fonts)\" "
                // Two spaces beside the dots between facts stay two.
                + "xml:space=\"preserve\">",
            "<title>\(InlineSVG.escaped(figure.title))</title>",
        ]
        for mark in try CellRuns(figure).marks {
            switch mark {
            case .rectangle(let rect, let fill): lines.append(shapes.element(rect, fill: fill))
            case .path(let path): lines.append(shapes.element(path))
            case .text(let text): lines.append(shapes.element(text))
            case .cells(let grid): lines.append(shapes.element(grid))
            case .raster(let raster): lines.append(try Self.element(raster, figure.title))
            }
        }
        bytes = Array((lines.joined(separator: "\n") + "\n</svg>\n").utf8)
    }

    private static func element(_ raster: Raster, _ title: String) throws -> String {
        let frame = raster.frame
        let place = [("x", frame.x), ("y", frame.y), ("width", frame.width), ("height", frame.height)]
            .map { "\($0.0)=\"\(SVGShapes.number($0.1))\"" }.joined(separator: " ")
        let picture = try IndexedPNG.bytes(raster) ?? PNGFile.encoded(Surface.picture(raster), title)
        // The first value is for readers of SVG 1.1, the second for those of CSS.
        return
            "<image \(place) preserveAspectRatio=\"none\" style=\"image-rendering:optimizeSpeed;image-rendering:pixelated\" "
            + "xlink:href=\"data:image/png;base64,\(Base64.text(picture))\"/>"
    }
}
