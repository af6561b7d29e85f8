import KernelMatching

/// Which kernels do nothing beside their neighbours.
///
/// Two yardsticks, each relative to the layer's median: the spread of the output under the prior, √(wᵀCw), with the
/// factor of the batch normalisation, and the norm of the bare weights, √(wᵀw), which is what a person sees. A kernel is
/// zero where its spread is tiny, or where its norm is small and the batch normalisation does not make up for it. A weak
/// outline among strong blurs has a small spread but does something all the same: its norm speaks for it.
/// Kernels three decades below the strongest are left out of the medians, so a layer that is mostly dead still has a
/// living yardstick.
struct ZeroRule {
    /// The spread below which a kernel is zero.
    let tiny: Double
    /// The norm below which a kernel is zero, unless its spread is ``revived`` or more.
    let small: Double

    /// The relative spread from which on a kernel lives however small its weights: at four times the share of `small`, the
    /// batch normalisation has made up for them.
    private var revived: Double { 4 * small }

    /// How strongly kernels act; not finite where their weights are not.
    struct Strengths: Sendable {
        /// √(wᵀCw) times the batch normalisation's factor.
        private(set) var spreads: [Float] = []
        /// √(wᵀw) of the weights as stored; `norms.count == spreads.count`.
        private(set) var norms: [Float] = []

        /// Room for `capacity` kernels.
        init(capacity: Int) {
            spreads.reserveCapacity(capacity)
            norms.reserveCapacity(capacity)
        }

        /// Those of the first `count` of sixteen kernels, by what descriptions need (`MatchingLanes.Shape`).
        mutating func append(_ shapes: [Lanes], count: Int) {
            TemplateMatcher.append(shapes[MatchingLanes.Shape.spread], count: count, to: &spreads)
            TemplateMatcher.append(shapes[MatchingLanes.Shape.norm], count: count, to: &norms)
        }

        /// Multiplies the spreads by the batch normalisation's factors.
        mutating func scale(_ factors: ArraySlice<Float>) {
            for (place, factor) in factors.enumerated() { spreads[place] *= abs(factor) }
        }

        mutating func append(_ others: Strengths) {
            spreads += others.spreads
            norms += others.norms
        }
    }

    /// Relabels zero kernels and notes every kernel's relative spread; kernels that are not finite are passed over.
    func apply(to classifications: inout [KernelClassification], strengths: Strengths) {
        let (spreads, norms) = (strengths.spreads, strengths.norms)
        let strongest = spreads.reduce(0) { $1.isFinite ? max($0, $1) : $0 }
        guard strongest > 0 else { return }
        // Not finite ones fail the comparison, or are infinite.
        let limit = strongest * 1e-3
        func isLiving(_ spread: Float) -> Bool { spread > limit && spread.isFinite }
        let living = spreads.filter(isLiving)
        let spread = Double(RadixSelection.middle(living))
        let norm = Double(
            RadixSelection.middle(
                living.count == norms.count ? norms : norms.indices.filter { isLiving(spreads[$0]) }.map { norms[$0] }))
        // Relative to the layer: 1 / median is rounded once more, which no cut-off notices.
        let (factor, tiny, small, revived) = (1 / spread, tiny, small * norm, revived)
        var largestZero = 0.0
        var smallestLive = Double.infinity
        var zeros: [Int] = []
        var all = classifications.mutableSpan
        for index in spreads.indices where spreads[index].isFinite {
            let relative = Double(spreads[index]) * factor
            all[index].relativeSpread = relative
            if relative < tiny || relative < revived && Double(norms[index]) < small {
                zeros.append(index)
                largestZero = max(largestZero, relative)
            } else {
                smallestLive = min(smallestLive, relative)
            }
        }
        // Dead: at least a decade lies between the zero kernels and the weakest living one.
        let isGap = largestZero * 10 <= smallestLive
        for index in zeros {
            let isDead = isGap || all[index].relativeSpread == 0
            all[index] = zero(all[index], isDead ? .dead : .weak)
        }
    }

    /// A zero kernel has no fit and no parameters.
    private func zero(_ old: KernelClassification, _ shape: KernelShape) -> KernelClassification {
        var zero = KernelClassification(
            label: .zero, shape: shape, fit: 0, margin: 0, sigmaPixels: nil, dcGain: old.dcGain)
        zero.spectralClass = old.spectralClass
        zero.relativeSpread = old.relativeSpread
        return zero
    }
}
