import Tensors
import Testing

@testable import Classification

@Suite struct InputCorrelationTests {
    @Test func aTableOfTheSamePriorGivesTheSameFits() {
        let correlation = InputCorrelation(rho: 0.5, reach: 2)
        #expect(correlation.neighbours == 0.5 && correlation.at(rows: -2, columns: 1) == 0.125)
        var factory = SyntheticKernels(size: 3, seed: 12)
        let kernels = (0..<64).map { index in
            let kernel = factory.make(SyntheticFamily.allCases[index % SyntheticFamily.allCases.count])
            return factory.noisy(kernel, decibels: 15)
        }
        let values = kernels.flatMap { $0 }
        let prior = Classifiers.three.label(values).classifications
        let measured = Classifiers.three.calibrated(to: correlation).label(values).classifications
        for (a, b) in zip(prior, measured) {
            #expect(a.label == b.label && abs(a.fit - b.fit) < 1e-4)
        }
    }

    /// NumPy: aᵀCb with C_ij from a table that is stronger along x (0.8, 0.6) than along y (0.2, 0.1).
    @Test func directionsMayDiffer() {
        let along = [1.0, 0.8, 0.6]
        let down = [1.0, 0.2, 0.1]
        let table = InputCorrelation(
            reach: 2, values: (0...2).flatMap { y in (-2...2).map { down[y] * along[abs($0)] } })
        let similarity = FunctionalSimilarity(size: 3, correlation: table)
        let (across, upright): ([Float], [Float]) = ([0, 0, 0, -1, 0, 1, 0, 0, 0], [0, -1, 0, 0, 0, 0, 0, 1, 0])
        // wᵀCw = 2·(1 − r(2)): a difference along x feels smooth input less.
        func energy(_ kernel: [Float]) -> Float {
            zip(kernel, similarity.correlate(kernel)).reduce(0) { $0 + $1.0 * $1.1 }
        }
        #expect(abs(energy(across) - 0.8) < 1e-5 && abs(energy(upright) - 1.8) < 1e-5)
    }

    @Test func theFitterFindsTheTemplateThatItWasGiven() {
        let fitter = TemplateFitter(similarity: FunctionalSimilarity(size: 3))
        let delta: [Float] = [0, 0, 0, 0, 0, -3, 0, 0, 0]
        let match = fitter.match(delta, as: .identity)
        #expect(match.template == [0, 0, 0, 0, 0, 1, 0, 0, 0] && match.fit > 0.999_99)
        #expect(fitter.match([1, 2, 1, 2, 4, 2, 1, 2, 1], as: .blur).fit > 0.99)
        #expect(fitter.match([-1, 0, 1, -2, 0, 2, -1, 0, 1], as: .edge).fit > 0.98)
        #expect(fitter.match([-1, 0, 1, -2, 0, 2, -1, 0, 1], as: .blur).fit < 0.3)
        let best = fitter.match([-1, 0, 1, -2, 0, 2, -1, 0, 1], as: .other)
        #expect(best == fitter.match([-1, 0, 1, -2, 0, 2, -1, 0, 1], as: .edge))
        #expect(fitter.match(delta, as: .zero).template.allSatisfy { $0 == 0 })
    }

    /// A sharpening is a cell and a constant, to the last digit; a Laplacian's DC offset stops where the cell would no longer
    /// carry 80 % of the energy.
    @Test func anIdentityStandsOnADCOffsetThatLeavesItOne() {
        let fitter = TemplateFitter(similarity: FunctionalSimilarity(size: 3))
        let sharpen: [Float] = [-0.06, -0.06, -0.06, -0.06, 1, -0.06, -0.06, -0.06, -0.06]
        #expect(fitter.match(sharpen, as: .identity).fit > 0.999_99)
        let ring = fitter.match([-1, -1, -1, -1, 5, -1, -1, -1, -1], as: .identity)
        let energy = ring.template.reduce(0) { $0 + $1 * $1 }
        #expect(abs(energy - 1) < 1e-4 && ring.template[4] * ring.template[4] > 0.7999 && ring.fit < 0.99)
        // The cell alone, by the weights: it explains its own share of the energy, 1 of 1 + 8 · 0.0036.
        let eye = TemplateFitter(similarity: FunctionalSimilarity(size: 3, rho: 0)).cell(sharpen)
        #expect(eye.template == [0, 0, 0, 0, 1, 0, 0, 0, 0] && abs(eye.fit - 1 / 1.0288) < 1e-5)
    }

    @Test func threadsDoNotChangeTheLabels() {
        var generator = SeededGenerator(seed: 8)
        let values = (0..<10_000 * 9).map { _ in Float(generator.normal()) }
        var settings = ClassifierSettings()
        settings.perturbations = 2
        let classifier = LayerClassifier(settings: settings, size: 3)
        let one = classifier.label(values)
        let three = classifier.label(values, threads: 3)
        #expect(one.classifications == three.classifications && one.structure == three.structure)
    }
}
