import Diagnostics
import Engine

/// Layers whose input already sees the whole image, so that they widen nothing.
struct FieldRule: DiagnosisRule {
    let identifier = "receptive-field"
    let title = "Layers whose input already sees more than the image"
    let needs: Set<DiagnosisNeed> = [.graph]

    func findings(in subject: Subject) -> [Finding] {
        guard let network = subject.runnable else { return [] }
        let fields = ReceptiveFields(network.graph)
        let placed = subject.spatial.filter { $0.place != nil }
        let idle = placed.filter { layer in
            guard let place = layer.place, let source = network.graph[place.node].inputs.first else { return false }
            return fields.nodes[source.position].size > network.inputSize
        }
        guard !placed.isEmpty, let first = idle.first,
            Double(idle.count) >= DiagnosisLimits.unproductiveShare * Double(placed.count)
        else { return [] }
        let largest = idle.compactMap { layer in layer.place.map { fields.nodes[$0.node.position].size } }.max() ?? 0
        let macs = idle.compactMap { $0.place?.macs }.reduce(0, +)
        return [
            finding(
                .note, idle,
                "\(idle.count) of \(placed.count) N×N layers, from \(first.name.label) on, read maps of which every number "
                    + "already sees more than the \(network.inputSize) pixels of the image: they widen nothing",
                [
                    Finding.Evidence(
                        "share of N×N layers that see more than the image", Double(idle.count) / Double(placed.count),
                        count: placed.count, usual: "0.3 in MobileNetV1 at 224 pixels"),
                    Finding.Evidence("largest receptive field", Double(largest), unit: "pixels"),
                ], cost: Finding.Cost(macs: macs, parameters: idle.reduce(0) { $0 + $1.weight.scalars.count }),
                advice: "Use larger images, fewer early strides, or fewer layers")
        ]
    }
}
