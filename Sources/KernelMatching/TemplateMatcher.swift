import COperators
import MatchingLoops

#if arch(x86_64)
    import MatchingLoopsAVX2
    import MatchingLoopsAVX512
#endif

/// Matching kernels with templates by the fastest loops that this processor runs; all give the same bits.
package struct TemplateMatcher: Sendable {
    /// One cell of sixteen kernels.
    package typealias Lanes = SIMD16<Float>
    /// One number of sixteen kernels.
    package typealias Indices = SIMD16<Int32>

    private typealias Best =
        @Sendable (
            UnsafePointer<Lanes>, Int, UnsafePointer<Float>, Int, UnsafeMutablePointer<Lanes>,
            UnsafeMutablePointer<Indices>
        ) -> Void
    private typealias Bumps =
        @Sendable (UnsafePointer<Lanes>, Int, Lanes, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) -> Void

    private typealias Pairs = @Sendable (UnsafePointer<Float>, Int, Int, UnsafeMutablePointer<Double>) -> Void

    /// The instruction set: "avx512", "avx2" or "baseline".
    package let name: String
    private let bestLoop: Best
    private let bumpsLoop: Bumps
    private let pairsLoop: Pairs

    private init(
        _ name: String, _ best: @escaping Best, _ bumps: @escaping Bumps, _ pairs: @escaping Pairs
    ) {
        self.name = name
        bestLoop = best
        bumpsLoop = bumps
        pairsLoop = pairs
    }

    /// The instruction sets of this processor, the fastest first.
    package static var available: [TemplateMatcher] {
        var sets = [
            TemplateMatcher(
                "baseline", MatchingLoops.TemplateScan.best, MatchingLoops.BumpFit.solve,
                MatchingLoops.TemplateScan.pairProducts)
        ]
        #if arch(x86_64)
            if kernelviz_has_avx2_fma() {
                sets.append(
                    TemplateMatcher(
                        "avx2", MatchingLoopsAVX2.TemplateScan.best, MatchingLoopsAVX2.BumpFit.solve,
                        MatchingLoopsAVX2.TemplateScan.pairProducts))
            }
            if kernelviz_has_avx512() {
                sets.append(
                    TemplateMatcher(
                        "avx512", MatchingLoopsAVX512.TemplateScan.best, MatchingLoopsAVX512.BumpFit.solve,
                        MatchingLoopsAVX512.TemplateScan.pairProducts))
            }
        #endif
        return sets.reversed()
    }

    /// The fastest set.
    package static let fastest = available[0]

    /// The largest (tᵀw)² over the templates for each of sixteen kernels, and the first template that reaches it.
    ///
    /// - Parameters:
    ///   - block: cell-major, one element a cell.
    ///   - weights: template-major, `block.count` numbers a template; the number of templates is a multiple of four.
    package func best(_ block: Span<Lanes>, among weights: Span<Float>) -> (score: Lanes, index: Indices) {
        let cells = block.count
        let count = weights.count / max(1, cells)
        precondition(cells > 0 && count % 4 == 0 && count * cells == weights.count)
        var score = Lanes.zero
        var index = Indices.zero
        block.withUnsafeBufferPointer { block in
            weights.withUnsafeBufferPointer { weights in
                guard let block = block.baseAddress, let weights = weights.baseAddress else { return }
                bestLoop(block, cells, weights, count, &score, &index)
            }
        }
        return (score, index)
    }

    /// Gaussians with free centre, widths and direction, fitted to sixteen kernels (see `BumpFit`).
    ///
    /// - Parameters:
    ///   - block: cell-major, one element a cell, largest magnitude 1; `size²` elements.
    ///   - size: N.
    ///   - sign: the sign that carries each kernel, ±1.
    ///   - beta: 6 · 16 numbers: β₀ of all kernels, then β₁ and so on.
    ///   - pivots: 16 numbers: the smallest pivot of each kernel's equations.
    package func bumps(
        _ block: Span<Lanes>, size: Int, sign: Lanes, beta: inout [Double], pivots: inout [Double]
    ) {
        precondition(block.count == size * size && beta.count == 96 && pivots.count == 16)
        block.withUnsafeBufferPointer { block in
            beta.withUnsafeMutableBufferPointer { beta in
                pivots.withUnsafeMutableBufferPointer { pivots in
                    guard let block = block.baseAddress, let beta = beta.baseAddress,
                        let pivots = pivots.baseAddress
                    else { return }
                    bumpsLoop(block, size, sign, beta, pivots)
                }
            }
        }
    }

    /// The dot products of every two of `rows` rows: `rows · rows` numbers.
    ///
    /// - Parameters:
    ///   - values: row-major, all rows equally long.
    ///   - rows: how many.
    package func pairProducts(_ values: Span<Float>, rows: Int) -> [Double] {
        precondition(rows > 0 && values.count % rows == 0)
        let length = values.count / rows
        var products = [Double](repeating: 0, count: rows * rows)
        values.withUnsafeBufferPointer { values in
            products.withUnsafeMutableBufferPointer { products in
                guard let values = values.baseAddress, let products = products.baseAddress else { return }
                pairsLoop(values, rows, length, products)
            }
        }
        return products
    }
}
