/// One kernel's label with its evidence.
public struct KernelClassification: Sendable, Equatable, Codable {
    /// The coarse label.
    public var label: KernelLabel
    /// What the kernel looks like, finer than the label.
    public var shape: KernelShape
    /// How well the best template of the label fits, 0…1: input-weighted R² (``FunctionalSimilarity``).
    ///
    /// For edges the kernel's mean is removed first; for `other` it is the best fit of any label; 0 for zero kernels.
    public var fit: Double
    /// The same fit with every cell weighted alike: what the eye sees, 0…1.
    public var weightFit: Double = 0
    /// ``fit`` minus that of the best template of another label; negative where precedence decided.
    public var margin: Double
    /// The share of random kernels of the size that look as much like the label's family, 0…1; 1 for zero and `other`.
    public var nullProbability: Double = 1
    /// Whether the label also holds by the cut-offs that at most alpha of random kernels pass (``Thresholds``); false for
    /// `other`.
    ///
    /// A name without it rests on its layer: the layer is more than chance, and the kernel looks like its name.
    public var isBeyondChance = false
    /// The share of noisy copies that keep the label, 0…1; nil where none were made.
    public var stability: Double?
    /// Fitted blur width in pixels, of the isotropic centred Gaussian; nil unless ``label`` is blur.
    ///
    /// Wide boxes and rings come out at the fit's upper end, four times the kernel's half width.
    public var sigmaPixels: Double?
    /// The blur's widths along its long and its short axis in pixels, centre free; nil unless it is a bump.
    public var axes: BlurAxes?
    /// The direction in degrees, x to the right and y down.
    ///
    /// First derivatives: where the weights rise, 0…360. Lines and directional blurs: along the line, 0…180. Else nil.
    public var angleDegrees: Double?
    /// 1 where the carrying weights (peak, sum or centre) are positive, −1 where negative, 0 where there are none.
    public var polarity = 0
    /// The carrying cell's (identity) or the centroid's (blur) distance from the centre in pixels; nil for other labels.
    public var offset: SIMD2<Float>?
    /// |Σw| / Σ|w|, 0…1: 1 for kernels of one sign, 0 for pure differences.
    public var dcGain: Double
    /// Which frequencies pass.
    public var spectralClass: SpectralClass = .allPass
    /// The strength of the kernel's output under the prior, relative to the layer's median; 0 for a kernel of zeros.
    public var relativeSpread: Double = 0
    /// The two labels that come nearest, for `other`; nil otherwise.
    public var nearest: KernelLabel?
    /// The second nearest, for `other`.
    public var secondNearest: KernelLabel?

    /// The finer name as printed ("gaussian", "sobel-x"); empty where there is none.
    public var subLabel: String { shape.rawValue }

    /// Whether fewer than 80 % of the noisy copies keep the label.
    public var isUncertain: Bool { stability.map { $0 < 0.8 } ?? false }

    /// Joins a label with its evidence; the other properties start at their defaults.
    public init(
        label: KernelLabel, shape: KernelShape, fit: Double, margin: Double, sigmaPixels: Double?, dcGain: Double
    ) {
        self.label = label
        self.shape = shape
        self.fit = fit
        self.margin = margin
        self.sigmaPixels = sigmaPixels
        self.dcGain = dcGain
    }

    /// The same, with the shape by its printed name; a name that is not one of ``KernelShape`` counts as none.
    public init(
        label: KernelLabel, subLabel: String, fit: Double, margin: Double, sigmaPixels: Double?, dcGain: Double
    ) {
        self.init(
            label: label, shape: KernelShape(rawValue: subLabel) ?? .unnamed, fit: fit, margin: margin,
            sigmaPixels: sigmaPixels, dcGain: dcGain)
    }
}

/// The two widths of an elongated bump.
public struct BlurAxes: Sendable, Equatable, Codable {
    /// Standard deviation along the long axis in pixels.
    public var major: Double
    /// Standard deviation along the short axis in pixels.
    public var minor: Double

    /// Joins two widths.
    public init(major: Double, minor: Double) {
        self.major = major
        self.minor = minor
    }
}
