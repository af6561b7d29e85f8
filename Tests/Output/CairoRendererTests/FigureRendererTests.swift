import CairoRenderer
import Diagnostics
import Figures
import Files
import Images
import TestSupport
import Testing

@Suite struct FigureRendererTests {
    private func page(_ marks: [Mark], width: Double = 72, height: Double = 36) -> Figure {
        let paper = Mark.rectangle(FigureRect(x: 0, y: 0, width: width, height: height), fill: .white)
        return Figure(title: "test page", width: width, height: height, marks: [paper] + marks)
    }

    private func picture(_ figure: Figure, dpi: Double = 200) throws -> RGBImage {
        try ImageFile.decode(FigureRenderer.render(figure, as: .png, dpi: dpi).bytes, subject: "rendered")
    }

    @Test func pixelsHaveTheSizeThatTheResolutionAsksFor() throws {
        let png = try FigureRenderer.render(page([]), as: .png, dpi: 144).bytes
        let image = try ImageFile.decode(png, subject: "png")
        #expect(image.width == 144 && image.height == 72)
        // 144 dots per inch are 5669 per metre, 0x1625; the checksum is zlib.crc32's.
        #expect(
            png.firstRange(of: Array("pHYs".utf8) + [0, 0, 0x16, 0x25, 0, 0, 0x16, 0x25, 1, 0x49, 0x52, 0x24, 0xF0])
                != nil)
    }

    @Test func cellsAreCrispAndHaveTheirExactColours() throws {
        let colors = [FigureColor(103, 0, 31), FigureColor(5, 48, 97), FigureColor(1, 2, 3), FigureColor(250, 128, 7)]
        let grid = CellGrid(frame: FigureRect(x: 3.6, y: 3.6, width: 7.2, height: 7.2), columns: 2, colors: colors)
        let image = try picture(page([.cells(grid)]))
        for (index, color) in colors.enumerated() {
            let (left, top) = (10 + index % 2 * 10, 10 + index / 2 * 10)
            for (x, y) in [(left, top), (left + 9, top + 9)] {
                #expect(image.pixel(x, y) == (color.red, color.green, color.blue))
            }
        }
        #expect(image.pixel(9, 9) == (255, 255, 255) && image.pixel(30, 30) == (255, 255, 255))
    }

    @Test func pixelPicturesAreNotSmoothed() throws {
        let raster = Raster(
            frame: FigureRect(x: 0, y: 0, width: 7.2, height: 3.6), width: 2, height: 1, bytes: [9, 8, 7, 200, 100, 50])
        let image = try picture(page([.raster(raster)]))
        #expect(image.pixel(9, 5) == (9, 8, 7) && image.pixel(10, 5) == (200, 100, 50))
    }

    @Test func textIsWhereTheMetricsSay() throws {
        let text = TextMark("HIM", at: FigurePoint(36, 24), size: 9, weight: .bold, anchor: .middle, color: .black)
        let image = try picture(page([.text(text)]), dpi: 400)
        var (left, right) = (image.width, 0)
        for y in 0..<image.height {
            for x in 0..<image.width where image.pixel(x, y).red < 128 { (left, right) = (min(left, x), max(right, x)) }
        }
        let bounds = text.bounds
        let scale = 400.0 / 72
        // The side bearings of H and M are 0.092 em, 4.6 pixels; the last dark column ends one pixel to the right.
        #expect(abs(Double(left) - bounds.x * scale - 4.6) < 1.2)
        #expect(abs(bounds.right * scale - Double(right + 1) - 4.6) < 1.2)
    }

    @Test(arguments: FigureFormat.allCases) func theSameFigureGivesTheSameBytes(format: FigureFormat) throws {
        for (name, figure) in try ReferenceFigures.all() {
            let first = try FigureRenderer.render(figure, as: format, dpi: 100)
            #expect(try FigureRenderer.render(figure, as: format, dpi: 100) == first, "\(name)")
        }
    }

    @Test func vectorFilesAreWhatTheySay() throws {
        for (name, figure) in try ReferenceFigures.all() {
            let pdf = try FigureRenderer.render(figure, as: .pdf).bytes
            #expect(pdf.starts(with: Array("%PDF-1.".utf8)) && pdf.suffix(6) == Array("%%EOF\n".utf8)[...], "\(name)")
            let svg = String(decoding: try FigureRenderer.render(figure, as: .svg).bytes, as: UTF8.self)
            #expect(svg.hasPrefix("<?xml") && svg.hasSuffix("</svg>\n"), "\(name)")
            #expect(svg.contains("viewBox=\"0 0 226.771654 "))
        }
    }

    @Test func rectanglesInSVGAreShortAndExact() throws {
        let figure = page([.rectangle(FigureRect(x: 1.5, y: 2, width: 3, height: 4), fill: FigureColor(0x67, 0, 0x1F))])
        let svg = String(decoding: try FigureRenderer.render(figure, as: .svg).bytes, as: UTF8.self)
        #expect(svg.contains("<path fill=\"#67001f\" d=\"M1.5 2H4.5V6H1.5Z\"/>"))
    }

    @Test func badRequestsGetOneClearSentence() throws {
        func sentence(_ body: () throws -> Void) -> String {
            do {
                try body()
                return "no error"
            } catch { return "\(error)" }
        }
        let large = page([], width: 1133.86, height: 100)
        #expect(
            sentence { _ = try FigureRenderer.render(large, as: .png, dpi: 2400) }
                == "test page: a picture of 37795×3333 pixels; expected at most 32767 pixels a side. "
                + "Lower --dpi or --width, or write SVG or PDF.")
        #expect(
            sentence { _ = try FigureRenderer.render(large, as: .png, dpi: 0) }
                == "test page: 0.0 dots per inch; expected 10 to 2400. Pass another --dpi.")
        #expect(
            sentence { _ = try FigureWriter.write(large, to: "/tmp/x.gif") }
                == "/tmp/x.gif: the extension '.gif'; expected .png, .svg or .pdf. Name the output with one of these.")
        #expect(
            sentence { _ = try FigureWriter.write(large, to: "figure") }
                == "figure: a name without an extension; expected .png, .svg or .pdf. "
                + "Name the output with one of these.")
    }

    @Test func figuresAreWrittenWholeAndNotOverOthers() throws {
        try withTemporaryFolder { (folder: String) throws -> Void in
            let path = folder + "/page.PDF"
            #expect(try FigureWriter.write(page([]), to: path) == [])
            #expect(try InputFile.bytes(path) == FigureRenderer.render(page([]), as: .pdf).bytes)
            let error = #expect(throws: KernelVizError.self) {
                _ = try FigureWriter.write(page([]), to: path, overwriting: .refuse)
            }
            #expect(error?.code == "files.exists")
        }
    }
}
