import Diagnostics
import Numerics
import Statistics

/// The effective ranks of the 1×1 layers, stage by stage: a measure without a rule, until trainings have judged one.
struct PointwiseSpectra: Sendable, Equatable {
    /// One network's layers in one stage.
    private struct Stage: Sendable, Equatable {
        let ranks: [PointwiseRank]
        let count: Int
    }

    /// Network by network, stage by stage.
    private let stages: [[Stage]]

    /// At most so many layers of a stage are measured, evenly chosen.
    static let mostLayers = 12

    /// Measures the layers of `networks`; throws what reading their weights throws.
    init(_ networks: [NetworkEvidence]) throws {
        stages = try networks.map { network in
            try network.pointwise.map { layers in
                guard let source = network.kernels else { return Stage(ranks: [], count: layers.count) }
                return Stage(
                    ranks: try layers.evenSample(Self.mostLayers).compactMap { try PointwiseRank($0, of: source) },
                    count: layers.count)
            }
        }
    }

    /// The mean share of a random matrix's rank in stages 1 to 4, networks alike; nil for a stage without 1×1 layers.
    var shares: [Double?] {
        (0..<4).map { stage in
            let found = stages.map { $0[stage].ranks }.filter { !$0.isEmpty }
            guard !found.isEmpty else { return nil }
            let means = found.map { ranks in ranks.reduce(0) { $0 + $1.share } / Double(ranks.count) }
            return means.reduce(0, +) / Double(means.count)
        }
    }

    /// What was measured in the stages that have 1×1 layers.
    var findings: [Reason.Finding] { (1...4).compactMap(finding) }

    private func finding(_ stage: Int) -> Reason.Finding? {
        let found = stages.map { $0[stage - 1] }.filter { !$0.ranks.isEmpty }
        guard !found.isEmpty else { return nil }
        let shares = found.map { stage in
            stage.ranks.reduce(0) { $0 + $1.share } / Double(stage.ranks.count)
        }
        let estimate = Estimate(of: shares, weights: shares.map { _ in 1 })
        let range = estimate.range(2)
        let measured = found.reduce(0) { $0 + $1.ranks.count }
        let all = found.reduce(0) { $0 + $1.count }
        let sketched = found.reduce(0) { $0 + $1.ranks.count(where: \.isSketched) }
        return Reason.Finding(
            place: "stage \(stage)", value: "",
            statistic:
                "effective rank of \(measured)\(all > measured ? " of \(all)" : "") 1×1 layers: "
                + "\(estimate.text(2)) times that of random ones of their shapes "
                + "(\(range.isEmpty ? "one network, no interval" : range)"
                + (sketched > 0 ? "; \(sketched) estimated by a seeded sketch" : "")
                + "), the participation ratio of the squared singular values with batch normalisation; measured, "
                + "decides nothing",
            estimate: estimate, isDefault: true)
    }
}
