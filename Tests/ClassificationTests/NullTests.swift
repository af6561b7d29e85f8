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
        let rubric = ClassifierSettings.Rubric()
        for size in [5, 7] {
            let thresholds = Classifiers.of(size).thresholds
            #expect(thresholds.blurFit == rubric.blurFit && thresholds.firstFit == rubric.edgeFit)
            #expect(thresholds.secondFit == rubric.edgeFit && thresholds.identityPeak == rubric.identityPeak)
        }
    }

    @Test func aSmallerAlphaRaisesTheCutOffsAndLowersTheRates() {
        var strict = ClassifierSettings()
        strict.alpha = 0.001
        strict.perturbations = 0
        let classifier = KernelClassifier(settings: strict, size: 3)
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
        let labels = Classifiers.of(size).classifyLayer(values).classifications
        #expect(labels.count { $0.label == .other } >= 3800)
    }

    @Test func probabilityCountsScoresAtLeastAsHigh() {
        let sorted: [Float] = [0.1, 0.2, 0.2, 0.4]
        #expect(NullCalibration.probability(of: 0.2, among: sorted) == 4.0 / 5)
        #expect(NullCalibration.probability(of: 0.5, among: sorted) == 1.0 / 5)
        #expect(NullCalibration.probability(of: 0, among: sorted) == 1)
    }
}
