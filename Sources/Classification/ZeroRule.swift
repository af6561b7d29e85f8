/// Which kernels do nothing beside their neighbours.
///
/// The spread of a kernel's output under the prior is √(wᵀCw), times the batch normalisation's factor. Its yardstick is
/// the median over the layer's kernels, those left out that lie three decades below the strongest: so a layer that is
/// mostly dead still has a living yardstick.
struct ZeroRule {
    /// The share of the yardstick below which a kernel is zero.
    let threshold: Double

    /// Relabels zero kernels and notes every kernel's relative spread; kernels that are not finite are passed over.
    func apply(to classifications: inout [KernelClassification], spreads: [Float]) {
        let finite = spreads.filter { $0.isFinite }
        guard let strongest = finite.max(), strongest > 0 else { return }
        let living = finite.filter { $0 > strongest * 1e-3 }.sorted()
        let yardstick = Double(living[living.count / 2])
        var largestZero = 0.0
        var smallestLive = Double.infinity
        for index in classifications.indices where spreads[index].isFinite {
            let relative = Double(spreads[index]) / yardstick
            classifications[index].relativeSpread = relative
            if relative < threshold {
                largestZero = max(largestZero, relative)
            } else {
                smallestLive = min(smallestLive, relative)
            }
        }
        // Dead: at least a decade lies between the zero kernels and the weakest living one.
        let isGap = largestZero * 10 <= smallestLive
        for index in classifications.indices where spreads[index].isFinite {
            guard classifications[index].relativeSpread < threshold else { continue }
            let old = classifications[index]
            var zero = KernelClassification(
                label: .zero, shape: isGap || old.relativeSpread == 0 ? .dead : .weak, fit: 0, margin: 0,
                sigmaPixels: nil, dcGain: old.dcGain)
            zero.spectralClass = old.spectralClass
            zero.relativeSpread = old.relativeSpread
            classifications[index] = zero
        }
    }
}
