import Kernels
import Tensors
import Testing

@testable import Classification

/// What the rubric settles, on kernels written out by hand.
@Suite struct RubricTests {
    static let settled: [(name: String, kernel: [Float], label: KernelLabel, shape: String)] = [
        ("delta", [0, 0, 0, 0, 1, 0, 0, 0, 0], .identity, "delta"),
        ("negative delta", [0, 0, 0, 0, -3, 0, 0, 0, 0], .identity, "delta"),
        ("shifted delta", [0, 0, 0, 0, 0, 1, 0, 0, 0], .identity, "shifted"),
        ("mild sharpening", [0, -0.1, 0, -0.1, 1, -0.1, 0, -0.1, 0], .identity, "sharpen"),
        ("cancelling ring: an outline", [-1, -1, -1, -1, 8, -1, -1, -1, -1], .edge, "laplacian"),
        (
            "dominant centre, weak ring", [-0.05, -0.06, -0.05, -0.06, 1, -0.06, -0.05, -0.06, -0.05], .identity,
            "sharpen"
        ),
        (
            "one sign, three quarters in the centre", [0.12, 0.26, 0.12, 0.26, 1, 0.26, 0.12, 0.26, 0.12], .blur,
            "gaussian"
        ),
        (
            "one sign, nine tenths in the centre", [0.02, 0.15, 0.02, 0.15, 1, 0.15, 0.02, 0.15, 0.02], .identity,
            "delta"
        ),
        ("the paper's narrow Gaussian", FixedKernels.gaussianNarrow.values, .blur, "gaussian"),
        ("the paper's wide Gaussian", FixedKernels.gaussianWide.values, .blur, "gaussian"),
        ("box", [1, 1, 1, 1, 1, 1, 1, 1, 1], .blur, "box"),
        ("ring", [1, 1, 1, 1, 0.3, 1, 1, 1, 1], .blur, "ring"),
        ("row", [0, 0, 0, 1, 1, 1, 0, 0, 0], .blur, "directional"),
        ("comb of one sign", [1, 0, 1, 0, 0, 0, 1, 0, 1], .other, "all-pass"),
        ("checker of one sign", [0.7, 0.1, 0.7, 0.1, 1, 0.1, 0.7, 0.1, 0.7], .other, "all-pass"),
        ("Sobel x", FixedKernels.sobelX.values, .edge, "sobel-x"),
        ("Sobel y", FixedKernels.sobelY.values, .edge, "sobel-y"),
        ("the paper's diagonal", FixedKernels.diagonalA.values, .edge, "diagonal"),
        ("two neighbours", [0, 0, 0, 0, 1, -1, 0, 0, 0], .edge, "one-sided"),
        ("two opposite neighbours", [0, 1, 0, 0, 0, 0, 0, -1, 0], .edge, "sobel-y"),
        ("one-sided Sobel", [0, -1, 1, 0, -2, 2, 0, -1, 1], .edge, "one-sided"),
        ("the paper's Laplacian-4", FixedKernels.laplacian4.values, .edge, "laplacian"),
        ("the paper's Laplacian-8", FixedKernels.laplacian8.values, .edge, "laplacian"),
        ("line", [-1, 2, -1, -1, 2, -1, -1, 2, -1], .edge, "line"),
        ("corner saddle", [1, 0, -1, 0, 0, 0, -1, 0, 1], .edge, "saddle"),
        (
            "centre-surround that does not cancel", [-0.1, -0.6, -0.3, -0.8, 1, -0.9, -0.2, -0.4, -0.2], .other,
            "all-pass"
        ),
        (
            "dominant centre, irregular ring that cancels it",
            [-0.2, -0.15, 0.2, -0.1, 1, 0.05, -0.25, -0.05, -0.1],
            .identity, "sharpen"
        ),
        (
            "dominant centre, regular ring that cancels it",
            [-0.05, -0.21, -0.05, -0.2, 1, -0.22, -0.05, -0.19, -0.05],
            .edge, "laplacian"
        ),
        ("one sign, four fifths in the centre", [0.1, 0.2, 0.1, 0.18, 1, 0.18, 0.1, 0.18, 0.1], .identity, "delta"),
        ("half bump, half slope", [0.5, 1, 0.5, 0, 0.5, 0, -0.25, -0.35, -0.2], .other, "low-pass"),
        ("mixed signs without pattern", [0, -1, 0.9, -0.8, 0.6, 0.7, 0.7, 0.7, -0.1], .other, "all-pass"),
    ]

    @Test(arguments: settled)
    func theRubricSettles(name: String, kernel: [Float], label: KernelLabel, shape: String) {
        let found = Classifiers.three.classify(kernel)
        #expect(found.label == label && found.subLabel == shape, "\(name): \(found.label) \(found.subLabel)")
    }

    /// 5×5 kernels, by what a person sees: written out by hand as rows from the top.
    static let larger: [(name: String, rows: [[Float]], label: KernelLabel)] = [
        (
            "plus sign", [[0, 0, 0, 0, 0], [0, 0, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 0]], .blur
        ),
        (
            "plus sign with a faint trough",
            [
                [0, -0.1, -0.1, -0.1, 0], [-0.1, -0.1, 0.5, -0.1, -0.1], [-0.1, 0.5, 1, 0.5, -0.1],
                [-0.1, -0.1, 0.5, -0.1, -0.1], [0, -0.1, -0.1, -0.1, 0],
            ], .edge
        ),
        (
            "long plus sign",
            [[0, 0, 0.5, 0, 0], [0, 0, 0.7, 0, 0], [0.5, 0.7, 1, 0.7, 0.5], [0, 0, 0.7, 0, 0], [0, 0, 0.5, 0, 0]], .blur
        ),
        (
            "ragged dot",
            [
                [0.1, 0, 0.2, 0.1, 0.1], [0, -0.1, 0.1, 0.2, 0], [0.2, 0.1, 1, -0.1, 0.1], [0.1, 0.2, 0, 0.1, -0.1],
                [0, 0.1, 0.2, 0, 0.1],
            ], .identity
        ),
        (
            "one cell against its neighbour, ragged",
            [
                [0, 0.1, 0, -0.1, 0], [0.1, 0.2, 0.1, -0.2, 0], [0.2, 1, -0.9, -0.2, -0.1], [0, 0.1, 0.1, -0.2, 0],
                [0, 0, 0, 0, -0.1],
            ], .edge
        ),
        (
            "comb of one sign",
            [[1, 0, 0.8, 0, 0.9], [0, 0, 0.2, 0, 0], [0.8, 0, 1, 0, 0.9], [0, 0, 0.1, 0, 0], [0.9, 0, 0.8, 0, 1]],
            .other
        ),
    ]

    @Test(arguments: larger)
    func theRubricSettlesLargerKernels(name: String, rows: [[Float]], label: KernelLabel) {
        let found = Classifiers.of(5).classify(rows.flatMap { $0 })
        #expect(found.label == label, "\(name): \(found.label) \(found.subLabel) \(found.weightFit) \(found.dcGain)")
    }

    @Test(arguments: [3, 5, 7])
    func theLabelStaysUnderScaleSignAndTheEightSymmetries(size: Int) {
        var factory = SyntheticKernels(size: size, seed: 77)
        let classifier = Classifiers.of(size)
        var kernels = (0..<40).map { _ in factory.random() }
        for family in SyntheticFamily.allCases {
            let kernel = factory.make(family)
            kernels.append(factory.noisy(kernel, decibels: 12))
        }
        for kernel in kernels {
            let label = classifier.classify(kernel).label
            for symmetry in KernelSymmetry.allCases {
                let turned = symmetry.apply(kernel, size: size)
                #expect(classifier.classify(turned).label == label, "\(symmetry) of \(kernel)")
            }
            for factor: Float in [-1, 1e-30, 3e30, -0.37] {
                #expect(classifier.classify(kernel.map { $0 * factor }).label == label, "\(factor) × \(kernel)")
            }
        }
    }

    @Test(arguments: [3, 5, 7])
    func aKernelsClassificationDoesNotDependOnItsNeighbours(size: Int) {
        var factory = SyntheticKernels(size: size, seed: 3)
        let kernels = (0..<37).map { _ in factory.random() }
        let together = Classifiers.of(size).label(kernels.flatMap { $0 }).classifications
        for (kernel, one) in zip(kernels, together) {
            var alone = Classifiers.of(size).classify(kernel)
            alone.relativeSpread = one.relativeSpread
            #expect(alone == one || one.label == .zero)
        }
    }

    @Test func otherNamesItsTwoNearestLabels() {
        let found = Classifiers.three.classify([0.5, 1, 0.5, 0, 0.5, 0, -0.25, -0.35, -0.2])
        #expect(found.nearest != nil && found.secondNearest != nil && found.nearest != found.secondNearest)
        #expect(Classifiers.three.classify(FixedKernels.sobelX.values).nearest == nil)
    }

    /// Real kernels that people name at once, though two random kernels in five look as much like an edge.
    @Test func aLayerVouchesForWhatItsKernelsLookLike() {
        let similar: [[Float]] = [
            [0.70, -0.59, -0.82, 0.57, 0.21, -1, 0.35, -0.76, -0.69],
            [0.86, -0.48, -0.85, 0.87, -0.86, -0.59, 0.40, 0.42, -1],
            [0.14, 0.65, 0.96, -0.32, 1, 0.31, -0.76, -0.43, -0.07],
        ]
        for kernel in similar {
            let alone = Classifiers.three.classify(kernel)
            #expect(alone.label == .other && alone.nearest == .edge)
        }
        var factory = SyntheticKernels(size: 3, seed: 5)
        let rest = (0..<60).map { _ in
            let kernel = factory.make(.gaussianDerivative)
            return factory.noisy(kernel, decibels: 20)
        }
        let layer = Classifiers.three.label((similar + rest).flatMap { $0 })
        let (found, structure) = (layer.classifications, layer.structure)
        #expect(structure?.isStructured == true)
        #expect(found.prefix(3).allSatisfy { $0.label == .edge && !$0.isBeyondChance })
        #expect(found.dropFirst(3).allSatisfy { $0.label == .edge && $0.isBeyondChance })
    }
}
