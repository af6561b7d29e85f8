import Classification
import Numerics
import Statistics

/// Kernels of one network that work at one place.
public struct KernelPool: Sendable, Equatable {
    /// The network's title.
    public let network: String
    /// How many kernels carry each label.
    public internal(set) var counts = LabelCounts()
    /// Fitted widths of the blur kernels in pixels, in network order.
    public internal(set) var sigmasPixels: [Double] = []
    /// Offsets of the blur kernels' centroids in pixels, the mean of both axes, as symmetric padding sees them.
    public internal(set) var offsetsPixels: [Double] = []
    /// Output channels of the layers, and those of them whose kernels are all dead.
    public internal(set) var filters = KernelSummary.Filters(total: 0, dead: 0)
    /// The layers behind the numbers ("MobileNetV2 1.0 #7").
    public internal(set) var layers: [String] = []

    init(network: String) { self.network = network }

    /// - Parameter isMirrored: whether the network pads below and to the right, so that its grid is the mirror image of
    ///   one that pads on both sides.
    mutating func add(_ layer: LayerStatistics, isMirrored: Bool) {
        counts = counts + layer.counts
        sigmasPixels += layer.summary.sigmas.map { Double($0) }
        offsetsPixels += layer.summary.offsets.map { isMirrored ? -$0 : $0 }
        let more = layer.summary.filters
        filters = .init(total: filters.total + more.total, dead: filters.dead + more.dead)
        layers.append("\(network) #\(layer.layer.number ?? 0)")
    }
}

/// How several networks vote.
public enum Weighting: String, Sendable, Equatable, CaseIterable {
    /// Every kernel has one vote.
    case kernels
    /// Every network has one vote.
    case network
}

/// Pools of several networks, one each, and how they vote.
///
/// Networks are the unit of every interval: kernels of one network are alike, so that their number says nothing about the
/// next network. One network has no interval.
public struct PooledKernels: Sendable, Equatable {
    /// The pools that hold enough kernels to speak for their network, in the order of the networks.
    public let pools: [KernelPool]
    /// How the networks vote.
    public let weighting: Weighting
    /// All kernels found, also those of networks with too few.
    public let total: Int

    init(_ pools: [KernelPool], _ weighting: Weighting) {
        self.pools = pools.filter { $0.counts.total >= RuleCutoffs.kernelsOfNetwork }
        self.weighting = weighting
        total = pools.reduce(0) { $0 + $1.counts.total }
    }

    /// The layers behind the numbers.
    public var layers: [String] { pools.flatMap(\.layers) }
    /// The same kernels, one network at a time.
    public var single: [PooledKernels] { pools.map { PooledKernels([$0], weighting) } }

    /// A share of kernels with its 95 % interval over the networks; 0 of none.
    public func share(_ labels: KernelLabel...) -> Estimate {
        share(of: pools.map { pool in labels.reduce(0) { $0 + pool.counts[$1] } }, among: pools.map(\.counts.total))
    }

    /// The share of output channels without a living kernel, with its 95 % interval over the networks.
    public var deadFilters: Estimate { share(of: pools.map(\.filters.dead), among: pools.map(\.filters.total)) }
    /// All output channels.
    public var filterTotal: Int { pools.reduce(0) { $0 + $1.filters.total } }

    private func share(of found: [Int], among totals: [Int]) -> Estimate {
        let counted = zip(found, totals).filter { $1 > 0 }
        let shares = counted.map { Double($0) / Double($1) }
        return Estimate(
            of: shares, weights: weights(counted.map(\.1)),
            pooled: weighting == .kernels
                ? Double(found.reduce(0, +)) / Double(max(1, totals.reduce(0, +))) : nil
        ).clamped(to: 0...1)
    }

    /// The median fitted σ with its 95 % interval over the networks; nil without any.
    public var sigma: Estimate? {
        let values = pools.map { $0.sigmasPixels.sorted() }.filter { !$0.isEmpty }
        guard !values.isEmpty else { return nil }
        return Estimate(
            of: values.map { OrderStatistics.median(ofSorted: $0) }, weights: weights(values.map(\.count)),
            pooled: weighting == .kernels ? values.flatMap { $0 }.median : nil)
    }

    /// The mean offset with its 95 % interval over the networks; nil without any.
    public var offset: Estimate? {
        let values = pools.map(\.offsetsPixels).filter { !$0.isEmpty }
        guard !values.isEmpty else { return nil }
        return Estimate(
            of: values.map { $0.reduce(0, +) / Double($0.count) }, weights: weights(values.map(\.count)))
    }

    /// How much each network's number counts.
    private func weights(_ kernels: [Int]) -> [Double] {
        weighting == .network ? kernels.map { _ in 1 } : kernels.map(Double.init)
    }
}
