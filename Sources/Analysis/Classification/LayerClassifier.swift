import Glibc
import Kernels
import Synchronization
import Tensors

/// Labels the kernels of layers of one size: the one place where a label is decided.
///
/// Making one calibrates it on random kernels (some 10 ms); after that it labels millions of 3×3 kernels a second.
/// The documentation of the module words the rubric and its order of decisions.
public struct LayerClassifier: Sendable {
    /// What the labels follow.
    public let settings: ClassifierSettings
    /// N: the size of the kernels.
    public let size: Int
    /// The cut-offs where nothing but the kernel itself speaks for its name: at most alpha of random kernels pass each.
    public let thresholds: Thresholds
    /// The rubric's own cut-offs, which hold in layers that are more than chance.
    public var rubricThresholds: Thresholds { settings.rubric.thresholds(size: size) }
    /// What ``thresholds`` let through of random kernels, counted on other ones than those that set them.
    public let nullRates: NullRates
    /// What the shape alone would let through of random kernels, each taken by itself: how often a name is given where
    /// there is none.
    public let uncorrectedFalsePositiveRates: NullRates

    let similarity: FunctionalSimilarity
    let families: TemplateFamilies
    let blurFit: BlurFit
    let null: NullCalibration
    private let cells: Int

    var decision: Decision {
        Decision(rubric: settings.rubric, strict: thresholds, size: size)
    }

    /// Calibrates a classifier for N×N kernels; its input prior is AR(1) with `settings.rho`.
    public init(settings: ClassifierSettings = ClassifierSettings(), size: Int) {
        precondition(size > 1 && settings.alpha > 0 && settings.alpha < 1)
        self.settings = settings
        self.size = size
        cells = size * size
        similarity = FunctionalSimilarity(size: size, rho: settings.rho)
        families = TemplateFamilies(similarity: similarity)
        blurFit = BlurFit(similarity: similarity)
        var extractor = FeatureExtractor(families: families)
        let samples = NullCalibration.sampleCount(size: size)
        let random = NullCalibration.randomKernels(size: size, count: samples, seed: settings.seed)
        null = NullCalibration(&extractor, values: random, cells: cells, rubric: settings.rubric)
        thresholds = null.thresholds(alpha: settings.alpha, rubric: settings.rubric.thresholds(size: size))
        let decision = Decision(rubric: settings.rubric, strict: thresholds, size: size)
        (nullRates, uncorrectedFalsePositiveRates) = Self.rates(
            &extractor, size: size, samples: samples, seed: settings.seed, decision: decision)
    }

    /// The same classifier with a measured correlation of the input instead of the AR(1) prior.
    ///
    /// The cut-offs stay: the eye's fits set them, which the input does not change.
    public func calibrated(to correlation: InputCorrelation) -> LayerClassifier {
        LayerClassifier(self, similarity: FunctionalSimilarity(size: size, correlation: correlation))
    }

    private init(_ other: LayerClassifier, similarity: FunctionalSimilarity) {
        settings = other.settings
        size = other.size
        cells = other.cells
        self.similarity = similarity
        families = TemplateFamilies(similarity: similarity)
        blurFit = BlurFit(similarity: similarity)
        null = other.null
        thresholds = other.thresholds
        var extractor = FeatureExtractor(families: families)
        let decision = Decision(rubric: settings.rubric, strict: thresholds, size: size)
        (nullRates, uncorrectedFalsePositiveRates) = Self.rates(
            &extractor, size: size, samples: other.nullRates.samples, seed: settings.seed, decision: decision)
    }

    private static func rates(
        _ extractor: inout FeatureExtractor, size: Int, samples: Int, seed: UInt64, decision: Decision
    ) -> (strict: NullRates, lenient: NullRates) {
        let fresh = NullCalibration.randomKernels(size: size, count: samples, seed: seed &+ 1)
        var (strict, lenient) = (NameCounts(), NameCounts())
        for start in stride(from: 0, to: samples, by: FeatureExtractor.width) {
            let lanes = min(FeatureExtractor.width, samples - start)
            let features = extractor.features(fresh, start: start * size * size, count: lanes)
            let verdict = decision.verdict(features)
            strict.add(verdict.strict, lanes)
            lenient.add(verdict.names, lanes)
        }
        return (NullRates(size: size, samples: samples, strict), NullRates(size: size, samples: samples, lenient))
    }

    /// Labels the kernels of a layer, in bank order; see ``label(_:outputScale:threads:chance:)``.
    public func label(_ bank: KernelBank, chance: ChancePolicy? = nil) -> LabelledLayer {
        precondition(bank.size == size)
        return label(bank.values, outputScale: bank.batchNormScale, chance: chance)
    }

    /// Labels the kernels of a layer given as plain weights.
    ///
    /// - Parameters:
    ///   - values: N·N weights a kernel, row-major.
    ///   - outputScale: the factor behind each kernel (batch normalisation), one per kernel; nil for none.
    ///   - threads: how many threads share the work, 1 or more; the result does not depend on it.
    ///   - chance: what becomes of names that chance may have given; nil for the settings' own policy.
    public func label(
        _ values: [Float], outputScale: [Float]? = nil, threads: Int = 1, chance: ChancePolicy? = nil
    ) -> LabelledLayer {
        precondition(values.count % cells == 0 && outputScale.map { $0.count == values.count / cells } ?? true)
        let policy = chance ?? settings.chancePolicy
        let (found, strengths) = describe(values, outputScale: outputScale, threads: threads)
        var layer = LabelledLayer(classifications: found)
        guard policy != .shapesAlone else { return layer }
        DeadKernelRule(minOutputRMS: settings.rubric.zeroSpread, minNorm: settings.rubric.weakStrength)
            .apply(to: &layer.classifications, strengths: strengths)
        guard policy != .untested else { return layer }
        layer.structure = LayerStructure(values: values, size: size, seed: settings.seed)
        if layer.structure?.isStructured == false {
            var extractor = FeatureExtractor(families: families)
            layer.structure?.nameProbability = nameProbability(
                layer.classifications, values: values, extractor: &extractor)
        }
        return policy == .demoted ? layer.demoted : layer
    }
}
