import MatchingLoopsBaseline

/// Centred Gaussians of one size, equally spaced in log σ.
package final class WidthTables: Sendable {
    let size: Int
    private let templates: ConstantBuffer<Float>
    private let classes: ConstantBuffer<Int32>
    private let classCount: Int
    private let sigmas: ConstantBuffer<Float>
    private let logStep: Double
    private let widest: Double

    /// Prepares the tables.
    ///
    /// - Parameters:
    ///   - size: N.
    ///   - templates: C·g/√(gᵀCg), Gaussian-major, N·N numbers each.
    ///   - sigmas: σ of each in pixels, rising; a multiple of four.
    ///   - isSymmetric: whether cells that a turn or a flip exchanges carry the same weight.
    package init(size: Int, templates: [Float], sigmas: [Float], logStep: Double, widest: Double, isSymmetric: Bool) {
        let cells = size * size
        precondition(sigmas.count % 4 == 0 && templates.count == sigmas.count * cells)
        self.size = size
        self.logStep = logStep
        self.widest = widest
        self.sigmas = ConstantBuffer(sigmas)
        // Which cells stand for themselves, and which for another that looks the same.
        var first: [Int] = []
        let classes = (0..<cells).map { cell -> Int32 in
            func distances(_ cell: Int) -> (Int, Int) {
                let (x, y) = (abs(2 * (cell % size) + 1 - size), abs(2 * (cell / size) + 1 - size))
                return (min(x, y), max(x, y))
            }
            if isSymmetric, let known = first.firstIndex(where: { distances($0) == distances(cell) }) {
                return Int32(known)
            }
            first.append(cell)
            return Int32(first.count - 1)
        }
        self.classes = ConstantBuffer(classes)
        classCount = first.count
        self.templates = ConstantBuffer(sigmas.indices.flatMap { width in first.map { templates[width * cells + $0] } })
    }

    /// How much room measuring needs.
    package var scratchCount: Int { MatchingLoopsBaseline.BlurScan.scratchCount(size: size) }

    var widths: MatchingLoopsBaseline.BlurScan.Widths {
        (templates.pointer, classes.pointer, classCount, sigmas.pointer, sigmas.count, Float(logStep), widest)
    }
}
