import Classification
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
    public internal(set) var filters = (total: 0, dead: 0)
    /// The layers behind the numbers ("MobileNetV2 1.0 #7").
    public internal(set) var layers: [String] = []

    /// Whether both pools hold the same kernels of the same network.
    public static func == (a: KernelPool, b: KernelPool) -> Bool {
        (a.network, a.counts, a.sigmasPixels, a.offsetsPixels, a.layers)
            == (b.network, b.counts, b.sigmasPixels, b.offsetsPixels, b.layers) && a.filters == b.filters
    }

    init(network: String) { self.network = network }

    /// - Parameter isMirrored: whether the network pads below and to the right, so that its grid is the mirror image of
    ///   one that pads on both sides.
    mutating func add(_ layer: LayerStatistics, isMirrored: Bool) {
        counts = counts + layer.counts
        for kernel in layer.classifications where kernel.label == .blur {
            if let sigma = kernel.sigmaPixels { sigmasPixels.append(sigma) }
            if let offset = kernel.offset {
                offsetsPixels.append((isMirrored ? -0.5 : 0.5) * (Double(offset.x) + Double(offset.y)))
            }
        }
        let slices = max(1, layer.layer.weightShape[1])
        for first in Swift.stride(from: 0, to: layer.classifications.count, by: slices) {
            let kernels = layer.classifications[first..<min(first + slices, layer.classifications.count)]
            filters.total += 1
            filters.dead += kernels.allSatisfy { $0.label == .zero } ? 1 : 0
        }
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
public struct PooledKernels: Sendable, Equatable {
    /// The pools that hold kernels, in the order of the networks.
    public let pools: [KernelPool]
    /// How the networks vote.
    public let weighting: Weighting

    init(_ pools: [KernelPool], _ weighting: Weighting) {
        self.pools = pools.filter { $0.counts.total > 0 }
        self.weighting = weighting
    }

    /// All kernels.
    public var total: Int { pools.reduce(0) { $0 + $1.counts.total } }
    /// The layers behind the numbers.
    public var layers: [String] { pools.flatMap(\.layers) }
    /// The same kernels, one network at a time.
    public var single: [PooledKernels] { pools.map { PooledKernels([$0], weighting) } }

    /// A share of kernels with its 95 % interval.
    public func share(_ labels: KernelLabel...) -> Estimate { share(labels) }

    /// The share of output channels without a living kernel, with its 95 % interval.
    public var deadFilters: Estimate { share(of: pools.map(\.filters.dead), among: pools.map(\.filters.total)) }
    /// All output channels.
    public var filterTotal: Int { pools.reduce(0) { $0 + $1.filters.total } }

    func share(_ labels: [KernelLabel]) -> Estimate {
        share(
            of: pools.map { pool in labels.reduce(0) { $0 + pool.counts[$1] } }, among: pools.map(\.counts.total))
    }

    private func share(of found: [Int], among totals: [Int]) -> Estimate {
        guard weighting == .network, pools.count > 1 else {
            let interval = ShareInterval(count: found.reduce(0, +), total: totals.reduce(0, +))
            return Estimate(value: interval.share, low: interval.low, high: interval.high)
        }
        let shares = zip(found, totals).map { Double($0) / Double($1) }
        return Self.mean(shares).clamped(to: 0...1)
    }

    /// The median fitted σ with its 95 % interval; nil without any.
    public var sigma: Estimate? { median(\.sigmasPixels) }

    /// The mean offset with its 95 % interval; nil without any.
    public var offset: Estimate? {
        let values = pools.map(\.offsetsPixels).filter { !$0.isEmpty }
        guard !values.isEmpty else { return nil }
        guard weighting == .network, values.count > 1 else { return Self.mean(values.flatMap { $0 }) }
        return Self.mean(values.map { $0.reduce(0, +) / Double($0.count) })
    }

    private func median(_ key: KeyPath<KernelPool, [Double]>) -> Estimate? {
        let values = pools.map { $0[keyPath: key].sorted() }.filter { !$0.isEmpty }
        guard !values.isEmpty else { return nil }
        guard weighting == .network, values.count > 1 else {
            let sorted = values.flatMap { $0 }.sorted()
            // The order statistics between which the median lies in 95 % of samples.
            let reach = 1.96 * Double(sorted.count).squareRoot() / 2
            let middle = Double(sorted.count - 1) / 2
            let low = max(0, Int((middle - reach).rounded(.down)))
            let high = min(sorted.count - 1, Int((middle + reach).rounded(.up)))
            return Estimate(value: Self.middle(sorted), low: sorted[low], high: sorted[high])
        }
        return Self.mean(values.map(Self.middle))
    }

    private static func middle(_ sorted: [Double]) -> Double {
        (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    /// The mean of independent numbers, ± 1.96 standard errors.
    private static func mean(_ values: [Double]) -> Estimate {
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let error = values.count > 1 ? (squares / (count - 1) / count).squareRoot() : 0
        return Estimate(value: mean, low: mean - 1.96 * error, high: mean + 1.96 * error)
    }
}

/// A measured number and the interval in which the true one lies with 95 % confidence.
public struct Estimate: Sendable, Equatable, Codable {
    /// The number.
    public let value: Double
    /// The lower end.
    public let low: Double
    /// The upper end.
    public let high: Double

    func clamped(to range: ClosedRange<Double>) -> Estimate {
        func clamp(_ number: Double) -> Double { min(range.upperBound, max(range.lowerBound, number)) }
        return Estimate(value: clamp(value), low: clamp(low), high: clamp(high))
    }

    /// A standard error as the interval's width tells it.
    var standardError: Double { (high - low) / (2 * 1.96) }
}
