/// The eigenvalues of a symmetric matrix, by Householder's reduction and QL steps.
///
/// Source: J. H. Wilkinson and C. Reinsch, "Handbook for Automatic Computation" II (1971), tred1 and tql1.
enum Eigenvalues {
    /// The eigenvalues of `matrix` (size × size, row-major, symmetric), largest first.
    static func of(_ matrix: [Double], size: Int) -> [Double] {
        guard size > 0 else { return [] }
        var a = matrix
        var (diagonal, beside) = ([Double](repeating: 0, count: size), [Double](repeating: 0, count: size))
        reduce(&a, size, &diagonal, &beside)
        iterate(&diagonal, &beside, size)
        return diagonal.sorted(by: >)
    }

    /// To a tridiagonal matrix with the same eigenvalues.
    private static func reduce(_ a: inout [Double], _ size: Int, _ diagonal: inout [Double], _ beside: inout [Double]) {
        for i in stride(from: size - 1, to: 0, by: -1) {
            let row = i * size
            var scale = 0.0
            for k in 0..<i { scale += abs(a[row + k]) }
            guard i > 1, scale > 0 else {
                beside[i] = a[row + i - 1]
                diagonal[i] = a[row + i]
                continue
            }
            var h = 0.0
            for k in 0..<i {
                a[row + k] /= scale
                h += a[row + k] * a[row + k]
            }
            let f = a[row + i - 1]
            let g = f >= 0 ? -h.squareRoot() : h.squareRoot()
            beside[i] = scale * g
            h -= f * g
            a[row + i - 1] = f - g
            var sum = 0.0
            for j in 0..<i {
                var product = 0.0
                for k in 0...j { product += a[j * size + k] * a[row + k] }
                for k in j + 1..<max(i, j + 1) { product += a[k * size + j] * a[row + k] }
                beside[j] = product / h
                sum += beside[j] * a[row + j]
            }
            let half = sum / (h + h)
            for j in 0..<i {
                let f = a[row + j]
                let g = beside[j] - half * f
                beside[j] = g
                for k in 0...j { a[j * size + k] -= f * beside[k] + g * a[row + k] }
            }
            diagonal[i] = a[row + i]
        }
        diagonal[0] = a[0]
        beside[0] = 0
    }

    /// QL with implicit shifts on the tridiagonal matrix.
    private static func iterate(_ diagonal: inout [Double], _ beside: inout [Double], _ size: Int) {
        for i in 1..<max(1, size) { beside[i - 1] = beside[i] }
        beside[size - 1] = 0
        for l in 0..<size {
            for _ in 0..<60 {
                var m = l
                while m < size - 1 {
                    let neighbours = abs(diagonal[m]) + abs(diagonal[m + 1])
                    if abs(beside[m]) <= 1e-15 * neighbours { break }
                    m += 1
                }
                guard m > l else { break }
                step(&diagonal, &beside, l, m)
            }
        }
    }

    private static func step(_ diagonal: inout [Double], _ beside: inout [Double], _ l: Int, _ m: Int) {
        var g = (diagonal[l + 1] - diagonal[l]) / (2 * beside[l])
        var r = (g * g + 1).squareRoot()
        g = diagonal[m] - diagonal[l] + beside[l] / (g + (g >= 0 ? r : -r))
        var (s, c, p) = (1.0, 1.0, 0.0)
        for i in stride(from: m - 1, through: l, by: -1) {
            let f = s * beside[i]
            let b = c * beside[i]
            r = (f * f + g * g).squareRoot()
            beside[i + 1] = r
            guard r > 0 else {
                diagonal[i + 1] -= p
                beside[m] = 0
                return
            }
            s = f / r
            c = g / r
            g = diagonal[i + 1] - p
            r = (diagonal[i] - g) * s + 2 * c * b
            p = s * r
            diagonal[i + 1] = g + p
            g = c * r - b
        }
        diagonal[l] -= p
        beside[l] = g
        beside[m] = 0
    }
}
