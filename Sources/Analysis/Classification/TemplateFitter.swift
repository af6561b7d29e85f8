/// Finds the kernel of a label that comes nearest to a given one: what may stand in for it.
///
/// Blurs are the named shapes that labelling knows; identities are a cell and edges a derivative with fitted parameters,
/// on a DC offset as large as leaves them their label.
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
        /// √(tᵀCt) of each.
        var norms: [Float] = []
    }

    /// By what likeness is judged.
    public let similarity: FunctionalSimilarity
    private let cells: Int
    private let banks: [KernelLabel: Bank]
    private let edges: EdgeFit
    /// C·1 and 1ᵀC1.
    private let constant: [Float]
    private let constantEnergy: Float
    private let rubric = ClassifierSettings.Rubric()

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
        edges = EdgeFit(similarity: similarity, largestGain: rubric.edgeDCGain)
        constant = similarity.correlate(Array(repeating: 1, count: cells))
        constantEnergy = constant.reduce(0, +)
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
            bank.norms.append(energy.squareRoot())
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
        guard let bank = banks[label], let plain = nearest(kernel, bank) else { return none }
        guard label == .identity, let raised = onDCOffset(kernel, bank), raised.fit > plain.fit else { return plain }
        return raised
    }

    /// The best single cell for the kernel, with nothing beside it.
    public func cell(_ kernel: [Float]) -> Match {
        precondition(kernel.count == cells)
        return banks[.identity].flatMap { nearest(kernel, $0) }
            ?? Match(template: Array(repeating: 0, count: cells), fit: 0)
    }

    /// The template that explains most of the kernel; nil where the kernel has no energy.
    private func nearest(_ kernel: [Float], _ bank: Bank) -> Match? {
        let correlated = similarity.correlate(kernel)
        let energy = zip(kernel, correlated).reduce(0) { $0 + $1.0 * $1.1 }
        guard energy > 0 else { return nil }
        var best: (start: Int, score: Float) = (0, -1)
        for start in stride(from: 0, to: bank.projected.count, by: cells) {
            var cross: Float = 0
            for cell in 0..<cells { cross += bank.projected[start + cell] * kernel[cell] }
            if cross * cross > best.score { best = (start, cross * cross) }
        }
        return Match(
            template: Array(bank.weights[best.start..<best.start + cells]), fit: Double(min(1, best.score / energy)))
    }

    /// The best w ≈ a·t + b over the templates, b held so small that an identity remains one; nil where none fits.
    ///
    /// With t′ = t − s·1, orthogonal to a constant under C, a = t′ᵀCw / t′ᵀCt′ and b = 1ᵀCw / 1ᵀC1 − a·s.
    private func onDCOffset(_ kernel: [Float], _ bank: Bank) -> Match? {
        let level = zip(kernel, constant).reduce(0) { $0 + $1.0 * $1.1 } / constantEnergy
        var best: (place: Int, score: Float, factor: Float, dcOffset: Float) = (0, 0, 0, 0)
        for place in bank.norms.indices {
            var (cross, sum): (Float, Float) = (0, 0)
            for cell in place * cells..<(place + 1) * cells {
                cross += bank.projected[cell] * kernel[cell - place * cells]
                sum += bank.projected[cell]
            }
            let share = sum / constantEnergy
            let energy = 1 - share * sum
            // A flat template has nothing beside its DC offset.
            guard energy > 1e-3 else { continue }
            let rest = cross - sum * level
            guard rest * rest / energy > best.score else { continue }
            let factor = rest / energy
            best = (place, rest * rest / energy, factor / bank.norms[place], level - factor * share)
        }
        guard best.score > 0 else { return nil }
        let found = DCOffset.largest({ share in
            (0..<cells).map { best.factor * bank.weights[best.place * cells + $0] + share * best.dcOffset }
        }) { Double(DCOffset.peak($0)) >= rubric.identityPeak }
        let norm = found.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard norm > 0 else { return nil }
        return Match(template: found.map { $0 / norm }, fit: similarity.r2(found, kernel))
    }
}
