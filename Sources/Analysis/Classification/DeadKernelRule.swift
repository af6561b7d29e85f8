import TemplateMatching

/// Which kernels do nothing beside their neighbours.
///
/// Two yardsticks, each relative to the layer's median: the spread of the output under the prior, √(wᵀCw), with the
/// factor of the batch normalisation, and the norm of the bare weights, √(wᵀw), which is what a person sees. A kernel is
/// zero where its spread is minOutputRMS, or where its norm is minNorm and the batch normalisation does not make up for it. A weak
/// outline among strong blurs has a minNorm spread but does something all the same: its norm speaks for it.
/// Kernels three decades below the strongest are left out of the medians, so a layer that is mostly dead still has a
/// living yardstick.
struct DeadKernelRule {
    /// The spread below which a kernel is zero.
    let minOutputRMS: Double
    /// The norm below which a kernel is zero, unless its spread is ``rescueRMS`` or more.
    let minNorm: Double

    /// The relative spread from which on a kernel lives however minNorm its weights: at four times the share of `minNorm`, the
    /// batch normalisation has made up for them.
    private var rescueRMS: Double { ShapeRules.rescueFactor * minNorm }

    /// How strongly kernels act; not finite where their weights are not.
    struct Strengths: Sendable {
        /// √(wᵀCw) times the batch normalisation's factor.
        private(set) var spreads: [Float] = []
        /// √(wᵀw) of the weights as stored; `norms.count == spreads.count`.
        private(set) var norms: [Float] = []

        /// Room for `count` kernels.
        init(count: Int) {
            spreads = Array(repeating: 0, count: count)
            norms = Array(repeating: 0, count: count)
        }

        /// Takes those of the first `count` of sixteen kernels, by what descriptions need (`MatchingLanes.Shape`).
        mutating func set(_ shapes: [Lanes], count: Int, at place: Int) {
            TemplateMatcher.store(shapes[MatchingLanes.Shape.spread], count: count, in: &spreads, at: place)
            TemplateMatcher.store(shapes[MatchingLanes.Shape.norm], count: count, in: &norms, at: place)
        }

        /// Those of the kernels with a finite spread of more than `limit`.
        func living(above limit: Float) -> Strengths {
            var count = 0
            for spread in spreads { count += spread > limit && spread < .infinity ? 1 : 0 }
            guard count < spreads.count else { return self }
            // Each is put where the next one goes; it stays there where it lives.
            var some = Strengths(count: count + 1)
            var place = 0
            for index in spreads.indices {
                some.spreads[place] = spreads[index]
                some.norms[place] = norms[index]
                place += spreads[index] > limit && spreads[index] < .infinity ? 1 : 0
            }
            some.spreads.removeLast()
            some.norms.removeLast()
            return some
        }

        mutating func append(_ others: Strengths) {
            spreads += others.spreads
            norms += others.norms
        }

        /// Multiplies the spreads by the batch normalisation's factors.
        mutating func scale(_ factors: ArraySlice<Float>) {
            for (place, factor) in factors.enumerated() { spreads[place] *= abs(factor) }
        }

    }

    /// Relabels zero kernels and notes every kernel's relative spread; kernels that are not finite are passed over.
    func apply(to classifications: inout [KernelClassification], strengths: Strengths) {
        let (spreads, norms) = (strengths.spreads, strengths.norms)
        var strongest: Float = 0
        // A spread that is not finite is no number, or beyond all numbers.
        for spread in spreads where spread > strongest && spread < .infinity { strongest = spread }
        guard strongest > 0 else { return }
        let living = strengths.living(above: strongest * ShapeRules.livingShare)
        let spread = Double(RadixSelection.middle(living.spreads))
        let norm = Double(RadixSelection.middle(living.norms))
        // Relative to the layer: 1 / median is rounded once more, which no cut-off notices.
        let (factor, minOutputRMS, minNorm, rescueRMS) = (1 / spread, minOutputRMS, minNorm * norm, rescueRMS)
        var largestZero = 0.0
        var smallestLive = Double.infinity
        var zeros: [Int] = []
        var all = classifications.mutableSpan
        for index in spreads.indices where spreads[index].isFinite {
            let relative = Double(spreads[index]) * factor
            all[index].relativeSpread = relative
            if relative < minOutputRMS || relative < rescueRMS && Double(norms[index]) < minNorm {
                zeros.append(index)
                largestZero = max(largestZero, relative)
            } else {
                smallestLive = min(smallestLive, relative)
            }
        }
        // Dead: a gap lies between the zero kernels and the weakest living one.
        let isGap = largestZero * ShapeRules.deadGap <= smallestLive
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
