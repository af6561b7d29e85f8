/// What every label follows: the significance level, the input prior, the rubric's cut-offs and the seed.
public struct ClassifierSettings: Sendable, Equatable, Codable {
    /// The share of random kernels that each family (identity, blur, first and second derivative) may catch where nothing
    /// but the kernel itself speaks for its name, 0…1.
    ///
    /// Where the rubric's own cut-off lets more through, the cut-off is raised until it does not (see ``Thresholds``). In
    /// layers that are more than chance (``LayerStructure``) the rubric's own cut-offs hold.
    public var alpha: Double = 0.01
    /// Correlation of neighbouring input pixels, 0…1: the AR(1) prior of ``FunctionalSimilarity``.
    ///
    /// 0.5 is the median over the inputs of MobileNetV2's depthwise layers, not the 0.9 of raw photographs.
    public var rho: Double = 0.5
    /// The cut-offs by which a person labels; they hold for every size.
    public var rubric = Rubric()
    /// How many noisy copies of each kernel are labelled for its stability; 0 leaves the stability unknown.
    public var perturbations = 32
    /// Signal-to-noise ratio of those copies in decibels.
    public var perturbationDecibels: Double = 26
    /// Whether a layer that cannot be told from its own shuffled weights keeps its labels; see ``LayerStructure``.
    public var labelsUnstructuredLayers = false
    /// The seed of every random choice.
    public var seed: UInt64 = 0

    /// The defaults.
    public init() {}

    /// The cut-offs of the labelling rubric, as the documentation of the module words them for people.
    public struct Rubric: Sendable, Equatable, Codable {
        /// zero: output spread relative to the layer's median, below which a kernel does nothing.
        public var zeroSpread: Double = 0.02
        /// zero all the same: norm relative to the layer's median, below which a kernel is weak.
        public var weakStrength: Double = 0.05
        /// identity: share of the energy in one cell.
        public var identityPeak: Double = 0.80
        /// identity all the same, from this share of the energy on, unless the kernel is a narrow bump: one sign
        /// (``blurDCGain``) and a fit of ``narrowBumpFit``. Up to 3×3 a delta must also fit to ``nearIdentityFit``.
        public var nearIdentityPeak: Double = 0.70
        /// See ``nearIdentityPeak``: functional R² of a delta at the peak at least.
        public var nearIdentityFit: Double = 0.90
        /// See ``nearIdentityPeak``: weight-space R² of the best bump at least.
        public var narrowBumpFit: Double = 0.90
        /// edge rather than sharpening: |Σw|/Σ|w| at or below which a surround cancels a dominating centre.
        public var cancellingDCGain: Double = 0.25
        /// See ``cancellingDCGain``: how many times as much of the energy the best second derivative explains, the kernel's
        /// mean removed, as the strongest cell alone. Noise lowers both alike, so that the label holds in it.
        public var cancellingFitRatio: Double = 1.05
        /// identity whatever the surround: share of the energy in one cell.
        public var dominantPeak: Double = 0.94
        /// blur: |Σw|/Σ|w| from which on ``blurFit`` suffices.
        public var blurDCGain: Double = 0.80
        /// blur: weight-space R² of the best smooth bump, box, ring or cross at least.
        public var blurFit: Double = 0.78
        /// The same for kernels of up to 3×3, where a person sees less of a roughness.
        public var smallBlurFit: Double = 0.75
        /// blur all the same, from this |Σw|/Σ|w| on, where the bump fits to ``clearBumpFit``; between this gain and
        /// ``blurDCGain`` the fit that it takes falls in proportion to ``blurFit``.
        public var clearBumpDCGain: Double = 0.42
        /// The same for kernels of up to 3×3, whose few cells leave less room for a faint trough.
        public var smallClearBumpDCGain: Double = 0.60
        /// See ``clearBumpDCGain``.
        public var clearBumpFit: Double = 0.85
        /// edge: |Σw|/Σ|w| at most.
        public var edgeDCGain: Double = 0.42
        /// edge: weight-space R² of the best derivative at least, the kernel's mean removed.
        public var edgeFit: Double = 0.50
        /// The same for kernels of up to 3×3, where chance looks like a derivative more often.
        public var smallEdgeFit: Double = 0.60

        /// The defaults.
        public init() {}

        /// The cut-offs for N×N kernels.
        func thresholds(size: Int) -> Thresholds {
            let edge = size > 3 ? edgeFit : smallEdgeFit
            return Thresholds(
                identityPeak: identityPeak, blurFit: size > 3 ? blurFit : smallBlurFit, firstFit: edge, secondFit: edge)
        }

        /// The fit that bumps in N×N kernels of these |Σw|/Σ|w| must reach for a blur; infinite where none suffices.
        func leastBlurFit(dcGain: Lanes, size: Int) -> Lanes {
            let (lowest, plain) = size > 3 ? (clearBumpDCGain, blurFit) : (smallClearBumpDCGain, smallBlurFit)
            let slope = Float((clearBumpFit - plain) / (blurDCGain - lowest))
            var least = Lanes(repeating: Float(plain)) + (Float(blurDCGain) - dcGain) * slope
            least.set(Float(plain), where: dcGain .>= blurDCGain)
            least.set(.infinity, where: dcGain .< lowest)
            return least
        }
    }
}
