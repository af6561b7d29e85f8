/// The order of decisions between identity, blur, edge and other; the first that holds wins.
///
/// Sixteen kernels at a time: each comparison says where it holds.
struct Decision: Sendable {
    private let rubric: ClassifierSettings.Rubric
    /// The rubric's own cut-offs.
    private let lenient: Thresholds
    /// Those that only alpha of random kernels pass.
    private let strict: Thresholds
    private let size: Int

    init(rubric: ClassifierSettings.Rubric, strict: Thresholds, size: Int) {
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

    /// The names of kernels by their shape alone; whether they are zero beside their neighbours is decided per layer, and
    /// whether they may keep a name that chance gives as well.
    @inline(__always)
    func names(_ features: KernelFeatures) -> Names { names(features, lenient) }

    /// The names where the kernel alone must show that it is more than chance.
    @inline(__always)
    func strictNames(_ features: KernelFeatures) -> Names { names(features, strict) }

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
        // A regular surround that cancels the centre makes an outline of it, unless the centre drowns the surround.
        let fit = features.second.weightFit
        let isRegular =
            size > 3
            ? (1 - fit) .<= (1 - peak) * Float(1 - rubric.cancellingSurroundFit) : fit .>= rubric.cancellingFit
        let isCancelled =
            (features.dcGain .<= rubric.cancellingDCGain) .& (peak .<= rubric.dominantPeak) .& isRegular
            .& (fit .>= thresholds.secondFit) .& .!features.second.isKind(.saddle)
        return isNear .& isClear .& .!isCancelled
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
