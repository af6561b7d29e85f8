import Diagnostics
import Numerics

/// Channels behind which the function is flat: a ReLU whose input is never above 0.
///
/// Three proofs, the strongest first: by interval arithmetic no picture can make the channel positive; the batch
/// normalisation's statistics bound how often it can be (Cantelli: P(y > 0) ≤ 1/(1 + β²/s²) for β < 0); and pictures
/// show that it never was.
struct NeverFiresRule: DiagnosisRule {
    let identifier = "never-fires"
    let title = "Channels whose activation function is never left of its flat part"
    let needs: Set<DiagnosisNeed> = [.graph]

    func findings(in subject: Subject) -> [Finding] {
        subject.layers.compactMap { layer in
            guard let place = layer.place, let flat = place.activation?.flatBelow, layer.isFinite else { return nil }
            // What is constant is told by other rules.
            let dead = Set(DeadKernelsRule.dead(layer) + (DeadNormRule.constant(layer)?.channels ?? []))
            let source = place.norm ?? place.node
            let bounds = subject.bounds?.nodes[source.position] ?? []
            let proven = bounds.indices.filter { bounds[$0].high <= flat && !dead.contains($0) }
            let known = Set(proven)
            let moments = place.norm.flatMap { subject.moments?.nodes[$0.position] }
            let silent =
                moments.map { moments in
                    moments.means.indices.filter { channel in
                        let deviation = moments.variances[channel].squareRoot()
                        return deviation > 0 && !known.contains(channel) && !dead.contains(channel)
                            && (moments.means[channel] - flat) / deviation < DiagnosisLimits.silentDeviations
                    }
                } ?? []
            let measured = subject.pictures?.silentChannels[layer.layer.tensorName].map { channels in
                channels.filter { !known.contains($0) && !silent.contains($0) && !dead.contains($0) }
            }
            return finding(layer, proven: proven, silent: silent, measured: measured ?? [], moments, flat, subject)
        }
    }

    private func finding(
        _ layer: SubjectLayer, proven: [Int], silent: [Int], measured: [Int], _ moments: ChannelMoments.Moments?,
        _ flat: Double, _ subject: Subject
    ) -> Finding? {
        let channels = (proven + silent + measured).sorted()
        guard !channels.isEmpty else { return nil }
        var parts: [String] = []
        var evidence: [Finding.Evidence] = []
        if !proven.isEmpty {
            parts.append("\(proven.count) cannot fire on any picture")
            evidence.append(Finding.Evidence("channels that cannot fire (exact bound)", Double(proven.count)))
        }
        if !silent.isEmpty, let moments {
            let chance =
                silent.map { channel in
                    let z = (moments.means[channel] - flat) / moments.variances[channel].squareRoot()
                    return 1 / (1 + z * z)
                }.max() ?? 0
            parts.append(
                "\(silent.count) by their statistics fire on less than \(NumberFormat.fixed(chance * 100, 2)) % "
                    + "of pixels")
            evidence.append(
                Finding.Evidence(
                    "largest share of pixels on which they can fire", chance, unit: "share", count: silent.count))
        }
        if !measured.isEmpty, let pictures = subject.pictures {
            let pixels = pictures.images * (layer.place.map { $0.output[2] * $0.output[3] } ?? 1)
            parts.append("\(measured.count) never fired on \(pictures.images) pictures")
            // The rule of three: 0 of n.
            evidence.append(
                Finding.Evidence(
                    "share of pictures on which they fire", 0,
                    interval: 0...ShareInterval(count: 0, total: pictures.images).high, count: pixels))
        }
        let isCollapsed = Double(channels.count) >= DiagnosisLimits.collapsedShare * Double(layer.outputs)
        return finding(
            isCollapsed ? .warning : .note, [layer], channels: channels,
            "\(channels.count) of \(layer.outputs) channels are dead behind the \(layer.place?.activation?.rawValue ?? "")"
                + ": \(parts.joined(separator: ", "))", evidence, cost: layer.cost(channels: channels.count),
            advice: proven.count == channels.count
                ? "Remove them: the network computes the same" : "Remove them after checking on your own pictures")
    }
}
