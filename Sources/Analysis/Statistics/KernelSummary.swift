import Classification
import Numerics

/// What the labels of a layer's kernels come to, without the kernels themselves.
///
/// Counts, shares and designs follow from it; single kernels do not.
public struct KernelSummary: Sendable, Equatable, Codable {
    /// Output channels, and those of them whose kernels are all dead.
    public struct Filters: Sendable, Equatable, Codable {
        /// How many there are.
        public let total: Int
        /// How many hold nothing but zero kernels.
        public let dead: Int

        /// Counts filters; see the properties.
        public init(total: Int, dead: Int) {
            self.total = total
            self.dead = dead
        }
    }

    /// How many kernels carry each label.
    public let counts: LabelCounts
    /// The median of |Σw| / Σ|w| over the live kernels, 0…1; 0 where all are zero.
    public let medianDCGain: Double
    /// The fitted σ of the blur kernels in pixels, in bank order; those beyond the fit's bound are left out.
    public let sigmas: [Float]
    /// The spread of ``sigmas``; nil without any.
    public let sigmaQuantiles: Quantiles?
    /// How many blur kernels are wider than their size can show (`KernelClassification.sigmaBoundPixels`).
    public var blursAtBound: Int { sigmasAtBound ?? 0 }
    /// nil in files of before 0.3, where such widths stand among ``sigmas``.
    private let sigmasAtBound: Int?
    /// How far the blur kernels' centroids lie from the centre, in pixels: the mean of both axes, in bank order.
    public let offsets: [Double]
    /// The kernels whose label a careful reader gives with a probability below 0.8.
    public let uncertain: Int
    /// The kernels with weights that are not finite.
    public let nonFinite: Int
    /// The kernels that are identity, blur or edge.
    public let named: Int
    /// Those of them that chance would name as well, each taken by itself.
    public let withinChance: Int
    /// How many kernels have each shape that occurs, by its printed name.
    public let shapes: [String: Int]
    /// How many live kernels pass which frequencies, by the printed name of the class.
    public let spectrum: [String: Int]
    /// What lies between the zero kernels and the living ones; nil where every kernel is zero or none is.
    public let zeroGap: ZeroGap?
    /// Output channels and dead ones.
    public let filters: Filters

    /// Summarises classifications in bank order, `slices` of them a filter.
    public init(_ classifications: [KernelClassification], slices: Int) {
        counts = LabelCounts(classifications)
        let live = classifications.filter { $0.label != .zero && $0.shape != .nonFinite }
        medianDCGain = live.map(\.dcGain).median ?? 0
        sigmas = classifications.compactMap { $0.sigmaPixels.map { Float($0) } }
        sigmaQuantiles = Quantiles(sigmas.map { Double($0) })
        sigmasAtBound = classifications.count { $0.sigmaBoundPixels != nil }
        offsets = classifications.compactMap { kernel in
            guard kernel.label == .blur, let offset = kernel.offset else { return nil }
            return 0.5 * (Double(offset.x) + Double(offset.y))
        }
        uncertain = classifications.count { $0.isUncertain }
        nonFinite = classifications.count { $0.shape == .nonFinite }
        named = classifications.count { $0.label != .zero && $0.label != .other }
        withinChance = classifications.count { $0.label != .zero && $0.label != .other && !$0.isBeyondChance }
        shapes = Dictionary(classifications.lazy.map { ($0.shape.rawValue, 1) }, uniquingKeysWith: +)
        spectrum = Dictionary(live.lazy.map { ($0.spectralClass.rawValue, 1) }, uniquingKeysWith: +)
        zeroGap = ZeroGap(classifications)
        filters = Self.filters(classifications, slices: max(1, slices))
    }

    private static func filters(_ classifications: [KernelClassification], slices: Int) -> Filters {
        var (total, dead) = (0, 0)
        for first in stride(from: 0, to: classifications.count, by: slices) {
            let kernels = classifications[first..<min(first + slices, classifications.count)]
            total += 1
            dead += kernels.allSatisfy { $0.label == .zero } ? 1 : 0
        }
        return Filters(total: total, dead: dead)
    }
}
