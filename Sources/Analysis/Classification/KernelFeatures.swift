import TemplateMatching

/// What the decisions about sixteen kernels rest on, a lane a kernel. The weights are divided by their largest absolute
/// value first.
struct KernelFeatures: Sendable {
    /// max |w| of the kernel as given; 0 for a kernel of zeros, NaN for one that is not finite.
    var scale = Lanes.zero
    /// Σw, Σ|w|, Σw².
    var sum = Lanes.zero
    var absoluteSum = Lanes.zero
    var energy = Lanes.zero
    /// The cell with the largest |w|.
    var peakIndex = Indices.zero
    /// wᵀCw.
    var outputEnergy = Lanes.zero
    /// 1ᵀCw.
    var outputOfOnes = Lanes.zero
    /// (Cw) at the strongest cell.
    var outputAtPeak = Lanes.zero
    /// |Σw| / Σ|w|, 0…1.
    var dcGain = Lanes.zero
    /// The strongest response at (π,0), (0,π) and (π,π), as ``dcGain``.
    var alternating = Lanes.zero
    /// The share of the energy in the strongest cell, whose weight is ±1.
    var peakShare = Lanes.zero
    /// Functional R² of the kernel and a delta at its strongest cell, 0…1.
    var deltaFit = Lanes.zero
    /// The best template of each family.
    var blur = TemplateMatch()
    var first = TemplateMatch()
    var second = TemplateMatch()
    /// What the eye sees beside the fits.
    var texture = Texture()

    /// Whether there is a kernel at all: weights that are finite and not all 0.
    var isKernel: Mask { scale .> 0.0 }

    /// No kernels.
    init() {}

    /// Reads off what the loops found.
    @inline(__always)
    init(_ lanes: MatchingLanes) {
        typealias Row = MatchingLanes.Row
        let (rows, places) = (lanes.rows.span, lanes.places.span)
        scale = rows[Row.scale]
        sum = rows[Row.sum]
        absoluteSum = rows[Row.absoluteSum]
        energy = rows[Row.energy]
        peakIndex = places[MatchingLanes.Place.strongest]
        outputEnergy = rows[Row.outputEnergy]
        outputOfOnes = rows[Row.outputOfOnes]
        outputAtPeak = rows[Row.outputAtPeak]
        // Kernels of zeros have none of these; what is divided by then does not matter.
        let isKernel = isKernel
        let absolute = Lanes(repeating: 1).replacing(with: absoluteSum, where: isKernel)
        dcGain = sum.magnitudes / absolute
        let waves = rows[Row.horizontal].magnitudes.larger(rows[Row.vertical].magnitudes)
        alternating = waves.larger(rows[Row.checker].magnitudes) / absolute
        peakShare = Lanes.zero.replacing(with: 1 / energy, where: isKernel)
        let fit = outputAtPeak * outputAtPeak / outputEnergy
        deltaFit = Lanes.zero.replacing(
            with: fit.smaller(Lanes(repeating: 1)), where: isKernel .& (outputEnergy .> 0.0))
        blur = TemplateMatch(lanes, family: 0)
        first = TemplateMatch(lanes, family: 1)
        second = TemplateMatch(lanes, family: 2)
        texture = Texture(lanes.block, energy: energy)
    }
}

/// How well the best template of a family fits each of sixteen kernels.
struct TemplateMatch: Sendable {
    /// The template's index in its family.
    var index = Indices.zero
    /// What it looks like: the raw value of its ``TemplateKind``.
    private var kind = Indices.zero
    /// Weight-space R², 0…1, the mean removed in the derivative families.
    var weightFit = Lanes.zero
    /// Input-weighted R² of the same template (``FunctionalSimilarity``), 0…1.
    var functionalFit = Lanes.zero

    init() {}

    @inline(__always)
    init(_ lanes: MatchingLanes, family: Int) {
        index = lanes.places[MatchingLanes.Place.templates + family]
        kind = lanes.places[MatchingLanes.Place.kinds + family]
        weightFit = lanes.rows[MatchingLanes.Row.fits + family]
        functionalFit = lanes.rows[MatchingLanes.Row.functional + family]
    }

    /// Where it looks like this.
    @inline(__always)
    func isKind(_ wanted: TemplateKind) -> Mask { kind .== Indices(repeating: Int32(wanted.rawValue)) }
}
