import Diagnostics
import Numerics

/// Strided layers whose kernels let through what their output cannot hold.
struct AliasingRule: DiagnosisRule {
    let identifier = "aliasing"
    let title = "Strided kernels that do not low-pass, answers that change when the picture shifts"
    let needs: Set<DiagnosisNeed> = []

    func findings(in subject: Subject) -> [Finding] {
        layers(subject) + shifts(subject)
    }

    private func layers(_ subject: Subject) -> [Finding] {
        subject.spatial.compactMap { layer in
            let stride = layer.place?.stride ?? layer.layer.stride ?? 1
            // Windows that do not overlap cut the picture into patches, and are no resampling.
            guard stride > 1, layer.layer.role != .upsampling, layer.weight.shape[2] > stride,
                let found = Aliasing.share(layer, stride: stride), found.share > DiagnosisLimits.aliasedShare
            else { return nil }
            return finding(
                .note, [layer],
                "\(NumberFormat.percent(found.share)) of what it lets through lies beyond the Nyquist limit of its output and "
                    + "folds back",
                [
                    Finding.Evidence(
                        "energy beyond the new Nyquist limit", found.share, count: found.kernels,
                        usual: AliasingReference.sentence)
                ],
                advice: "Blur before it is sampled (stride 1, then a fixed binomial filter), or train with shifts")
        }
    }

    private func shifts(_ subject: Subject) -> [Finding] {
        guard let pictures = subject.pictures, let consistency = pictures.consistency,
            consistency.high < DiagnosisLimits.leastConsistency
        else { return [] }
        return [
            finding(
                .note, [],
                "two crops of a picture, an eighth of it apart, get the same class in \(NumberFormat.percent(consistency.share)) of "
                    + "\(pictures.images) pictures",
                [
                    Finding.Evidence(
                        "shift-consistency", consistency.share, interval: consistency.low...consistency.high,
                        count: pictures.images, usual: "0.78 (AlexNet) to 0.9 on ImageNet")
                ], cost: Finding.Cost(answers: 1 - consistency.share),
                advice: "Blur before sampling in the strided layers, or train with shifts")
        ]
    }
}
