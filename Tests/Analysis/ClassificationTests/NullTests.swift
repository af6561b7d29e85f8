import Tensors
import Testing

@testable import Classification

@Suite struct NullTests {
    @Test(arguments: [3, 5, 7])
    func noFamilyCatchesMuchMoreThanAlphaOfRandomKernels(size: Int) {
        let rates = Classifiers.of(size).nullRates
        // Edge is two families, first and second derivatives; the margin is four standard errors of 32768 samples.
        #expect(rates.identity <= 0.012 && rates.blur <= 0.012 && rates.edge <= 0.023)
        #expect(rates.named <= 0.05)
        #expect(rates.samples >= 8192)
    }

    @Test func theRubricAloneDecidesAboveThreeByThree() {
        for size in [5, 7] {
            let classifier = Classifiers.of(size)
            #expect(classifier.thresholds == classifier.rubricThresholds)
            // Edge is two families of at most alpha each; what readers alone would name is never beyond chance.
            let (tested, byShape) = (classifier.nullRates, classifier.uncorrectedFalsePositiveRates)
            #expect(tested.named <= byShape.named)
            #expect(tested.named < (size == 5 ? 0.02 : 0.001))
            #expect(byShape.named < (size == 5 ? 0.03 : 0.002))
        }
    }

    /// NumPy, 20,000 normal kernels: 4.5 % have a DC gain of 0.8 or more, 60 % one of 0.4 or less.
    @Test func theRubricAloneSeesMoreInRandomKernelsThanAlphaAllows() {
        let (alone, rubric) = (Classifiers.three.nullRates, Classifiers.three.uncorrectedFalsePositiveRates)
        #expect(rubric.blur >= alone.blur && rubric.blur < 0.045)
        #expect(rubric.edge > 3 * alone.edge && rubric.edge < 0.6)
        #expect(abs(rubric.identity - alone.identity) < 0.005)
    }

    @Test func aSmallerAlphaRaisesTheCutOffsAndLowersTheRates() {
        var strict = ClassifierSettings()
        strict.alpha = 0.001
        strict.perturbations = 0
        let classifier = LayerClassifier(settings: strict, size: 3)
        let usual = Classifiers.three
        #expect(classifier.thresholds.firstFit > usual.thresholds.firstFit + 0.02)
        #expect(classifier.thresholds.blurFit > usual.thresholds.blurFit + 0.02)
        #expect(classifier.thresholds.identityPeak > usual.thresholds.identityPeak)
        #expect(classifier.nullRates.named < 0.008)
    }

    @Test(arguments: [3, 5, 7])
    func uniformHeInitialisationIsOther(size: Int) {
        var generator = SeededGenerator(seed: 9)
        let values = (0..<4000 * size * size).map { _ in Float(generator.uniform() * 2 - 1) }
        let labels = Classifiers.of(size).label(values).classifications
        #expect(labels.count { $0.label == .other } >= 3800)
    }
}
