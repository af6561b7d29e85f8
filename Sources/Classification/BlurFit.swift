import Glibc

/// Fits Gaussians to a kernel that is known to be a blur.
struct BlurFit: Sendable {
    /// What the loops found of one kernel.
    struct Found {
        /// The place of the best width among ``BlurFit/templates``.
        var step: Int
        /// The coefficients of the free Gaussian, β₀…β₅, then the smallest pivot of its equations.
        var bump: SIMD8<Double>
    }

    private let size: Int
    /// The widths tried: equally spaced in log σ from 0.35 pixels to four half widths.
    private static let steps = 64
    private let logStart: Double
    private let logStep: Double
    /// C·g/√(gᵀCg) for every width, template-major.
    let templates: [Float]

    /// The widest σ that is told from a box, in pixels.
    private let widest: Double

    init(similarity: FunctionalSimilarity) {
        let size = similarity.size
        self.size = size
        let half = max(0.5, Double(size - 1) / 2)
        logStart = log(0.35)
        logStep = (log(4 * half) - logStart) / Double(Self.steps - 1)
        widest = exp(logStart + Double(Self.steps - 1) * logStep)
        let cells = size * size
        var templates: [Float] = []
        for step in 0..<Self.steps {
            let sigma = exp(logStart + Double(step) * logStep)
            let gaussian = (0..<cells).map { cell -> Float in
                let x = Double(cell % size) - Double(size - 1) / 2
                let y = Double(cell / size) - Double(size - 1) / 2
                return Float(exp(-(x * x + y * y) / (2 * sigma * sigma)))
            }
            let correlated = similarity.correlate(gaussian)
            let energy = zip(gaussian, correlated).reduce(0) { $0 + $1.0 * $1.1 }
            templates += correlated.map { $0 / energy.squareRoot() }
        }
        self.templates = templates
    }

    /// The σ in pixels of the centred isotropic Gaussian with the largest functional R².
    ///
    /// The maximum over the grid, at `best`, refined by the parabola through it and its neighbours.
    func sigma(_ values: [Float], start: Int, best: Int) -> Double {
        guard best > 0, best < Self.steps - 1 else { return exp(logStart + Double(best) * logStep) }
        let cells = size * size
        func score(_ step: Int) -> Double {
            var sum: Float = 0
            for cell in 0..<cells { sum += templates[step * cells + cell] * values[start + cell] }
            return Double(sum * sum)
        }
        let (left, peak, right) = (score(best - 1), score(best), score(best + 1))
        let curvature = left - 2 * peak + right
        let shift = curvature < 0 ? max(-0.5, min(0.5, (left - right) / (2 * curvature))) : 0
        return exp(logStart + (Double(best) + shift) * logStep)
    }

    /// The widths of the free Gaussian, from the coefficients that least squares on the logarithms,
    /// weighted with w², gave (`BumpFit`); nil where the weights do not form a bump.
    ///
    /// ln w = β₀ + β₁x + β₂y + β₃x² + β₄xy + β₅y², as Guo (2011) for one axis; a cell without the kernel's sign counts as
    /// one with a hundredth of the largest weight.
    func axes(_ beta: SIMD8<Double>) -> BlurAxes? {
        guard beta[6] > 1e-10 else { return nil }
        // ln w = … − ½(x, y) P (x, y)ᵀ; the eigenvalues of P are 1/σ².
        let (pxx, pxy, pyy) = (-2 * beta[3], -beta[4], -2 * beta[5])
        let middle = (pxx + pyy) / 2
        let radius = (((pxx - pyy) / 2) * ((pxx - pyy) / 2) + pxy * pxy).squareRoot()
        let floor = 1 / (widest * widest)
        guard middle + radius > floor else { return nil }
        return BlurAxes(
            major: 1 / max(middle - radius, floor).squareRoot(), minor: 1 / (middle + radius).squareRoot())
    }

    /// The direction of its long axis, which belongs to the smaller eigenvalue, 0…180.
    func angleDegrees(_ beta: SIMD8<Double>) -> Double {
        let angle = 0.5 * atan2(-2 * beta[4], -2 * beta[3] + 2 * beta[5]) * 180 / .pi + 90
        return angle - (angle / 180).rounded(.down) * 180
    }
}
