import Glibc
import TemplateMatching

/// The Gaussians by which the widths of blurs are found.
struct BlurFit: Sendable {
    /// The widths tried: equally spaced in log σ from 0.35 pixels to four half widths, the widest that is told from a box.
    private static let steps = 64
    /// C·g/√(gᵀCg) for every width, template-major.
    let templates: [Float]
    /// The same as the loops want it.
    let tables: WidthTables

    init(similarity: FunctionalSimilarity) {
        let size = similarity.size
        let cells = size * size
        let half = max(0.5, Double(size - 1) / 2)
        let logStart = log(0.35)
        let logStep = (log(4 * half) - logStart) / Double(Self.steps - 1)
        let sigmas = (0..<Self.steps).map { exp(logStart + Double($0) * logStep) }
        var templates: [Float] = []
        for sigma in sigmas {
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
        tables = WidthTables(
            size: size, templates: templates, sigmas: sigmas.map { Float($0) }, logStep: logStep, widest: 4 * half,
            isSymmetric: similarity.measured.isEmpty)
    }
}
