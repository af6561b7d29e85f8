import Diagnostics

/// Running variances below 0, which no data can have, or of 0 without an ε.
struct VarianceRule: DiagnosisRule {
    let identifier = "negative-variance"
    let title = "Running variances that have no root"
    let needs: Set<DiagnosisNeed> = [.batchNorm]
    let findsDamage = true

    func findings(in subject: Subject) -> [Finding] {
        subject.layers.compactMap { layer in
            guard let norm = layer.layer.batchNorm else { return nil }
            let channels = norm.runningVariance.indices.filter { channel in
                let variance = norm.runningVariance[channel]
                return variance.isFinite && (variance < 0 || variance + norm.epsilon <= 0)
            }
            guard let first = channels.first else { return nil }
            let value = norm.runningVariance[first]
            let kind = value < 0 ? "is negative (\(value))" : "is 0 without an ε"
            let more = channels.count > 1 ? " and \(channels.count - 1) more" : ""
            return finding(
                .error, [layer], channels: channels,
                "the running variance of channel \(first)\(more) \(kind)"
                    + (norm.module.map { ", in '\($0)'" } ?? "")
                    + ": its root is NaN, and a ReLU behind it may hide that as 0",
                [
                    Finding.Evidence(
                        "running variance", Double(value), count: norm.runningVariance.count, usual: "above 0")
                ], cost: layer.cost(channels: channels.count),
                advice: "Take the statistics anew: run the training images through the network in training mode")
        }
    }
}
