import Diagnostics
import Numerics

/// Channels that their batch normalisation makes constant: a scale of 0, or a variance of nothing beside ε.
struct DeadNormRule: DiagnosisRule {
    let identifier = "dead-normalisation"
    let title = "Channels that batch normalisation scales to a constant"
    let needs: Set<DiagnosisNeed> = [.batchNorm]

    func findings(in subject: Subject) -> [Finding] {
        subject.layers.compactMap { layer in
            guard let norm = layer.layer.batchNorm, let found = Self.constant(layer), let first = found.channels.first
            else { return nil }
            let (channels, deviations, median) = found
            let byScale = channels.count { abs(norm.weight[$0]) <= Float(median * DiagnosisLimits.zeroDeviation) }
            let isCollapsed = Double(channels.count) >= DiagnosisLimits.collapsedShare * Double(layer.outputs)
            let share = ShareInterval(count: channels.count, total: layer.outputs)
            let why =
                byScale == channels.count
                ? "scale is 0" : byScale == 0 ? "input never varied in training" : "scale is 0 or input never varied"
            return finding(
                isCollapsed ? .warning : .note, [layer], channels: channels,
                "\(channels.count) of \(layer.outputs) channels are constant: their \(why)",
                [
                    Finding.Evidence(
                        "share of constant channels", share.share, interval: share.low...max(share.low, share.high),
                        count: layer.outputs),
                    Finding.Evidence(
                        "deviation over the layer's median", median > 0 ? deviations[first] / median : 0),
                ], cost: layer.cost(channels: channels.count),
                advice: "Remove them and add their constants to the next layer's bias")
        }
    }

    /// The channels that the normalisation makes constant though their filters are not zero, all channels' deviations and
    /// the median of those that are not; nil without a normalisation whose numbers are finite.
    static func constant(_ layer: SubjectLayer) -> (channels: [Int], deviations: [Double], median: Double)? {
        guard layer.isFinite, let norm = layer.layer.batchNorm, norm.weight.count == layer.outputs else { return nil }
        let deviations = zip(norm.weight, norm.runningVariance).map { gamma, variance in
            let variance = max(0, Double(variance))
            return abs(Double(gamma)) * (variance / max(1e-30, variance + Double(norm.epsilon))).squareRoot()
        }
        guard let largest = deviations.max(), deviations.allSatisfy(\.isFinite) else { return nil }
        let median = deviations.filter { $0 > largest * DiagnosisLimits.livingShare && $0 > 0 }.median ?? 0
        let zero = Set(DeadKernelsRule.dead(layer))
        let channels = deviations.indices.filter {
            deviations[$0] <= median * DiagnosisLimits.zeroDeviation && !zero.contains($0)
                && norm.runningVariance[$0] >= 0
        }
        return (channels, deviations, median)
    }
}
