import Kernels
import Tensors
import Testing

@testable import Classification

/// What only a layer's context decides: zero kernels, and layers that are no more than chance.
@Suite struct LayerTests {
    private func structured(_ count: Int, seed: UInt64) -> [[Float]] {
        var factory = SyntheticKernels(size: 3, seed: seed)
        let families: [SyntheticFamily] = [.delta, .gaussian, .sobelX, .laplacian8, .shifted]
        return (0..<count).map { index in
            let kernel = factory.make(families[index % families.count])
            return factory.noisy(kernel, decibels: 20)
        }
    }

    @Test func kernelsFarBelowTheirLayerAreDead() {
        var kernels = structured(60, seed: 1)
        kernels[7] = kernels[7].map { $0 * 1e-4 }
        kernels[9] = Array(repeating: 0, count: 9)
        let found = Classifiers.three.label(kernels.flatMap { $0 }).classifications
        #expect(found.indices.filter { found[$0].label == .zero } == [7, 9])
        #expect(found[7].subLabel == "dead" && found[9].subLabel == "dead" && found[9].relativeSpread == 0)
    }

    @Test func withoutAGapTheyAreWeak() {
        var kernels = structured(60, seed: 1)
        kernels[7] = kernels[2].map { $0 * 0.015 }
        kernels[8] = kernels[2].map { $0 * 0.08 }
        let found = Classifiers.three.label(kernels.flatMap { $0 }).classifications
        #expect(found[7].label == .zero && found[7].subLabel == "weak")
        #expect(found[8].label == .edge)
    }

    @Test func smallIsZeroOnlyWhereNormAndOutputAreBothSmall() {
        // Sixty bumps of norm 1; a Laplacian's output is some five times weaker than a bump's of its norm.
        var factory = SyntheticKernels(size: 3, seed: 2)
        func unit(_ kernel: [Float], _ norm: Float) -> [Float] {
            let energy = kernel.reduce(0) { $0 + $1 * $1 }
            return kernel.map { $0 * norm / energy.squareRoot() }
        }
        var kernels = (0..<60).map { _ in unit(factory.make(.gaussian), 1) }
        kernels[0] = unit(FixedKernels.laplacian4.values, 0.13)
        kernels[1] = unit(FixedKernels.laplacian4.values, 0.045)
        kernels[2] = unit(factory.make(.gaussian), 0.04)
        let found = Classifiers.three.label(kernels.flatMap { $0 }).classifications
        #expect(found[0].relativeSpread < 0.05 && found[0].label == .edge)
        #expect(found[1].label == .zero && found[2].label == .zero && found[3].label == .blur)
    }

    @Test func aLayerThatIsMostlyDeadStillHasALivingYardstick() {
        let kernels = structured(60, seed: 1).enumerated().map { $0 < 40 ? $1.map { $0 * 1e-5 } : $1 }
        let found = Classifiers.three.label(kernels.flatMap { $0 }).classifications
        #expect(found.indices.filter { found[$0].label == .zero } == Array(0..<40))
    }

    @Test func theFactorOfTheBatchNormalisationCounts() {
        let kernels = structured(60, seed: 1)
        var scale = [Float](repeating: 0.5, count: 60)
        scale[11] = -1e-4
        let found = Classifiers.three.label(kernels.flatMap { $0 }, outputScale: scale).classifications
        #expect(found.indices.filter { found[$0].label == .zero } == [11])
    }

    @Test func theBatchNormalisationMayReviveTinyWeights() {
        let kernels = structured(60, seed: 1).enumerated().map { $0 == 11 || $0 == 12 ? $1.map { $0 * 0.005 } : $1 }
        var scale = [Float](repeating: 1, count: 60)
        scale[11] = 200
        let found = Classifiers.three.label(kernels.flatMap { $0 }, outputScale: scale).classifications
        #expect(found.indices.filter { found[$0].label == .zero } == [12])
    }

    @Test func theNamesOfASmallLayerAloneShowStructure() {
        var factory = SyntheticKernels(size: 3, seed: 6)
        let kernels = (0..<32).flatMap { index -> [Float] in
            let families: [SyntheticFamily] = [.sobelX, .gaussianDerivative, .turnedLine]
            return index < 14 ? factory.noisy(factory.make(families[index % 3]), decibels: 20) : factory.random()
        }
        let layer = Classifiers.three.label(kernels)
        let (found, structure) = (layer.classifications, layer.structure)
        #expect(structure?.isStructured == true)
        #expect(found.prefix(14).count { $0.label == .blur || $0.label == .edge } >= 13)
    }

    @Test func nonFiniteKernelsAreOtherAndHarmNoNeighbour() {
        var kernels = structured(60, seed: 1)
        let clean = Classifiers.three.label(kernels.flatMap { $0 }).classifications
        kernels[3][4] = .nan
        kernels[4][0] = .infinity
        let found = Classifiers.three.label(kernels.flatMap { $0 }).classifications
        #expect(found[3].label == .other && found[3].subLabel == "non-finite")
        #expect(found[4].label == .other && found[4].subLabel == "non-finite")
        for index in found.indices where index != 3 && index != 4 { #expect(found[index].label == clean[index].label) }
    }

    @Test func aLayerOfZerosIsZero() {
        let found = Classifiers.three.label(Array(repeating: 0, count: 90)).classifications
        #expect(found.allSatisfy { $0.label == .zero && $0.subLabel == "dead" })
    }

    @Test func anEmptyLayerHasNoLabels() {
        #expect(Classifiers.three.label([]).classifications.isEmpty)
    }

    /// Weights of real layers have heavy tails: shuffled, one kernel in five is dominated by a single cell.
    @Test func shuffledWeightsAreOtherHoweverHeavyTheirTails() {
        let kernels = structured(600, seed: 5).enumerated().map { index, kernel in
            kernel.map { $0 * (index % 3 == 0 ? 10 : 1) }
        }
        var generator = SeededGenerator(seed: 1)
        let shuffled = kernels.flatMap { $0 }.shuffled(using: &generator)
        let layer = Classifiers.three.label(shuffled)
        let (labels, structure) = (layer.classifications, layer.structure)
        #expect(structure?.isStructured == false)
        #expect(labels.count { $0.label == .other || $0.label == .zero } == 600)
        var settings = Classifiers.three.settings
        settings.labelsUnstructuredLayers = true
        let kept = LayerClassifier(settings: settings, size: 3).label(shuffled).classifications
        #expect(kept.count { $0.label == .other } < 540, "the layer's own test is what withdraws them")
        #expect(Classifiers.three.label(kernels.flatMap { $0 }).structure?.isStructured == true)
    }

    @Test func aLayerFullOfNamesKeepsThemWhateverTheirOrder() {
        var factory = SyntheticKernels(size: 3, seed: 8)
        let shifted = (0..<200).flatMap { _ in factory.make(.shifted) }
        let found = Classifiers.three.label(shifted)
        #expect(found.classifications.allSatisfy { $0.label == .identity })
    }

    @Test func fewKernelsSayNothingAboutTheirLayer() {
        #expect(Classifiers.three.label(structured(31, seed: 2).flatMap { $0 }).structure == nil)
        #expect(Classifiers.three.label(structured(32, seed: 2).flatMap { $0 }).structure != nil)
    }

    @Test func stabilityIsHighForClearKernelsAndLowAtABorder() {
        let classifier = LayerClassifier(size: 3)
        // From one cell, an identity, to two equal ones, which are none: the label changes on the way.
        let mixtures = (0...40).map { [0, 0, 0, 0, 1, Float($0) / 40, 0, 0, 0] }
        let found = classifier.label(FixedKernels.sobelX.values + mixtures.flatMap { $0 }).classifications
        #expect(found[0].stability == 1 && found[1].stability == 1 && !found[0].isUnstable)
        #expect(found[1].label == .identity && found.last?.label != .identity)
        #expect(found.contains { ($0.stability ?? 1) < 0.8 && $0.isUnstable })
        #expect(Classifiers.three.classify(mixtures[20]).stability == nil)
    }

    @Test func theSameSettingsGiveTheSameLabelsAndEvidence() {
        let values = structured(50, seed: 4).flatMap { $0 }
        let a = LayerClassifier(size: 3).label(values)
        let b = LayerClassifier(size: 3).label(values)
        #expect(a.classifications == b.classifications && a.structure == b.structure)
    }
}
