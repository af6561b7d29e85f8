import Architectures
import Classification
import Diagnostics
import Kernels
import Numerics

/// What the classifier found in one layer.
public struct LayerStatistics: Sendable, Equatable, Codable {
    /// The layer, with the ordinal and the name under which it is reported; without its batch normalisation.
    public let layer: ConvLayer
    /// Each kernel's classification, in bank order; empty where only the summary was kept (see ``withoutKernels``).
    public private(set) var classifications: [KernelClassification]
    /// What the classifications come to.
    public private(set) var summary: KernelSummary
    /// How the kernels' energy divides among the five symmetry types, each live kernel counted alike; sums to 1.
    public let symmetry: SymmetryEnergies
    /// Whether the layer is more than its own shuffled weights; nil where it has too few kernels to say.
    public private(set) var structure: LayerStructure?
    /// Sparsity and entropy of the weights as CNN Filter DB has them; nil where a weight is not finite.
    public private(set) var diversity: FilterDiversity?
    /// How the weights of a strided layer divide into normal distributions; nil for other layers.
    public private(set) var mixture: GaussianMixture?
    /// What the filters of a standard or grouped convolution have in common; nil for depthwise layers.
    public private(set) var blueprint: BlueprintStatistics?

    /// Pixels between neighbouring weights as the zeros between them show; nil where nothing lies between.
    public private(set) var apparentDilation: Int?

    /// The measured correlation of the layer's input, where the fits rest on one; nil where they rest on the prior.
    public private(set) var inputCorrelation: InputCorrelation?

    /// Summarises the classifications of one layer; what was measured of its weights is set where it is measured.
    public init(layer: ConvLayer, classifications: [KernelClassification], symmetry: SymmetryEnergies = .none) {
        self.layer = layer.withoutBatchNorm
        self.classifications = classifications
        self.symmetry = symmetry
        summary = KernelSummary(classifications, slices: layer.weightShape[1])
    }

    /// The same without the evidence of single kernels: a few numbers a layer, however large it is.
    public var withoutKernels: LayerStatistics {
        var result = self
        result.classifications = []
        return result
    }

    /// How many kernels carry each label.
    public var counts: LabelCounts { summary.counts }
    /// The median of |Σw| / Σ|w| over the layer's live kernels, 0…1; 0 where all are zero.
    public var medianDCGain: Double { summary.medianDCGain }
    /// The spread of the blur kernels' σ in pixels; nil without any.
    public var sigmaQuantiles: Quantiles? { summary.sigmaQuantiles }
    /// The median fitted σ of the layer's blur kernels in pixels, those beyond the fit's bound left out; nil without any, and
    /// where most lie beyond it.
    public var medianSigmaPixels: Double? { isSigmaAtBound ? nil : sigmaQuantiles?.p50 }
    /// Whether more of the layer's blurs are wider than `KernelClassification.sigmaBound(size:)` than have a σ.
    public var isSigmaAtBound: Bool { summary.blursAtBound > summary.sigmas.count }
    /// The median σ as reports print it: "1.02", "> 3" where most blurs lie beyond the bound; nil without blurs.
    public var sigmaText: String? {
        if isSigmaAtBound {
            let bound = KernelClassification.sigmaBound(size: layer.kernelHeight)
            return "> \(NumberFormat.fixed(bound, bound == bound.rounded() ? 0 : 1))"
        }
        return medianSigmaPixels.map { NumberFormat.fixed($0, 2) }
    }

    /// Labels a bank and summarises it; every name stays, until the network's layers are looked at together.
    init(bank: KernelBank, classifier: LayerClassifier, inputCorrelation: InputCorrelation? = nil) {
        let found = classifier.label(bank, chance: .reported)
        self.init(
            layer: bank.layer, classifications: found.classifications,
            symmetry: Self.symmetry(of: bank, found.classifications))
        structure = found.structure
        diversity = FilterDiversity(values: bank.values, size: bank.size)
        mixture = bank.layer.isStrided ? GaussianMixture(bank.values) : nil
        blueprint = BlueprintStatistics(bank: bank, classifier: classifier)
        apparentDilation = Self.dilation(bank)
        self.inputCorrelation = inputCorrelation
    }

    /// The step of the grid on which all weights of a layer lie while everything between is zero; nil for 1.
    ///
    /// A 3×3 kernel of dilation 2 that was written as 5×5 has a step of 2.
    static func dilation(_ bank: KernelBank) -> Int? {
        let size = bank.size
        guard size >= 5 else { return nil }
        var isUsed = [Bool](repeating: false, count: size * size)
        for (index, value) in bank.values.enumerated() where value != 0 { isUsed[index % (size * size)] = true }
        return stride(from: (size - 1) / 2, through: 2, by: -1).first { step in
            guard (size - 1) % step == 0 else { return false }
            return isUsed.indices.allSatisfy { index in
                let isOnGrid = index / size % step == 0 && index % size % step == 0
                return isUsed[index] == isOnGrid
            }
        }
    }

    /// The labels with what is known of the layer.
    var labelled: LabelledLayer { LabelledLayer(classifications: classifications, structure: structure) }

    /// The same layer with other labels.
    func relabelled(_ labels: LabelledLayer) -> LayerStatistics {
        guard labels.classifications != classifications else { return self }
        var result = self
        result.classifications = labels.classifications
        result.summary = KernelSummary(labels.classifications, slices: layer.weightShape[1])
        return result
    }

    /// The kernels with weights that are not finite; they count as `other`.
    public var nonFiniteCount: Int { summary.nonFinite }

    /// The kernels whose label a careful reader gives with a probability below 0.8.
    public var uncertainCount: Int { summary.uncertain }

    /// How many kernels have each shape that occurs, in the order of `KernelShape`.
    public var shapeCounts: [(shape: KernelShape, count: Int)] {
        KernelShape.allCases.compactMap { shape in summary.shapes[shape.rawValue].map { (shape, $0) } }
    }

    /// The commonest shape of the layer's identities, blurs and edges with its share of all kernels ("ring 88 %"); nil without
    /// any. Of equally common ones the first of `KernelShape`.
    public var commonestShape: String? {
        let named = shapeCounts.filter { $0.shape.isNamed && $0.count > 0 }
        guard let most = named.map(\.count).max(), let shape = named.first(where: { $0.count == most })?.shape else {
            return nil
        }
        return "\(shape.rawValue) \(NumberFormat.share(Double(most) / Double(counts.total)))"
    }

    /// How many live kernels pass which frequencies, in the order of `SpectralClass`; classes without any included.
    public var spectralCounts: [(spectralClass: SpectralClass, count: Int)] {
        SpectralClass.allCases.map { ($0, summary.spectrum[$0.rawValue] ?? 0) }
    }

    /// What lies between the zero kernels and the living ones; nil where every kernel is zero or none is.
    public var zeroGap: ZeroGap? { summary.zeroGap }

    /// The share of `label` with its 95 % interval.
    public func interval(_ label: KernelLabel) -> ShareInterval {
        ShareInterval(count: counts[label], total: counts.total)
    }

    private static func symmetry(of bank: KernelBank, _ classifications: [KernelClassification]) -> SymmetryEnergies {
        var sums = SIMD8<Double>.zero
        for (index, classification) in classifications.enumerated() {
            guard classification.label != .zero, classification.shape != .nonFinite else { continue }
            for (type, share) in SymmetryEnergies(bank.kernel(index), size: bank.size).all.enumerated() {
                sums[type] += share
            }
        }
        let total = sums.sum()
        guard total > 0 else { return .none }
        sums /= total
        return SymmetryEnergies(
            fullySymmetric: sums[0], swirl: sums[1], axisSaddle: sums[2], diagonalSaddle: sums[3], odd: sums[4])
    }
}
