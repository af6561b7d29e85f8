import Diagnostics
import Figures
import Files
import Images
import Kernels
import Statistics
import TestSupport
import Tensors
import Testing
import Architectures

@testable import Gallery

@Suite struct PaperFiguresTests {
    /// A network of depthwise layers of these widths, strides in turn.
    private func network(_ widths: [Int], path: String = "net.h5", zeros: Int = 0) -> ConvNetwork {
        var generator = SeededGenerator(seed: 9)
        return MemoryNetwork.make(
            widths.enumerated().map { index, width in
                MemoryNetwork.Layer(
                    name: "conv\(index)", shape: [width, 1, 3, 3], stride: index % 2 == 1 ? 2 : 1,
                    scalars: (0..<width * 9).map { $0 < zeros * 9 ? 0 : Float(generator.normal()) })
            }, path: path)
    }

    private func texts(_ figure: Figure) -> String { figure.texts.map(\.text).joined(separator: " ") }

    @Test func everyFigureOfKernelsNamesItsStandIns() throws {
        let paper = PaperFigures(
            shelf: CheckpointShelf(networks: [network([8, 16, 16, 24, 24])]), picture: nil)
        for number in [1, 2, 3, 4, 5, 9] {
            let figure = try paper.figure(number)
            #expect(figure.title == "Fig. \(number): \(PaperFigures.subject(number))")
            #expect(texts(figure).contains("Not at hand, the nearest drawn:"), "\(number)")
            #expect(texts(figure).contains("TestNet 1.0"), "\(number)")
        }
        // The strided layer nearest in depth for #7, the last one for #17.
        #expect(texts(try paper.figure(1)).contains("MobileNetV2 #7 → TestNet 1.0 #2 conv1 (net.h5, "))
        #expect(texts(try paper.figure(1)).contains("Who trained a stand-in, and on what, its file does not tell."))
    }

    /// A height that is asked for holds for every figure.
    @Test(arguments: [5, 7, 8]) func noFigureIsTallerThanAskedFor(number: Int) throws {
        let shelf = CheckpointShelf(networks: [network([8, 16, 16, 24, 24])])
        let natural = try PaperFigures(shelf: shelf, picture: nil).figure(number)
        let fitting = PaperFigures(
            shelf: shelf, picture: nil, maximumHeightMillimetres: (natural.height * 25.4 / 72).rounded(.up))
        #expect(try fitting.figure(number) == natural)
        let error = #expect(throws: KernelVizError.self) {
            try PaperFigures(shelf: shelf, picture: nil, maximumHeightMillimetres: 20).figure(number)
        }
        #expect(error?.code == "figures.tooLow")
    }

    @Test func layersOfAnotherKindStandForNothing() throws {
        let paper = PaperFigures(
            shelf: CheckpointShelf(networks: [network([8, 16, 16, 24, 24])]), picture: nil)
        #expect(
            texts(try paper.figure(2)).contains(
                "Left out, for no layer of the same kind is at hand: ResNet-RS 50 #18 (standard); RegNetX-8GF #24 "
                    + "(grouped)."))
        #expect(texts(try paper.figure(4)).contains("RegNetX-800MF, last layer (grouped)."))
        // A network of standard convolutions alone has nothing for a figure of depthwise ones.
        let standard = MemoryNetwork.make(
            (0..<3).map { index in
                MemoryNetwork.Layer(
                    name: "conv\(index)", shape: [4, 4, 3, 3], stride: 1,
                    scalars: (0..<144).map { Float($0 % 7) - 3 })
            })
        let error = #expect(throws: KernelVizError.self) {
            try PaperFigures(shelf: CheckpointShelf(networks: [standard]), picture: nil).figure(3)
        }
        #expect(error?.code == "gallery.nothingAlike")
    }

    @Test func everyPanelHasItsVerdict() throws {
        let paper = PaperFigures(
            shelf: CheckpointShelf(networks: [network([8, 16, 16, 24, 24, 24, 32])]), picture: nil)
        for number in [1, 2, 3, 4, 5, 9] {
            let figure = try paper.figure(number)
            let titles = figure.texts.count { $0.weight == .bold && $0.text.hasPrefix("(") }
            let verdicts = figure.texts.count { text in
                ["Supported over", "Not supported over", "Not testable,"].contains { text.text.hasPrefix($0) }
            }
            #expect(titles > 0 && verdicts == titles, "Fig. \(number)")
        }
    }

    @Test func figure5DrawsTheKernelsThatMatchBestSorted() throws {
        // Channel 2 is Sobel's kernel turned about and doubled, channel 0 a blend of it with noise of a third.
        let sobel = FixedKernels.sobelY.values
        let noise: [Float] = [0.1, -0.1, 0.2, -0.2, 0.1, 0, 0.1, -0.1, -0.1]
        let weights =
            zip(sobel, noise).map { $0 + $1 } + [0, 0, 0, 0, 1, 0, 0, 0, 0] + sobel.map { -2 * $0 }
            + Array(repeating: Float(1), count: 9)
        let layer = ConvLayer(
            number: 1, name: "c", tensorName: "c", weightShape: [4, 1, 3, 3], stride: 1,
            connectivity: .depthwise(multiplier: 1), role: .body)
        let bank = KernelBank(layer: layer, weight: Tensor(shape: [4, 1, 3, 3], scalars: weights))
        let matches = KernelMatches(of: FixedKernels.sobelY, in: bank, limit: 10)
        // The cell and the box are passed over, for their weights do not cancel. 0.97639… is NumPy's.
        #expect(matches.best.map(\.kernel) == [2, 0] && matches.closeCount == 2)
        #expect(abs(matches.best[0].cosine + 1) < 1e-6 && abs(matches.best[1].cosine - 0.9763939) < 1e-6)
        let paper = PaperFigures(shelf: CheckpointShelf(networks: [network([64, 64])]), picture: nil)
        let figure = try paper.figure(5)
        let numbers = figure.texts.filter { $0.size == 6 && $0.anchor == .middle && $0.text.contains(".") }
        let cosines = numbers.compactMap { Double($0.text.hasPrefix("−") ? String($0.text.dropFirst()) : $0.text) }
        #expect(cosines.count > 8 && cosines[0] >= cosines[1] && cosines[1] >= cosines[2])
    }

    @Test func figures7And8NeedNoWeights() throws {
        let paper = PaperFigures(shelf: CheckpointShelf(networks: []), picture: nil)
        #expect(texts(try paper.figure(7)).contains("0.4452"))
        #expect(texts(try paper.figure(8)).contains("DownsamplingBlock"))
        #expect(
            sentence { _ = try paper.figure(1) }
                == "render paper: no checkpoint of a known family; expected at least one. "
                + "Name a folder of checkpoints with --weights.")
    }

    @Test func figure6SaysWhatItLacks() {
        let shelf = CheckpointShelf(networks: [network([8, 8])])
        #expect(
            sentence { _ = try PaperFigures(shelf: shelf, picture: nil).figure(6) }
                == "Fig. 6: no picture; expected a PNG or JPEG file. Name one with --input.")
        #expect(
            sentence { _ = try PaperFigures(shelf: shelf, picture: "cat.png").figure(6) }
                == "Fig. 6: MobileNetV1 is not drawn: no checkpoint of the family is at hand. RegNetX-400MF is not drawn: "
                + "no checkpoint of the family is at hand; expected a MobileNetV1 or RegNet checkpoint that can be run."
        )
    }

    @Test func zeroKernelsAreRedAsTheAuthorsDrawThemAndNeutralBeside() throws {
        let shelf = CheckpointShelf(networks: [network([16, 16, 16], zeros: 4)])
        let figure = try PaperFigures(shelf: shelf, picture: nil).figure(9)
        let kernels = figure.marks.compactMap { mark -> CellGrid? in
            if case .cells(let grid) = mark, grid.columns == 3 { grid } else { nil }
        }
        func count(_ color: FigureColor) -> Int { kernels.count { $0.colors.allSatisfy { $0 == color } } }
        // RdBu's lowest colour, and its middle: four kernels in each of two layers, drawn both ways.
        #expect(count(FigureColor(103, 0, 31)) == 8)
        #expect(count(ColorMap.rdBu.color(0)) == 8)
        #expect(texts(figure).contains("25 % of the kernels have max|w| < 2×10⁻⁶"))
    }

    @Test func figure9LooksForTheLayersWithTheMostZeros() throws {
        // One zero kernel in each layer of 4, 8 and 16: the first two have the largest shares.
        let shelf = CheckpointShelf(networks: [network([16, 8, 4], zeros: 1)])
        let titles = try PaperFigures(shelf: shelf, picture: nil).figure(9).texts
            .filter { $0.weight == .bold && $0.text.hasPrefix("(") }.map(\.text)
        #expect(
            titles == [
                "(a) TestNet 1.0 #2 conv1", "(b) TestNet 1.0 #2 conv1", "(c) TestNet 1.0 #3 conv2",
                "(d) TestNet 1.0 #3 conv2",
            ])
        let none = CheckpointShelf(networks: [network([8, 8])])
        #expect(
            texts(try PaperFigures(shelf: none, picture: nil).figure(9)).contains("No kernel at hand is that small."))
    }

    @Test func ranksAndCosinesAreThoseOfTheTextbooks() {
        // scipy.stats.spearmanr([0, 1, 2, 3, 4], [1, 3, 2, 5, 5])
        #expect(abs(PaperFindings.rankCorrelation([1, 3, 2, 5, 5]) - 0.8720815992723809) < 1e-12)
        #expect(PaperFindings.rankCorrelation([2, 2, 2]) == 0 && PaperFindings.rankCorrelation([1]) == 0)
        let layer = ConvLayer(
            number: 1, name: "c", tensorName: "c", weightShape: [3, 1, 3, 3], stride: 1,
            connectivity: .depthwise(multiplier: 1), role: .body)
        let weights: [Float] =
            FixedKernels.sobelY.values.map { $0 * -7 } + FixedKernels.laplacian4.values + NamedKernel.delta().values
        let bank = KernelBank(layer: layer, weight: Tensor(shape: [3, 1, 3, 3], scalars: weights))
        let best = PaperFindings.bestCosines(bank)
        #expect(abs(best.sobel - 1.0 / 3) < 1e-9 && abs(best.laplacian - 1.0 / 3) < 1e-9)
        // Laplacian-4 has 1 of 1 + 4/16 in its centre, the delta all, Sobel nothing.
        #expect(abs(PaperFindings.medianCentreEnergy(bank) - 0.8) < 1e-6)
    }

    @Test(.needsSharedFiles) func thePapersOwnLayersAreFoundAndMarkedSo() throws {
        let shelf = CheckpointShelf(networks: [
            try ConvNetwork.open(SharedFiles.path("weights/mobilenetv2_1.0_224_int8dq.h5")),
            try ConvNetwork.open(SharedFiles.path("weights/efficientnet_lite0_int8dq.h5")),
        ])
        let figure = try PaperFigures(shelf: shelf, picture: nil).figure(1)
        // vgnet.md §4: #3 (144), #7 (192, s2), #11 (384), #16 (960), last #17 (960); the stem counts here.
        let titles = figure.texts.filter { $0.weight == .bold && $0.text.hasPrefix("(") }.map(\.text)
        #expect(
            titles == [
                "(a) MobileNetV2 1.0 #4 features.3.conv.1.0", "(b) MobileNetV2 1.0 #8 features.7.conv.1.0",
                "(c) MobileNetV2 1.0 #12 features.11.conv.1.0", "(d) MobileNetV2 1.0 #17 features.16.conv.1.0",
                "(e) MobileNetV2 1.0 #18 features.17.conv.1.0",
            ])
        #expect(!texts(figure).contains("Not at hand"))
        // Lite0 has B0's widths but is another network.
        #expect(
            texts(try PaperFigures(shelf: shelf, picture: nil).figure(3)).contains(
                "EfficientNet-B0 #9 → EfficientNet-Lite0"))
    }

    @Test func aShelfPassesOverWhatItCannotUse() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write(text: "no weights", to: folder + "/a.h5")
            try AtomicFile.write(text: "notes", to: folder + "/readme.txt")
            let shelf = try CheckpointShelf(folder: folder)
            #expect(shelf.networks.isEmpty && shelf.skipped.count == 1 && shelf.picture == nil)
            #expect(shelf.skipped[0].hasPrefix("a.h5 is left out: \(folder)/a.h5: this is a text file"))
            #expect(
                sentence { _ = try CheckpointShelf(folder: folder + "/none") }
                    == "\(folder)/none: no folder that can be read; expected a folder of checkpoints. "
                    + "Name one with --weights.")
        }
    }

    @Test func theGalleryWritesAnIndexAndSaysWhatIsLeftOut() throws {
        try withTemporaryFolder { folder in
            let paper = PaperFigures(
                shelf: CheckpointShelf(networks: [network([8, 8, 8])]), picture: nil, widthMillimetres: 80)
            let outcome = try PaperGallery(paper: paper, dpi: 72).write(to: folder + "/out", overwriting: .refuse)
            #expect(outcome.files == [1, 2, 3, 4, 5, 7, 8, 9].map { "paper-figure-\($0).png" } + ["paper.md"])
            #expect(outcome.notes.contains { $0.hasPrefix("Fig. 6 is left out: Fig. 6: no picture") })
            let index = try InputFile.text(folder + "/out/paper.md")
            #expect(index.contains("![Fig. 7: the eight fixed kernels](paper-figure-7.png)"))
            #expect(index.contains("Left out: Fig. 6: no picture"))
            #expect(throws: KernelVizError.self) {
                _ = try PaperGallery(paper: paper, dpi: 72).write(to: folder + "/out", overwriting: .refuse)
            }
        }
    }

    /// 40 Gaussians among 100 strided kernels and none at stride 1 are no chance, and yet no majority.
    @Test func aVerdictTellsWhatIsTooSmallThoughItIsNoChance() throws {
        func scalars(_ blurs: Int) -> [Float] {
            (0..<100).flatMap { index in
                let kernel = index < blurs ? NamedKernel.gaussian(sigmaPixels: 1) : FixedKernels.sobelX
                return kernel.values.map { $0 * (1 + Float(index % 7) / 8) }
            }
        }
        let network = MemoryNetwork.make([
            .init(name: "a", shape: [100, 1, 3, 3], stride: 1, scalars: scalars(0)),
            .init(name: "b", shape: [100, 1, 3, 3], stride: 2, scalars: scalars(40)),
        ])
        #expect(
            PaperFindings.verdict(.stridedBlur, try NetworkStatistics.analyse(network))
                == "Not supported over the network (40 % of 100 blur, 0 % at stride 1), p < 0.001: strided layers are "
                + "blur.")
    }
}
