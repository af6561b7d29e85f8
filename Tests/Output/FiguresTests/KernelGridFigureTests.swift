import Classification
import Diagnostics
import Kernels
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
        #expect(try centres(.perLayer) == [map.color(0.25), map.color(1)])
        #expect(try centres(.shared(2)) == [map.color(0.5), map.color(1)])
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

    @Test func labelsFrameTheKernelsAndAreCounted() throws {
        let bank = Samples.bank(outputs: 10)
        let figure = try KernelGridFigure(
            bank: bank, classifications: Samples.classifications(10), network: "Net"
        ).figure()
        for label in KernelLabel.allCases {
            #expect(texts(figure).contains("\(label.rawValue) 2 (20 %)"))
            let color = LabelPalette.color(label)
            // Two frames and the legend's swatch.
            #expect(figure.marks.count { if case .rectangle(_, let fill) = $0 { fill == color } else { false } } == 3)
        }
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

    @Test func gridsOfManyCellsArePixelsAndSayHowMuchTheyShow() throws {
        let bank = Samples.bank(outputs: 1500, inputs: 20, values: { Float($0 % 7) - 3 })
        let figure = try KernelGridFigure(bank: bank, network: "").figure()
        let rasters = figure.marks.compactMap { if case .raster(let raster) = $0 { raster } else { nil } }
        #expect(rasters.count == 1 && kernels(figure).isEmpty)
        #expect(caption(figure).contains("of 30,000 kernels in this order."))
        #expect(caption(figure).contains("Drawn as pixels: too many cells for vectors."))
        // The first weight is −3 of a kernel whose largest is 3: the map's lowest colour, behind a frame of one pixel.
        let raster = try #require(rasters.first)
        let place = (raster.width + 1) * 3
        #expect(Array(raster.bytes[place..<place + 3]) == [103, 0, 31])
    }

    @Test func badRequestsGetOneClearSentence() throws {
        func sentence(_ body: () throws -> Void) -> String {
            do {
                try body()
                return "no error"
            } catch { return "\(error)" }
        }
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
