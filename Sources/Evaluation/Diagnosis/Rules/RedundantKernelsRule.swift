import Architectures

/// Filters of a layer that are equal but for a factor: their channels carry the same map.
struct RedundantKernelsRule: DiagnosisRule {
    let identifier = "redundant-kernels"
    let title = "Filters that are multiples of each other, channels that carry the same map"
    let needs: Set<DiagnosisNeed> = []

    func findings(in subject: Subject) -> [Finding] {
        subject.layers.compactMap { layer in
            // Kernels of different inputs may be alike without doing the same.
            guard case .standard = layer.layer.connectivity, layer.isFinite, !layer.layer.isFixed else { return nil }
            let matrix = FilterMatrix(layer)
            guard matrix.columns >= DiagnosisLimits.leastInputs, matrix.rows.count > 1 else { return nil }
            let twins = Self.twins(matrix)
            guard !twins.channels.isEmpty else { return nil }
            return finding(
                .note, [layer], channels: twins.channels.map { matrix.rows[$0] },
                "\(twins.channels.count) of \(matrix.rows.count) filters are multiples of others of the layer: their channels "
                    + "carry the same map",
                [
                    Finding.Evidence(
                        "least cosine of such a pair", twins.cosine, count: matrix.columns,
                        usual: "up to 0.994 where at least 8 inputs are read")
                ], cost: layer.cost(channels: twins.channels.count),
                advice: "Merge each into its twin: add up what the next layer makes of them")
        }
    }

    /// The rows that repeat an earlier one, and the least cosine among them.
    private static func twins(_ matrix: FilterMatrix) -> (channels: [Int], cosine: Double) {
        let count = matrix.rows.count
        let columns = matrix.columns
        let norms = (0..<count).map { row in
            (0..<columns).reduce(0.0) {
                let value = Double(matrix.values[row * columns + $1])
                return $0 + value * value
            }.squareRoot()
        }
        // Multiples of each other have their largest weight in the same column.
        let peaks = (0..<count).map { row in
            (0..<columns).max {
                (abs(matrix.values[row * columns + $0]), $1) < (abs(matrix.values[row * columns + $1]), $0)
            } ?? 0
        }
        var kept: [Int: [Int]] = [:]
        var channels: [Int] = []
        var lowest = 1.0
        for row in 0..<count {
            var twin: Double?
            for other in kept[peaks[row], default: []] {
                var product = 0.0
                for column in 0..<columns {
                    product +=
                        Double(matrix.values[row * columns + column])
                        * Double(matrix.values[other * columns + column])
                }
                let cosine = abs(product) / max(norms[row] * norms[other], 1e-300)
                if cosine >= DiagnosisLimits.equalCosine { twin = max(twin ?? 0, cosine) }
            }
            if let twin {
                channels.append(row)
                lowest = min(lowest, twin)
            } else {
                kept[peaks[row], default: []].append(row)
            }
        }
        return (channels, lowest)
    }
}
