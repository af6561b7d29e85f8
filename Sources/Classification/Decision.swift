/// The order of decisions between identity, blur, edge and other; the first that holds wins.
struct Decision: Sendable {
    private let rubric: ClassifierSettings.Rubric
    /// The rubric's own cut-offs.
    private let lenient: Thresholds
    /// Those that only alpha of random kernels pass.
    private let strict: Thresholds
    private let secondKinds: [TemplateKind]
    private let size: Int

    init(rubric: ClassifierSettings.Rubric, strict: Thresholds, families: TemplateFamilies, size: Int) {
        self.rubric = rubric
        lenient = rubric.thresholds(size: size)
        self.strict = strict
        secondKinds = families.second.kinds
        self.size = size
    }

    /// Functional R² of the kernel and a delta at its strongest cell, 0…1.
    func deltaFit(_ features: KernelFeatures) -> Float {
        guard features.scale > 0, features.outputEnergy > 0 else { return 0 }
        return min(1, features.outputAtPeak * features.outputAtPeak / features.outputEnergy)
    }

    /// The label of one kernel by its shape alone; whether it is zero beside its neighbours is decided per layer, and
    /// whether it may keep a name that chance gives as well.
    func label(_ features: KernelFeatures, deltaFit: Float) -> KernelLabel {
        label(features, deltaFit: Double(deltaFit), lenient)
    }

    /// The label where the kernel alone must show that it is more than chance.
    func strictLabel(_ features: KernelFeatures, deltaFit: Float) -> KernelLabel {
        label(features, deltaFit: Double(deltaFit), strict)
    }

    private func label(_ features: KernelFeatures, deltaFit: Double, _ thresholds: Thresholds) -> KernelLabel {
        guard features.scale > 0 else { return .other }
        if isIdentity(features, deltaFit: deltaFit, thresholds) { return .identity }
        if isBlur(features, thresholds) { return .blur }
        if isEdge(features, thresholds) { return .edge }
        return .other
    }

    private func isIdentity(_ features: KernelFeatures, deltaFit: Double, _ thresholds: Thresholds) -> Bool {
        let peak = Double(features.peakShare)
        guard peak >= rubric.nearIdentityPeak else { return false }
        // One sign and a good narrow bump: a blur until the centre carries still more.
        let isBump =
            Double(features.dcGain) >= rubric.blurDCGain && Double(features.blur.weightFit) >= rubric.narrowBumpFit
        let isNear = size > 3 || deltaFit >= rubric.nearIdentityFit
        guard peak >= thresholds.identityPeak || !isBump && isNear else { return false }
        // A regular surround that cancels the centre makes an outline of it, unless the centre drowns the surround.
        let fit = Double(features.second.weightFit)
        let isRegular =
            size > 3 ? 1 - (1 - fit) / (1 - peak) >= rubric.cancellingSurroundFit : fit >= rubric.cancellingFit
        let isCancelled =
            Double(features.dcGain) <= rubric.cancellingDCGain && peak <= rubric.dominantPeak && isRegular
            && fit >= thresholds.secondFit && secondKinds[features.second.index] != .saddle
        return !isCancelled
    }

    private func isBlur(_ features: KernelFeatures, _ thresholds: Thresholds) -> Bool {
        let fit = Double(features.blur.weightFit)
        return fit >= thresholds.blurFit && fit >= rubric.leastBlurFit(dcGain: Double(features.dcGain), size: size)
    }

    private func isEdge(_ features: KernelFeatures, _ thresholds: Thresholds) -> Bool {
        Double(features.dcGain) <= rubric.edgeDCGain
            && (Double(features.first.weightFit) >= thresholds.firstFit
                || Double(features.second.weightFit) >= thresholds.secondFit)
    }
}
