import Glibc
import KernelMatching
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

    @Test func everyInstructionSetGivesTheSameFeatures() {
        let similarity = FunctionalSimilarity(size: 3)
        let families = TemplateFamilies(similarity: similarity)
        let values = normal(16 * 9, seed: 6)
        let features = TemplateMatcher.available.map { matcher in
            var extractor = FeatureExtractor(families: families, similarity: similarity, matching: matcher)
            extractor.extract(values, start: 0, count: 16)
            return extractor.features.map { [$0.blur, $0.first, $0.second].map { [Float($0.index), $0.weightFit] } }
        }
        #expect(features.allSatisfy { $0 == features[0] })
    }

    /// Template by template and orbit by orbit must find the same: a prior given as a table knows no orbits.
    @Test func orbitsFindWhatEveryTemplateByItselfFinds() {
        let plain = FunctionalSimilarity(size: 3, correlation: InputCorrelation(rho: 0.5, reach: 2))
        let fast = FunctionalSimilarity(size: 3, rho: 0.5)
        let families = (TemplateFamilies(similarity: plain), TemplateFamilies(similarity: fast))
        #expect(families.0.orbits == nil && families.1.orbits != nil)
        #expect(families.0.blur.weights == families.1.blur.weights)
        var synthetic = SyntheticKernels(size: 3, seed: 4)
        let values =
            normal(1600 * 9, seed: 7)
            + SyntheticFamily.allCases.flatMap { family in
                (0..<16).flatMap { _ in synthetic.noisy(synthetic.make(family), decibels: 15) }
            }
        var one = FeatureExtractor(families: families.0, similarity: plain)
        var two = FeatureExtractor(families: families.1, similarity: fast)
        var others = 0
        for start in stride(from: 0, to: values.count / 9, by: 16) {
            one.extract(values, start: start * 9, count: 16)
            two.extract(values, start: start * 9, count: 16)
            for (a, b) in zip(one.features, two.features) {
                #expect(a.peakIndex == b.peakIndex && abs(a.outputEnergy - b.outputEnergy) < 1e-4 * a.outputEnergy)
                for (x, y) in [(a.blur, b.blur), (a.first, b.first), (a.second, b.second)] {
                    #expect(abs(x.weightFit - y.weightFit) < 2e-5)
                    // Two templates may fit alike but for the last digit.
                    if x.index != y.index {
                        others += 1
                    } else {
                        #expect(abs(x.functionalFit - y.functionalFit) < 2e-4)
                    }
                }
            }
        }
        #expect(others < 10, "\(others) of \(values.count / 3) best templates differ")
    }

    /// Kernels in a range that is no multiple of sixteen, and blurs gathered across ranges, are described as alone.
    @Test func kernelsTogetherAreDescribedAsEachAlone() {
        var synthetic = SyntheticKernels(size: 3, seed: 5)
        let kernels = (0..<61).map { synthetic.make(SyntheticFamily.allCases[$0 % SyntheticFamily.allCases.count]) }
        let together = Classifiers.three.classifyKernels(kernels.flatMap { $0 })
        #expect(together.count == 61)
        for (kernel, found) in zip(kernels, together) {
            #expect(Classifiers.three.classifyKernels(kernel) == [found])
        }
    }
}
