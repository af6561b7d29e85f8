import TemplateMatching

/// What a template looks like, finer than its family.
enum TemplateKind: UInt8, Sendable {
    case bump, directional, ring
    case derivative, oneSided
    case laplacian, line, saddle
}

/// The templates of one family, laid out for matching.
///
/// Every template has unit norm; those of the derivative families sum to 0.
struct TemplateFamily: Sendable, Equatable {
    /// N·N.
    let cells: Int
    /// What each template looks like; padded to a multiple of four with templates of zeros.
    private(set) var kinds: [TemplateKind] = []
    /// Template-major, `weights.count == kinds.count · cells`.
    private(set) var weights: [Float] = []
    /// P·C·t / √(tᵀCt), in the same order; P removes the mean in the derivative families.
    private(set) var projected: [Float] = []
    /// √(tᵀCt) of each template; 1 for padding.
    private var norms: [Float] = []

    /// The templates as the loops want them.
    var table: MatchingTables.Family {
        MatchingTables.Family(
            weights: weights, projected: projected, norms: norms, kinds: kinds.map { Int32($0.rawValue) })
    }

    /// The number of templates, padding included; a multiple of four.
    var count: Int { kinds.count }

    /// Takes over `drafts` (N·N values each, any scale), leaving out those that nearly repeat an earlier one (|cos| > 0.995).
    init(_ drafts: [(TemplateKind, [Double])], similarity: FunctionalSimilarity, removesMean: Bool) {
        cells = similarity.size * similarity.size
        for (kind, draft) in drafts {
            let mean = removesMean ? draft.reduce(0, +) / Double(cells) : 0
            let centred = draft.map { $0 - mean }
            let norm = centred.reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard norm > 1e-9 else { continue }
            append(kind, centred.map { Float($0 / norm) }, similarity, removesMean)
        }
        while count % 4 != 0 {
            kinds.append(kinds[0])
            weights += Array(repeating: 0, count: cells)
            projected += Array(repeating: 0, count: cells)
            norms.append(1)
        }
    }

    private mutating func append(
        _ kind: TemplateKind, _ template: [Float], _ similarity: FunctionalSimilarity, _ removesMean: Bool
    ) {
        for other in 0..<count {
            var cosine: Float = 0
            for cell in 0..<cells { cosine += template[cell] * weights[other * cells + cell] }
            if abs(cosine) > 0.995 { return }
        }
        let correlated = similarity.correlate(template)
        let energy = zip(template, correlated).reduce(0) { $0 + $1.0 * $1.1 }
        let mean = removesMean ? correlated.reduce(0, +) / Float(cells) : 0
        kinds.append(kind)
        weights += template
        norms.append(energy.squareRoot())
        projected += correlated.map { ($0 - mean) / energy.squareRoot() }
    }
}
