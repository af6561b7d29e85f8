/// Finds the kernel of a label that comes nearest to a given one: what may stand in for it.
///
/// Identities and blurs are the named shapes that labelling knows; edges are derivatives with fitted parameters on a
/// pedestal.
public struct TemplateFitter: Sendable {
    /// A template beside the kernel that it stands for.
    public struct Match: Sendable, Equatable {
        /// N·N weights of the template, of unit norm; zeros for the label zero.
        public let template: [Float]
        /// How much of the kernel it explains, 0…1: R² by the fitter's similarity, the mean included.
        public let fit: Double
    }

    /// The weights of one label's templates, and C·t/√(tᵀCt) of each, template-major.
    private struct Bank: Sendable {
        var weights: [Float] = []
        var projected: [Float] = []
    }

    /// By what likeness is judged.
    public let similarity: FunctionalSimilarity
    private let cells: Int
    private let banks: [KernelLabel: Bank]
    private let edges: EdgeFit

    /// Prepares the templates of every label; ρ = 0 judges by the weights, as the eye does.
    public init(similarity: FunctionalSimilarity) {
        self.similarity = similarity
        let cells = similarity.size * similarity.size
        self.cells = cells
        let families = TemplateFamilies(similarity: similarity)
        let deltas = (0..<cells).flatMap { peak in (0..<cells).map { Float($0 == peak ? 1 : 0) } }
        banks = [
            .identity: Self.bank(deltas, similarity), .blur: Self.bank(families.blur.weights, similarity),
        ]
        edges = EdgeFit(similarity: similarity, largestGain: ClassifierSettings.Rubric().edgeDCGain)
    }

    private static func bank(_ weights: [Float], _ similarity: FunctionalSimilarity) -> Bank {
        let cells = similarity.size * similarity.size
        var bank = Bank()
        for start in stride(from: 0, to: weights.count, by: cells) {
            let template = Array(weights[start..<start + cells])
            let correlated = similarity.correlate(template)
            let energy = zip(template, correlated).reduce(0) { $0 + $1.0 * $1.1 }
            // Families are padded with templates of zeros.
            guard energy > 0 else { continue }
            bank.weights += template
            bank.projected += correlated.map { $0 / energy.squareRoot() }
        }
        return bank
    }

    /// The best template of `label` for the kernel (N·N finite weights); `other` stands for the best of all labels.
    public func match(_ kernel: [Float], as label: KernelLabel) -> Match {
        precondition(kernel.count == cells)
        let none = Match(template: Array(repeating: 0, count: cells), fit: 0)
        if label == .other {
            return [.identity, .blur, .edge].map { match(kernel, as: $0) }.max { $0.fit < $1.fit } ?? none
        }
        if label == .edge { return edges.match(kernel) ?? none }
        guard let bank = banks[label] else { return none }
        let correlated = similarity.correlate(kernel)
        let energy = zip(kernel, correlated).reduce(0) { $0 + $1.0 * $1.1 }
        guard energy > 0 else { return none }
        var best: (start: Int, score: Float) = (0, -1)
        for start in stride(from: 0, to: bank.projected.count, by: cells) {
            var cross: Float = 0
            for cell in 0..<cells { cross += bank.projected[start + cell] * kernel[cell] }
            if cross * cross > best.score { best = (start, cross * cross) }
        }
        return Match(
            template: Array(bank.weights[best.start..<best.start + cells]), fit: Double(min(1, best.score / energy)))
    }
}
