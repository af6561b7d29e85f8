/// The numbers of the settings under the names that files and messages have for them.
extension ClassifierSettings {
    /// One number of the settings.
    public struct Entry: Sendable, Equatable {
        /// Its name in JSON ("rubric.blurFit").
        public let name: String
        /// Its value in words.
        public let value: String
    }

    /// Every number, the rubric's last.
    public var entries: [Entry] {
        let own = [
            ("alpha", "\(alpha)"), ("rho", "\(rho)"), ("perturbations", "\(perturbations)"),
            ("perturbationDecibels", "\(perturbationDecibels)"),
            ("labelsUnstructuredLayers", "\(labelsUnstructuredLayers)"), ("seed", "\(seed)"),
        ]
        return (own + Rubric.cutoffs.map { ("rubric.\($0.name)", "\(rubric[keyPath: $0.value])") })
            .map { Entry(name: $0.0, value: $0.1) }
    }

    /// What differs from other settings ("alpha 0.05 instead of 0.01").
    public func changes(from other: ClassifierSettings) -> [String] {
        zip(entries, other.entries).filter { $0 != $1 }.map { "\($0.name) \($0.value) instead of \($1.value)" }
    }
}

extension ClassifierSettings.Rubric {
    /// One cut-off of the rubric.
    struct Cutoff {
        /// The property's name, which is its key in JSON.
        let name: String
        /// Where its value lies.
        let value: KeyPath<ClassifierSettings.Rubric, Double>
    }

    /// Every cut-off, in the order of the rubric.
    static var cutoffs: [Cutoff] {
        [
            Cutoff(name: "zeroSpread", value: \.zeroSpread),
            Cutoff(name: "weakStrength", value: \.weakStrength),
            Cutoff(name: "identityPeak", value: \.identityPeak),
            Cutoff(name: "nearIdentityPeak", value: \.nearIdentityPeak),
            Cutoff(name: "nearIdentityFit", value: \.nearIdentityFit),
            Cutoff(name: "narrowBumpFit", value: \.narrowBumpFit),
            Cutoff(name: "cancellingDCGain", value: \.cancellingDCGain),
            Cutoff(name: "cancellingFitRatio", value: \.cancellingFitRatio),
            Cutoff(name: "dominantPeak", value: \.dominantPeak),
            Cutoff(name: "blurDCGain", value: \.blurDCGain),
            Cutoff(name: "blurFit", value: \.blurFit),
            Cutoff(name: "smallBlurFit", value: \.smallBlurFit),
            Cutoff(name: "clearBumpDCGain", value: \.clearBumpDCGain),
            Cutoff(name: "smallClearBumpDCGain", value: \.smallClearBumpDCGain),
            Cutoff(name: "clearBumpFit", value: \.clearBumpFit),
            Cutoff(name: "edgeDCGain", value: \.edgeDCGain),
            Cutoff(name: "edgeFit", value: \.edgeFit),
            Cutoff(name: "smallEdgeFit", value: \.smallEdgeFit),
        ]
    }
}
