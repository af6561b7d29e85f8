import Architectures
import Diagnostics

/// 1×1 layers that two smaller ones could replace: few directions hold nearly all of their energy.
struct LowRankRule: DiagnosisRule {
    let identifier = "low-rank"
    let title = "1×1 layers of low effective rank"
    let needs: Set<DiagnosisNeed> = []

    func findings(in subject: Subject) -> [Finding] {
        subject.layers.compactMap { layer in
            guard layer.layer.isPointwise, case .standard = layer.layer.connectivity, layer.isFinite else { return nil }
            let matrix = FilterMatrix(layer)
            let full = min(matrix.rows.count, matrix.columns)
            guard full >= DiagnosisLimits.leastInputs, full <= DiagnosisLimits.largestRankSize else { return nil }
            let rank = Self.rank(matrix)
            guard Double(rank) < DiagnosisLimits.leastRank * Double(full) else { return nil }
            let saved = matrix.rows.count * matrix.columns - rank * (matrix.rows.count + matrix.columns)
            guard saved > 0 else { return nil }
            let pixels = layer.place.map { $0.output[2] * $0.output[3] }
            return finding(
                .note, [layer],
                "\(rank) of \(full) directions hold \(NumberFormat.percent(DiagnosisLimits.rankEnergy)) of its energy",
                [
                    Finding.Evidence(
                        "effective rank", Double(rank), count: full,
                        usual: "half of the rank or more in all but three layers of ten networks")
                ], cost: Finding.Cost(macs: pixels.map { $0 * saved }, parameters: saved),
                advice: "Replace it with two 1×1 layers with \(rank) channels between, and fine-tune")
        }
    }

    /// How many directions hold ``DiagnosisLimits/rankEnergy`` of the energy.
    static func rank(_ matrix: FilterMatrix) -> Int {
        let gram = matrix.gram()
        let values = Eigenvalues.of(gram.values, size: gram.size).map { max(0, $0) }
        let total = values.reduce(0, +)
        var (sum, rank) = (0.0, 0)
        for value in values where sum < DiagnosisLimits.rankEnergy * total {
            sum += value
            rank += 1
        }
        return rank
    }
}
