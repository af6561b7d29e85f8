import Glibc

/// How alike two kernels are to an image: the share of the output's variance that one explains of the other.
///
/// R²(t, w) = (tᵀCw)² / (tᵀCt · wᵀCw), with the correlation of the input pixels C_ij = ρ^(|Δx| + |Δy|), an AR(1)
/// process along both axes, or as measured from feature maps (``InputCorrelation``). ρ = 0 gives the plain squared cosine
/// of the weights.
public struct FunctionalSimilarity: Sendable, Equatable {
    /// N: rows and columns.
    public let size: Int
    /// ρ, 0…1.
    public let rho: Double
    /// ρ^d for the distances 0..<N.
    let powers: [Float]
    /// A measured C, row-major; empty where ρ gives it.
    let measured: [Float]

    /// Prepares the prior for N×N kernels.
    public init(size: Int, rho: Double = 0.5) {
        precondition(size > 0 && rho >= 0 && rho <= 1)
        self.size = size
        self.rho = rho
        self.powers = (0..<size).map { $0 == 0 ? 1 : Float(pow(rho, Double($0))) }
        self.measured = []
    }

    /// Takes a measured correlation for N×N kernels; ``rho`` is that of direct neighbours then.
    public init(size: Int, correlation: InputCorrelation) {
        precondition(size > 0 && size <= correlation.reach + 1)
        self.size = size
        self.rho = max(0, min(1, correlation.neighbours))
        self.powers = (0..<size).map { $0 == 0 ? 1 : Float(pow(correlation.neighbours, Double($0))) }
        self.measured = (0..<size * size).flatMap { a in
            (0..<size * size).map { b in
                Float(correlation.at(rows: a / size - b / size, columns: a % size - b % size))
            }
        }
    }

    /// C·w for one kernel, row-major. The AR(1) C is separable: rows first, then columns.
    public func correlate(_ kernel: [Float]) -> [Float] {
        let cells = size * size
        precondition(kernel.count == cells)
        guard measured.isEmpty else {
            return (0..<cells).map { cell in
                (0..<cells).reduce(0) { $0 + measured[cell * cells + $1] * kernel[$1] }
            }
        }
        var rows = kernel
        var result = kernel
        for y in 0..<size {
            for x in 0..<size {
                rows[y * size + x] = (0..<size).reduce(0) { $0 + powers[abs(x - $1)] * kernel[y * size + $1] }
            }
        }
        for y in 0..<size {
            for x in 0..<size {
                result[y * size + x] = (0..<size).reduce(0) { $0 + powers[abs(y - $1)] * rows[$1 * size + x] }
            }
        }
        return result
    }

    /// R² of two kernels, 0…1; 0 where either has no output.
    public func r2(_ a: [Float], _ b: [Float]) -> Double {
        let correlated = correlate(b)
        let cross = dot(a, correlated)
        let energies = dot(a, correlate(a)) * dot(b, correlated)
        return energies > 0 ? min(1, cross * cross / energies) : 0
    }

    private func dot(_ a: [Float], _ b: [Float]) -> Double {
        zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
}
