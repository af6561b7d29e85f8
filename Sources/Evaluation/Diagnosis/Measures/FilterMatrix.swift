/// The filters of an ungrouped layer as rows of a matrix, those that are dead and inputs that are never read left out.
struct FilterMatrix {
    /// The output channels that are alive.
    let rows: [Int]
    /// Weights a row.
    let columns: Int
    /// `rows.count · columns` numbers.
    let values: [Float]

    init(_ layer: SubjectLayer) {
        let dead = Set(DeadKernelsRule.dead(layer))
        let alive = (0..<layer.outputs).filter { !dead.contains($0) }
        let length = layer.filterLength
        var energies = [Double](repeating: 0, count: length)
        for row in alive {
            for (column, value) in layer.filter(row).enumerated() { energies[column] += Double(value) * Double(value) }
        }
        let largest = energies.max() ?? 0
        let limit = largest * DiagnosisLimits.zeroNorm * DiagnosisLimits.zeroNorm
        let used = energies.indices.filter { energies[$0] > limit && energies[$0] > 0 }
        rows = alive
        columns = used.count
        var values: [Float] = []
        values.reserveCapacity(alive.count * used.count)
        for row in alive {
            let start = row * length
            for column in used { values.append(layer.weight.scalars[start + column]) }
        }
        self.values = values
    }

    /// The smaller of the products M·Mᵀ and Mᵀ·M, which have the same eigenvalues but for zeros.
    func gram() -> (values: [Double], size: Int) {
        let isWide = rows.count <= columns
        let (size, length) = isWide ? (rows.count, columns) : (columns, rows.count)
        var vectors = [Float](repeating: 0, count: size * length)
        for row in 0..<rows.count {
            for column in 0..<columns {
                vectors[isWide ? row * length + column : column * length + row] = values[row * columns + column]
            }
        }
        var result = [Double](repeating: 0, count: size * size)
        for a in 0..<size {
            for b in a..<size {
                var lanes = SIMD8<Float>.zero
                var place = 0
                while place + 8 <= length {
                    var (x, y) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
                    for lane in 0..<8 {
                        x[lane] = vectors[a * length + place + lane]
                        y[lane] = vectors[b * length + place + lane]
                    }
                    lanes += x * y
                    place += 8
                }
                var sum = Double(lanes.sum())
                while place < length {
                    sum += Double(vectors[a * length + place]) * Double(vectors[b * length + place])
                    place += 1
                }
                result[a * size + b] = sum
                result[b * size + a] = sum
            }
        }
        return (result, size)
    }
}
