import Classification
import Diagnostics
import Kernels
import TestSupport
import Testing

@testable import Figures

@Suite struct KernelGridFigureTests {
    /// The matrices of N×N cells, in drawing order.
    private func kernels(_ figure: Figure, size: Int = 3) -> [CellGrid] {
        figure.marks.compactMap {
            if case .cells(let grid) = $0, grid.columns == size, grid.rows == size { grid } else { nil }
        }
    }

    private func texts(_ figure: Figure) -> [String] { figure.texts.map(\.text) }

    private func caption(_ figure: Figure) -> String {
        figure.texts.filter { $0.size == Page.FontSize.caption && $0.anchor == .start }.map(\.text)
            .joined(separator: " ")
    }

    @Test func eachKernelIsAMatrixOfItsWeightsColours() throws {
        let bank = Samples.bank(outputs: 2, values: { Float([-2, 0, 4, 1, 0, 0, 0, 0, 0][$0 % 9]) })
        let figure = try KernelGridFigure(bank: bank, network: "Net").figure()
        let found = kernels(figure)
        #expect(found.count == 2)
        let map = ColorMap.rdBu
        let zero = map.color(0)
        #expect(
            found[0].colors == [map.color(-0.5), zero, map.color(1), map.color(0.25)] + Array(repeating: zero, count: 5)
        )
    }

    @Test func theScaleIsTheKernelsTheLayersOrAGivenOne() throws {
        let bank = Samples.bank(outputs: 2, values: { $0 == 4 ? 1 : $0 == 13 ? 4 : 0 })
        func centres(_ scale: KernelGridOptions.Scale) throws -> [FigureColor] {
            var options = KernelGridOptions()
            options.scale = scale
            return kernels(try KernelGridFigure(bank: bank, network: "", options: options).figure()).map {
                $0.colors[4]
            }
        }
        let map = ColorMap.rdBu
        #expect(try centres(.perKernel) == [map.color(1), map.color(1)])
        #expect(try centres(.perFilter) == [map.color(1), map.color(1)])
        #expect(try centres(.perLayer) == [map.color(0.25), map.color(1)])
        #expect(try centres(.shared(2)) == [map.color(0.5), map.color(1)])
    }

    @Test func theSlicesOfAFilterShareOneRange() throws {
        // Filter 0 has centres 1 and 4, filter 1 has 2 and 0.5: few salient slices show only beside the weak ones.
        let bank = Samples.bank(outputs: 2, inputs: 2, values: { $0 % 9 == 4 ? [1, 4, 2, 0.5][$0 / 9] : 0 })
        let figure = try KernelGridFigure(bank: bank, network: "").figure()
        let map = ColorMap.rdBu
        #expect(
            kernels(figure).map { $0.colors[4] } == [map.color(0.25), map.color(1), map.color(1), map.color(0.25)])
        #expect(caption(figure).contains("Each filter on its own scale ±max|w|."))
    }

    @Test func theLegendSaysTheSymmetricRange() throws {
        let bank = Samples.bank(outputs: 1, values: { $0 == 0 ? -0.42 : 0.1 })
        var options = KernelGridOptions()
        #expect(texts(try KernelGridFigure(bank: bank, network: "", options: options).figure()).contains("−max|w|"))
        options.scale = .perLayer
        let found = texts(try KernelGridFigure(bank: bank, network: "", options: options).figure())
        #expect(found.contains("−0.42") && found.contains("+0.42"))
    }

    @Test func centresCanBeMadePositive() throws {
        let bank = Samples.bank(outputs: 1, values: { $0 == 4 ? -1 : $0 == 0 ? 0.5 : 0 })
        var options = KernelGridOptions()
        options.sign = .centrePositive
        let figure = try KernelGridFigure(bank: bank, network: "", options: options).figure()
        #expect(kernels(figure)[0].colors[4] == ColorMap.rdBu.color(1))
        #expect(kernels(figure)[0].colors[0] == ColorMap.rdBu.color(-0.5))
        #expect(caption(figure).contains("Kernels with a negative centre are drawn negated."))
    }

    @Test func zeroKernelsAreNeutralUnlessDrawnAsTheAuthorsDo() throws {
        // Kernel 0 is all zero, kernel 1 noise of 1e-8, kernel 2 alive.
        let bank = Samples.bank(outputs: 3, values: { $0 < 9 ? 0 : $0 < 18 ? ($0 % 2 == 0 ? 1e-8 : -1e-8) : 1 })
        let neutral = kernels(try KernelGridFigure(bank: bank, network: "").figure())
        #expect(neutral[0].colors.allSatisfy { $0 == ColorMap.rdBu.color(0) })
        #expect(neutral[1].colors.allSatisfy { abs(Int($0.red) - 246) <= 1 && abs(Int($0.blue) - 247) <= 1 })
        var options = KernelGridOptions()
        options.faintKernels = .asAuthors
        let red = kernels(try KernelGridFigure(bank: bank, network: "", options: options).figure())
        #expect(red[0].colors.allSatisfy { $0 == FigureColor(103, 0, 31) })
        #expect(red[2].colors.allSatisfy { $0 == FigureColor(5, 48, 97) })
    }

    @Test func labelsAreBarsBelowTheKernelsAndAreCounted() throws {
        let bank = Samples.bank(outputs: 10)
        let figure = try KernelGridFigure(
            bank: bank, classifications: Samples.classifications(10), network: "Net"
        ).figure()
        for label in KernelLabel.allCases {
            #expect(texts(figure).contains("\(label.rawValue) 2 (20 %)"))
            let color = LabelPalette.color(label)
            // Two bars and the legend's, each in the pieces that tell the label without its colour.
            let pieces = figure.marks.count { if case .rectangle(_, let fill) = $0 { fill == color } else { false } }
            #expect(pieces == 3 * [.edge: 2, .zero: 3][label, default: 1])
        }
        // Below the kernel and no wider.
        let grids = kernels(figure)
        let bars = figure.marks.compactMap { mark -> FigureRect? in
            if case .rectangle(let rect, LabelPalette.color(.blur)) = mark { rect } else { nil }
        }
        let kernel = grids[1].frame
        #expect(
            bars.contains {
                abs($0.width - kernel.width - 2 * Length.unit) < 1e-9 && $0.y > kernel.bottom && $0.x < kernel.right
            }
        )
    }

    @Test func kernelsOrderedByLabelStandBelowHeadings() throws {
        let labels: [KernelLabel] = [.other, .blur, .blur, .edge, .blur]
        var options = KernelGridOptions()
        options.order = .label
        let figure = try KernelGridFigure(
            bank: Samples.bank(outputs: 5), classifications: labels.map(Samples.classification), network: "",
            options: options
        ).figure()
        // In the legend and as headings.
        for text in ["blur 3 (60 %)", "edge 1 (20 %)", "other 1 (20 %)"] {
            #expect(texts(figure).count { $0 == text } == 2)
        }
        let rows = kernels(figure).map(\.frame.y)
        #expect(rows[0] == rows[2] && rows[2] < rows[3] && rows[3] < rows[4])
        #expect(caption(figure).contains("By label, then channel."))
    }

    @Test func rowsBeginWithTheirChannel() throws {
        let figure = try KernelGridFigure(bank: Samples.bank(outputs: 96), network: "").figure()
        let grids = kernels(figure)
        let lefts = grids.indices.filter { grids[$0].frame.x == grids[0].frame.x }
        let numbers = figure.texts.filter { $0.anchor == .end && $0.position.x < grids[0].frame.x }.map(\.text)
        #expect(numbers == lefts.map(String.init) && lefts.count > 1)
        #expect(caption(figure).contains("Beside the rows: the output channel, from 0, of the first kernel."))
    }

    @Test(arguments: [40.0, 60, 120]) func aGreatestHeightIsKeptAndSaysWhatItLeavesOut(height: Double) throws {
        var options = KernelGridOptions()
        options.maximumHeightMillimetres = height
        options.showsHistogram = false
        let bank = Samples.bank(outputs: 9000)
        let figure = try KernelGridFigure(bank: bank, network: "Net", options: options).figure()
        #expect(figure.height <= height * 72 / 25.4 + 0.1)
        let drawn = kernels(figure).count
        #expect(drawn < 9000 && drawn > 100)
        #expect(texts(figure).joined().contains("\(NumberText.grouped(drawn)) of them drawn"))
        // Where they leave no room for kernels, histogram and shapes go first.
        options.showsHistogram = true
        options.maximumHeightMillimetres = 55
        let low = try KernelGridFigure(bank: bank, network: "Net", options: options).figure()
        #expect(low.height <= 55 * 72 / 25.4 + 0.1)
        #expect(caption(low).contains("left out for the height.") && !texts(low).contains("weight"))
        options.maximumHeightMillimetres = 8
        let error = #expect(throws: KernelVizError.self) {
            try KernelGridFigure(bank: bank, network: "Net", options: options).figure()
        }
        #expect(error?.code == "figures.tooLow")
    }

    @Test func ordersAreByChannelLabelOrNorm() throws {
        let bank = Samples.bank(outputs: 3, values: { [1, 3, 2][$0 / 9] })
        let labels: [KernelLabel] = [.other, .blur, .identity]
        func order(_ order: KernelGridOptions.Order) throws -> [Double] {
            var options = KernelGridOptions()
            options.order = order
            options.scale = .shared(4)
            let figure = try KernelGridFigure(
                bank: bank, classifications: labels.map(Samples.classification), network: "", options: options
            ).figure()
            let colors = [1.0, 2, 3].map { ColorMap.rdBu.color($0 / 4) }
            return kernels(figure).map { grid in Double(colors.firstIndex(of: grid.colors[0]) ?? -2) + 1 }
        }
        #expect(try order(.channel) == [1, 3, 2])
        #expect(try order(.label) == [2, 3, 1])
        #expect(try order(.norm) == [3, 2, 1])
    }

    @Test func weightsThatAreNoNumbersAreHatchedCountedAndSaid() throws {
        let bank = Samples.bank(outputs: 4, values: { $0 == 3 ? .nan : $0 == 12 ? .infinity : 1 })
        let figure = try KernelGridFigure(bank: bank, network: "").figure()
        #expect(texts(figure).contains("not finite 2"))
        #expect(texts(figure).contains { $0.contains("2 not finite") })
        #expect(caption(figure).contains("Hatched: NaN or infinite."))
        #expect(kernels(figure)[0].colors[3] == Hatch.paper)
        // Three slanted lines for each of two cells and for the legend's swatch.
        let slanted = figure.marks.count { mark in
            guard case .path(let path) = mark, path.points.count == 2 else { return false }
            return path.points[0].x != path.points[1].x && path.points[0].y != path.points[1].y
        }
        #expect(slanted == 9)
        let allBad = Samples.bank(outputs: 1, values: { _ in .nan })
        #expect(texts(try KernelGridFigure(bank: allBad, network: "").figure()).contains("no finite weights"))
    }

    @Test(arguments: [0, 1e30, -Float.leastNonzeroMagnitude, Float.greatestFiniteMagnitude])
    func extremeWeightsAreDrawnLikeOthers(extreme: Float) throws {
        for values in [{ _ in extreme }, { $0 % 2 == 0 ? extreme : -extreme }] as [(Int) -> Float] {
            for scale in [KernelGridOptions.Scale.perKernel, .perLayer] {
                var options = KernelGridOptions()
                options.scale = scale
                let bank = Samples.bank(outputs: 50, values: values)
                let figure = try KernelGridFigure(bank: bank, network: "", options: options).figure()
                #expect(kernels(figure).count == 50)
                #expect(kernels(figure)[0].colors[0] == ColorMap.rdBu.color(extreme == 0 ? 0 : values(0) > 0 ? 1 : -1))
            }
        }
    }

    @Test func filtersOfFewInputsAreStrips() throws {
        let figure = try KernelGridFigure(bank: Samples.bank(outputs: 4, inputs: 3), network: "").figure()
        let frames = kernels(figure).map(\.frame)
        #expect(frames.count == 12)
        #expect(frames[0].x == frames[1].x && frames[1].x == frames[2].x)
        #expect(frames[1].y > frames[0].bottom && frames[3].x > frames[2].right)
        #expect(caption(figure).contains("Each column is one filter, its input channels from top to bottom."))
    }

    @Test func gridsOfManyKernelsSayHowManyTheyShow() throws {
        let bank = Samples.bank(outputs: 1500, inputs: 20, values: { Float($0 % 7) - 3 })
        let figure = try KernelGridFigure(bank: bank, network: "").figure()
        let drawn = NumberText.grouped(kernels(figure).count)
        #expect(kernels(figure).count < 30_000)
        #expect(caption(figure).contains("Drawn are \(drawn) of 30,000 kernels, evenly spaced in this order."))
        #expect(texts(figure).joined().contains("\(drawn) of them drawn"))
    }

    @Test func badRequestsGetOneClearSentence() throws {
        var narrow = KernelGridOptions()
        narrow.widthMillimetres = 0
        #expect(
            sentence { _ = try KernelGridFigure(bank: Samples.bank(outputs: 1), network: "", options: narrow) }
                == "figure: a width of 0 mm; expected 80 to 400 mm. Pass another --width.")
        narrow.widthMillimetres = .nan
        var binless = KernelGridOptions()
        binless.histogramBins = 0
        #expect(
            sentence { _ = try KernelGridFigure(bank: Samples.bank(outputs: 1), network: "", options: binless) }
                == "histogram: 0 bins; expected 1 to 10,000. Pass another --bins.")
        #expect(
            sentence { _ = try HistogramFigure.figure(of: Samples.bank(outputs: 1), network: "", options: narrow) }
                == "figure: a width of NaN mm; expected 80 to 400 mm. Pass another --width.")
        #expect(
            sentence { _ = try KernelGridFigure(bank: Samples.bank(outputs: 0), network: "") }
                == "#4 features.4.conv.1.0: no kernels; expected at least one. Choose another layer.")
        #expect(
            sentence {
                _ = try KernelGridFigure(
                    bank: Samples.bank(outputs: 2), classifications: Samples.classifications(3), network: "")
            } == "#4 features.4.conv.1.0: 3 classifications; expected 2, one for each kernel.")
        #expect(
            sentence { _ = try LabelSharesFigure.figure(of: [], network: "Net") }
                == "Net: no layers with N×N kernels; expected at least one. Choose another network.")
    }
}
