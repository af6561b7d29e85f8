/// Which kernels do nothing beside their neighbours.
///
/// Two yardsticks, each relative to the layer's median and with the batch normalisation's factor: the spread of the
/// output under the prior, √(wᵀCw), and the norm of the weights, √(wᵀw). A kernel is zero where its spread is tiny, or
/// where both are small: a weak outline among strong blurs has a small spread but does something all the same.
/// Kernels three decades below the strongest are left out of the medians, so a layer that is mostly dead still has a
/// living yardstick.
struct ZeroRule {
    /// The spread below which a kernel is zero.
    let tiny: Double
    /// The spread and norm below which, both together, a kernel is zero.
    let small: Double

    /// How strongly one kernel acts; not finite where its weights are not.
    struct Strength {
        var spread: Float
        var norm: Float
    }

    /// Relabels zero kernels and notes every kernel's relative spread; kernels that are not finite are passed over.
    func apply(to classifications: inout [KernelClassification], strengths: [Strength]) {
        let finite = strengths.filter { $0.spread.isFinite }
        let strongest = finite.reduce(0) { max($0, $1.spread) }
        guard strongest > 0 else { return }
        let living = finite.filter { $0.spread > strongest * 1e-3 }
        let spread = Double(living.map(\.spread).sorted()[living.count / 2])
        let norm = Double(living.map(\.norm).sorted()[living.count / 2])
        var largestZero = 0.0
        var smallestLive = Double.infinity
        for index in classifications.indices where strengths[index].spread.isFinite {
            let relative = Double(strengths[index].spread) / spread
            classifications[index].relativeSpread = relative
            if relative < tiny || relative < small && Double(strengths[index].norm) / norm < small {
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
