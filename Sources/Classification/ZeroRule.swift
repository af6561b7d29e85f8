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

    /// How strongly one kernel acts; not finite where its weights are not.
    struct Strength {
        /// √(wᵀCw) times the batch normalisation's factor.
        var spread: Float
        /// √(wᵀw) of the weights as stored.
        var norm: Float
    }

    /// Relabels zero kernels and notes every kernel's relative spread; kernels that are not finite are passed over.
    func apply(to classifications: inout [KernelClassification], strengths: [Strength]) {
        let finite = strengths.filter { $0.spread.isFinite }
        let strongest = finite.reduce(0) { max($0, $1.spread) }
        guard strongest > 0 else { return }
        let living = finite.filter { $0.spread > strongest * 1e-3 }
        let spread = Double(RadixSelection.middle(living.map(\.spread)))
        let norm = Double(RadixSelection.middle(living.map(\.norm)))
        var largestZero = 0.0
        var smallestLive = Double.infinity
        for index in classifications.indices where strengths[index].spread.isFinite {
            let relative = Double(strengths[index].spread) / spread
            classifications[index].relativeSpread = relative
            let isSmall = Double(strengths[index].norm) < small * norm && relative < revived
            if relative < tiny || isSmall {
                classifications[index] = zero(classifications[index])
                largestZero = max(largestZero, relative)
            } else {
                smallestLive = min(smallestLive, relative)
            }
        }
        // Dead: at least a decade lies between the zero kernels and the weakest living one.
        let isGap = largestZero * 10 <= smallestLive
        for index in classifications.indices where classifications[index].label == .zero {
            let isDead = isGap || classifications[index].relativeSpread == 0
            classifications[index].shape = isDead ? .dead : .weak
        }
    }

    /// A zero kernel has no fit and no parameters.
    private func zero(_ old: KernelClassification) -> KernelClassification {
        var zero = KernelClassification(
            label: .zero, shape: .dead, fit: 0, margin: 0, sigmaPixels: nil, dcGain: old.dcGain)
        zero.spectralClass = old.spectralClass
        zero.relativeSpread = old.relativeSpread
        return zero
    }
}
