import Classification
import Diagnostics

/// Layers whose weights are still those of an initialisation, or have no more structure than their own shuffled selves.
///
/// N×N kernels are compared with their shuffled selves (`LayerStructure`, the test behind "learned or random"), all weights
/// with the distributions that libraries draw from.
struct UntrainedRule: DiagnosisRule {
    let identifier = "untrained"
    let title = "Layers that never trained: their weights are those of an initialisation, or chance"
    let needs: Set<DiagnosisNeed> = []
    let findsDamage = true

    func findings(in subject: Subject) -> [Finding] {
        let suspects = subject.layers.compactMap(suspect)
        guard !suspects.isEmpty else { return [] }
        let learnable = subject.layers.count { !$0.layer.isFixed }
        if suspects.count >= 4, suspects.count * 2 >= learnable {
            return [whole(suspects, of: learnable)]
        }
        return suspects.map { suspect in
            finding(
                .warning, [suspect.layer], suspect.message, suspect.evidence,
                cost: suspect.layer.cost(channels: suspect.layer.outputs),
                advice:
                    "Look whether its weights were loaded (a name that did not match) and whether its gradient flowed; "
                    + "a conversion that took the axes for others looks the same")
        }
    }

    private struct Suspect {
        let layer: SubjectLayer
        let message: String
        let evidence: [Finding.Evidence]
    }

    private func whole(_ suspects: [Suspect], of total: Int) -> Finding {
        finding(
            .warning, suspects.map(\.layer),
            "\(suspects.count) of \(total) layers look untrained: the network was never trained, or no weights were loaded",
            suspects.first?.evidence ?? [],
            cost: nil, advice: "Load the trained weights; names that do not match are often passed over in silence")
    }

    private func suspect(_ layer: SubjectLayer) -> Suspect? {
        guard layer.isFinite, !layer.layer.isFixed else { return nil }
        let drawn = initialisation(layer)
        let (height, width) = (layer.weight.shape[2], layer.weight.shape[3])
        let structure =
            layer.isSpatial && height == width
            ? LayerStructure(values: layer.weight.scalars, size: height, seed: 0) : nil
        if let structure, !structure.isStructured {
            let score = Finding.Evidence(
                "structure beside shuffled kernels", structure.score, unit: "deviations", count: structure.kernels,
                usual: "5.5 or more in every layer of ten networks, below 5 in 999 of 1,000 shuffled layers")
            return Suspect(
                layer: layer,
                message: "its kernels have no more structure than the same weights shuffled"
                    + (drawn.map { ", and are distributed as \($0.name) draws them" } ?? ""),
                evidence: [score] + (drawn.map { [$0.evidence] } ?? []))
        }
        // Kernels with structure learned something, whatever the distribution of their numbers.
        guard structure == nil, let drawn else { return nil }
        return Suspect(
            layer: layer, message: "its weights are distributed as \(drawn.name) draws them: they look untouched",
            evidence: [drawn.evidence])
    }

    /// The initialisation that the weights still follow; nil for none, or too few weights to say.
    private func initialisation(_ layer: SubjectLayer) -> (name: String, evidence: Finding.Evidence)? {
        let count = layer.weight.scalars.count
        guard count >= DiagnosisLimits.leastWeights else { return nil }
        // A sixteenth of a million weights tells as much as all of them.
        let step = max(1, count / 65_536)
        let sorted = stride(from: 0, to: count, by: step).map { Double(layer.weight.scalars[$0]) }.sorted()
        let candidates = InitialDistribution.candidates(
            outputs: layer.outputs, inputs: layer.weight.shape[1], cells: layer.cells,
            isDepthwise: layer.layer.isDepthwise)
        var best: (candidate: InitialDistribution, probability: Double)?
        for candidate in candidates {
            let probability = candidate.probability(sorted: sorted)
            if probability > best?.probability ?? 0 { best = (candidate, probability) }
        }
        guard let best, best.probability > DiagnosisLimits.initialProbability, isEven(layer) else { return nil }
        return (
            best.candidate.name,
            Finding.Evidence(
                "Kolmogorov's p of \(best.candidate.name)", best.probability, count: sorted.count,
                usual: "below 1e-6 in trained layers")
        )
    }

    /// Whether the energies of outputs and of inputs differ no more than those of independent weights do.
    ///
    /// Training makes some outputs and inputs stronger than others long before the distribution of all weights shows it. Of
    /// n independent weights with the moments m₂ and m₄ the energy has the variance n(m₄ − m₂²); the variance found over
    /// that is 1 ± √(2/(k − 1)) over k outputs.
    private func isEven(_ layer: SubjectLayer) -> Bool {
        let (outputs, length, cells) = (layer.outputs, layer.filterLength, layer.cells)
        let inputs = max(1, length / cells)
        var rows = [Double](repeating: 0, count: outputs)
        var columns = [Double](repeating: 0, count: inputs)
        var (second, fourth) = (0.0, 0.0)
        for row in 0..<outputs {
            for (place, weight) in layer.filter(row).enumerated() {
                let square = Double(weight) * Double(weight)
                rows[row] += square
                columns[place / cells] += square
                second += square
                fourth += square * square
            }
        }
        let count = Double(outputs * length)
        let spread = fourth / count - second / count * second / count
        guard spread > 0 else { return false }
        return [(rows, length), (columns, outputs * cells)].allSatisfy { energies, each in
            let n = Double(energies.count)
            guard n >= 8 else { return true }
            let mean = energies.reduce(0, +) / n
            let variance = energies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
            return variance / (Double(each) * spread) < 1 + 4 * (2 / (n - 1)).squareRoot()
        }
    }
}
