/// Batch normalisations that never saw data, and layers that are copies of each other.
struct FrozenRule: DiagnosisRule {
    let identifier = "frozen"
    let title = "Statistics that were never taken, layers that are copies of each other"
    let needs: Set<DiagnosisNeed> = []
    let findsDamage = true

    func findings(in subject: Subject) -> [Finding] {
        statistics(subject) + copies(subject)
    }

    /// Running means of 0 and variances of 1: what a batch normalisation starts with.
    private func statistics(_ subject: Subject) -> [Finding] {
        let norms = subject.layers.filter { $0.layer.batchNorm != nil }
        let untouched = norms.filter { layer in
            guard let norm = layer.layer.batchNorm, !norm.runningMean.isEmpty else { return false }
            return norm.runningMean.allSatisfy { $0 == 0 } && norm.runningVariance.allSatisfy { $0 == 1 }
        }
        guard !untouched.isEmpty else { return [] }
        let isInitial = untouched.allSatisfy { layer in
            layer.layer.batchNorm.map { norm in
                norm.weight.allSatisfy { $0 == 1 } && norm.bias.allSatisfy { $0 == 0 }
            } == true
        }
        let some = untouched.count == norms.count ? "all \(norms.count)" : "\(untouched.count) of \(norms.count)"
        return [
            finding(
                .warning, untouched,
                "\(some) batch normalisations have mean 0 and variance 1 in every channel"
                    + (isInitial ? ", scale 1 and shift 0: they are as initialised" : ": no data was ever measured"),
                [
                    Finding.Evidence(
                        "untouched normalisations", Double(untouched.count), count: norms.count,
                        usual: "0 in trained networks")
                ],
                advice:
                    "Load the running statistics, or recompute them: run training images through it in training mode")
        ]
    }

    /// Layers with the same numbers throughout.
    private func copies(_ subject: Subject) -> [Finding] {
        var seen: [Int] = []
        var groups: [Int: [Int]] = [:]
        for (index, layer) in subject.layers.enumerated() where !layer.layer.isFixed {
            guard layer.weight.scalars.contains(where: { $0 != 0 }) else { continue }
            if let first = seen.first(where: { subject.layers[$0].weight == layer.weight }) {
                groups[first, default: [first]].append(index)
            } else {
                seen.append(index)
            }
        }
        return groups.sorted { $0.key < $1.key }.map { _, members in
            finding(
                .note, members.map { subject.layers[$0] },
                "\(members.count) layers have the same weights, to the last bit",
                [Finding.Evidence("equal layers", Double(members.count))],
                cost: Finding.Cost(
                    parameters: (members.count - 1) * subject.layers[members[0]].weight.scalars.count),
                advice: "If they are not shared by design, one was loaded in the place of another")
        }
    }
}
