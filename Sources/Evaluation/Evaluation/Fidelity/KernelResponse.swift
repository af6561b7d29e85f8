/// The output of a kernel on the patches that it saw.
package struct KernelResponse: Sendable {
    /// Σ, cells × cells.
    private let covariances: [Double]
    /// Σw.
    private let projected: [Double]
    /// wᵀΣw: the variance of the output.
    package let variance: Double

    init(kernel: [Float], covariances: [Double]) {
        let cells = kernel.count
        self.covariances = covariances
        projected = (0..<cells).map { a in
            kernel.indices.reduce(0) { $0 + covariances[a * cells + $1] * Double(kernel[$1]) }
        }
        variance = max(0, zip(kernel, projected).reduce(0) { $0 + Double($1.0) * $1.1 })
    }

    /// The share of the output's variance that a template explains with the best gain and constant, 0…1; 1 for an output
    /// that never changes.
    package func share(explainedBy template: [Float]) -> Double {
        guard variance > 0 else { return 1 }
        let cells = template.count
        var (cross, energy) = (0.0, 0.0)
        for a in 0..<cells where template[a] != 0 {
            cross += Double(template[a]) * projected[a]
            for b in 0..<cells { energy += Double(template[a]) * covariances[a * cells + b] * Double(template[b]) }
        }
        return energy > 0 ? min(1, cross * cross / (energy * variance)) : 0
    }
}
