/// What ``ReaderModel`` goes by, for fitting it: a kernel's terms and what the written rubric alone calls it.
package struct ReaderTerms: Sendable {
    /// N.
    package let size: Int
    /// The terms in the order of the coefficients, the constant left out.
    package let terms: [Float]
    /// The label by the rubric's cut-offs alone.
    package let rubric: KernelLabel
}

extension LayerClassifier {
    /// How many terms a kernel has.
    package static var readerTermCount: Int {
        var count = 0
        ReaderModel.forEachTerm(KernelFeatures()) { _ in count += 1 }
        return count
    }

    /// The terms of kernels given as plain weights, N·N a kernel.
    package func readerTerms(_ values: [Float]) -> [ReaderTerms] {
        precondition(values.count % (size * size) == 0)
        var extractor = FeatureExtractor(families: families)
        let count = values.count / (size * size)
        var found: [ReaderTerms] = []
        for start in stride(from: 0, to: count, by: FeatureExtractor.width) {
            let lanes = min(FeatureExtractor.width, count - start)
            let features = extractor.features(values, start: start * size * size, count: lanes)
            let names = decision.namesByRubric(features)
            var terms: [Lanes] = []
            ReaderModel.forEachTerm(features) { terms.append($0) }
            for lane in 0..<lanes {
                found.append(ReaderTerms(size: size, terms: terms.map { $0[lane] }, rubric: names.label(lane)))
            }
        }
        return found
    }

    /// Kernels whose label is known by construction, with noise `decibels` below their energy: `count` of each family.
    package static func knownKernels(
        size: Int, count: Int, decibels: Double, seed: UInt64
    ) -> [(values: [Float], family: SyntheticFamily)] {
        var factory = SyntheticKernels(size: size, seed: seed)
        return SyntheticFamily.allCases.flatMap { family in
            (0..<count).map { _ in
                let kernel = factory.make(family)
                return (factory.noisy(kernel, decibels: decibels), family)
            }
        }
    }
}
