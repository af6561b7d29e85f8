import Glibc

/// How much of what strided kernels let through lies beyond the Nyquist limit of their output, and folds back into it.
///
/// On an input with the spectrum of photographs, (1 − ρ²)/(1 + ρ² − 2ρ cos ω) in each direction: the share of the output's
/// energy at frequencies above π/stride in either direction.
enum Aliasing {
    /// Frequencies a direction.
    private static let points = 32
    /// The correlation of neighbouring numbers of a map, which is lower inside a network than between pixels.
    private static let correlation = 0.9

    /// The share over the live kernels of a layer; nil without one.
    static func share(_ layer: SubjectLayer, stride: Int) -> (share: Double, kernels: Int)? {
        let (height, width) = (layer.weight.shape[2], layer.weight.shape[3])
        let cells = height * width
        guard stride > 1, layer.isFinite else { return nil }
        let energies = Swift.stride(from: 0, to: layer.weight.scalars.count, by: cells).map { start in
            layer.weight.scalars[start..<start + cells].reduce(0.0) { $0 + Double($1) * Double($1) }
        }
        let largest = energies.max() ?? 0
        // Of all kernels the energies add up: what counts is their autocorrelation.
        var shifts = [Double](repeating: 0, count: (2 * height - 1) * (2 * width - 1))
        var kernels = 0
        for (index, energy) in energies.enumerated() where energy > largest * 1e-6 && energy > 0 {
            kernels += 1
            let start = index * cells
            for a in 0..<cells {
                let value = Double(layer.weight.scalars[start + a])
                guard value != 0 else { continue }
                for b in 0..<cells {
                    let (y, x) = (a / width - b / width + height - 1, a % width - b % width + width - 1)
                    shifts[y * (2 * width - 1) + x] += value * Double(layer.weight.scalars[start + b])
                }
            }
        }
        guard kernels > 0 else { return nil }
        return (beyond(shifts, height, width, stride), kernels)
    }

    private static func beyond(_ shifts: [Double], _ height: Int, _ width: Int, _ stride: Int) -> Double {
        let frequencies = (0..<points).map { 2 * Double.pi * (Double($0) + 0.5) / Double(points) - Double.pi }
        let rho = correlation
        let spectrum = frequencies.map { (1 - rho * rho) / (1 + rho * rho - 2 * rho * cos($0)) }
        let limit = Double.pi / Double(stride)
        var (inside, outside) = (0.0, 0.0)
        for (row, v) in frequencies.enumerated() {
            for (column, u) in frequencies.enumerated() {
                var power = 0.0
                for y in 0..<2 * height - 1 {
                    for x in 0..<2 * width - 1 {
                        power +=
                            shifts[y * (2 * width - 1) + x]
                            * cos(v * Double(y - height + 1) + u * Double(x - width + 1))
                    }
                }
                let energy = max(0, power) * spectrum[row] * spectrum[column]
                if abs(v) > limit || abs(u) > limit { outside += energy } else { inside += energy }
            }
        }
        return inside + outside > 0 ? outside / (inside + outside) : 0
    }
}
