import Classification
import Kernels
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
        #expect(caption(figure).contains("Numbers are left out: the cells are too small for them."))
    }

    @Test func theStrongestSliceOfEachFilterIsOutlined() throws {
        // Filter 0: slice 1 is strongest, with 16 of 16 + 1 + 1 parts of the energy; filter 1: slice 2.
        let strengths: [Float] = [1, 4, 1, 1, 2, 3]
        let bank = Samples.bank(outputs: 2, inputs: 3, values: { strengths[$0 / 9] })
        let figure = try KernelGridFigure(bank: bank, network: "").figure()
        let outlined = figure.marks.indices.compactMap { index -> Rect? in
            if case .rectangle(let rect, .black) = figure.marks[index] { rect } else { nil }
        }
        let kernels = figure.marks.compactMap { mark -> Rect? in
            if case .cells(let grid) = mark, grid.columns == 3 { grid.frame } else { nil }
        }
        #expect(outlined.count == 2 && kernels.count == 6)
        #expect(outlined[0].contains(kernels[1]) && outlined[1].contains(kernels[5]))
        #expect(caption(figure).contains("Black outline: the filter's strongest slice."))
        #expect(texts(figure).joined(separator: " ").contains("strongest slice: 89 % of a filter's energy"))
        var options = KernelGridOptions()
        options.marksSalientSlices = false
        let plain = try KernelGridFigure(bank: bank, network: "", options: options).figure()
        #expect(!plain.marks.contains { if case .rectangle(_, .black) = $0 { true } else { false } })
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
            #expect(texts(figure).contains("\(label.rawValue) 50 % of the weights"))
            let shapes = figure.marks.filter {
                if case .path(let path) = $0 { path.fill == LabelPalette.color(label) } else { false }
            }
            #expect(shapes.count == 1)
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
        let printed = figure.texts.filter { $0.anchor == .middle }.map(\.text)
        #expect(
            printed
                == Self.fixed.flatMap(\.numbers).map { NumberText.trimmed(NumberText.fixed($0, decimals: 4)) })
        #expect(texts(figure).filter { text in Self.fixed.contains { $0.name == text } } == Self.fixed.map(\.name))
    }
}
