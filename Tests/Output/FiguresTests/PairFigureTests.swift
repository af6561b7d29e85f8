import Classification
import Kernels
import Tensors
import Testing

@testable import Figures

/// Two networks kernel by kernel, slices of standard convolutions, paths, receptive fields, one column.
@Suite struct PairFigureTests {
    private static func texts(_ figure: Figure) -> String { figure.texts.map(\.text).joined(separator: " ") }

    private static func noise(_ count: Int, seed: UInt64) -> [[Float]] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in (0..<9).map { _ in Float(generator.normal()) } }
    }

    private static func layer(_ kernels: [[Float]], _ labels: [KernelLabel]) throws -> LabelledKernels {
        try NewFigureTests.layer(zip(kernels, labels).map { ($0, $1, KernelShape.unnamed) })
    }

    // MARK: Pairs

    /// The second net is the first with one kernel negated and two labels changed.
    @Test func kernelsOfOneChannelArePairedWhereNetsAreRelated() throws {
        let kernels = Self.noise(40, seed: 3)
        var moved = kernels
        moved[7] = kernels[7].map { -$0 }
        let labels = (0..<40).map { KernelLabel.allCases[$0 % 2] }
        var others = labels
        others[7] = .edge
        others[9] = .edge
        let pairs = try KernelPairs(
            ("A", [Self.layer(kernels, labels)]), ("B", [Self.layer(moved, others)]))
        #expect(pairs.matching == .place && pairs.total == 40 && pairs.leftOut.isEmpty)
        #expect(pairs.layers[0].pairs[7].cosine.map { abs($0 + 1) < 1e-9 } == true)
        #expect(pairs.layers[0].pairs[8].cosine.map { abs($0 - 1) < 1e-9 } == true)
        #expect(pairs.changes[0].pair.first == 7)
        // Of 40, 38 agree. Shares of A: .5, .5; of B: .5, .45, .05 (both changed kernels were blur).
        #expect(pairs.count(labels[7], .edge) == 2 && abs(pairs.sameLabelShare - 0.95) < 1e-12)
        let chance = 0.5 * 0.5 + 0.5 * 0.45
        #expect(abs((pairs.kappa ?? 0) - (0.95 - chance) / (1 - chance)) < 1e-12)
        let text = Self.texts(try KernelPairsFigure.figure(of: pairs))
        #expect(text.contains("40 pairs in 1 layer") && text.contains("same label 95 %"))
        #expect(text.contains("The most frequent change is from \(labels[7].rawValue) to edge, 2 kernels."))
    }

    /// The second net has the first's kernels in reverse: every one finds its own again.
    @Test func unrelatedChannelsArePairedByLikeness() throws {
        let kernels = Self.noise(40, seed: 5)
        let labels = [KernelLabel](repeating: .other, count: 40)
        let pairs = try KernelPairs(
            ("A", [Self.layer(kernels, labels)]), ("B", [Self.layer(kernels.reversed(), labels)]))
        #expect(pairs.matching == .likeness)
        #expect(pairs.layers[0].pairs.map(\.second) == Array((0..<40).reversed()))
        #expect(pairs.kappa == nil)
        #expect(throws: (any Error).self) {
            try KernelPairs(
                ("A", [Self.layer(kernels, labels)]), ("B", [Self.layer(Array(kernels[..<20]), Array(labels[..<20]))]))
        }
    }

    // MARK: Slices

    /// Two blocks of 3 outputs × 2 inputs: Sobel kernels in one, Gaussians of twice the norm in the other.
    @Test func blocksOfSlicesAreFound() throws {
        let (sobel, gaussian) = (FixedKernels.sobelX.values, FixedKernels.gaussianWide.values)
        func norm(_ kernel: [Float]) -> Float { kernel.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        let zero = [Float](repeating: 0, count: 9)
        let slices = (0..<6).flatMap { output in
            (0..<4).map { input -> [Float] in
                switch (output < 3, input < 2) {
                case (true, true): sobel.map { $0 / norm(sobel) * (output == 1 ? -1 : 1) }
                case (false, false): gaussian.map { 2 * $0 / norm(gaussian) }
                default: zero
                }
            }
        }
        let values = slices.flatMap { $0 }
        let matrix = try SliceMatrix(Samples.bank(outputs: 6, inputs: 4, values: { values[$0] }), rank: 2)
        #expect(matrix.explained > 0.999 && matrix.parts.count == 2)
        #expect(Set(matrix.parts[0].outputs) == [3, 4, 5] && Set(matrix.parts[0].inputs) == [2, 3])
        #expect(Set(matrix.parts[1].outputs) == [0, 1, 2] && Set(matrix.parts[1].inputs) == [0, 1])
        // Energies: 6 slices of 4 and 6 of 1.
        #expect(abs(matrix.parts[0].energyShare - 0.8) < 1e-6 && abs(matrix.parts[1].energyShare - 0.2) < 1e-6)
        let pattern = try #require(matrix.parts[1].pattern)
        let cosine = zip(pattern, sobel).reduce(0) { $0 + $1.0 * Double($1.1 / norm(sobel)) }
        #expect(abs(abs(cosine) - 1) < 1e-6 && abs(matrix.parts[1].patternShare - 1) < 1e-6)
        #expect(matrix.salient.isEmpty)
        let text = Self.texts(try SliceMatrixFigure.figure(of: matrix, network: "Net"))
        #expect(
            text.contains("6 outputs × 4 inputs") && text.contains("100 % of the energy Σw² lies in the parts' own"))
    }

    /// One slice of norm 4 beside 15 of norm 1: 16/31 of the energy, 8.3 even shares; one of norm 3: 9/24, 6.
    @Test func slicesOfManyEvenSharesAreSalient() throws {
        let delta = NamedKernel.delta().values
        let values = [4, 3].flatMap { (strong: Float) in
            (0..<16).flatMap { input in delta.map { $0 * (input == 5 ? strong : 1) } }
        }
        let matrix = try SliceMatrix(Samples.bank(outputs: 2, inputs: 16, values: { values[$0] }))
        #expect(matrix.salient == [SliceMatrix.Salient(output: 0, input: 5)])
        #expect(throws: (any Error).self) { try SliceMatrix(Samples.bank(outputs: 8)) }
    }

    /// 400 slices of norm 1 but one of 40: the colours end at the others, which is said; even slices end at their largest.
    @Test func aFewStrongSlicesDoNotTakeAllColours() throws {
        let delta = NamedKernel.delta().values
        func text(_ strongest: Float) throws -> String {
            let values = (0..<400).flatMap { slice in delta.map { $0 * (slice == 7 ? strongest : 1) } }
            let matrix = try SliceMatrix(Samples.bank(outputs: 20, inputs: 20, values: { values[$0] }))
            return Self.texts(try SliceMatrixFigure.figure(of: matrix, network: "Net"))
        }
        #expect(try text(40).contains("1 and more, norm of a slice") && text(40).contains("□ slice of 8×"))
        let even = try text(1)
        #expect(even.contains("1, norm of a slice") && !even.contains("and more") && !even.contains("□"))
    }

    /// Names that would lose letters side by side stand below each other.
    @Test func longNamesOfPairsKeepTheirLetters() throws {
        let layers = [try Self.layer(Self.noise(6, seed: 3), Array(repeating: .edge, count: 6))]
        let names = (1...2).map { "MobileNetV3-Small 1.0, mobilenetv3_small_checkpoint_number_\($0).h5" }
        let texts = try KernelPairsFigure.figure(of: KernelPairs((names[0], layers), (names[1], layers))).texts
        #expect(texts.contains { $0.text == "A: \(names[0])" } && texts.contains { $0.text == "B: \(names[1])" })
    }

    // MARK: Paths

    /// The blur target reads the edge source alone, the edge target the blur source: twice an even share each.
    @Test func preferencesAreSharesOverNumbers() throws {
        let kernels = Self.noise(4, seed: 2)
        let sources = try Self.layer(Array(kernels[..<2]), [.edge, .blur])
        let targets = try Self.layer(Array(kernels[2...]), [.blur, .edge])
        let stage = KernelPaths.Stage(from: sources, to: targets, links: [-3, 0, 0, 2])
        let paths = try KernelPaths([stage], network: "Net")
        #expect(paths.preference(from: .edge, to: .blur).ratio == 2)
        #expect(paths.preference(from: .blur, to: .blur).ratio == 0)
        #expect(paths.preference(from: .identity, to: .blur).ratio == nil)
        // Both orders of two labels are as far from 1.
        #expect(paths.preference(from: .edge, to: .blur).pValue == 1)
        #expect(paths.strongest.map(\.share) == [1, 1] && paths.strongest[0].isNegative)
        let text = Self.texts(try KernelPathsFigure.figure(of: paths, stages: [stage], network: "Net"))
        #expect(text.contains("Edges feed blurs 2.00 times as much as an even share"))
        #expect(throws: (any Error).self) { try KernelPaths([], network: "Net") }
    }

    // MARK: Receptive fields

    /// Nine bins of 2×2 pixels above the threshold: 36 pixels, a quarter of 12².
    @Test func areasCountResponsesAboveTheThreshold() throws {
        let response = (0..<25).map { (index: Int) -> Double? in
            let isInside = (1...3).contains(index / 5) && (1...3).contains(index % 5)
            return isInside ? (index == 12 ? 1 : 0.046) : 0.045
        }
        let field = ReceptiveField(
            name: "#3", stride: 4, binPixels: 2, side: 5, response: response, theoreticalSide: 12)
        #expect(field.effectiveArea == 36 && field.effectiveSide == 6 && field.areaRatio == 0.25)
        let text = Self.texts(try ReceptiveFieldFigure.figure(of: [field], network: "Net", method: "Measured."))
        #expect(text.contains("Units of #3 depend on about 6² pixels, 25 % of the area"))
    }

    /// 28 of 49 pixels are 57 %; so is 5.29² of 7², which 5² is not.
    @Test func sidesHaveTheDigitsThatTheirShareNeeds() throws {
        let field = ReceptiveField(
            name: "#2", stride: 2, binPixels: 1, side: 7, response: (0..<49).map { $0 < 28 ? 1 : 0 },
            theoreticalSide: 7)
        let text = Self.texts(try ReceptiveFieldFigure.figure(of: [field], network: "Net", method: "Measured."))
        #expect(text.contains("5.29² px = 57 % of 7²"))
    }

    // MARK: One column

    @Test func figureOneFitsAColumn() throws {
        let panels = [144, 192, 384, 960, 960].map { count in
            ColumnFigure.Panel(
                network: "MobileNetV2 1.0", bank: Samples.bank(outputs: count),
                classifications: Samples.classifications(count), options: KernelGridOptions(),
                verdict: "strided layers are blur: supported, p < 0.001.")
        }
        let figure = try ColumnFigure(title: "Fig. 1", panels: panels, notes: []).figure()
        #expect(abs(figure.width - 89 * 72 / 25.4) < 1e-9 && figure.height <= 45 * 72 / 25.4 + 0.03)
        let page = FigureRect(x: 0, y: 0, width: figure.width, height: figure.height)
        for mark in figure.marks { #expect(page.contains(mark.bounds, slack: 0.01)) }
        for (index, text) in figure.texts.enumerated() {
            #expect(text.size >= 5)
            for other in figure.texts[(index + 1)...] {
                #expect(!text.bounds.overlaps(other.bounds, slack: 0.05), "'\(text.text)' on '\(other.text)'")
            }
        }
        // Kernels that do not fit are counted, and one verdict stands for all panels that share it.
        #expect(figure.texts.contains { $0.text.hasSuffix(" of 960") })
        #expect(Self.texts(figure).contains("(a, b, c, d, e) strided layers are blur: supported"))
        #expect(throws: (any Error).self) {
            try ColumnFigure(title: "Fig. 1", panels: panels, notes: []).figure(maximumHeightMillimetres: 20)
        }
    }
}
