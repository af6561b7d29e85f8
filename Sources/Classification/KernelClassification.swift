/// One kernel's label with its evidence.
public struct KernelClassification: Sendable, Equatable, Codable {
    /// The coarse label.
    public let label: KernelLabel
    /// A finer name within the label ("gaussian", "sobel", "laplacian", "delta", "dead"); empty where there is none.
    public let subLabel: String
    /// How well the best family fits, 0…1: input-weighted R² (classifier.md §6).
    public let fit: Double
    /// ``fit`` minus that of the best family of another label; negative where precedence decided.
    public let margin: Double
    /// Fitted blur width in pixels; nil unless ``label`` is blur.
    public let sigmaPixels: Double?
    /// |Σw| / Σ|w|, 0…1: 1 for kernels of one sign, 0 for pure differences.
    public let dcGain: Double

    /// Joins a label with its evidence; see the properties.
    public init(
        label: KernelLabel, subLabel: String, fit: Double, margin: Double, sigmaPixels: Double?, dcGain: Double
    ) {
        self.label = label
        self.subLabel = subLabel
        self.fit = fit
        self.margin = margin
        self.sigmaPixels = sigmaPixels
        self.dcGain = dcGain
    }
}
