import Classification
import Kernels
import Weights

/// What the classifier found in one layer.
public struct LayerStatistics: Sendable, Equatable {
    /// The layer, with the ordinal and the name under which it is reported.
    public let layer: ConvLayer
    /// Each kernel's classification, in bank order.
    public let classifications: [KernelClassification]
    /// How many kernels carry each label.
    public let counts: LabelCounts
    /// The median of |Σw| / Σ|w| over the layer's live kernels, 0…1; 0 where all are zero.
    public let medianDCGain: Double
    /// The median fitted σ of the layer's blur kernels in pixels; nil without any.
    public let medianSigmaPixels: Double?
}

/// What the classifier found in a network, in network order.
public struct NetworkStatistics: Sendable {
    /// The network that was analysed.
    public let network: Network
    /// The settings that every label followed.
    public let settings: ClassifierSettings
    /// One entry per spatial layer whose kernels are square, in network order.
    public let layers: [LayerStatistics]

    /// The counts over all layers.
    public var counts: LabelCounts { layers.reduce(LabelCounts()) { $0 + $1.counts } }
}
