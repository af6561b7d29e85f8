import Testing

@testable import Classification

@Suite struct RecoveryTests {
    /// Each kernel by itself, by the strictest cut-offs; what the report prints.
    @Test(arguments: [3, 5, 7])
    func everyFamilyIsRecoveredAtTwentyDecibels(size: Int) throws {
        let curves = try RecoveryCurves.measure(sizes: [size], decibels: [30, 20, -10], samples: 500)
        #expect(curves.curves.count == SyntheticFamily.allCases.count)
        for curve in curves.curves {
            #expect(curve.shares[0] >= 0.99 && curve.shares[1] >= 0.99, "\(curve)")
            #expect(curve.shares[2] < 0.5, "a tenth of the energy is nothing to go by: \(curve)")
        }
    }

    /// In a layer of such kernels the names stay as well.
    @Test(arguments: SyntheticFamily.allCases, [3, 5])
    func aLayerOfOneFamilyKeepsItsName(family: SyntheticFamily, size: Int) {
        var factory = SyntheticKernels(size: size, seed: 21)
        let values = (0..<200).flatMap { _ in
            let kernel = factory.make(family)
            return factory.noisy(kernel, decibels: 20)
        }
        let labels = Classifiers.of(size).label(values).classifications
        #expect(labels.count { $0.label == family.label } >= 196)
    }
}
