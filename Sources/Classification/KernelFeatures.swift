/// What the decisions about one kernel rest on. The weights are divided by their largest absolute value first.
struct KernelFeatures: Sendable {
    /// max |w| of the kernel as given; 0 for a kernel of zeros, NaN for one that is not finite.
    var scale: Float = 0
    /// Σw, Σ|w|, Σw².
    var sum: Float = 0
    var absoluteSum: Float = 0
    var energy: Float = 0
    /// The cell with the largest |w|.
    var peakIndex = 0
    /// wᵀCw.
    var outputEnergy: Float = 0
    /// 1ᵀCw.
    var outputOfOnes: Float = 0
    /// (Cw) at the strongest cell.
    var outputAtPeak: Float = 0
    /// The responses at (π,0), (0,π) and (π,π), signed.
    var horizontal: Float = 0
    var vertical: Float = 0
    var checker: Float = 0
    /// The best template of each family.
    var blur = TemplateMatch()
    var first = TemplateMatch()
    var second = TemplateMatch()
    var isFinite: Bool { scale.isFinite }
    /// |Σw| / Σ|w|, 0…1.
    var dcGain: Float { absoluteSum > 0 ? abs(sum) / absoluteSum : 0 }
    /// The share of the energy in the strongest cell, whose weight is ±1.
    var peakShare: Float { energy > 0 ? 1 / energy : 0 }
    var spectralClass: SpectralClass {
        guard absoluteSum > 0 else { return .allPass }
        return SpectralClass(
            constant: dcGain, horizontal: abs(horizontal) / absoluteSum, vertical: abs(vertical) / absoluteSum,
            checker: abs(checker) / absoluteSum)
    }
}

/// How well the best template of a family fits one kernel.
struct TemplateMatch: Sendable {
    /// The template's index in its family.
    var index = 0
    /// Weight-space R², 0…1, the mean removed in the derivative families.
    var weightFit: Float = 0
    /// Input-weighted R² of the same template (``FunctionalSimilarity``), 0…1.
    var functionalFit: Float = 0
}
