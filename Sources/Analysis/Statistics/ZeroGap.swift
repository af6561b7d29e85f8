import Classification
import Glibc

/// What separates a layer's zero kernels from its living ones, by the spread of their outputs.
public struct ZeroGap: Sendable, Equatable, Codable {
    /// The strongest zero kernel's spread relative to the layer's median; 0 where all zero kernels are all zeros.
    public let strongestZero: Double
    /// The weakest living kernel's spread relative to the layer's median.
    public let weakestLive: Double
    /// log₁₀ of ``weakestLive`` over ``strongestZero``; nil where the zero kernels are all zeros (no limit).
    public let decades: Double?

    /// Whether at least a decade lies between them: then any sensible cut-off finds the same kernels.
    public var isClear: Bool { decades.map { $0 >= 1 } ?? true }

    /// Measures a layer's gap; nil without zero kernels or without living ones.
    init?(_ classifications: [KernelClassification]) {
        let finite = classifications.filter { $0.shape != .nonFinite }
        let zeros = finite.filter { $0.label == .zero }.map(\.relativeSpread)
        let live = finite.filter { $0.label != .zero }.map(\.relativeSpread)
        guard let strongest = zeros.max(), let weakest = live.min() else { return nil }
        strongestZero = strongest
        weakestLive = weakest
        decades = strongest > 0 && weakest > 0 ? log10(weakest / strongest) : strongest > 0 ? 0 : nil
    }
}
