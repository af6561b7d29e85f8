import Testing

@testable import Figures

@Suite struct InlineSVGTests {
    private func figure(_ marks: [Mark]) -> Figure {
        let paper = Mark.rectangle(FigureRect(x: 0, y: 0, width: 72, height: 36), fill: .white)
        return Figure(title: "t", width: 72, height: 36, marks: [paper] + marks)
    }

    @Test func textIsRealTextOfTheLayoutsLength() {
        let text = TextMark("a < b & \"c\"", at: FigurePoint(10.126, 20), size: 7, anchor: .end, color: .quietInk)
        let svg = InlineSVG.element(figure([.text(text)]), label: "Kernels of 'a' & b")
        #expect(
            svg.hasPrefix(
                "<svg class=\"figure\" viewBox=\"0 0 72 36\" role=\"img\" aria-label=\"Kernels of &#39;a&#39; &amp; b\">"
            ))
        #expect(svg.contains("x=\"10.13\" y=\"20\" text-anchor=\"end\" class=\"quiet\" font-size=\"7\""))
        #expect(svg.hasSuffix(">a &lt; b &amp; &quot;c&quot;</text></svg>"))
    }

    @Test func thePaperIsLeftOutAndInkFollowsThePage() {
        let line = FigurePath(
            [FigurePoint(0, 1), FigurePoint(5.5, 1)], stroke: Stroke(.axis, width: 0.5, dash: [2, 1]))
        let svg = InlineSVG.element(
            figure([.path(line), .rectangle(FigureRect(x: 1, y: 2, width: 3, height: 4), fill: FigureColor(1, 2, 255))]
            ), label: "")
        #expect(!svg.contains("#ffffff"))
        #expect(
            svg.contains(
                "<path fill=\"none\" class=\"s-axis\" stroke-width=\"0.5\" stroke-dasharray=\"2 1\" d=\"M0 1L5.5 1\"/>")
        )
        #expect(svg.contains("<path fill=\"#0102ff\" d=\"M1 2h3v4h-3z\"/>"))
    }

    @Test func cellsOfOneColourShareAPath() {
        let red = FigureColor(200, 0, 0)
        let grid = CellGrid(
            frame: FigureRect(x: 0, y: 0, width: 4, height: 4), columns: 2, colors: [red, .black, .black, red])
        let svg = InlineSVG.element(figure([.cells(grid)]), label: "")
        // A little under the neighbours to the right and below.
        #expect(
            svg.contains(
                "<path fill=\"#c80000\" shape-rendering=\"crispEdges\" d=\"M0 0h2.12v2.12h-2.12zM2 2h2v2h-2z\"/>"))
        #expect(
            svg.contains(
                "<path fill=\"#000000\" shape-rendering=\"crispEdges\" d=\"M2 0h2v2.12h-2zM0 2h2.12v2h-2.12z\"/>"))
    }

    @Test func namesTurnNoWordsOfAPage() {
        #expect(InlineSVG.escaped("a\u{202E}<b\u{1}") == "a\\u{202E}&lt;b\\u{1}")
    }

    /// The file is Python's (struct, zlib.crc32, zlib.adler32), read back by Pillow as red and blue.
    @Test func picturesArePNGFilesInsideThePage() {
        let raster = Raster(
            frame: FigureRect(x: 1, y: 2, width: 30, height: 15), width: 2, height: 1, bytes: [255, 0, 0, 0, 0, 255])
        let svg = InlineSVG.element(figure([.raster(raster)]), label: "")
        #expect(
            svg.contains(
                "<image x=\"1\" y=\"2\" width=\"30\" height=\"15\" preserveAspectRatio=\"none\" "
                    + "style=\"image-rendering:pixelated\" href=\"data:image/png;base64,"
                    + "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAMAAADD/I+4AAAABlBMVEX/AAAAAP9sof2OAAAADklEQVR4AQEDAPz/AAABAAQAAgshi3EA"
                    + "AAAASUVORK5CYII=\"/>"))
        // Of more than 256 colours the pixels keep red, green and blue: colour type 2 in byte 25.
        let many = Raster(
            frame: raster.frame, width: 300, height: 1,
            bytes: (0..<300).flatMap { [UInt8($0 & 255), UInt8($0 >> 8), 0] })
        #expect(StoredPNG.bytes(many)[25] == 2 && StoredPNG.bytes(raster)[25] == 3)
    }
}
