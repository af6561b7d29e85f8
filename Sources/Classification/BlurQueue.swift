import KernelMatching

/// Kernels that turned out to be blurs, gathered until sixteen can be measured at once.
struct BlurQueue: Sendable {
    private let cells: Int
    private let size: Int
    private let fit: BlurFit
    private let matching: TemplateMatcher
    /// The gathered kernels one after the other, room for sixteen.
    private var values: [Float]
    /// Where each begins, and the place of its classification.
    private var entries: [(start: Int, place: Int)] = []
    /// What the loops write.
    private struct Fits: Sendable {
        var steps = TemplateMatcher.Indices.zero
        var beta: [Double] = []
        var pivots: [Double] = []
    }

    private var fits = Fits(beta: Array(repeating: 0, count: 96), pivots: Array(repeating: 0, count: 16))

    init(size: Int, fit: BlurFit, matching: TemplateMatcher = .fastest) {
        (self.size, self.fit, self.matching) = (size, fit, matching)
        cells = size * size
        values = Array(repeating: 0, count: FeatureExtractor.width * cells)
        entries.reserveCapacity(FeatureExtractor.width)
    }

    /// Adds the kernel at element `start` of `kernels`, described at `place` of `result`; when there are sixteen, describes
    /// them to their ends.
    mutating func add(
        _ kernels: [Float], start: Int, place: Int, _ result: inout [KernelClassification], _ describer: Description
    ) {
        let first = entries.count * cells
        for cell in 0..<cells { values[first + cell] = kernels[start + cell] }
        entries.append((start, place))
        if entries.count == FeatureExtractor.width { finish(kernels, &result, describer) }
    }

    /// Describes those that are left to their ends.
    mutating func finish(_ kernels: [Float], _ result: inout [KernelClassification], _ describer: Description) {
        guard !entries.isEmpty else { return }
        // Out of this value while the kernels are read, so that nothing is copied.
        var fits = Fits()
        swap(&fits, &self.fits)
        matching.blurs(
            values.span, size: size, widths: fit.templates.span, steps: &fits.steps, beta: &fits.beta,
            pivots: &fits.pivots)
        for (lane, entry) in entries.enumerated() {
            let bump = SIMD8(
                fits.beta[lane], fits.beta[16 + lane], fits.beta[32 + lane], fits.beta[48 + lane],
                fits.beta[64 + lane], fits.beta[80 + lane], fits.pivots[lane], 0)
            describer.finishBlur(
                &result[entry.place], kernels, entry.start, BlurFit.Found(step: Int(fits.steps[lane]), bump: bump))
        }
        swap(&fits, &self.fits)
        entries.removeAll(keepingCapacity: true)
    }
}
