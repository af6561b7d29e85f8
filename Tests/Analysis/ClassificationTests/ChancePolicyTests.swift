import Kernels
import Testing

@testable import Classification

/// What becomes of names that chance may have given is decided in one place, whatever asks.
@Suite struct ChancePolicyTests {
    private static func kernel(_ label: KernelLabel, beyondChance: Bool) -> KernelClassification {
        var kernel = KernelClassification(
            label: label, shape: .gaussian, fit: 0.9, margin: 0.1, sigmaPixels: 1, dcGain: 0.9)
        kernel.isBeyondChance = beyondChance
        kernel.spectralClass = .lowPass
        return kernel
    }

    /// `own` kernels with a name of their own, `withinChance` with one that chance gives as well, `zero` zeros.
    private static func layer(own: Int, withinChance: Int, zero: Int = 0, score: Double?) throws -> LabelledLayer {
        let kernels =
            Array(repeating: kernel(.blur, beyondChance: true), count: own)
            + Array(repeating: kernel(.blur, beyondChance: false), count: withinChance)
            + Array(repeating: kernel(.zero, beyondChance: false), count: zero)
        return LabelledLayer(classifications: kernels, structure: try score.map(structure))
    }

    /// Structure of a layer whose kernels are alike (score far above 5) or random (score below it).
    private static func structure(score: Double) throws -> LayerStructure {
        var factory = SyntheticKernels(size: 3, seed: 3)
        let values = (0..<64).flatMap { _ in
            score > ChanceRules.structureScore ? NamedKernel.gaussian(sigmaPixels: 1).values : factory.random()
        }
        let structure = try #require(LayerStructure(values: values, size: 3, seed: 1))
        #expect(structure.isStructured == (score > ChanceRules.structureScore))
        return structure
    }

    private static func blurs(_ layer: LabelledLayer) -> Int { layer.classifications.count { $0.label == .blur } }

    @Test func aLayerWithStructureKeepsEveryName() throws {
        #expect(try Self.blurs(Self.layer(own: 3, withinChance: 5, score: 9).demoted) == 8)
    }

    @Test func aLayerWithoutLosesThemUnlessChanceNeverNamesSoMany() throws {
        #expect(try Self.blurs(Self.layer(own: 3, withinChance: 1, score: 0).demoted) == 0)
        // 4 of 5 live kernels are more than three quarters; the fifth is taken back all the same.
        #expect(try Self.blurs(Self.layer(own: 4, withinChance: 1, zero: 9, score: 0).demoted) == 4)
    }

    @Test func aLayerThatIsTooSmallKeepsWhatChanceDoesNotGive() throws {
        let small = try Self.layer(own: 2, withinChance: 6, score: nil).demoted
        #expect(Self.blurs(small) == 2)
        let taken = small.classifications[2]
        #expect(taken.label == .other && taken.nearest == .blur && taken.shape == .lowPass && taken.sigmaPixels == nil)
    }

    /// Two of three tested layers speak for the third and for one that was not tested; one of three does not.
    @Test func aLearnedNetworkVouchesForItsLayers() throws {
        let (structured, chance) = (
            try Self.layer(own: 0, withinChance: 4, score: 9), try Self.layer(own: 0, withinChance: 4, score: 0)
        )
        let untested = try Self.layer(own: 0, withinChance: 4, score: nil)
        func named(_ layers: [LabelledLayer], fixed: Set<Int> = []) -> [Int] {
            LabelledLayer.settled(layers) { fixed.contains($0) }.map(Self.blurs)
        }
        #expect(named([structured, structured, chance, untested]) == [4, 4, 4, 4])
        #expect(named([structured, chance, chance, untested]) == [4, 0, 0, 0])
        // A layer that the design fixes speaks for nobody.
        #expect(named([structured, chance, untested], fixed: [0]) == [4, 0, 0])
        #expect(named([untested]) == [0])
    }

    @Test func policiesAskForMoreAndMore() {
        var factory = SyntheticKernels(size: 3, seed: 2)
        let values = (0..<40).flatMap { _ in factory.random() } + [Float](repeating: 1e-9, count: 9)
        let classifier = Classifiers.three
        func labels(_ chance: ChancePolicy) -> LabelledLayer { classifier.label(values, chance: chance) }
        #expect(labels(.shapesAlone).classifications[40].label == .blur)
        #expect(labels(.untested).classifications[40].label == .zero && labels(.untested).structure == nil)
        #expect(labels(.reported).classifications == labels(.untested).classifications)
        #expect(labels(.reported).structure?.isStructured == false)
        #expect(labels(.demoted) == labels(.reported).demoted && labels(.demoted) == classifier.label(values))
    }
}
