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

    /// The largest pixel of a picture in points. Some readers (librsvg 2.54) smooth every picture, whatever its style says:
    /// half a point of that is not seen.
    private static let largestPixel = 0.5

    private static func element(_ raster: Raster, _ title: String) throws -> String {
        let frame = raster.frame
        let place = [("x", frame.x), ("y", frame.y), ("width", frame.width), ("height", frame.height)]
            .map { "\($0.0)=\"\(SVGShapes.number($0.1))\"" }.joined(separator: " ")
        let enlarged = raster.enlarged(pixel: largestPixel)
        let picture = try IndexedPNG.bytes(enlarged) ?? PNGFile.encoded(Surface.picture(enlarged), title)
        // The first value is for readers of SVG 1.1, the second for those of CSS.
        return
            "<image \(place) preserveAspectRatio=\"none\" style=\"image-rendering:optimizeSpeed;image-rendering:pixelated\" "
            + "xlink:href=\"data:image/png;base64,\(Base64.text(picture))\"/>"
    }
}

extension Raster {
    /// The same picture of pixels that are no larger than `pixel` points: each becomes a block of its colour.
    func enlarged(pixel: Double) -> Raster {
        func factor(_ length: Double, _ count: Int) -> Int {
            max(1, Int((length / Double(count) / pixel).rounded(.up)))
        }
        let (columns, rows) = (factor(frame.width, width), factor(frame.height, height))
        guard columns > 1 || rows > 1 else { return self }
        var enlarged: [UInt8] = []
        enlarged.reserveCapacity(bytes.count * columns * rows)
        for row in 0..<height {
            var line: [UInt8] = []
            line.reserveCapacity(width * columns * 3)
            for column in 0..<width {
                let start = (row * width + column) * 3
                for _ in 0..<columns { line += bytes[start..<start + 3] }
            }
            for _ in 0..<rows { enlarged += line }
        }
        return Raster(frame: frame, width: width * columns, height: height * rows, bytes: enlarged)
    }
}
