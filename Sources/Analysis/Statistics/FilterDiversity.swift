import Glibc
import Kernels

/// How sparse and how varied a layer's kernels are, as CNN Filter DB defines it, so that numbers can be compared.
///
/// Source: Gavrikov and Keuper, "CNN Filter DB" (CVPR 2022), in the form of the package torchconvquality.
public struct FilterDiversity: Sendable, Equatable, Codable {
    /// The share of kernels with every |w| below 1 % of the layer's largest |w|, 0…1.
    public let sparsity: Double
    /// Entropy to the base 10 of the shares of variance along the principal components of all kernels, 0…log₁₀ N².
    public let varianceEntropy: Double
    /// ``varianceEntropy`` over that of random 3×3 kernels of the same number: about 1 and above is random, 0 redundant.
    ///
    /// Nil for sizes other than 3×3 and for fewer than 3 kernels, where the published fit says nothing.
    public let normalisedEntropy: Double?

    /// Measures the kernels (N·N weights each); nil without any or where a weight is not finite.
    public init?(values: [Float], size: Int) {
        let cells = size * size
        let count = values.count / cells
        guard count > 0, values.allSatisfy(\.isFinite) else { return nil }
        let largest = values.reduce(0) { max($0, abs($1)) }
        // A layer of zeros is sparse altogether.
        let limit = largest > 0 ? largest * 0.01 : 1
        var means = [Double](repeating: 0, count: cells)
        var sparse = 0
        for kernel in 0..<count {
            var isSparse = true
            for cell in 0..<cells {
                let w = values[kernel * cells + cell]
                means[cell] += Double(w) / Double(count)
                if abs(w) >= limit { isSparse = false }
            }
            if isSparse { sparse += 1 }
        }
        // Fewer kernels than cells: their products with each other have the same eigenvalues, but for zeros.
        let isWide = count < cells
        var scatter = SymmetricMatrix(size: isWide ? count : cells)
        var centred = values.prefix(count * cells).map { Double($0) }
        for kernel in 0..<count {
            for cell in 0..<cells { centred[kernel * cells + cell] -= means[cell] }
            if !isWide { scatter.add(outerProductOf: Array(centred[kernel * cells..<(kernel + 1) * cells])) }
        }
        if isWide {
            scatter.fill { row, column in
                (0..<cells).reduce(0) { $0 + centred[row * cells + $1] * centred[column * cells + $1] }
            }
        }
        let variances = scatter.eigen().map { max(0, $0.value) }
        let total = variances.reduce(0, +)
        let shares = total > 0 ? variances.map { $0 / total } : []
        sparsity = Double(sparse) / Double(count)
        varianceEntropy = shares.reduce(0) { $1 > 0 ? $0 - $1 * log10($1) : $0 }
        normalisedEntropy = size == 3 && count > 2 ? varianceEntropy / Self.randomEntropy(count: count) : nil
    }

    /// The least entropy of `count` random 3×3 kernels: L / (1 + exp(−k(log₂ n − x₀))) + b.
    static func randomEntropy(count: Int) -> Double {
        // The constants of torchconvquality's fit.
        1.2618047 / (1 + exp(-0.88767525 * (log2(Double(count)) - 2.30436435))) - 0.31050834
    }
}
