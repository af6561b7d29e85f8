import Classification
import Diagnostics
import Figures
import Files
import Foundation
import Images
import TestSupport
import Testing

@testable import CairoRenderer

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
            #expect(pdf.firstRange(of: Array("/Creator (kernelviz)".utf8)) != nil, "\(name)")
            let svg = String(decoding: try FigureRenderer.render(figure, as: .svg).bytes, as: UTF8.self)
            #expect(svg.hasPrefix("<?xml") && svg.hasSuffix("</svg>\n"), "\(name)")
            #expect(svg.contains("viewBox=\"0 0 226.77 "))
        }
    }

    @Test func rectanglesInSVGAreShortAndExact() throws {
        let figure = page([.rectangle(FigureRect(x: 1.5, y: 2, width: 3, height: 4), fill: FigureColor(0x67, 0, 0x1F))])
        let svg = String(decoding: try FigureRenderer.render(figure, as: .svg).bytes, as: UTF8.self)
        #expect(svg.contains("<path fill=\"#67001f\" d=\"M1.5 2h3v4h-3z\"/>"))
    }

    @Test(arguments: [72.0, 96, 100, 150, 200, 254, 300, 600]) func kernelsHaveEqualCellsAtEveryResolution(dpi: Double)
        throws
    {
        let colors = (0..<9).map { (index: UInt8) -> FigureColor in FigureColor(20 * index + 10, 250 - 20 * index, 77) }
        let grid = CellGrid(
            frame: FigureRect(x: 7.31, y: 5.17, width: 13.7, height: 13.7), columns: 3, colors: colors,
            border: CellGrid.Border(.black, width: 0.24))
        let image = try picture(page([.cells(grid)]), dpi: dpi)
        var counts = [Int](repeating: 0, count: 9)
        for y in 0..<image.height {
            for x in 0..<image.width {
                let pixel = image.pixel(x, y)
                let found = colors.firstIndex { ($0.red, $0.green, $0.blue) == pixel }
                if let found { counts[found] += 1 }
            }
        }
        // Whole pixels: a square of them in every cell, as large as the frame allows.
        let side = Int((13.7 / 3 * dpi / 72).rounded(.down))
        #expect(counts == Array(repeating: side * side, count: 9))
    }

    @Test func lettersInSVGAreTextThatCanBeSearched() throws {
        let text = TextMark("blur 924 (96 %)", at: FigurePoint(4, 20), size: 7, color: .black)
        let svg = String(decoding: try FigureRenderer.render(page([.text(text)]), as: .svg).bytes, as: UTF8.self)
        #expect(svg.contains(">blur 924 (96 %)</text>") && svg.contains("<title>test page</title>"))
        #expect(svg.contains("font-family=\"'DejaVu Sans', Verdana, 'Noto Sans', Arial, Helvetica, sans-serif\""))
        #expect(svg.contains("width=\"72pt\" height=\"36pt\" viewBox=\"0 0 72 36\""))
    }

    @Test func manyKernelsAreOneSmallPictureInSVG() throws {
        let bank = ReferenceFigures.bank(outputs: 1152, size: 5)
        let figure = try KernelGridFigure(
            bank: bank, classifications: ReferenceFigures.classifications(1152), network: "Reference"
        ).figure()
        let svg = String(decoding: try FigureRenderer.render(figure, as: .svg).bytes, as: UTF8.self)
        #expect(svg.utf8.count <= 300_000)
        #expect(svg.components(separatedBy: "<image ").count == 2 && svg.contains("image-rendering:pixelated"))
        // Its pixels are those of the PNG at 300 dpi.
        let start = try #require(svg.range(of: "base64,")).upperBound
        let data = try #require(Data(base64Encoded: String(svg[start...].prefix { $0 != "\"" })))
        let inside = try ImageFile.decode(Array(data), subject: "picture")
        let own = try picture(figure, dpi: 300)
        let place = svg[..<start].components(separatedBy: "<image x=\"").last?.split(separator: "\"") ?? []
        let left = Int((Double(try #require(place.first)) ?? 0) / 0.24 + 0.5)
        let top = Int((Double(place[2]) ?? 0) / 0.24 + 0.5)
        var different = 0
        for y in stride(from: 0, to: inside.height, by: 7) {
            for x in stride(from: 0, to: inside.width, by: 7) {
                let (a, b) = (inside.pixel(x, y), own.pixel(left + x, top + y))
                if abs(Int(a.red) - Int(b.red)) > 3 || abs(Int(a.blue) - Int(b.blue)) > 3 { different += 1 }
            }
        }
        // But for a few pixels of the hatches: of more than 256 colours the rarest become their neighbours.
        #expect(different < 10)
    }

    @Test func picturesOfKernelsCoverNoLetters() throws {
        // Sections with headings between them, and channel numbers beside the rows.
        var options = KernelGridOptions()
        options.order = .label
        let labels = ReferenceFigures.classifications(1200)
        let figure = try KernelGridFigure(
            bank: ReferenceFigures.bank(outputs: 1200), classifications: labels, network: "Reference", options: options
        ).figure()
        let marks = try CellRuns(figure).marks
        #expect(marks.contains { if case .raster = $0 { true } else { false } })
        for (index, mark) in marks.enumerated() {
            guard case .raster(let raster) = mark else { continue }
            for case .text(let text) in marks[..<index] {
                #expect(!raster.frame.overlaps(text.bounds, slack: 0.3), "'\(text.text)'")
            }
        }
    }

    @Test func lettersThatNoFontHasAreSaid() throws {
        // The last letter of private use is in no font.
        let text = TextMark("a\u{10FFFD} conv \u{10FFFD}", at: FigurePoint(4, 20), size: 7, color: .black)
        let notes = try FigureRenderer.render(page([.text(text)]), as: .png).notes
        #expect(notes.contains { $0.contains("No installed font has letters for '\u{10FFFD}'") && $0.contains("SVG") })
        #expect(try FigureRenderer.render(page([.text(text)]), as: .svg).notes.isEmpty)
        let plain = TextMark("Σ ± 10⁻³ … сеть naïve Việt", at: FigurePoint(4, 20), size: 7, color: .black)
        #expect(try FigureRenderer.render(page([.text(plain)]), as: .pdf).notes.isEmpty)
    }

    @Test func scriptsThatNeedShapingAreSaid() throws {
        let text = TextMark("שכבה", at: FigurePoint(4, 20), size: 7, color: .black)
        let notes = try FigureRenderer.render(page([.text(text)]), as: .pdf).notes
        #expect(notes.contains { $0.hasPrefix("Letters such as 'ש' are set one by one") })
    }

    /// The APL sign ⌶ is in DejaVu Sans Mono alone of the fonts that the README lists; a Han letter may be in none.
    @Test func lettersThatTheFirstFontLacksComeFromAnother() throws {
        let fonts = InstalledFonts()
        let runs = fonts.runs(of: "conv ⌶⌶.é", weight: .regular)
        #expect(runs.map(\.text) == ["conv ", "⌶⌶", ".é"])
        #expect(runs[0].font == nil && runs[1].font != nil && runs[2].font == nil)
        #expect(fonts.runs(of: "\u{10FFFD}", weight: .bold) == [InstalledFonts.Run(text: "\u{10FFFD}", font: nil)])
        #expect(fonts.missingLetters(in: ["⌶", "\u{10FFFD}é"]) == "\u{10FFFD}")
        // A sign is drawn, and not the box of a letter that is missing.
        func ink(_ letter: String) throws -> RGBImage {
            try picture(page([.text(TextMark(letter, at: FigurePoint(20, 24), size: 12, color: .black))]))
        }
        let (sign, box) = (try ink("⌶"), try ink("\u{10FFFD}"))
        let differ = (0..<sign.height).contains { y in
            (0..<sign.width).contains { sign.pixel($0, y).red != box.pixel($0, y).red }
        }
        #expect(differ && (0..<sign.width).contains { sign.pixel($0, 60).red < 128 })
    }

    @Test func badRequestsGetOneClearSentence() throws {
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
