import Classification
import Diagnostics
import Kernels
import Statistics
import Tensors
import Testing

@testable import Figures

/// Dictionary, map, stem sheet and frequency atlas.
@Suite struct NewFigureTests {
    private static func texts(_ figure: Figure) -> String { figure.texts.map(\.text).joined(separator: " ") }

    /// A kernel with what it is called.
    typealias Named = (values: [Float], label: KernelLabel, shape: KernelShape)

    /// A layer of kernels with label and shape.
    static func layer(_ kernels: [Named]) throws -> LabelledKernels {
        let values = kernels.flatMap(\.values)
        let bank = Samples.bank(outputs: kernels.count, values: { values[$0] })
        return try LabelledKernels(
            bank: bank,
            classifications: kernels.map {
                var classification = Samples.classification($0.label)
                classification.shape = $0.shape
                return classification
            })
    }

    private static let delta = NamedKernel.delta().values
    private static let sobelX = FixedKernels.sobelX.values

    // MARK: Dictionary

    /// Two Sobel kernels of opposite sign are one form; the mean of 3·δ and δ turned is δ. The likeness of equal kernels is
    /// 1; that of two at a right angle to each other 1/√2.
    @Test func meansAreOfUnitKernelsWithOneSign() throws {
        let corner: [Float] = [1, 0, 0, 0, 0, 0, 0, 0, 0]
        let dictionary = KernelDictionary([
            try Self.layer([
                (Self.sobelX, .edge, .sobelX), (Self.sobelX.map { -2 * $0 }, .edge, .sobelX),
                (Self.delta, .identity, .delta), (corner, .identity, .delta), (corner.map { $0 * 0 }, .zero, .dead),
            ])
        ])
        let edge = try #require(dictionary.layers[0].entries[.init(label: .edge, shape: .sobelX)])
        #expect(edge.count == 2 && abs((edge.likeness ?? 0) - 1) < 1e-6)
        let mean = try #require(edge.mean)
        let norm = (4 * 0.25 + 2.0).squareRoot()
        #expect(zip(mean, Self.sobelX).allSatisfy { abs(abs($0) - abs(Double($1)) / norm) < 1e-6 })
        let identity = try #require(dictionary.layers[0].entries[.init(label: .identity, shape: .delta)])
        #expect(abs((identity.likeness ?? 0) - 0.70711) < 1e-4)
        let zero = try #require(dictionary.layers[0].entries[.init(label: .zero, shape: .unnamed)])
        #expect(zero.count == 1 && zero.mean == nil)
        #expect(dictionary.words.map(\.name) == ["delta", "sobel-x", "zero, no form"])
    }

    /// Half of the layer and all of it: areas 1 : 2.
    @Test func areasAreShares() throws {
        let delta: Named = (Self.delta, .identity, .delta)
        let sobel: Named = (Self.sobelX, .edge, .sobelX)
        let dictionary = KernelDictionary([try Self.layer([delta, sobel]), try Self.layer([delta, delta])])
        let figure = try KernelDictionaryFigure.figure(of: dictionary, network: "Net")
        let areas = figure.marks.compactMap { mark -> Double? in
            if case .cells(let grid) = mark, grid.columns == 3 { grid.frame.width * grid.frame.height } else { nil }
        }.sorted()
        #expect(areas.count == 3 && abs(areas[2] / areas[0] - 2) < 1e-9 && abs(areas[1] - areas[0]) < 1e-9)
        #expect(Self.texts(figure).contains("The most frequent shape is delta, 3 kernels"))
    }

    /// A row is as high as its largest cell: the middle of a row of one kernel in a hundred lies nearer than a full pitch.
    @Test func rowsOfRareShapesAreLow() throws {
        let sobel: Named = (Self.sobelX, .edge, .sobelX)
        let layer = try Self.layer([(Self.delta, .identity, .delta)] + Array(repeating: sobel, count: 99))
        let figure = try KernelDictionaryFigure.figure(of: KernelDictionary([layer]), network: "Net")
        let rows = figure.texts.filter { ["delta", "sobel-x"].contains($0.text) }.map(\.position.y)
        try #require(rows.count == 2)
        // Cells of 32.5 points at most, names of 10.5: half of both and the distance of 5 points.
        #expect(rows[1] - rows[0] < 25)
    }

    // MARK: Map

    /// ±Sobel-x and, half as often, ±Sobel-y, at right angles to each other: the variance divides as 2 : 1.
    @Test func componentsExplainWhatTheyHold() throws {
        let kernels = [Self.sobelX, Self.sobelX, FixedKernels.sobelY.values].flatMap { kernel -> [Named] in
            [(kernel, .edge, .sobelX), (kernel.map { -3 * $0 }, .edge, .sobelX)]
        }
        let zero: Named = ([Float](repeating: 0, count: 9), .zero, .dead)
        let layer = try Self.layer(kernels + [zero])
        let map = try KernelMap([("A", [layer])])
        #expect(map.size == 3 && map.networks[0].points.count == 6 && map.networks[0].leftOut == 1)
        #expect(abs(map.explained[0] - 2 / 3) < 1e-6 && abs(map.explained[1] - 1 / 3) < 1e-6)
        // Sobel-x lies at ±1 along the first component.
        #expect(map.networks[0].points[..<4].allSatisfy { abs(abs($0.x) - 1) < 1e-6 && abs($0.y) < 1e-6 })
        // So does the axis of edges, whose mean lies at 0.
        let axis = try #require(map.networks[0].axis(.edge))
        #expect(abs(abs(axis.place.x) - 1) < 1e-6 && abs(axis.place.y) < 1e-6 && map.networks[0].axes.count == 1)
        let figure = try KernelMapFigure.figure(of: map)
        #expect(Self.texts(figure).contains("both components explain 100 % of the variance"))
        #expect(Self.texts(figure).contains("Not on the map: 1 zero or not finite."))
    }

    /// Three boxes and three impulses a net; the second net's blurs are Gaussians.
    @Test func severalNetworksHaveOneBasisAndTheirDrift() throws {
        let box = [Float](repeating: 1, count: 9)
        func net(_ blur: [Float]) throws -> [LabelledKernels] {
            let smooth: Named = (blur, .blur, .box)
            let impulse: Named = (Self.delta, .identity, .delta)
            return [
                try Self.layer([smooth, smooth, smooth, impulse, impulse, impulse])
            ]
        }
        let map = try KernelMap([("A", net(box)), ("B", net(box)), ("C", [])])
        #expect(map.networks.map(\.title) == ["A", "B"] && map.missing == ["C"])
        #expect(KernelMapFigure.drift(map, 1) == "RV: identity 1.00, blur 1.00")
        let moved = try KernelMap([("A", net(box)), ("B", net(FixedKernels.gaussianWide.values))])
        // Of one direction each, RV is cos² = (Σg / (3·√Σg²))² = (1.0001 / (3 · 0.34674))² = .924.
        #expect(KernelMapFigure.drift(moved, 1) == "RV: identity 1.00, blur 0.92")
        let text = Self.texts(try KernelMapFigure.figure(of: moved))
        #expect(text.contains("RV: identity 1.00, blur 0.92") && text.contains("the others against this one"))
        #expect(throws: (any Error).self) { try KernelMap([("A", [])]) }
        // A page of the second net compares it with the first all the same.
        let page = Self.texts(try KernelMapFigure.figure(of: moved, panels: [1], name: "Page 2"))
        #expect(page.contains("RV: identity 1.00, blur 0.92") && !page.contains("the others against this one"))
        #expect(page.hasPrefix("Page 2 "))
    }

    // MARK: Stem

    private static func stem(_ filters: [[[Float]]]) throws -> StemFilters {
        let values = filters.joined().flatMap { $0 }
        return try StemFilters(Samples.bank(outputs: filters.count, inputs: 3, values: { values[$0] }))
    }

    /// The numbers are NumPy's: |F|² on 512×512 frequencies, its second moments, their axes.
    @Test func wavesHaveADirectionAndAFrequency() throws {
        let zero = [Float](repeating: 0, count: 9)
        let turned = FixedKernels.sobelY.values
        let stem = try Self.stem([
            [Self.sobelX, Self.sobelX, Self.sobelX], [turned, zero, zero], [Self.delta, Self.delta.map { -$0 }, zero],
            [zero, zero, zero],
        ])
        #expect(stem.filters.map(\.channel) == [0, 1, 2] && stem.unmeasured == [3])
        let (grey, red, green) = (stem.filters[0], stem.filters[1], stem.filters[2])
        #expect(abs(grey.frequency - 0.30112) < 1e-4 && StemFilters.step(grey) == 0 && abs(grey.colour) < 1e-6)
        #expect(abs(grey.coherence - 0.5587) < 1e-3)
        #expect(abs(red.orientation - 90) < 1e-6 && abs(red.colour - 0.66667) < 1e-4)
        #expect(abs(green.frequency - 0.40825) < 1e-4 && !green.isOriented && abs(green.colour - 1) < 1e-6)
        #expect(stem.sorted().map(\.heading) == ["0°", "90°", "no direction"])
    }

    /// One filter each of two directions and of none: three short rows that fit side by side.
    @Test func shortRowsStandSideBySide() throws {
        let zero = [Float](repeating: 0, count: 9)
        let stem = try Self.stem([
            [Self.sobelX, Self.sobelX, Self.sobelX], [FixedKernels.sobelY.values, zero, zero],
            [Self.delta, Self.delta.map { -$0 }, zero],
        ])
        func heights(_ width: Double) throws -> [Double] {
            try StemSheetFigure.figure(of: stem, network: "Net", widthMillimetres: width).texts
                .filter { ["0°", "90°", "no direction"].contains($0.text) }.map(\.position.y)
        }
        #expect(try Set(heights(170)).count == 1 && heights(170).count == 3)
        #expect(try Set(heights(80)).count == 2)
    }

    @Test func filtersHaveTheirTrueColours() throws {
        let zero = [Float](repeating: 0, count: 9)
        let stem = try Self.stem([[Self.delta.map { 2 * $0 }, Self.delta.map { -$0 }, zero]])
        let colors = StemSheetFigure.colors(of: 0, in: stem.bank)
        // 127.5 + 127.5·(1, −½, 0).
        #expect(colors[4] == FigureColor(255, 64, 128) && colors[0] == FigureColor(128, 128, 128))
        let figure = try StemSheetFigure.figure(of: stem, network: "Net")
        #expect(Self.texts(figure).contains("Nyquist's limit 0.5"))
        let grey = try Self.layer([(Self.delta, .identity, .delta)])
        #expect(throws: (any Error).self) { try StemFilters.first(of: [grey], network: "Net") }
    }

    // MARK: Feature maps

    /// The same channels on less room, then fewer, then a refusal.
    @Test func featureMapsShrinkToAHeight() throws {
        func side(_ seed: UInt64) -> FeatureMapsFigure.Side {
            .init(title: "maps", maps: FigureKinds.maps(channels: 70, side: 8, seed: seed))
        }
        let maps = try FeatureMapsFigure(
            before: side(1), behind: side(2),
            picture: FeatureMapsFigure.Picture(width: 8, height: 8, bytes: Array(repeating: 90, count: 192)))
        func figure(_ limit: Double?) throws -> Figure {
            try maps.figure(network: "Net", subject: "maps", maximumHeightMillimetres: limit)
        }
        func count(_ figure: Figure) -> Int {
            figure.marks.count { if case .raster = $0 { true } else { false } }
        }
        let whole = try figure(nil)
        #expect(whole.height > 120 * 72 / 25.4)
        let low = try figure(120)
        #expect(low.height <= 120 * 72 / 25.4 && count(low) == count(whole))
        #expect(Self.texts(low).contains("64 at most"))
        let heights = try stride(from: 50, to: 90, by: 2).compactMap { millimetres -> Figure? in
            do {
                return try figure(Double(millimetres))
            } catch let error as KernelVizError where error.code == "figures.tooLow" {
                return nil
            }
        }
        #expect(heights.count < 20 && heights.contains { Self.texts($0).contains("16 at most") })
    }

    // MARK: Frequencies

    /// Edges stand behind identity whatever their number.
    @Test func shapesAreSortedByLabelThenNumber() throws {
        let impulse: Named = (Self.delta, .identity, .delta)
        let (x, y): (Named, Named) = ((Self.sobelX, .edge, .sobelX), (FixedKernels.sobelY.values, .edge, .sobelY))
        let kernels =
            Array(repeating: y, count: 4) + Array(repeating: x, count: 5) + Array(repeating: impulse, count: 3)
        let atlas = FrequencyAtlas([try Self.layer(kernels)])
        #expect(atlas.shapes.map(\.name) == ["delta", "sobel-x", "sobel-y"])
    }

    /// A unit impulse passes everything alike; of a horizontal pair of equal weights 0 passes and stripes do not.
    @Test func profilesFollowTheAmplitudes() throws {
        let pair: [Float] = [0, 0, 0, 0.25, 0.5, 0.25, 0, 0, 0]
        let impulse: Named = (Self.delta, .identity, .delta)
        let zero: Named = ([Float](repeating: 0, count: 9), .zero, .dead)
        let atlas = FrequencyAtlas([
            try Self.layer([impulse, impulse, impulse, (pair, .blur, .gaussian), zero])
        ])
        #expect(atlas.labels.map(\.name) == ["identity", "blur"] && atlas.shapes.map(\.name) == ["delta"])
        #expect(atlas.labels[0].profile.allSatisfy { abs($0 - 1) < 1e-5 })
        // |H| = ½(1 + cos ωx): 1 at 0, 0 at the left edge of the middle row, ½ halfway.
        let plane = atlas.labels[1].amplitudes
        #expect(
            abs(plane[16 * 33 + 16] - 1) < 1e-5 && abs(plane[16 * 33]) < 1e-5 && abs(plane[16 * 33 + 8] - 0.5) < 1e-5)
        #expect(atlas.labels[1].profile[0] > 0.999 && atlas.labels[1].peak == 0)
        let figure = try FrequencyAtlasFigure.figure(of: atlas, network: "Net")
        #expect(Self.texts(figure).contains("Nyquist at stride 2") && Self.texts(figure).contains("identity 1.00"))
        #expect(Self.texts(figure).contains("n 1 low-pass"))
    }

    /// Every map stands on one page, the profiles on the first alone.
    @Test func mapsOfAnAtlasGoOnFurtherPages() throws {
        let shapes: [KernelShape] = [.sobelX, .sobelY, .laplacian, .line, .saddle, .diagonal, .oneSided]
        let kernels = shapes.flatMap { shape -> [Named] in
            Array(repeating: (Self.sobelX, .edge, shape), count: 3)
        }
        let atlas = FrequencyAtlas([try Self.layer(kernels)])
        let places = Array(0..<atlas.labels.count + atlas.shapes.count)
        #expect(places.count == 8)
        let pages = try FigurePages.pages(places, name: "Net", maximumHeightMillimetres: 135) { maps, name in
            try FrequencyAtlasFigure.figure(of: atlas, maps: maps, network: name, widthMillimetres: 85)
        }
        #expect(pages.count > 1 && pages.allSatisfy { $0.height <= 135 * 72 / 25.4 })
        let texts = pages.map(Self.texts)
        #expect(texts.map { $0.contains("mean |H|") } == pages.indices.map { $0 == 0 })
        #expect(texts.map { $0.contains("Curves:") } == pages.indices.map { $0 == 0 })
        for shape in shapes {
            #expect(pages.flatMap(\.texts).count { $0.text == shape.rawValue } == 1, "\(shape)")
        }
    }
}
