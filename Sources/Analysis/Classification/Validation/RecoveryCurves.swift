/// How many kernels of a known class keep their label under more and more noise.
///
/// Each kernel is labelled by itself, by the cut-offs that only alpha of random kernels pass: no layer vouches for it.
public struct RecoveryCurves: Sendable, Equatable, Codable {
    /// One family of one size.
    public struct Curve: Sendable, Equatable, Codable {
        /// The family.
        public let family: SyntheticFamily
        /// The label of its kernels.
        public let label: KernelLabel
        /// N.
        public let size: Int
        /// The share that gets the label at each of ``RecoveryCurves/decibels``, 0…1.
        public let shares: [Double]
    }

    /// Signal-to-noise ratios in decibels, the cleanest first; the noise is white.
    public let decibels: [Double]
    /// Kernels a family, size and ratio.
    public let samples: Int
    /// Every family of every size.
    public let curves: [Curve]
    /// What the labels find in random kernels of each size, each by itself.
    public let nullRates: [NullRates]
    /// What the rubric's own cut-offs would find in them.
    public let uncorrectedFalsePositiveRates: [NullRates]

    /// Draws and labels kernels; the same settings give the same curves.
    ///
    /// Cost: some seconds for three sizes.
    public static func measure(
        settings: ClassifierSettings = ClassifierSettings(), sizes: [Int] = [3, 5, 7],
        decibels: [Double] = [30, 25, 20, 15, 10, 5, 0], samples: Int = 500,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) rethrows -> RecoveryCurves {
        var curves: [Curve] = []
        var rates: [(NullRates, NullRates)] = []
        let total = sizes.count * SyntheticFamily.allCases.count
        for size in sizes {
            let classifier = LayerClassifier(settings: settings, size: size)
            rates.append((classifier.nullRates, classifier.uncorrectedFalsePositiveRates))
            for family in SyntheticFamily.allCases {
                let shares = decibels.map { ratio in
                    var kernels = SyntheticKernels(size: size, seed: settings.seed &+ 20)
                    let values = (0..<samples).flatMap { _ in
                        let kernel = kernels.make(family)
                        return kernels.noisy(kernel, decibels: ratio)
                    }
                    let found = classifier.strictLabels(values).count { $0 == family.label }
                    return Double(found) / Double(samples)
                }
                curves.append(Curve(family: family, label: family.label, size: size, shares: shares))
                try progress(curves.count, total)
            }
        }
        return RecoveryCurves(
            decibels: decibels, samples: samples, curves: curves, nullRates: rates.map(\.0),
            uncorrectedFalsePositiveRates: rates.map(\.1))
    }
}

extension LayerClassifier {
    /// The label of each kernel by itself: by the cut-offs that only alpha of random kernels pass.
    public func strictLabels(_ values: [Float]) -> [KernelLabel] {
        let cells = size * size
        let count = values.count / cells
        var labels: [KernelLabel] = []
        labels.reserveCapacity(count)
        var extractor = FeatureExtractor(families: families)
        let decision = decision
        for start in stride(from: 0, to: count, by: FeatureExtractor.width) {
            let lanes = min(FeatureExtractor.width, count - start)
            let features = extractor.features(values, start: start * cells, count: lanes)
            let names = decision.verdict(features).strict
            for lane in 0..<lanes { labels.append(features.scale[lane] == 0 ? .zero : names.label(lane)) }
        }
        return labels
    }
}
