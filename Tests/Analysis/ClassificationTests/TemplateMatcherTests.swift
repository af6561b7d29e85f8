import Glibc
import TemplateMatching
import Kernels
import Tensors
import Testing

@testable import Classification

/// Every instruction set against plain loops written here.
@Suite struct TemplateMatcherTests {
    private func normal(_ count: Int, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Float(generator.normal()) }
    }

    @Test(arguments: [4, 9, 25, 49])
    func theBestTemplateIsTheFirstWithTheLargestSquare(cells: Int) {
        let kernels = normal(16 * cells, seed: 1)
        var weights = normal(12 * cells, seed: 2)
        // A template twice: the first one counts.
        weights.replaceSubrange(7 * cells..<8 * cells, with: weights[3 * cells..<4 * cells])
        let block = (0..<cells).map { cell in
            var lanes = TemplateMatcher.Lanes.zero
            for lane in 0..<16 { lanes[lane] = kernels[lane * cells + cell] }
            return lanes
        }
        for matcher in TemplateMatcher.available {
            let (score, index) = matcher.best(block.span, among: weights.span)
            for lane in 0..<16 {
                var best: (square: Float, place: Int) = (-1, 0)
                for template in 0..<12 {
                    var sum: Float = 0
                    for cell in 0..<cells { sum += kernels[lane * cells + cell] * weights[template * cells + cell] }
                    if sum * sum > best.square { best = (sum * sum, template) }
                }
                #expect(score[lane] == best.square && Int(index[lane]) == best.place, "\(matcher.name)")
            }
        }
    }

    /// w = ±exp(β₀ + β₁x + β₂y + β₃x² + β₄xy + β₅y²) has its own coefficients as its fit.
    @Test(arguments: [3, 5, 7])
    func bumpsGiveBackTheCoefficientsThatMadeThem(size: Int) {
        let middle = Double(size - 1) / 2
        let made = (0..<16).map { lane in
            let t = Double(lane) / 16
            return [-0.1, 0.1 * t, -0.05 * t, -0.3 - 0.1 * t, 0.1 * t, -0.4 + 0.1 * t]
        }
        let sign = TemplateMatcher.Lanes((0..<16).map { $0 % 2 == 0 ? 1 : -1 })
        let block = (0..<size * size).map { cell in
            let (x, y) = (Double(cell % size) - middle, Double(cell / size) - middle)
            return sign
                * TemplateMatcher.Lanes(
                    made.map {
                        Float(exp($0[0] + $0[1] * x + $0[2] * y + $0[3] * x * x + $0[4] * x * y + $0[5] * y * y))
                    })
        }
        for matcher in TemplateMatcher.available {
            var beta = [Double](repeating: 0, count: 96)
            var pivots = [Double](repeating: 0, count: 16)
            matcher.bumps(block.span, size: size, sign: sign, beta: &beta, pivots: &pivots)
            for lane in 0..<16 {
                #expect(pivots[lane] > 1e-6)
                for term in 0..<6 {
                    #expect(abs(beta[term * 16 + lane] - made[lane][term]) < 1e-4, "\(matcher.name), β\(term)")
                }
            }
        }
    }

    @Test func pairProductsAreThoseOfPlainLoops() {
        let rows = normal(5 * 5000, seed: 5)
        for matcher in TemplateMatcher.available {
            let products = matcher.pairProducts(rows.span, rows: 5)
            for a in 0..<5 {
                for b in 0..<5 {
                    let exact = (0..<5000).reduce(0.0) {
                        $0 + Double(rows[a * 5000 + $1]) * Double(rows[b * 5000 + $1])
                    }
                    #expect(abs(products[a * 5 + b] - exact) < 0.02, "\(matcher.name)")
                }
            }
        }
    }

    /// ln w of a Gaussian is a quadratic: its coefficients come back, for either sign and every lane.
    @Test(arguments: [3, 5, 7])
    func theCoefficientsOfGaussiansComeBack(size: Int) {
        var generator = SeededGenerator(seed: 11)
        let middle = Double(size - 1) / 2
        var block = [TemplateMatcher.Lanes](repeating: .zero, count: size * size)
        var sign = TemplateMatcher.Lanes.zero
        var expected: [[Double]] = []
        for lane in 0..<16 {
            func draw(_ low: Double, _ high: Double) -> Double { low + (high - low) * generator.uniform() }
            let beta = [0, draw(-0.2, 0.2), draw(-0.2, 0.2), draw(-0.4, -0.1), draw(-0.1, 0.1), draw(-0.4, -0.1)]
            sign[lane] = lane % 3 == 0 ? -1 : 1
            for cell in 0..<size * size {
                let (x, y) = (Double(cell % size) - middle, Double(cell / size) - middle)
                let value = beta[1] * x + beta[2] * y + beta[3] * x * x + beta[4] * x * y + beta[5] * y * y
                block[cell][lane] = Float(exp(value)) * sign[lane]
            }
            expected.append(beta)
        }
        for matcher in TemplateMatcher.available {
            var beta = [Double](repeating: 0, count: 96)
            var pivots = [Double](repeating: 0, count: 16)
            matcher.bumps(block.span, size: size, sign: sign, beta: &beta, pivots: &pivots)
            for lane in 0..<16 {
                for index in 0..<6 {
                    #expect(abs(beta[index * 16 + lane] - expected[lane][index]) < 1e-5, "\(matcher.name)")
                }
                #expect(pivots[lane] > 1e-3)
            }
        }
    }

    @Test func theMiddleIsThatOfSortedValues() {
        for count in [1, 2, 3, 10, 1001] {
            let values = normal(count, seed: UInt64(count)).map { abs($0) } + [0]
            #expect(RadixSelection.middle(values) == values.sorted()[values.count / 2])
        }
    }

    /// A prior that the orbits know, and one that they do not; then other sizes.
    @Test(arguments: [3, 5, 7])
    func everyInstructionSetGivesTheSameBits(size: Int) {
        let values = mixed(size, 48)
        for similarity in [
            FunctionalSimilarity(size: size),
            FunctionalSimilarity(size: size, correlation: InputCorrelation(rho: 0.5, reach: size - 1)),
        ] {
            let families = TemplateFamilies(similarity: similarity)
            let fit = BlurFit(similarity: similarity)
            let scores = ScoreTables([normal(500, seed: 1), normal(500, seed: 2)].map { $0.map(abs).sorted() })
            let found = TemplateMatcher.available.map { matcher in
                var lanes = MatchingLanes(size: size)
                var (widths, scratch) = ([Lanes](repeating: .zero, count: 4), [Lanes]())
                scratch = Array(repeating: .zero, count: fit.tables.scratchCount)
                var numbers: [Lanes] = []
                for start in stride(from: 0, to: values.count, by: 16 * size * size) {
                    matcher.features(values, start: start, families.tables, into: &lanes)
                    matcher.shapes(size: size, into: &lanes)
                    matcher.blurs(
                        values, starts: (0..<16).map { start + $0 * size * size }, fit.tables, rows: &widths,
                        scratch: &scratch)
                    let places = lanes.places.map { Lanes($0) }
                    let shares = matcher.shares(lanes.rows[10], families: lanes.places[0] & 3 &- 1, scores)
                    numbers += lanes.block + lanes.rows + places + lanes.shapes + widths + [shares]
                }
                return numbers
            }
            // Bit by bit: where nothing is a number on one, it is none on the others.
            let bits = found.map { $0.flatMap { lanes in (0..<16).map { lanes[$0].bitPattern } } }
            #expect(bits.allSatisfy { $0 == bits[0] })
        }
    }

    /// Normal kernels, and named ones with some noise.
    private func mixed(_ size: Int, _ count: Int) -> [Float] {
        var synthetic = SyntheticKernels(size: size, seed: 4)
        return normal(count * size * size, seed: 7)
            + SyntheticFamily.allCases.flatMap { family in
                (0..<16).flatMap { _ in
                    let kernel = synthetic.make(family)
                    return synthetic.noisy(kernel, decibels: 15)
                }
            }
    }

    /// Template by template and orbit by orbit must find the same: a prior given as a table knows no orbits.
    @Test func orbitsFindWhatEveryTemplateByItselfFinds() {
        let plain = FunctionalSimilarity(size: 3, correlation: InputCorrelation(rho: 0.5, reach: 2))
        let fast = FunctionalSimilarity(size: 3, rho: 0.5)
        let families = (TemplateFamilies(similarity: plain), TemplateFamilies(similarity: fast))
        #expect(families.0.tables.orbits == nil && families.1.tables.orbits != nil)
        #expect(families.0.blur.weights == families.1.blur.weights)
        let values = mixed(3, 1600)
        var one = FeatureExtractor(families: families.0)
        var two = FeatureExtractor(families: families.1)
        var others = 0
        for start in stride(from: 0, to: values.count / 9, by: 16) {
            let (a, b) = (
                one.features(values, start: start * 9, count: 16), two.features(values, start: start * 9, count: 16)
            )
            for lane in 0..<16 {
                #expect(a.peakIndex[lane] == b.peakIndex[lane] && a.energy[lane] == b.energy[lane])
                for (x, y) in [
                    (a.sum, b.sum), (a.absoluteSum, b.absoluteSum), (a.alternating, b.alternating),
                    (a.deltaFit, b.deltaFit), (a.dcGain, b.dcGain),
                ] { #expect(abs(x[lane] - y[lane]) < 2e-6) }
                #expect(abs(a.outputEnergy[lane] - b.outputEnergy[lane]) < 1e-4 * a.outputEnergy[lane])
                #expect(abs(a.outputOfOnes[lane] - b.outputOfOnes[lane]) < 1e-5)
                for (x, y) in [(a.blur, b.blur), (a.first, b.first), (a.second, b.second)] {
                    // Bumps that are nearly flat leave a derivative little to explain, known to fewer digits.
                    #expect(abs(x.weightFit[lane] - y.weightFit[lane]) < 4e-5)
                    // Two templates may fit alike but for the last digit.
                    if x.index[lane] != y.index[lane] {
                        others += 1
                    } else {
                        #expect(abs(x.functionalFit[lane] - y.functionalFit[lane]) < 2e-4)
                    }
                }
            }
        }
        #expect(others < 10, "\(others) of \(values.count / 3) best templates differ")
    }

    /// The centre of mass, the direction of the gradient and that of the second moments, by the C library.
    @Test(arguments: [3, 4, 5, 7])
    func directionsAreThoseOfTheMoments(size: Int) {
        let values = normal(160 * size * size, seed: 8)
        let tables = TemplateFamilies(similarity: FunctionalSimilarity(size: size)).tables
        var lanes = MatchingLanes(size: size)
        typealias Shape = MatchingLanes.Shape
        for start in stride(from: 0, to: values.count, by: 16 * size * size) {
            TemplateMatcher.fastest.features(values, start: start, tables, into: &lanes)
            TemplateMatcher.fastest.shapes(size: size, into: &lanes)
            for lane in 0..<16 {
                let kernel = values[start + lane * size * size..<start + (lane + 1) * size * size].map(Double.init)
                var (x, y, difference, product) = (0.0, 0.0, 0.0, 0.0)
                for (cell, w) in kernel.enumerated() {
                    let dx = Double(cell % size) - Double(size - 1) / 2
                    let dy = Double(cell / size) - Double(size - 1) / 2
                    (x, y) = (x + w * dx, y + w * dy)
                    (difference, product) = (difference + w * (dx * dx - dy * dy), product + 2 * w * dx * dy)
                }
                let sign: Double = kernel[size * size / 2] < 0 ? -1 : 1
                let gradient = atan2(y, x) * 180 / .pi
                let axis = atan2(product * sign, difference * sign) * 90 / .pi
                let scale = Double(lanes.rows[MatchingLanes.Row.scale][lane])
                #expect(abs(Double(lanes.shapes[Shape.momentX][lane]) - x / scale) < 1e-5)
                #expect(abs(Double(lanes.shapes[Shape.momentY][lane]) - y / scale) < 1e-5)
                // Where the moments nearly cancel, their rounding turns them.
                let limit = 1e-4 + 1e-4 * scale / min(hypot(x, y), hypot(difference, product))
                func isNear(_ a: Double, _ b: Double, _ turn: Double) -> Bool {
                    let away = abs(a - b).truncatingRemainder(dividingBy: turn)
                    return min(away, turn - away) < limit
                }
                #expect(isNear(Double(lanes.shapes[Shape.gradient][lane]), gradient, 360))
                #expect(isNear(Double(lanes.shapes[Shape.axis][lane]), axis, 180))
            }
        }
    }

    /// Multiples of 45° come out as such, and never 360 or 180.
    @Test func directionsOfPlainSlopesAreExact() {
        let slopes: [(x: Float, y: Float, degrees: Float)] = [
            (1, 0, 0), (1, 1, 45), (0, 1, 90), (-1, 1, 135), (-1, 0, 180), (-1, -1, 225), (0, -1, 270), (1, -1, 315),
        ]
        let tables = TemplateFamilies(similarity: FunctionalSimilarity(size: 3)).tables
        let values = (slopes + slopes).flatMap { slope -> [Float] in
            (0..<9).map { cell -> Float in
                let (x, y) = (Float(cell % 3 - 1), Float(cell / 3 - 1))
                return slope.x * x + slope.y * y
            }
        }
        for matcher in TemplateMatcher.available {
            var lanes = MatchingLanes(size: 3)
            matcher.features(values, start: 0, tables, into: &lanes)
            matcher.shapes(size: 3, into: &lanes)
            for (lane, slope) in slopes.enumerated() {
                #expect(lanes.shapes[MatchingLanes.Shape.gradient][lane] == slope.degrees)
            }
        }
    }

    @Test func recordsAreTheColumnsOfRows() {
        let numbers = normal(256, seed: 9)
        let rows = (0..<16).map { row in Lanes((0..<16).map { numbers[16 * row + $0] }) }
        for matcher in TemplateMatcher.available {
            var records = [Lanes](repeating: .zero, count: 16)
            matcher.transpose(rows, into: &records)
            for row in 0..<16 { for lane in 0..<16 { #expect(records[lane][row] == rows[row][lane]) } }
        }
    }

    /// (1 + how many score at least as high) / (1 + how many there are), by counting: with ties, scores on the edges of the
    /// buckets, and more in one bucket than are looked at together.
    @Test func sharesOfScoresAgreeWithCounting() {
        var generator = SeededGenerator(seed: 3)
        let coarse = (0..<500).map { _ in Float((generator.uniform() * 64).rounded() / 64) }
        let fine = (0..<500).map { _ in Float(generator.uniform() * 0.001) }
        let tables = ScoreTables([coarse.sorted(), fine.sorted()])
        let asked =
            Array((coarse + fine + [0, 0.5, 0.999_999, 1]).prefix(992)) + [0, 0.5, 0.999_999, 1, 1e-9, 0.3, 0.01, 0.7]
        for matcher in TemplateMatcher.available {
            for start in stride(from: 0, to: asked.count - 15, by: 16) {
                let scores = Lanes(asked[start..<start + 16])
                for (family, table) in [(0, coarse), (1, fine), (-1, []), (2, [])] {
                    let shares = matcher.shares(scores, families: Indices(repeating: Int32(family)), tables)
                    for lane in 0..<16 {
                        let expected = table.isEmpty ? 1 : Float(1 + table.count { $0 >= scores[lane] }) / 501
                        #expect(shares[lane] == expected, "\(matcher.name)")
                    }
                }
            }
        }
    }

    @Test func cutOffsLetThroughWhatDoublePrecisionDoes() {
        for bound in [0.1, 0.2, 0.35, 0.4, 0.6, 0.8, 0.9, 0.94, 0.965, 0.5] {
            for number in [Float(bound).nextDown, Float(bound), Float(bound).nextUp] {
                let lanes = Lanes(repeating: number)
                #expect((lanes .>= bound)[3] == (Double(number) >= bound))
                #expect((lanes .<= bound)[3] == (Double(number) <= bound))
                #expect((lanes .> bound)[3] == (Double(number) > bound))
                #expect((lanes .< bound)[3] == (Double(number) < bound))
            }
        }
    }

    @Test func codesAndNamesBelongTogether() {
        for label in KernelLabel.allCases {
            #expect(KernelLabel(code: label.code) == label && KernelLabel.allCases[label.code] == label)
        }
        for shape in KernelShape.allCases { #expect(KernelShape(code: shape.code) == shape) }
        for spectral in SpectralClass.allCases { #expect(SpectralClass(code: spectral.code) == spectral) }
    }

    /// Kernels in a range that is no multiple of sixteen, and blurs gathered across ranges, are described as alone.
    @Test func kernelsTogetherAreDescribedAsEachAlone() {
        var synthetic = SyntheticKernels(size: 3, seed: 5)
        let kernels = (0..<61).map { synthetic.make(SyntheticFamily.allCases[$0 % SyntheticFamily.allCases.count]) }
        let together = Classifiers.three.label(kernels.flatMap { $0 }, chance: .shapesAlone).classifications
        #expect(together.count == 61)
        for (kernel, found) in zip(kernels, together) {
            #expect(Classifiers.three.label(kernel, chance: .shapesAlone).classifications == [found])
        }
    }
}
