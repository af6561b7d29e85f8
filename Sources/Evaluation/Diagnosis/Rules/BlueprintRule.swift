import Architectures
import Diagnostics
import Numerics

/// Standard convolutions whose filters each repeat one kernel over their inputs: depthwise-separable ones in disguise.
struct BlueprintRule: DiagnosisRule {
    let identifier = "blueprint"
    let title = "Standard convolutions that one kernel a filter explains"
    let needs: Set<DiagnosisNeed> = []

    func findings(in subject: Subject) -> [Finding] {
        subject.spatial.compactMap { layer in
            // The three planes of a picture are nearly one.
            guard layer.weight.shape[1] >= DiagnosisLimits.leastInputs, layer.isFinite, layer.layer.role != .stem,
                !layer.layer.isFixed
            else { return nil }
            let dead = Set(DeadKernelsRule.dead(layer))
            let shares = (0..<layer.outputs).filter { !dead.contains($0) }.compactMap { explained(layer, $0) }
            guard shares.count > 1, let median = shares.median, median >= DiagnosisLimits.blueprintShare else {
                return nil
            }
            let (inputs, outputs, cells) = (layer.weight.shape[1], layer.outputs, layer.cells)
            let saved = outputs * (inputs * cells - inputs - cells)
            let pixels = layer.place.map { $0.output[2] * $0.output[3] }
            let sorted = shares.sorted()
            return finding(
                .note, [layer],
                "one kernel a filter explains \(NumberFormat.percent(median)) of its energy (median): it is a 1×1 layer with a "
                    + "depthwise one behind it",
                [
                    Finding.Evidence(
                        "energy that one kernel explains", median,
                        interval: OrderStatistics.quantile(
                            0.025, ofSorted: sorted)...OrderStatistics.quantile(
                                0.975, ofSorted: sorted), count: shares.count)
                ], cost: Finding.Cost(macs: pixels.map { $0 * saved }, parameters: saved),
                advice:
                    "Replace it with the 1×1 layer and the depthwise one (blueprint-separable), and fine-tune")
        }
    }

    /// The share of the first principal component of a filter's slices.
    private func explained(_ layer: SubjectLayer, _ output: Int) -> Double? {
        let cells = layer.cells
        let filter = Array(layer.filter(output))
        var moments = [Double](repeating: 0, count: cells * cells)
        for slice in 0..<filter.count / cells {
            for a in 0..<cells {
                let left = Double(filter[slice * cells + a])
                for b in a..<cells { moments[a * cells + b] += left * Double(filter[slice * cells + b]) }
            }
        }
        for a in 0..<cells { for b in 0..<a { moments[a * cells + b] = moments[b * cells + a] } }
        let values = Eigenvalues.of(moments, size: cells)
        let total = values.reduce(0, +)
        return total > 0 ? min(1, values[0] / total) : nil
    }
}
