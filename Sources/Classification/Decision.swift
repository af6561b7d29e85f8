/// The order of decisions between identity, blur, edge and other; the first that holds wins.
struct Decision: Sendable {
    private let rubric: ClassifierSettings.Rubric
    private let thresholds: Thresholds
    private let secondKinds: [TemplateKind]
    private let powers: [Float]
    private let size: Int

    init(
        rubric: ClassifierSettings.Rubric, thresholds: Thresholds, families: TemplateFamilies,
        similarity: FunctionalSimilarity
    ) {
        self.rubric = rubric
        self.thresholds = thresholds
        secondKinds = families.second.kinds
        powers = similarity.powers
        size = similarity.size
    }

    /// Functional R² of the kernel and a delta at its strongest cell, 0…1.
    func deltaFit(_ features: KernelFeatures, values: [Float], start: Int) -> Float {
        guard features.scale > 0, features.outputEnergy > 0 else { return 0 }
        let (row, column) = features.peakIndex.quotientAndRemainder(dividingBy: size)
        var cross: Float = 0
        for y in 0..<size {
            var line: Float = 0
            for x in 0..<size { line += powers[abs(x - column)] * values[start + y * size + x] }
            cross += powers[abs(y - row)] * line
        }
        cross /= features.scale
        return min(1, cross * cross / features.outputEnergy)
    }

    /// The label of one kernel by its shape alone; whether it is zero beside its neighbours is decided per layer.
    func label(_ features: KernelFeatures, deltaFit: Float) -> KernelLabel {
        guard features.scale > 0 else { return .other }
        if isIdentity(features, deltaFit: Double(deltaFit)) { return .identity }
        if isBlur(features) { return .blur }
        if isEdge(features) { return .edge }
        return .other
    }

    private func isIdentity(_ features: KernelFeatures, deltaFit: Double) -> Bool {
        let peak = Double(features.peakShare)
        guard peak >= rubric.nearIdentityPeak else { return false }
        // One sign and a good narrow bump: a blur until the centre carries still more.
        let isBump =
            Double(features.dcGain) >= rubric.blurDCGain && Double(features.blur.weightFit) >= rubric.clearBumpFit
        let needed = max(thresholds.identityPeak, isBump ? rubric.narrowBumpPeak : 0)
        guard peak >= needed || !isBump && deltaFit >= rubric.nearIdentityFit else { return false }
        // A surround that cancels the centre makes an outline of it, unless the centre drowns the surround.
        let kind = secondKinds[features.second.index]
        let isCancelled =
            Double(features.dcGain) <= rubric.cancellingDCGain && peak <= rubric.dominantPeak
            && Double(features.second.weightFit) >= thresholds.secondFit && kind != .saddle
        return !isCancelled
    }

    private func isBlur(_ features: KernelFeatures) -> Bool {
        let gain = Double(features.dcGain)
        let fit = Double(features.blur.weightFit)
        guard fit >= thresholds.blurFit else { return false }
        return gain >= rubric.blurDCGain || gain >= rubric.clearBumpDCGain && fit >= rubric.clearBumpFit
    }

    private func isEdge(_ features: KernelFeatures) -> Bool {
        Double(features.dcGain) <= rubric.edgeDCGain
            && (Double(features.first.weightFit) >= thresholds.firstFit
                || Double(features.second.weightFit) >= thresholds.secondFit)
    }
}
