import Classification
import Statistics
import Weights

/// What the analysed networks show about one stage of a VGNet.
///
/// A layer belongs to the stage at whose output stride it works: stride 4, 8, 16 and 32 are stages 1 to 4, as in the
/// paper's Table 1. A strided layer belongs to the stage that it opens.
public struct StageEvidence: Sendable, Equatable {
    /// Kernels of one kind in one stage, over all sources.
    public struct Pool: Sendable, Equatable {
        /// How many kernels carry each label.
        public internal(set) var counts = LabelCounts()
        /// Fitted widths of the blur kernels in pixels, in network order.
        public internal(set) var sigmasPixels: [Double] = []
        /// The layers behind the numbers, with their networks ("MobileNetV2 1.0 #7").
        public internal(set) var layers: [String] = []

        /// The median fitted width of the blur kernels in pixels; nil without any.
        public var medianSigmaPixels: Double? {
            let sorted = sigmasPixels.sorted()
            guard !sorted.isEmpty else { return nil }
            let middle = sorted.count / 2
            return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        }

        /// Adds the kernels of another pool.
        mutating func merge(_ other: Pool) {
            counts = counts + other.counts
            sigmasPixels += other.sigmasPixels
            layers += other.layers
        }

        mutating func add(_ layer: LayerStatistics, of title: String) {
            counts = counts + layer.counts
            sigmasPixels += layer.classifications.compactMap { $0.label == .blur ? $0.sigmaPixels : nil }
            layers.append("\(title) #\(layer.layer.number ?? 0)")
        }
    }

    /// 1 to 4.
    public let stage: Int
    /// The strided layers that open the stage.
    public internal(set) var downsampling = Pool()
    /// The layers of stride 1 within the stage, the network's last spatial layer excepted.
    public internal(set) var body = Pool()
}

/// What the analysed networks show, gathered stage by stage.
public struct Evidence: Sendable, Equatable {
    /// The networks' titles, in the order given.
    public let sources: [String]
    /// Stages 1 to 4.
    public let stages: [StageEvidence]
    /// Each network's last spatial layer.
    public let last: StageEvidence.Pool
    /// All classified kernels, stems included.
    public let counts: LabelCounts

    /// Gathers the depthwise, grouped and standard layers of `networks` by the stride they work at.
    ///
    /// Stems are counted in ``counts`` alone: they see the image, not features. Layers whose stride is unknown, and
    /// those past stride 32, give evidence only through ``counts``.
    public init(_ networks: [NetworkStatistics]) {
        var stages = (1...4).map { StageEvidence(stage: $0) }
        var last = StageEvidence.Pool()
        for network in networks {
            var level = 0  // log2 of the stride at which the layer's output lies
            for layer in network.layers {
                guard let stride = layer.layer.stride else { continue }
                let opens = stride > 1
                if opens { level += stride.trailingZeroBitCount }
                let title = network.network.title
                if layer.layer.role == .stem { continue }
                if layer.layer.role == .last { last.add(layer, of: title) }
                guard (2...5).contains(level) else { continue }
                if opens {
                    stages[level - 2].downsampling.add(layer, of: title)
                } else if layer.layer.role != .last {
                    stages[level - 2].body.add(layer, of: title)
                }
            }
        }
        sources = networks.map(\.network.title)
        self.stages = stages
        self.last = last
        counts = networks.reduce(LabelCounts()) { $0 + $1.counts }
    }
}
