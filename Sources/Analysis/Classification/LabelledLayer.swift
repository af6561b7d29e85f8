/// What becomes of names that chance may have given.
public enum ChancePolicy: Sendable, Equatable {
    /// Every kernel by its shape alone: which are zero and which are chance is for their layer to say.
    case shapesAlone
    /// The layer's zero kernels are found; whether the layer is chance is not asked.
    case untested
    /// The layer is tested and every name stays: for whoever decides beside the network's other layers.
    case reported
    /// Kernels of a layer that is no more than its own shuffled weights are *other*, and so are those that chance names as
    /// well in a layer too small to be tested.
    case demoted
}

extension ClassifierSettings {
    /// What becomes of names that chance may have given.
    public var chancePolicy: ChancePolicy { labelsUnstructuredLayers ? .reported : .demoted }
}

/// The labels of a layer's kernels, and whether the layer is more than chance.
public struct LabelledLayer: Sendable, Equatable {
    /// Each kernel's classification, in bank order.
    public internal(set) var classifications: [KernelClassification]
    /// Whether the layer is more than its own shuffled weights; nil where that was not asked, or where it has too few
    /// kernels to say.
    public internal(set) var structure: LayerStructure?

    /// Joins labels with what is known of their layer.
    public init(classifications: [KernelClassification], structure: LayerStructure? = nil) {
        self.classifications = classifications
        self.structure = structure
    }

    /// The same with the names taken back that chance may have given.
    ///
    /// A layer with structure keeps its names. One that is no more than its shuffled self loses them, unless more than
    /// ``ChanceRules/ownNamesShare`` of its live kernels have a name of their own: chance never names so many, and it is
    /// left with those. One that is too small to speak for itself keeps the names that chance does not give.
    public var demoted: LabelledLayer {
        switch structure?.isStructured {
        case true?: return self
        case nil: return demoting { !$0.isBeyondChance }
        case false?:
            let live = classifications.count { $0.label != .zero }
            let named = classifications.count { $0.label != .zero && $0.isBeyondChance }
            let isNamed = Double(named) > ChanceRules.ownNamesShare * Double(live)
            return demoting { !isNamed || !$0.isBeyondChance }
        }
    }

    private func demoting(_ isDoubtful: (KernelClassification) -> Bool) -> LabelledLayer {
        LabelledLayer(
            classifications: classifications.map { kernel in
                guard kernel.label != .zero, kernel.label != .other, isDoubtful(kernel) else { return kernel }
                var demoted = kernel
                demoted.nearest = kernel.label
                demoted.label = .other
                demoted.shape = KernelShape(kernel.spectralClass)
                demoted.sigmaPixels = nil
                demoted.axes = nil
                demoted.angleDegrees = nil
                demoted.offset = nil
                demoted.nullProbability = 1
                demoted.isBeyondChance = false
                demoted.probability = nil
                return demoted
            }, structure: structure)
    }

    /// The layers of a network with the names taken back that chance may have given, in the same order.
    ///
    /// One small layer says little about itself: a network most of whose tested layers have structure
    /// (``ChanceRules/vouches(_:)``) vouches for the others, and their kernels keep what they look like.
    ///
    /// - Parameters:
    ///   - layers: The labelled layers, in network order.
    ///   - isFixed: Whether the design fixes a layer's kernels, which then say nothing about learning.
    public static func settled(_ layers: [LabelledLayer], isFixed: (_ place: Int) -> Bool) -> [LabelledLayer] {
        let tested = layers.indices.filter { !isFixed($0) }.compactMap { layers[$0].structure }
        return ChanceRules.vouches(tested) ? layers : layers.map(\.demoted)
    }
}
