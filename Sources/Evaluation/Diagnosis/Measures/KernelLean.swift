import Glibc

/// How far the energy of a layer's kernels lies from their middle, in pixels; down and to the right is positive.
struct KernelLean: Equatable {
    /// The mean over the kernels, rows and columns.
    let rows: Double
    let columns: Double
    /// The means over their standard errors.
    let rowsT: Double
    let columnsT: Double
    /// Kernels that are not zero.
    let kernels: Int

    /// Measures a layer; nil with fewer than two kernels that are not zero.
    init?(_ layer: SubjectLayer) {
        let (height, width) = (layer.weight.shape[2], layer.weight.shape[3])
        guard height > 1 || width > 1, layer.isFinite else { return nil }
        let cells = height * width
        let energies = stride(from: 0, to: layer.weight.scalars.count, by: cells).map { start in
            layer.weight.scalars[start..<start + cells].reduce(0.0) { $0 + Double($1) * Double($1) }
        }
        let largest = energies.max() ?? 0
        var (ys, xs): ([Double], [Double]) = ([], [])
        for (index, energy) in energies.enumerated() where energy > largest * 1e-6 && energy > 0 {
            var (y, x) = (0.0, 0.0)
            for cell in 0..<cells {
                let value = Double(layer.weight.scalars[index * cells + cell])
                y += value * value * (Double(cell / width) - Double(height - 1) / 2)
                x += value * value * (Double(cell % width) - Double(width - 1) / 2)
            }
            ys.append(y / energy)
            xs.append(x / energy)
        }
        guard ys.count > 1 else { return nil }
        (rows, rowsT) = Self.mean(ys)
        (columns, columnsT) = Self.mean(xs)
        kernels = ys.count
    }

    private static func mean(_ values: [Double]) -> (mean: Double, t: Double) {
        let n = Double(values.count)
        let mean = values.reduce(0, +) / n
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
        let error = max((variance / n).squareRoot(), 1e-9)
        return (mean, mean / error)
    }
}
