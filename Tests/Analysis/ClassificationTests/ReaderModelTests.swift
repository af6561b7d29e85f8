import Kernels
import Testing

@testable import Classification

/// How probable labels are to readers; the numbers of single kernels are NumPy's, from the same coefficients.
@Suite struct ReaderModelTests {
    @Test(arguments: [3, 5, 7]) func textbookKernelsAreCertainAndRandomOnesAreNot(size: Int) {
        var factory = SyntheticKernels(size: size, seed: 4)
        for family: SyntheticFamily in [.delta, .box, .gaussian, .sobelX, .gaussianDerivative, .turnedLine] {
            let found = Classifiers.of(size).label(factory.make(family), chance: .shapesAlone).classifications[0]
            #expect((found.probability ?? 0) >= 0.9 && found.secondLabel == nil, "\(family) \(found)")
        }
        let random = (0..<200).flatMap { _ in factory.random() }
        let found = Classifiers.of(size).label(random, chance: .shapesAlone).classifications
        #expect(found.allSatisfy { ($0.probability ?? -1) >= 0 && ($0.probability ?? 2) <= 1 })
        for kernel in found {
            guard let second = kernel.secondProbability, let own = kernel.probability else { continue }
            #expect(second >= 0.2 && own + second <= 1.0011 && kernel.secondLabel != kernel.label)
        }
    }

    @Test func nobodyWasAskedAboutZeroKernelsOtherSizesAndWhatChanceTookBack() {
        var factory = SyntheticKernels(size: 3, seed: 4)
        let random = (0..<64).flatMap { _ in factory.random() }
        let layer = Classifiers.three.label(random + [Float](repeating: 0, count: 9)).classifications
        #expect(layer[64].label == .zero && layer[64].probability == nil)
        let asTheyLook = Classifiers.three.label(random, chance: .shapesAlone).classifications
        let takenBack = (0..<64).filter { asTheyLook[$0].label != .other && layer[$0].label == .other }
        #expect(!takenBack.isEmpty && takenBack.allSatisfy { layer[$0].probability == nil && !layer[$0].isUncertain })
        let large = SyntheticKernels(size: 9, seed: 4).gaussian(1.5)
        let found = LayerClassifier(size: 9).label(large, chance: .shapesAlone).classifications[0]
        #expect(found.label == .blur && found.probability == nil)
    }

    /// Chance stays rare at 5×5 where readers' label takes the place of the rubric's: by NumPy 1.8 % become edges.
    @Test func randomKernelsStayOther() {
        var factory = SyntheticKernels(size: 5, seed: 8)
        let random = (0..<2000).flatMap { _ in factory.random() }
        let found = Classifiers.five.label(random, chance: .shapesAlone).classifications
        #expect(found.count { $0.label == .edge } < 60)
        #expect(found.count { $0.label == .blur || $0.label == .identity } < 10)
    }

    /// Who changes a cut-off gets the rubric's label, whatever readers would say.
    @Test func aChangedRubricIsTakenAtItsWord() {
        var settings = ClassifierSettings()
        settings.perturbations = 0
        settings.rubric.edgeDCGain = 0.1
        let classifier = LayerClassifier(settings: settings, size: 3)
        let kernel: [Float] = [-1, 0, 1.3, -2, 0, 2.6, -1, 0, 1.3]
        #expect(Classifiers.three.label(kernel, chance: .shapesAlone).classifications[0].label == .edge)
        #expect(classifier.label(kernel, chance: .shapesAlone).classifications[0].label == .other)
    }
}
