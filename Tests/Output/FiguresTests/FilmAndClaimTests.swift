import Classification
import Kernels
import Statistics
import Tensors
import Testing

@testable import Figures

/// Films of a training, the sheet of claims, and figures on several pages.
@Suite struct FilmAndClaimTests {
    private static func texts(_ figure: Figure) -> String { figure.texts.map(\.text).joined(separator: " ") }

    private static func layer(_ sign: Float, _ label: KernelLabel) throws -> LabelledKernels {
        try NewFigureTests.layer(
            (0..<20).map { index in
                let kernel = FixedKernels.sobelX.values.enumerated().map { $0 == index % 9 ? 2 : sign * $1 }
                return (kernel, index < 5 ? label : .other, KernelShape.unnamed)
            })
    }

    private static func film() throws -> TrainingFilm {
        try TrainingFilm(
            title: "net",
            frames: [(0, 1, KernelLabel.other), (3, 1, .edge), (10, -1, .blur)].map { epoch, sign, label in
                TrainingFilm.Frame(epoch: epoch, layers: [try layer(Float(sign), label), try layer(1, label)])
            })
    }

    @Test func placesAreEvenlySpacedWithBothEnds() {
        #expect(TrainingFilm.evenly(10, 4) == [0, 3, 6, 9])
        #expect(TrainingFilm.evenly(3, 4) == [0, 1, 2] && TrainingFilm.evenly(20, 16).last == 19)
    }

    /// A quarter of the kernels is named in the end, none at the start.
    @Test func filmsSayHowMuchChanged() throws {
        let film = try Self.film()
        #expect(film.namedShare(0) == 0 && film.namedShare(2) == 0.25)
        #expect(film.likenessToStart(1).map { abs($0 - 1) < 1e-9 } == true)
        // The second layer stays as it is: half of all cosines are 1.
        let strip = try TrainingFilmFigure.strip(of: film)
        #expect(Self.texts(strip).contains("go from 0 % at epoch 0 to 25 % at epoch 10"))
        #expect(Self.texts(strip).contains("40 kernels in 2 layers"))
        // Three epochs × two layers × 16 kernels, without the two bars of colour maps.
        let kernels = strip.marks.count { if case .cells(let grid) = $0 { grid.columns == 3 } else { false } }
        #expect(kernels == 96)
        #expect(throws: (any Error).self) { try TrainingFilm(title: "net", frames: [film.frames[0]]) }
    }

    @Test(arguments: [80.0, 170]) func picturesOfAFilmHaveOneSize(width: Double) throws {
        let film = try Self.film()
        let pictures = try film.frames.indices.map {
            try TrainingFilmFigure.frame($0, of: film, widthMillimetres: width)
        }
        #expect(Set(pictures.map(\.height)).count == 1 && Set(pictures.map(\.width)).count == 1)
        for picture in pictures + [try TrainingFilmFigure.strip(of: film, widthMillimetres: width)] {
            let page = FigureRect(x: 0, y: 0, width: picture.width, height: picture.height)
            for mark in picture.marks { #expect(page.contains(mark.bounds, slack: 0.01)) }
        }
    }

    // MARK: Pages

    private static func rows(_ count: Int) -> [LabelSharesFigure.Row] {
        (1...count).map {
            LabelSharesFigure.Row(
                name: "#\($0) conv", counts: LabelCounts(Samples.classifications($0 * 7)), isStrided: false)
        }
    }

    @Test func rowsThatDoNotFitGoOnFurtherPages() throws {
        func pages(_ limit: Double?) throws -> [Figure] {
            try FigurePages.pages(Self.rows(52), name: "Net", maximumHeightMillimetres: limit) { rows, name in
                try LabelSharesFigure.figure(of: rows, network: name)
            }
        }
        #expect(try pages(nil).count == 1 && pages(400).count == 1)
        let divided = try pages(100)
        #expect(divided.count > 1 && divided.allSatisfy { $0.height <= 100.01 * 72 / 25.4 })
        // Every layer once, in order.
        let names = divided.flatMap { $0.texts.map(\.text).filter { $0.hasPrefix("#") } }
        #expect(names == Self.rows(52).map(\.name))
        #expect(Self.texts(divided[0]).contains("Net, page 1 of \(divided.count)"))
        #expect(throws: (any Error).self) { try pages(15) }
    }
}
