import Glibc
import KernelMatching

/// Fits Gaussians to a kernel that is known to be a blur.
struct BlurFit: Sendable {
    private let size: Int
    /// The widths tried: equally spaced in log σ from 0.35 pixels to four half widths.
    private static let steps = 64
    private let logStart: Double
    private let logStep: Double
    /// C·g/√(gᵀCg) for every width, cell-major.
    private let widths: [Float]

    /// ``widths``, for ``TemplateTables``.
    var table: [Float] { widths }

    /// The widest σ that is told from a box, in pixels.
    var widest: Double { exp(logStart + Double(Self.steps - 1) * logStep) }

    init(similarity: FunctionalSimilarity) {
        let size = similarity.size
        self.size = size
        let half = max(0.5, Double(size - 1) / 2)
        logStart = log(0.35)
        logStep = (log(4 * half) - logStart) / Double(Self.steps - 1)
        let cells = size * size
        var widths = [Float](repeating: 0, count: cells * Self.steps)
        for step in 0..<Self.steps {
            let sigma = exp(logStart + Double(step) * logStep)
            let gaussian = (0..<cells).map { cell -> Float in
                let x = Double(cell % size) - Double(size - 1) / 2
                let y = Double(cell / size) - Double(size - 1) / 2
                return Float(exp(-(x * x + y * y) / (2 * sigma * sigma)))
            }
            let correlated = similarity.correlate(gaussian)
            let energy = zip(gaussian, correlated).reduce(0) { $0 + $1.0 * $1.1 }
            for cell in 0..<cells { widths[cell * Self.steps + step] = correlated[cell] / energy.squareRoot() }
        }
        self.widths = widths
    }

    /// The σ in pixels of the centred isotropic Gaussian with the largest functional R².
    ///
    /// The maximum over the grid, refined by the parabola through it and its neighbours.
    func sigma(_ values: [Float], start: Int) -> Double {
        var scores = InlineArray<64, Float>(repeating: 0)
        var span = scores.mutableSpan
        TemplateMatcher.fastest.products(
            values.span.extracting(start..<start + size * size), with: widths.span, into: &span)
        var best = 0
        for step in 0..<Self.steps {
            scores[step] *= scores[step]
            if scores[step] > scores[best] { best = step }
        }
        guard best > 0, best < Self.steps - 1 else { return exp(logStart + Double(best) * logStep) }
        let (left, peak, right) = (Double(scores[best - 1]), Double(scores[best]), Double(scores[best + 1]))
        let curvature = left - 2 * peak + right
        let shift = curvature < 0 ? max(-0.5, min(0.5, (left - right) / (2 * curvature))) : 0
        return exp(logStart + (Double(best) + shift) * logStep)
    }

    /// The widths and the direction of the free Gaussian, by least squares on the logarithms weighted with w²; nil where
    /// the weights do not form a bump.
    ///
    /// ln w = β₀ + β₁x + β₂y + β₃x² + β₄xy + β₅y², as Guo (2011) for one axis; a cell without the kernel's sign counts as
    /// one with a hundredth of the largest weight.
    func axes(_ values: [Float], start: Int, sign: Float, peak: Float) -> (axes: BlurAxes, angleDegrees: Double)? {
        var system = NormalEquations()
        let half = Double(size - 1) / 2
        for y in 0..<size {
            for x in 0..<size {
                let given = values[start + y * size + x] * sign / peak
                let w = given > 0 ? Double(given) : 0.01
                let (dx, dy) = (Double(x) - half, Double(y) - half)
                system.add(
                    SIMD8(1, dx, dy, dx * dx, dx * dy, dy * dy, 0, 0), value: log(w), weight: w * w)
            }
        }
        guard let beta = system.solution() else { return nil }
        // ln w = … − ½(x, y) P (x, y)ᵀ; the eigenvalues of P are 1/σ².
        let (pxx, pxy, pyy) = (-2 * beta[3], -beta[4], -2 * beta[5])
        let middle = (pxx + pyy) / 2
        let radius = (((pxx - pyy) / 2) * ((pxx - pyy) / 2) + pxy * pxy).squareRoot()
        let floor = 1 / (widest * widest)
        guard middle + radius > floor else { return nil }
        let axes = BlurAxes(
            major: 1 / max(middle - radius, floor).squareRoot(), minor: 1 / (middle + radius).squareRoot())
        // The long axis belongs to the smaller eigenvalue.
        var angle = 0.5 * atan2(2 * pxy, pxx - pyy) * 180 / .pi + 90
        angle -= (angle / 180).rounded(.down) * 180
        return (axes, angle)
    }
}

/// Weighted least squares in six unknowns, accumulated one equation at a time.
private struct NormalEquations {
    private var rows = InlineArray<6, SIMD8<Double>>(repeating: .zero)

    /// Adds Σ βᵢ·terms[i] = value; lanes 6 and 7 of `terms` are 0.
    mutating func add(_ terms: SIMD8<Double>, value: Double, weight: Double) {
        var extended = terms
        extended[6] = value
        extended *= weight
        for row in 0..<6 { rows[row] += extended * terms[row] }
    }

    /// The six unknowns, by elimination with pivots on the diagonal; nil where the equations do not determine them.
    func solution() -> SIMD8<Double>? {
        var rows = rows
        let scale = rows[0][0]
        guard scale > 0 else { return nil }
        for pivot in 0..<6 {
            let diagonal = rows[pivot][pivot]
            guard diagonal > scale * 1e-10 else { return nil }
            rows[pivot] /= diagonal
            for row in 0..<6 where row != pivot { rows[row] -= rows[pivot] * rows[row][pivot] }
        }
        var result = SIMD8<Double>.zero
        for row in 0..<6 { result[row] = rows[row][6] }
        return result
    }
}
