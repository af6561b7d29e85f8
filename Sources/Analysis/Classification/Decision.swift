/// The order of decisions between identity, blur, edge and other; the first that holds wins, unless readers would much more
/// probably say something else (``ReaderModel/leastOdds``).
///
/// Sixteen kernels at a time: each comparison says where it holds.
struct Decision: Sendable {
    private let rubric: ClassifierSettings.Rubric
    /// The rubric's own cut-offs.
    private let lenient: Thresholds
    /// Those that only alpha of random kernels pass.
    private let strict: Thresholds
    private let size: Int
    /// What readers would say; nil of sizes that they did not see.
    private let readers: ReaderModel?
    /// Whether the readers' label may take the place of the rubric's: who changes a cut-off is taken at their word.
    private let mayOverrule: Bool

    init(rubric: ClassifierSettings.Rubric, strict: Thresholds, size: Int) {
        readers = ReaderModel(size: size)
        mayOverrule = rubric == ClassifierSettings.Rubric()
        self.rubric = rubric
        lenient = rubric.thresholds(size: size)
        self.strict = strict
        self.size = size
    }

    /// Where each of the three names holds, at most one for a kernel; the others are other.
    struct Names {
        var identity: Mask
        var blur: Mask
        var edge: Mask

        /// Where any does.
        var any: Mask { identity .| blur .| edge }

        /// The label in one lane.
        func label(_ lane: Int) -> KernelLabel {
            identity[lane] ? .identity : blur[lane] ? .blur : edge[lane] ? .edge : .other
        }

        /// Where `label` holds.
        func holds(_ label: KernelLabel) -> Mask {
            switch label {
            case .identity: identity
            case .blur: blur
            case .edge: edge
            case .zero: Mask(repeating: false)
            case .other: .!any
            }
        }
    }

    /// The names of kernels by their shape alone, those that they keep where they alone must show that they are more than
    /// chance, and what readers would call them.
    struct Verdict {
        var names: Names
        var strict: Names
        /// Where the rubric alone says the same.
        var isRubrics = Mask(repeating: true)
        /// nil of sizes that no reader saw.
        var probabilities: ReaderModel.Probabilities?
    }

    /// The names of kernels by their shape alone; whether they are zero beside their neighbours is decided per layer, and
    /// whether they may keep a name that chance gives as well.
    @inline(__always)
    func names(_ features: KernelFeatures) -> Names { verdict(features).names }

    /// The names by the written rubric alone.
    func namesByRubric(_ features: KernelFeatures) -> Names { names(features, lenient) }

    /// All of it.
    @inline(__always)
    func verdict(_ features: KernelFeatures) -> Verdict {
        let byRubric = names(features, lenient)
        let strictly = lenient == strict ? byRubric : names(features, strict)
        guard let probabilities = readers?.probabilities(features) else {
            return Verdict(names: byRubric, strict: strictly, probabilities: nil)
        }
        let names = mayOverrule ? overruled(byRubric, features, probabilities) : byRubric
        return Verdict(
            names: names,
            strict: Names(
                identity: strictly.identity .& names.identity, blur: strictly.blur .& names.blur,
                edge: strictly.edge .& names.edge),
            isRubrics: (byRubric.identity .& names.identity) .| (byRubric.blur .& names.blur)
                .| (byRubric.edge .& names.edge) .| .!(byRubric.any .| names.any), probabilities: probabilities)
    }

    /// The rubric's names with those in place that are at least ``ReaderModel/leastOdds`` times as probable.
    ///
    /// A rough 3×3 kernel becomes no blur, an irregular one no edge, a clear derivative or a cancelled centre no identity:
    /// readers saw few such, and chance makes many.
    @inline(__always)
    private func overruled(
        _ names: Names, _ features: KernelFeatures, _ likely: ReaderModel.Probabilities
    ) -> Names {
        let best = likely.identity.larger(likely.blur).larger(likely.edge.larger(likely.other))
        let identity = likely.identity .>= best
        let blur = (likely.blur .>= best) .& .!identity
        let edge = (likely.edge .>= best) .& .!identity .& .!blur
        let isClear =
            names.edge
            .& ((features.second.weightFit .>= ReaderModel.clearDerivativeFit) .| isCancelled(features, lenient))
        let fit = features.first.weightFit.larger(features.second.weightFit)
        let isIrregular = edge .& (fit .< ReaderModel.leastDerivativeFit(size: size))
        // Larger kernels have no such bound: of those that no bump fits readers see few blurs, and the model with them.
        let isRough = blur .& (features.blur.weightFit .< (size == 3 ? ReaderModel.leastBumpFit : 0))
        let isBarred = (identity .& isClear) .| isIrregular .| isRough
        let isOther = features.isKernel .& (best .>= likely.of(names) * ReaderModel.leastOdds) .& .!isBarred
        return Names(
            identity: (identity .& isOther) .| (names.identity .& .!isOther),
            blur: (blur .& isOther) .| (names.blur .& .!isOther),
            edge: (edge .& isOther) .| (names.edge .& .!isOther))
    }

    @inline(__always)
    private func names(_ features: KernelFeatures, _ thresholds: Thresholds) -> Names {
        let identity = features.isKernel .& isIdentity(features, thresholds)
        let blur = features.isKernel .& isBlur(features, thresholds) .& .!identity
        let edge = features.isKernel .& isEdge(features, thresholds) .& .!identity .& .!blur
        return Names(identity: identity, blur: blur, edge: edge)
    }

    @inline(__always)
    private func isIdentity(_ features: KernelFeatures, _ thresholds: Thresholds) -> Mask {
        let peak = features.peakShare
        let isNear = peak .>= rubric.nearIdentityPeak
        // One sign and a good narrow bump: a blur until the centre carries still more.
        let isBump = (features.dcGain .>= rubric.blurDCGain) .& (features.blur.weightFit .>= rubric.narrowBumpFit)
        let isDelta = size > 3 ? .!isBump : .!isBump .& (features.deltaFit .>= rubric.nearIdentityFit)
        let isClear = (peak .>= thresholds.identityPeak) .| isDelta
        return isNear .& isClear .& .!isCancelled(features, thresholds)
    }

    /// Where a regular surround cancels the centre, which makes an outline of it, unless the centre drowns the surround.
    ///
    /// The surround adds to what the centre explains; noise lowers both in proportion, and a Laplacian stays one in it.
    @inline(__always)
    private func isCancelled(_ features: KernelFeatures, _ thresholds: Thresholds) -> Mask {
        let (peak, fit) = (features.peakShare, features.second.weightFit)
        return (features.dcGain .<= rubric.cancellingDCGain) .& (peak .<= rubric.dominantPeak)
            .& (fit .>= peak * Float(rubric.cancellingFitRatio)) .& (fit .>= thresholds.secondFit)
            .& .!features.second.isKind(.saddle)
    }

    @inline(__always)
    private func isBlur(_ features: KernelFeatures, _ thresholds: Thresholds) -> Mask {
        let fit = features.blur.weightFit
        return (fit .>= thresholds.blurFit) .& (fit .>= rubric.leastBlurFit(dcGain: features.dcGain, size: size))
    }

    @inline(__always)
    private func isEdge(_ features: KernelFeatures, _ thresholds: Thresholds) -> Mask {
        (features.dcGain .<= rubric.edgeDCGain)
            .& ((features.first.weightFit .>= thresholds.firstFit)
                .| (features.second.weightFit .>= thresholds.secondFit))
    }
}
