import Glibc
import Kernels
import Tensors

/// Labels the kernels of one size.
///
/// Making one calibrates it on random kernels (some 10 ms); after that it labels about a million 3×3 kernels a second.
/// The documentation of the module words the rubric and its order of decisions.
public struct KernelClassifier: Sendable {
    /// What the labels follow.
    public let settings: ClassifierSettings
    /// N: the size of the kernels.
    public let size: Int
    /// The cut-offs in force.
    public let thresholds: Thresholds
    /// What the labels find in random kernels, counted on other ones than those that set ``thresholds``.
    public let nullRates: NullRates

    let similarity: FunctionalSimilarity
    let families: TemplateFamilies
    let blurFit: BlurFit
    let null: NullCalibration
    private let cells: Int

    var decision: Decision {
        Decision(rubric: settings.rubric, thresholds: thresholds, families: families, similarity: similarity)
    }

    /// Calibrates a classifier for N×N kernels.
    public init(settings: ClassifierSettings = ClassifierSettings(), size: Int) {
        precondition(size > 1 && settings.alpha > 0 && settings.alpha < 1)
        self.settings = settings
        self.size = size
        cells = size * size
        similarity = FunctionalSimilarity(size: size, rho: settings.rho)
        families = TemplateFamilies(similarity: similarity)
        blurFit = BlurFit(similarity: similarity)
        var extractor = FeatureExtractor(families: families, similarity: similarity)
        let samples = NullCalibration.sampleCount(size: size)
        let random = NullCalibration.randomKernels(size: size, count: samples, seed: settings.seed)
        null = NullCalibration(&extractor, values: random, cells: cells, rubric: settings.rubric)
        thresholds = null.thresholds(alpha: settings.alpha, rubric: settings.rubric)
        nullRates = Self.rates(
            &extractor, size: size, samples: samples, settings: settings, families: families, similarity: similarity,
            thresholds: thresholds)
    }

    private static func rates(
        _ extractor: inout FeatureExtractor, size: Int, samples: Int, settings: ClassifierSettings,
        families: TemplateFamilies, similarity: FunctionalSimilarity, thresholds: Thresholds
    ) -> NullRates {
        let fresh = NullCalibration.randomKernels(size: size, count: samples, seed: settings.seed &+ 1)
        let decision = Decision(
            rubric: settings.rubric, thresholds: thresholds, families: families, similarity: similarity)
        var counts = [KernelLabel: Int]()
        for start in stride(from: 0, to: samples, by: FeatureExtractor.width) {
            let lanes = min(FeatureExtractor.width, samples - start)
            extractor.extract(fresh, start: start * size * size, count: lanes)
            for lane in 0..<lanes {
                let features = extractor.features[lane]
                let fit = decision.deltaFit(features, values: fresh, start: (start + lane) * size * size)
                counts[decision.label(features, deltaFit: fit), default: 0] += 1
            }
        }
        func share(_ label: KernelLabel) -> Double { Double(counts[label] ?? 0) / Double(samples) }
        return NullRates(
            size: size, samples: samples, identity: share(.identity), blur: share(.blur), edge: share(.edge))
    }

    /// Labels the kernels of a layer, in bank order.
    public func classify(_ bank: KernelBank) -> [KernelClassification] { classifyLayer(bank).classifications }

    /// Labels the kernels of a layer and says whether the layer is more than chance.
    public func classifyLayer(_ bank: KernelBank) -> (
        classifications: [KernelClassification], structure: LayerStructure?
    ) {
        precondition(bank.size == size)
        return classifyLayer(bank.values, outputScale: bank.batchNormScale)
    }

    /// Labels the kernels of a layer given as plain weights.
    /// - Parameters:
    ///   - values: N·N weights a kernel, row-major.
    ///   - outputScale: the factor behind each kernel (batch normalisation), one per kernel; nil for none.
    public func classifyLayer(
        _ values: [Float], outputScale: [Float]? = nil
    ) -> (classifications: [KernelClassification], structure: LayerStructure?) {
        precondition(values.count % cells == 0 && outputScale.map { $0.count == values.count / cells } ?? true)
        let count = values.count / cells
        var result: [KernelClassification] = []
        result.reserveCapacity(count)
        var strengths: [ZeroRule.Strength] = []
        strengths.reserveCapacity(count)
        var extractor = FeatureExtractor(families: families, similarity: similarity)
        let describer = Description(classifier: self, ones: extractor.ones)
        for start in stride(from: 0, to: count, by: FeatureExtractor.width) {
            let lanes = min(FeatureExtractor.width, count - start)
            extractor.extract(values, start: start * cells, count: lanes)
            for lane in 0..<lanes {
                let features = extractor.features[lane]
                result.append(describer.classification(features, values: values, start: (start + lane) * cells))
                let scale = features.scale * abs(outputScale?[start + lane] ?? 1)
                strengths.append(
                    ZeroRule.Strength(
                        spread: scale * max(0, features.outputEnergy).squareRoot(),
                        norm: features.scale * features.energy.squareRoot()))
            }
        }
        if settings.perturbations > 0 { measureStability(&result, values: values, extractor: &extractor) }
        ZeroRule(tiny: settings.rubric.zeroSpread, small: settings.rubric.weakStrength)
            .apply(to: &result, strengths: strengths)
        var structure = LayerStructure(values: values, size: size, seed: settings.seed)
        if structure?.isStructured == false {
            structure?.nameProbability = nameProbability(result, values: values, extractor: &extractor)
        }
        if structure?.isStructured == false, !settings.labelsUnstructuredLayers { result = Self.withdrawing(result) }
        return (result, structure)
    }

    /// The share of noisy copies that keep each kernel's label.
    private func measureStability(
        _ result: inout [KernelClassification], values: [Float], extractor: inout FeatureExtractor
    ) {
        let decision = decision
        var generator = SeededGenerator(seed: settings.seed ^ 0x57AB_1E)
        let noise = (0..<settings.perturbations * cells).map { _ in Float(generator.normal()) }
        let ratio = Float(pow(10, -settings.perturbationDecibels / 20)) / Float(cells).squareRoot()
        var copies = [Float](repeating: 0, count: noise.count)
        for index in result.indices {
            let start = index * cells
            var largest: Float = 0
            for cell in 0..<cells { largest = max(largest, abs(values[start + cell])) }
            guard largest.isFinite, largest >= .leastNormalMagnitude * 4, result[index].shape != .nonFinite else {
                continue
            }
            var energy: Float = 0
            for cell in 0..<cells { energy += (values[start + cell] / largest) * (values[start + cell] / largest) }
            let deviation = energy.squareRoot() * ratio
            for copy in 0..<settings.perturbations {
                for cell in 0..<cells {
                    let position = copy * cells + cell
                    copies[position] = values[start + cell] / largest + noise[position] * deviation
                }
            }
            var kept = 0
            for first in stride(from: 0, to: settings.perturbations, by: FeatureExtractor.width) {
                let lanes = min(FeatureExtractor.width, settings.perturbations - first)
                extractor.extract(copies, start: first * cells, count: lanes)
                for lane in 0..<lanes {
                    let features = extractor.features[lane]
                    let fit = decision.deltaFit(features, values: copies, start: (first + lane) * cells)
                    if decision.label(features, deltaFit: fit) == result[index].label { kept += 1 }
                }
            }
            result[index].stability = Double(kept) / Double(settings.perturbations)
        }
    }
}
