import Classification
import Diagnostics
import Kernels
import Tensors
import Testing

@testable import Figures

/// Numbers in cells, strongest slices, the order of likeness, histograms by label, kernels with names.
@Suite struct KernelPanelTests {
    private func texts(_ figure: Figure) -> [String] { figure.texts.map(\.text) }
    private func caption(_ figure: Figure) -> String {
        figure.texts.filter { $0.size == Page.FontSize.caption && $0.anchor == .start }.map(\.text)
            .joined(separator: " ")
    }

    @Test func weightsArePrintedIntoLargeCells() throws {
        var options = KernelGridOptions()
        options.showsNumbers = true
        let bank = Samples.bank(outputs: 1, values: { Float([-0.5, 0, 0.25, 1, 0, 0, 0, 0, 0.125][$0]) })
        let figure = try KernelGridFigure(bank: bank, network: "", options: options).figure()
        let printed = figure.texts.filter { $0.anchor == .middle && $0.size == 6 }.map(\.text)
        #expect(printed == ["−0.50", "0.00", "0.25", "1.00", "0.00", "0.00", "0.00", "0.00", "0.13"])
        #expect(caption(figure).contains("Numbers are the weights."))
        // On dark cells the letters are white.
        #expect(figure.texts.first { $0.text == "1.00" }?.color == .white)
    }

    @Test func smallWeightsArePrintedInUnitsOfAPowerOfTen() throws {
        var options = KernelGridOptions()
        options.showsNumbers = true
        let bank = Samples.bank(outputs: 1, values: { $0 == 0 ? 0.0034 : -0.00012 })
        let figure = try KernelGridFigure(bank: bank, network: "", options: options).figure()
        #expect(texts(figure).contains("3.40") && texts(figure).contains("−0.12"))
        #expect(caption(figure).contains("Numbers are the weights in units of 10⁻³."))
    }

    @Test func numbersThatDoNotFitAreLeftOutAndSaid() throws {
        var options = KernelGridOptions()
        options.showsNumbers = true
        let figure = try KernelGridFigure(bank: Samples.bank(outputs: 500), network: "", options: options).figure()
        #expect(caption(figure).contains("Numbers are left out: the page would be"))
    }
    @Test func theStrongestSliceOfEachFilterIsOutlined() throws {
        // Filter 0: slice 1 is strongest, with 16 of 16 + 1 + 1 parts of the energy; filter 1: slice 2, with 9 of 14.
        let strengths: [Float] = [1, 4, 1, 1, 2, 3]
        let bank = Samples.bank(outputs: 2, inputs: 3, values: { strengths[$0 / 9] })
        let figure = try KernelGridFigure(bank: bank, network: "").figure()
        let outlined = figure.marks.indices.compactMap { index -> FigureRect? in
            if case .rectangle(let rect, .black) = figure.marks[index] { rect } else { nil }
        }
        let kernels = figure.marks.compactMap { mark -> FigureRect? in
            if case .cells(let grid) = mark, grid.columns == 3 { grid.frame } else { nil }
        }
        #expect(outlined.count == 2 && kernels.count == 6)
        #expect(outlined[0].contains(kernels[1]) && outlined[1].contains(kernels[5]))
        #expect(caption(figure).contains("Black outline: the filter's strongest slice."))
        #expect(texts(figure).joined(separator: " ").contains("strongest slice: median 77 % of the energy"))
        var options = KernelGridOptions()
        options.marksSalientSlices = false
        let plain = try KernelGridFigure(bank: bank, network: "", options: options).figure()
        #expect(!plain.marks.contains { if case .rectangle(_, .black) = $0 { true } else { false } })
    }

    @Test func theStrongestSliceIsOutlinedInFiltersTooLongForAStripAsWell() throws {
        // 2 filters of 70 inputs; slice 69 of the first and slice 3 of the second are strongest.
        let bank = Samples.bank(outputs: 2, inputs: 70, values: { [69, 73].contains($0 / 9) ? 5 : 1 })
        let figure = try KernelGridFigure(bank: bank, network: "").figure()
        let outlined = figure.marks.compactMap { mark -> FigureRect? in
            if case .rectangle(let rect, .black) = mark { rect } else { nil }
        }
        let kernels = figure.marks.compactMap { mark -> FigureRect? in
            if case .cells(let grid) = mark, grid.columns == 3 { grid.frame } else { nil }
        }
        #expect(kernels.count == 140 && outlined.count == 2)
        #expect(outlined[0].contains(kernels[69]) && outlined[1].contains(kernels[73]))
        #expect(caption(figure).contains("Black outline: the strongest of them."))
    }

    @Test func fewHugeWeightsDoNotPaleAllOthersOnASharedScale() throws {
        // 999 weights up to 1 and one of 50: the scale ends at 1, and what lies beyond is counted.
        let bank = Samples.bank(outputs: 111, values: { $0 == 7 ? 50 : Float($0 % 11) / 10 })
        #expect(KernelColors.range(of: bank.values) == 1)
        // Not twice as large is no outlier.
        #expect(KernelColors.range(of: [0.1, -0.2, 0.3, 0.5]) == 0.5 && KernelColors.range(of: [.nan]) == 0)
        var options = KernelGridOptions()
        options.scale = .perLayer
        let figure = try KernelGridFigure(bank: bank, network: "", options: options).figure()
        #expect(texts(figure).contains("+1") && texts(figure).contains("−1"))
        #expect(caption(figure).contains("1 weight lies beyond it and has the end's colour."))
    }

    @Test func panelsShareOneColourBarAndAnOddLastOneSpansThePage() throws {
        let panels = (0..<3).map { index in
            PanelsFigure.Panel(
                title: "layer \(index)", bank: Samples.bank(outputs: 300), classifications: nil,
                options: KernelGridOptions(), findings: [])
        }
        let figure = try PanelsFigure(title: "Fig.", subject: "", panels: panels, caption: []).figure()
        #expect(texts(figure).filter { $0 == "+max|w|" }.count == 1)
        let titles = figure.texts.filter { $0.text.contains(") layer ") }
        #expect(titles[0].position.y == titles[1].position.y && titles[2].position.y > titles[1].position.y)
        // Below the last title the grid reaches into the right half of the page.
        let right = figure.marks.compactMap { mark -> Double? in
            if case .cells(let grid) = mark, grid.frame.y > titles[2].position.y { grid.frame.right } else { nil }
        }.max()
        #expect(try #require(right) > figure.width * 0.75)
    }

    @Test func likenessPutsEachKernelBesideItsNearest() {
        // Kernels 0 and 2 point one way, 1 and 3 the other; 3 is strongest.
        func kernel(_ index: Int, _ cell: Int) -> Float {
            switch index {
            case 0: cell == 4 ? 1 : 0
            case 1: cell == 0 ? 2 : 0
            case 2: cell == 4 ? 3 : cell == 5 ? 1 : 0
            default: cell == 0 ? 9 : cell == 5 ? 3 : 0
            }
        }
        let bank = Samples.bank(outputs: 4, values: { kernel($0 / 9, $0 % 9) })
        let ordering = KernelOrdering(bank: bank, strip: 1, labels: nil)
        #expect(ordering.strips(.similarity) == [3, 1, 0, 2])
        let broken = Samples.bank(outputs: 4, values: { $0 < 9 ? .nan : kernel($0 / 9, $0 % 9) })
        #expect(KernelOrdering(bank: broken, strip: 1, labels: nil).strips(.similarity).sorted() == [0, 1, 2, 3])
    }

    @Test func barsAreSplitByTheLabelsOfTheirKernels() throws {
        let bank = Samples.bank(outputs: 4, values: { $0 < 18 ? -1 : 1 })
        let labels: [KernelLabel] = [.blur, .blur, .edge, .edge]
        let figure = try HistogramFigure.figure(
            of: bank, classifications: labels.map(Samples.classification), network: "Net")
        for label in [KernelLabel.blur, .edge] {
            #expect(texts(figure).contains("\(label.rawValue) 50 %"))
            let shapes = figure.marks.filter {
                if case .path(let path) = $0 { path.fill == LabelPalette.color(label) } else { false }
            }
            #expect(shapes.count == 1)
        }
    }

    @Test func prunedWeightsAreAGreyBarAndNoPartOfTheMixture() throws {
        // Every second weight is 0; the others are ±1 with a little noise.
        var generator = SeededGenerator(seed: 3)
        let noise = (0..<900).map { _ in 0.05 * Float(generator.normal()) }
        let bank = Samples.bank(
            outputs: 100, values: { $0 % 2 == 0 ? 0 : ($0 % 4 == 1 ? 1 : -1) * (1 + noise[$0]) })
        let figure = try HistogramFigure.figure(of: bank, network: "Net")
        let all = texts(figure).joined(separator: " ")
        #expect(all.contains("450 exactly 0 (50 %), grey"))
        // The parts are named by their means and σ; none stands at 0.
        #expect(all.contains("50 % at 1, σ") && all.contains("50 % at −1, σ") && !all.contains("N("))
        let grey = figure.marks.compactMap { mark -> FigureRect? in
            if case .path(let path) = mark, path.fill == FigureColor(grey: 0x8C) { mark.bounds } else { nil }
        }
        let bars = figure.marks.compactMap { mark -> FigureRect? in
            if case .path(let path) = mark, path.fill == ColorMap.rdBu.color(0.7) { mark.bounds } else { nil }
        }
        #expect(grey.count == 1 && bars.count == 1)
        // Half of it to each side of the edge at which the positive bars begin.
        #expect(abs(grey[0].x + grey[0].width / 2 - bars[0].x) < 1e-9)
    }

    @Test func aNarrowPeakOfTheMixtureIsDrawnWhole() throws {
        var generator = SeededGenerator(seed: 3)
        let noise = (0..<900).map { _ in Float(generator.normal()) }
        let bank = Samples.bank(outputs: 100, values: { $0 % 3 == 0 ? 0.3 + noise[$0] * 1e-4 : noise[$0] })
        let figure = try HistogramFigure.figure(of: bank, network: "Net")
        let lines = figure.marks.compactMap { mark -> FigurePath? in
            if case .path(let path) = mark, path.stroke?.width == 1, path.points.count > 2 { path } else { nil }
        }
        // One unbroken line over all of the axis.
        #expect(lines.count == 1 && lines[0].points.count == 241)
    }

    @Test func aLowPageLeavesOutHistogramsBeforeKernelsAndSaysSo() throws {
        var options = KernelGridOptions()
        options.widthMillimetres = 85
        let figure = PanelsFigure(
            title: "Fig. 1", subject: "kernels",
            panels: (1...5).map { index in
                PanelsFigure.Panel(
                    title: "layer \(index)", bank: Samples.bank(outputs: 400),
                    classifications: Samples.classifications(400), options: options, findings: [],
                    verdict: "Supported over the network.")
            }, caption: ["A claim."])
        let page = try figure.figure(widthMillimetres: 85, maximumHeightMillimetres: 170)
        #expect(page.height <= 170 * 72 / 25.4 + 0.1)
        #expect(caption(page).contains("are left out for the height."))
        #expect(texts(page).count { $0 == "Supported over the network." } == 5)
        let error = #expect(throws: KernelVizError.self) {
            try figure.figure(widthMillimetres: 85, maximumHeightMillimetres: 40)
        }
        #expect(error?.code == "figures.tooLow")
    }

    @Test func panelsBesideEachOtherHaveCellsOfOneSize() throws {
        let figure = try PanelsFigure(
            title: "Fig. 2", subject: "kernels",
            panels: [20, 900].map { count in
                PanelsFigure.Panel(
                    title: "layer", bank: Samples.bank(outputs: count), classifications: nil,
                    options: KernelGridOptions(), findings: [])
            }, caption: []
        ).figure()
        let sides = figure.marks.compactMap { mark -> Double? in
            if case .cells(let grid) = mark, grid.columns == 3 { grid.frame.width } else { nil }
        }
        #expect(sides.count == 920)
        #expect((sides.max() ?? 0) - (sides.min() ?? 0) < 1e-9)
    }

    @Test func eachShapeIsDrawnByItsMostTypicalKernel() throws {
        // Three rings, the second between the others, and a bump.
        let ring: [Float] = [1, 1, 1, 1, 0, 1, 1, 1, 1]
        let bump: [Float] = [0, 1, 0, 1, 2, 1, 0, 1, 0]
        let bank = Samples.bank(
            outputs: 4,
            values: { cell in
                let (kernel, place) = (cell / 9, cell % 9)
                // One side weak, all sides alike (and negative), the other side weak.
                return kernel == 3 ? bump[place] : ring[place] * [1, -3, 1][kernel] - (place == kernel * 4 ? 0.9 : 0)
            })
        let kernels = ["ring", "ring", "ring", "gaussian"].map {
            KernelClassification(label: .blur, subLabel: $0, fit: 1, margin: 0, sigmaPixels: nil, dcGain: 1)
        }
        let strip = ShapeStrip(bank: bank, classifications: kernels) { _ in [] }
        #expect(strip.entries.map(\.shape) == [.ring, .gaussian] && strip.entries.map(\.count) == [3, 1])
        #expect(strip.entries.map(\.typical) == [1, 3])
        let figure = try KernelGridFigure(bank: bank, classifications: kernels, network: "").figure()
        #expect(texts(figure).contains("ring") && texts(figure).contains("3 (75 %)"))
    }

    /// Whatever the width, a shape that is left out has none behind it that is shown.
    @Test func theMostFrequentShapesAreShown() throws {
        let shapes: [KernelShape] = [.gaussian, .oneSided, .laplacian, .directional, .delta, .box, .line]
        let kernels = shapes.enumerated().flatMap { place, shape in
            Samples.classifications(12 - place).map { kernel in
                var kernel = kernel
                (kernel.label, kernel.shape) = (.blur, shape)
                return kernel
            }
        }
        let bank = Samples.bank(outputs: kernels.count)
        let strip = ShapeStrip(bank: bank, classifications: kernels) { _ in Array(repeating: .black, count: 9) }
        #expect(strip.entries.map(\.shape) == shapes)
        let names = shapes.map(\.rawValue)
        for width in stride(from: 80.0, through: 170, by: 1) {
            var page = Page(widthMillimetres: width)
            strip.draw(on: &page)
            let texts = page.finished(title: "").texts.map(\.text)
            let shown = texts.filter(names.contains)
            #expect(!shown.isEmpty && shown == Array(names.prefix(shown.count)))
            // 12 + 11 + … + 6 kernels.
            let left = 63 - (0..<shown.count).reduce(0) { $0 + 12 - $1 }
            #expect(texts.joined(separator: " ").contains("The shapes of \(left) more kernels") == (left > 0))
        }
    }

    /// The eight kernels as the paper's authors' code has them, written down anew.
    static let fixed: [(name: String, numbers: [Double])] = [
        ("Sobel-y/2", [-1 / 2, -1, -1 / 2, 0, 0, 0, 1 / 2, 1, 1 / 2]),
        ("Sobel-x/2", [-1 / 2, 0, 1 / 2, -1, 0, 1, -1 / 2, 0, 1 / 2]),
        ("Laplacian-8", [-1 / 12, -2 / 12, -1 / 12, -2 / 12, 1, -2 / 12, -1 / 12, -2 / 12, -1 / 12]),
        ("Laplacian-4", [0, -1 / 4, 0, -1 / 4, 1, -1 / 4, 0, -1 / 4, 0]),
        ("diagonal A", [-1, -2 / 3, -1 / 3, -2 / 3, 0, 2 / 3, 1 / 3, 2 / 3, 1]),
        ("diagonal B", [-1 / 3, -2 / 3, -1, 2 / 3, 0, -2 / 3, 1, 2 / 3, 1 / 3]),
        ("Gaussian σ=1.1", [0.0811, 0.1226, 0.0811, 0.1226, 0.1853, 0.1226, 0.0811, 0.1226, 0.0811]),
        ("Gaussian σ=0.6", [0.0277, 0.1110, 0.0277, 0.1110, 0.4452, 0.1110, 0.0277, 0.1110, 0.0277]),
    ]

    @Test func figure7ShowsTheEightFixedKernelsExactly() throws {
        let figure = try NamedKernelsFigure.figure(
            of: FixedKernels.sixEdgeTwoGaussian, title: "Fig. 7", subject: "", caption: "")
        let grids = figure.marks.compactMap { mark -> CellGrid? in
            if case .cells(let grid) = mark, grid.columns == 3 { grid } else { nil }
        }
        #expect(grids.count == 8)
        for (grid, kernel) in zip(grids, Self.fixed) {
            let largest = kernel.numbers.map(abs).max() ?? 0
            #expect(
                grid.colors == kernel.numbers.map { ColorMap.rdBu.color(Double(Float($0)) / Double(Float(largest))) })
        }
        // As the paper writes them: fractions and four decimals.
        let printed = figure.texts.filter { $0.anchor == .middle }.map(\.text)
        let sobelY = ["−1/2", "−1", "−1/2", "0", "0", "0", "1/2", "1", "1/2"]
        let laplacian = ["−1/12", "−1/6", "−1/12", "−1/6", "1", "−1/6", "−1/12", "−1/6", "−1/12"]
        let diagonal = ["−1", "−2/3", "−1/3", "−2/3", "0", "2/3", "1/3", "2/3", "1"]
        let gaussian = ["0.0277", "0.1110", "0.0277", "0.1110", "0.4452", "0.1110", "0.0277", "0.1110", "0.0277"]
        #expect(printed.count == 72)
        for (kernel, numbers) in [(0, sobelY), (2, laplacian), (4, diagonal), (7, gaussian)] {
            #expect(Array(printed[kernel * 9..<kernel * 9 + 9]) == numbers)
        }
        #expect(texts(figure).filter { text in Self.fixed.contains { $0.name == text } } == Self.fixed.map(\.name))
    }
}
