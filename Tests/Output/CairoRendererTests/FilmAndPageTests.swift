import Figures
import Files
import Images
import TestSupport
import Testing

@testable import CairoRenderer

@Suite struct FilmAndPageTests {
    private func page(_ grey: UInt8) -> Figure {
        let paper = FigureRect(x: 0, y: 0, width: 72, height: 36)
        return Figure(title: "page", width: 72, height: 36, marks: [.rectangle(paper, fill: FigureColor(grey: grey))])
    }

    private func chunks(_ file: [UInt8]) -> [(name: String, content: [UInt8], checksum: [UInt8])] {
        var result: [(name: String, content: [UInt8], checksum: [UInt8])] = []
        var place = 8
        while place + 12 <= file.count {
            let length = file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
            result.append(
                (
                    String(decoding: file[place + 4..<place + 8], as: UTF8.self),
                    Array(file[place + 8..<place + 8 + length]),
                    Array(file[place + 8 + length..<place + 12 + length])
                ))
            place += 12 + length
        }
        return result
    }

    /// The order of chunks is that of the specification; the checksum of IEND is the one in every PNG.
    @Test func filmsAreAnimatedPNGs() throws {
        let figures = [page(10), page(120), page(250)]
        let film = try FigureRenderer.renderFilm(figures, title: "film", dpi: 100, milliseconds: 250).bytes
        let parts = chunks(film)
        #expect(parts.map(\.name).prefix(5) == ["IHDR", "acTL", "pHYs", "fcTL", "IDAT"])
        #expect(parts.last?.name == "IEND" && parts.last?.checksum == [0xAE, 0x42, 0x60, 0x82])
        #expect(parts[1].content == [0, 0, 0, 3, 0, 0, 0, 0])
        let controls = parts.filter { $0.name == "fcTL" }
        // 100×50 pixels, no offset; 250/1000 s, the last picture three times as long.
        #expect(controls.count == 3 && Array(controls[0].content[4..<12]) == [0, 0, 0, 100, 0, 0, 0, 50])
        #expect(Array(controls[0].content[20..<24]) == [0, 250, 3, 232])
        #expect(Array(controls[2].content[20..<24]) == [2, 238, 3, 232])
        // Sequence numbers of fcTL and fdAT count up without a gap.
        let numbers = parts.filter { ["fcTL", "fdAT"].contains($0.name) }.map { Int($0.content[3]) }
        #expect(numbers == Array(0..<numbers.count) && numbers.count > 4)
        // A reader of plain PNG sees the first picture.
        #expect(try ImageFile.decode(film, subject: "film").pixel(5, 5) == (10, 10, 10))
        #expect(throws: (any Error).self) {
            let wide = Figure(title: "w", width: 90, height: 36, marks: [])
            _ = try FigureRenderer.renderFilm([page(1), wide], title: "film", dpi: 100)
        }
    }

    @Test func pagesAreFilesOrOnePDF() throws {
        try withTemporaryFolder { folder in
            let pages = [page(1), page(2)]
            let pictures = try FigureWriter.writePages(pages, to: folder + "/a.b.png")
            #expect(pictures.files == [folder + "/a.b-1.png", folder + "/a.b-2.png"])
            for file in pictures.files { #expect(try InputFile.bytes(file).count > 8) }
            #expect(try FigureWriter.writePages(pages, to: folder + "/a.pdf").files == [folder + "/a.pdf"])
            #expect(try FigureWriter.writePages([pages[0]], to: folder + "/b.svg").files == [folder + "/b.svg"])
            // One file in the way: nothing is written.
            try AtomicFile.write(text: "x", to: folder + "/c-2.svg")
            #expect(throws: (any Error).self) {
                try FigureWriter.writePages(pages, to: folder + "/c.svg", overwriting: .refuse)
            }
            #expect((try? InputFile.bytes(folder + "/c-1.svg")) == nil)
        }
    }
}
