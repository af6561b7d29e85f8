import CairoRenderer
import Figures
import Foundation
import Images
import TestSupport
import Testing

/// SVG and PDF as other programs show them, beside our own pixels.
@Suite struct OtherProgramsTests {
    /// Grids are laid out on pixels of this size, so that moving edges to pixels changes little.
    private static let resolution = 300.0
    /// Vectors, a picture of pixels, text, slanted lines.
    private static let names = ["kernel-grid", "pixel-grid", "named-kernels", "ridge", "scatter"]

    /// Tests run where the program is installed, and always in CI, so that they fail there rather than being passed over.
    private static func shouldRun(_ program: String) -> Bool {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/" + program)
            || ProcessInfo.processInfo.environment["CI"] == "true"
    }

    private func run(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/" + program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(program)")
    }

    /// The mean difference of the samples, 0…255, seen from far: both pictures at an eighth of their size, where it does
    /// not matter how edges are smoothed.
    private func difference(_ a: RGBImage, _ b: RGBImage) -> Double {
        #expect(abs(a.width - b.width) <= 1 && abs(a.height - b.height) <= 1)
        let (left, right) = (
            a.resized(width: a.width / 8, height: a.height / 8).bytes,
            b.resized(width: a.width / 8, height: a.height / 8).bytes
        )
        var sum = 0
        for index in left.indices { sum += abs(Int(left[index]) - Int(right[index])) }
        return Double(sum) / Double(left.count)
    }

    private func compare(_ program: String, _ format: FigureFormat, _ arguments: (String, String) -> [String]) throws {
        try withTemporaryFolder { folder in
            for (name, figure) in try ReferenceFigures.all() where Self.names.contains(name) {
                let file = "\(folder)/\(name).\(format.rawValue)"
                try FigureWriter.write(figure, to: file)
                try run(program, arguments(file, "\(folder)/\(name)"))
                let own = try ImageFile.decode(
                    FigureRenderer.render(figure, as: .png, dpi: Self.resolution).bytes, subject: name)
                let blank = RGBImage(width: own.width, height: own.height, red: 255, green: 255, blue: 255)
                let found = difference(own, try ImageFile.read("\(folder)/\(name).png"))
                #expect(found < 3, "\(name)")
                #expect(found < difference(own, blank) / 6, "\(name)")
            }
        }
    }

    @Test(.enabled(if: shouldRun("rsvg-convert"), "skipped: no rsvg-convert (librsvg2-bin)"))
    func rsvgShowsTheSVGAsWeShowThePNG() throws {
        try compare("rsvg-convert", .svg) { file, target in
            ["--dpi-x=300", "--dpi-y=300", "-o", target + ".png", file]
        }
    }

    /// Four pixels of an inch each stay four squares.
    @Test(.enabled(if: shouldRun("rsvg-convert"), "skipped: no rsvg-convert (librsvg2-bin)"))
    func rsvgKeepsTheEdgesOfLargePixels() throws {
        let squares: [UInt8] = [0, 255, 255, 0].flatMap { [$0, $0, $0] }
        let frame = FigureRect(x: 0, y: 0, width: 144, height: 144)
        let figure = Figure(
            title: "squares", width: 144, height: 144,
            marks: [.raster(Raster(frame: frame, width: 2, height: 2, bytes: squares))])
        try withTemporaryFolder { folder in
            try FigureWriter.write(figure, to: folder + "/squares.svg")
            try run("rsvg-convert", ["-w", "144", "-o", folder + "/squares.png", folder + "/squares.svg"])
            let shown = try ImageFile.read(folder + "/squares.png")
            for (x, y) in [(2, 2), (69, 69), (141, 2), (75, 69), (2, 141), (69, 75), (75, 75)] {
                let expected: UInt8 = (x < 72) == (y < 72) ? 0 : 255
                #expect(shown.pixel(x, y).red == expected, "at \(x), \(y)")
            }
        }
    }

    @Test(.enabled(if: shouldRun("pdftoppm"), "skipped: no pdftoppm (poppler-utils)"))
    func popplerShowsThePDFAsWeShowThePNG() throws {
        try compare("pdftoppm", .pdf) { file, target in ["-png", "-r", "300", "-singlefile", file, target] }
    }

    @Test(.enabled(if: shouldRun("pdftoppm"), "skipped: no pdftoppm (poppler-utils)"))
    func aBookHasAPageForEachFigure() throws {
        try withTemporaryFolder { folder in
            let figures = try ReferenceFigures.all().map(\.figure)
            var steps: [Int] = []
            try FigureWriter.writeBook(figures, title: "book", to: folder + "/book.pdf") { done, _ in steps.append(done)
            }
            #expect(steps == Array(1...figures.count))
            try run("pdftoppm", ["-png", "-r", "50", folder + "/book.pdf", folder + "/page"])
            let pages = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("page") }
                .sorted()
            #expect(pages.count == figures.count)
            for (page, figure) in zip(pages, figures) {
                let image = try ImageFile.read("\(folder)/\(page)")
                #expect(abs(Double(image.height) - figure.height * 50 / 72) < 2)
            }
            let first = try FigureRenderer.renderBook(figures, title: "book")
            #expect(try FigureRenderer.renderBook(figures, title: "book") == first)
            #expect(throws: (any Error).self) { try FigureWriter.writeBook(figures, title: "b", to: folder + "/b.png") }
        }
    }
}
