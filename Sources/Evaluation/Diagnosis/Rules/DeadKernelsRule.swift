import Diagnostics
import Numerics

/// Filters of zeros: their channels are constant, whatever the picture.
struct DeadKernelsRule: DiagnosisRule {
    let identifier = "dead-kernels"
    let title = "Filters that are zero: channels that carry a constant"
    let needs: Set<DiagnosisNeed> = []

    func findings(in subject: Subject) -> [Finding] {
        subject.layers.compactMap { layer in
            // Beside a filter that exploded all others look like zeros.
            guard layer.isFinite, !layer.layer.isFixed, !ExplodingRule.hasExploded(layer) else { return nil }
            let channels = Self.dead(layer)
            guard !channels.isEmpty else { return nil }
            let share = ShareInterval(count: channels.count, total: layer.outputs)
            let isCollapsed = share.share >= DiagnosisLimits.collapsedShare
            let all = channels.count == layer.outputs
            if all, isOnEveryPath(layer, subject) {
                return finding(
                    .error, [layer], channels: channels,
                    "all \(layer.outputs) filters are zero and no shortcut passes them: every picture gets the same answer",
                    [Finding.Evidence("share of zero filters", 1, count: layer.outputs)],
                    advice: "Load the weights of the layer again; a name that did not match leaves zeros")
            }
            return finding(
                isCollapsed ? .warning : .note, [layer], channels: channels,
                all
                    ? "all \(layer.outputs) filters are zero: the layer does nothing"
                    : "\(channels.count) of \(layer.outputs) filters are zero",
                [
                    Finding.Evidence(
                        "share of zero filters", share.share, interval: share.low...max(share.low, share.high),
                        count: layer.outputs)
                ], cost: layer.cost(channels: channels.count),
                advice: isCollapsed
                    ? "Look at weight decay and rate of the training; the layer can be removed or made narrower"
                    : "Remove them: a narrower layer computes the same")
        }
    }

    /// Whether nothing of the picture reaches the answer but through the layer.
    private func isOnEveryPath(_ layer: SubjectLayer, _ subject: Subject) -> Bool {
        guard let graph = subject.runnable?.graph, let place = layer.place, let output = graph.output else {
            return false
        }
        var (waiting, seen) = ([output.position], Set([place.node.position]))
        while let next = waiting.popLast() {
            guard seen.insert(next).inserted else { continue }
            if case .input = graph.nodes[next].operation { return false }
            waiting += graph.nodes[next].inputs.map(\.position)
        }
        return true
    }

    /// The output channels whose filters are zero beside their neighbours; all of a layer of zeros.
    static func dead(_ layer: SubjectLayer) -> [Int] {
        let norms = layer.norms
        guard let largest = norms.max() else { return [] }
        let median = norms.filter { $0 > largest * DiagnosisLimits.livingShare && $0 > 0 }.median ?? 0
        return norms.indices.filter { norms[$0] <= median * DiagnosisLimits.zeroNorm }
    }
}
