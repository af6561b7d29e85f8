import Classification
import Diagnostics
import Kernels
import Statistics
import Architectures

/// What one analysed network shows, gathered by the stages of a VGNet.
///
/// A layer belongs to the stage at whose output stride it works: stride 4, 8, 16 and 32 are stages 1 to 4, as in the
/// paper's Table 1, in a network for thumbnails strides 1, 2, 4 and 8. A strided layer belongs to the stage that it opens;
/// strided layers side by side in one block open one stage together.
public struct NetworkEvidence: Sendable {
    /// The network's title, with its file where several have the same.
    public let title: String
    /// The first layer.
    public internal(set) var stem: KernelPool
    /// The strided layers that open stages 1 to 4.
    public internal(set) var downsampling: [KernelPool]
    /// The layers of stride 1 within stages 1 to 4, the network's last spatial layer excepted.
    public internal(set) var body: [KernelPool]
    /// The last spatial layer.
    public internal(set) var last: KernelPool
    /// All classified kernels that the design does not fix, stems included.
    public let counts: LabelCounts
    /// Kernels that the design fixes: they are no evidence.
    let fixedCount: Int
    /// Those of them in layers that learned something.
    let learnedCount: Int
    /// How the widths of its blocks grow; nil with fewer than four blocks.
    public let growth: WidthGrowth?
    /// Whether all its layers past the stem are depthwise, as a VGNet's are.
    public let isDepthwise: Bool
    /// The 1×1 layers of stages 1 to 4.
    let pointwise: [[ConvLayer]]
    /// What the classifier found.
    let statistics: NetworkStatistics
    /// Where the kernels themselves can be read; nil where only the statistics are at hand.
    let kernels: (any KernelSource)?

    /// Gathers the depthwise, grouped and standard layers of a network by the stride they work at.
    ///
    /// Layers whose stride is unknown, and those past stride 32, give evidence only through ``counts``; transposed
    /// convolutions, kernels that the design fixes, and layers outside the recognised family give none.
    init(_ network: AnalysedNetwork, title: String) {
        let statistics = network.statistics
        self.statistics = statistics
        kernels = network.kernels
        self.title = title
        stem = KernelPool(network: title)
        last = KernelPool(network: title)
        downsampling = Array(repeating: KernelPool(network: title), count: 4)
        body = downsampling
        let free = statistics.chain.filter { !$0.layer.isFixed && $0.layer.role != .upsampling }
        let learned = Self.learnedLayers(of: statistics.chain)
        counts = free.reduce(LabelCounts()) { $0 + $1.counts }
        learnedCount = free.reduce(0) { $0 + (learned.contains($1.layer.tensorName) ? $1.counts.total : 0) }
        fixedCount = statistics.layers.reduce(0) { $0 + ($1.layer.isFixed ? $1.counts.total : 0) }
        let filters = statistics.chain.map(\.layer).filter { $0.role != .stem && $0.role != .upsampling }
        isDepthwise = filters.allSatisfy { $0.weightShape[1] == 1 }
        let places = StagePlaces(statistics.network)
        var blocks: [(stage: Int, width: Int)] = []
        let isMirrored = statistics.network.input.padding == .tensorFlowSame
        for layer in statistics.network.isOrderKnown ? statistics.chain : [] {
            guard layer.layer.stride != nil, layer.layer.role != .upsampling else { continue }
            let votes = learned.contains(layer.layer.tensorName)
            if layer.layer.role == .stem {
                if votes { stem.add(layer, isMirrored: isMirrored) }
                continue
            }
            if layer.layer.role == .last, votes { last.add(layer, isMirrored: isMirrored) }
            guard let stage = places.stage(of: layer.layer) else { continue }
            blocks.append((stage, layer.layer.outputChannels))
            guard votes else { continue }
            if layer.layer.isStrided {
                downsampling[stage - 1].add(layer, isMirrored: isMirrored)
            } else if layer.layer.role != .last {
                body[stage - 1].add(layer, isMirrored: isMirrored)
            }
        }
        pointwise = places.pointwise
        growth = WidthGrowth(blocks)
    }

    /// The layers whose kernels are learned: the design does not fix them, and they are more than their own shuffled
    /// weights or stand in a network most of whose layers are.
    private static func learnedLayers(of layers: [LayerStatistics]) -> Set<String> {
        let free = layers.filter { !$0.layer.isFixed && $0.layer.role != .upsampling }
        let tested = free.compactMap(\.structure)
        let vouches = tested.isEmpty || ChanceRules.vouches(tested)
        return Set(free.filter { vouches || $0.structure?.isStructured == true }.map(\.layer.tensorName))
    }

    /// D9: why this network cannot steer a design; nil where it can.
    ///
    /// Too few kernels say nothing reliable; where most are unstructured, shares of the rest are those of an untrained or a
    /// noisy net (``RuleCutoffs``).
    public var refusal: String? {
        let least = RuleCutoffs.kernelsOfDesign
        if counts.total < least {
            let fixed = fixedCount > 0 ? " beside \(fixedCount) that its design fixes" : ""
            return "only \(counts.total) kernels were found\(fixed), at least \(least) are needed"
        }
        if !statistics.network.isOrderKnown { return "the order of its layers is not known" }
        let other = counts.share(.other)
        let unstructured = "\(NumberFormat.percent(other)) of \(counts.total) kernels are unstructured"
        let randomness = statistics.randomness
        if randomness.verdict == .random {
            return "its kernels never left chance, as in a network that was not trained: \(unstructured), "
                + "\(randomness.structuredLayers) of \(randomness.testedLayers) layers differ from their own shuffled "
                + "weights"
        }
        if other > RuleCutoffs.mostOther { return unstructured }
        if randomness.verdict == .tooFew { return "its live kernels are too few to tell learned from random ones" }
        if learnedCount < least {
            return "only \(learnedCount) of its \(counts.total) kernels stand in layers that differ from their own "
                + "shuffled weights, at least \(least) are needed"
        }
        return nil
    }
}

/// What the analysed networks show together.
public struct Evidence: Sendable {
    /// The networks that may steer the design, in the order given.
    public let networks: [NetworkEvidence]
    /// The others, with the reason.
    public let leftOut: [(title: String, reason: String)]
    /// How the networks vote.
    public let weighting: Weighting

    /// Gathers the evidence of networks.
    ///
    /// Grouped and standard convolutions mix channels while they filter, so that their slices tell less about the
    /// depthwise kernels of a VGNet, and there are many more of them: their networks vote only where no other can.
    public init(_ networks: [AnalysedNetwork], weighting: Weighting = .network) {
        let all = zip(networks, Self.titles(networks.map(\.statistics))).map { NetworkEvidence($0, title: $1) }
        let able = all.filter { $0.refusal == nil }
        let hasDepthwise = able.contains(where: \.isDepthwise)
        self.networks = able.filter { $0.isDepthwise || !hasDepthwise }
        leftOut = all.compactMap { network in
            let mixed = hasDepthwise && !network.isDepthwise ? Self.mixing : nil
            return (network.refusal ?? mixed).map { (network.title, $0) }
        }
        self.weighting = weighting
    }

    /// The networks' titles, with the file where several have the same.
    static func titles(_ networks: [NetworkStatistics]) -> [String] {
        let titles = networks.map(\.network.title)
        return zip(networks, titles).map { network, title in
            let file = network.network.checkpoint.path.split(separator: "/").last ?? ""
            return titles.count { $0 == title } == 1 ? title : "\(title) (\(file))"
        }
    }

    private static let mixing =
        "its convolutions mix channels while they filter, which counts only where no depthwise network is analysed"

    /// Why nothing of this may steer a design; nil where something may.
    public var refusal: String? {
        guard networks.isEmpty else { return nil }
        if leftOut.count == 1 { return leftOut[0].reason }
        return leftOut.map { "\($0.title): \($0.reason)" }.joined(separator: "; ")
    }

    /// What the networks without kernels do not show, one sentence each; what a rule in force would have needed first.
    func missing(_ options: Derivation.DesignOptions) -> [String] {
        let needing = [
            (DerivationRule.banks, "fixed banks", options.form == .f), (.last, "the last unit", true),
        ].filter { options.rules.contains($0.0) && $0.2 }
        return networks.filter { $0.kernels == nil }.map { network in
            let rules = needing.map { "\($0.0.rawValue) (\($0.1))" }.joined(separator: " and ")
            return "\(network.title): only its statistics are at hand, so "
                + (rules.isEmpty ? "" : "\(rules) cannot follow its kernels, and ")
                + "the fit of fixed Gaussians, of shared last kernels and the ranks of 1×1 layers are not measured. Pass "
                + "the checkpoint itself for them"
        }
    }

    func pooled(_ pool: (NetworkEvidence) -> KernelPool) -> PooledKernels {
        PooledKernels(networks.map(pool), weighting)
    }

    func downsampling(_ stage: Int) -> PooledKernels { pooled { $0.downsampling[stage - 1] } }
    func body(_ stage: Int) -> PooledKernels { pooled { $0.body[stage - 1] } }
    var last: PooledKernels { pooled(\.last) }
    /// What works at c0…c4: the stem, then each stage's layers together.
    func width(_ index: Int) -> PooledKernels {
        pooled { network in
            guard index > 0 else { return network.stem }
            var pool = network.downsampling[index - 1]
            pool.merge(network.body[index - 1])
            return pool
        }
    }
}

extension KernelPool {
    /// Adds the kernels of another pool of the same network.
    mutating func merge(_ other: KernelPool) {
        counts = counts + other.counts
        sigmasPixels += other.sigmasPixels
        offsetsPixels += other.offsetsPixels
        filters = .init(total: filters.total + other.filters.total, dead: filters.dead + other.filters.dead)
        layers += other.layers
    }
}
