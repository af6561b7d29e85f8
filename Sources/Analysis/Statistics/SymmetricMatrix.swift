/// A small symmetric matrix, row-major.
package struct SymmetricMatrix {
    /// Rows and columns.
    package let size: Int
    /// The entries, row by row.
    package private(set) var values: [Double]

    /// A matrix of zeros.
    package init(size: Int) {
        self.size = size
        values = Array(repeating: 0, count: size * size)
    }

    /// Adds v·vᵀ.
    package mutating func add(outerProductOf vector: [Double]) {
        for row in 0..<size {
            for column in 0..<size { values[row * size + column] += vector[row] * vector[column] }
        }
    }

    /// Sets every entry from its upper half: `entry(row, column)` with row ≤ column.
    package mutating func fill(_ entry: (_ row: Int, _ column: Int) -> Double) {
        for row in 0..<size {
            for column in row..<size {
                values[row * size + column] = entry(row, column)
                values[column * size + row] = values[row * size + column]
            }
        }
    }

    /// The sum of the diagonal.
    package var trace: Double { (0..<size).reduce(0) { $0 + values[$1 * size + $1] } }

    /// The eigenvalues, largest first, each with its unit eigenvector: Jacobi's cyclic rotations.
    package func eigen() -> [(value: Double, vector: [Double])] {
        var a = values
        var vectors = [Double](repeating: 0, count: size * size)
        for index in 0..<size { vectors[index * size + index] = 1 }
        for _ in 0..<60 {
            var off = 0.0
            for row in 0..<size { for column in 0..<row { off += a[row * size + column] * a[row * size + column] } }
            guard off > 1e-26 * trace * trace, off > 0 else { break }
            for q in 1..<max(size, 1) { for p in 0..<q { rotate(&a, &vectors, p, q) } }
        }
        return (0..<size).map { index in
            (a[index * size + index], (0..<size).map { vectors[$0 * size + index] })
        }.sorted { $0.0 > $1.0 }
    }

    /// One rotation that makes a[p, q] vanish.
    private func rotate(_ a: inout [Double], _ vectors: inout [Double], _ p: Int, _ q: Int) {
        let apq = a[p * size + q]
        guard apq != 0 else { return }
        let theta = (a[q * size + q] - a[p * size + p]) / (2 * apq)
        let t = (theta >= 0 ? 1.0 : -1) / (abs(theta) + (theta * theta + 1).squareRoot())
        let c = 1 / (t * t + 1).squareRoot()
        let s = t * c
        for k in 0..<size {
            let (kp, kq) = (a[k * size + p], a[k * size + q])
            a[k * size + p] = c * kp - s * kq
            a[k * size + q] = s * kp + c * kq
        }
        for k in 0..<size {
            let (pk, qk) = (a[p * size + k], a[q * size + k])
            a[p * size + k] = c * pk - s * qk
            a[q * size + k] = s * pk + c * qk
            let (vp, vq) = (vectors[k * size + p], vectors[k * size + q])
            vectors[k * size + p] = c * vp - s * vq
            vectors[k * size + q] = s * vp + c * vq
        }
    }

    /// The largest eigenvalue with its unit vector by power iteration; nil for a matrix of zeros.
    package func leading() -> (value: Double, vector: [Double])? {
        guard trace > 0 else { return nil }
        // The strongest row is never at a right angle to the leading vector, but for ties that do not matter here.
        let strongest = (0..<size).max { values[$0 * size + $0] < values[$1 * size + $1] } ?? 0
        var vector = (0..<size).map { values[strongest * size + $0] }
        var value = 0.0
        for _ in 0..<200 {
            let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard norm > 0 else { return nil }
            for index in 0..<size { vector[index] /= norm }
            var product = [Double](repeating: 0, count: size)
            for row in 0..<size {
                var sum = 0.0
                for column in 0..<size { sum += values[row * size + column] * vector[column] }
                product[row] = sum
            }
            let next = zip(vector, product).reduce(0) { $0 + $1.0 * $1.1 }
            let isSettled = abs(next - value) <= 1e-10 * next
            value = next
            if isSettled { break }
            vector = product
        }
        let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return (value, vector.map { $0 / norm })
    }
}
