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
    private typealias Blurs =
        @Sendable (
            UnsafePointer<Float>, Int, UnsafePointer<Float>, Int, UnsafeMutablePointer<Indices>,
            UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>
        ) -> Void
    private typealias Pairs = @Sendable (UnsafePointer<Float>, Int, Int, UnsafeMutablePointer<Double>) -> Void
    private typealias Plain =
        @Sendable (
            UnsafePointer<Float>, Int, UnsafePointer<Float>, Bool, UnsafeMutablePointer<Lanes>,
            UnsafeMutablePointer<Lanes>, UnsafeMutablePointer<Indices>
        ) -> Void
    private typealias Tables = (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>)
    private typealias Counts = (UnsafePointer<Int32>, UnsafePointer<Int32>, UnsafePointer<Int32>)
    private typealias Orbits =
        @Sendable (
            UnsafePointer<Float>, UnsafePointer<Float>, Tables, Counts, UnsafeMutablePointer<Lanes>,
            UnsafeMutablePointer<Lanes>, UnsafeMutablePointer<Indices>
        ) -> Void

    /// The instruction set: "avx512", "avx2" or "baseline".
    package let name: String
    private let bestLoop: Best
    private let bumpsLoop: Bumps
    private let blursLoop: Blurs
    private let pairsLoop: Pairs
    private let plainLoop: Plain
    private let orbitsLoop: Orbits

    /// The instruction sets of this processor, the fastest first.
    package static var available: [TemplateMatcher] {
        var sets = [
            TemplateMatcher(
                name: "baseline", bestLoop: MatchingLoops.TemplateScan.best, bumpsLoop: MatchingLoops.BumpFit.solve,
                blursLoop: MatchingLoops.BumpFit.measure,
                pairsLoop: MatchingLoops.TemplateScan.pairProducts, plainLoop: MatchingLoops.FeatureScan.features,
                orbitsLoop: MatchingLoops.OrbitScan.features)
        ]
        #if arch(x86_64)
            if kernelviz_has_avx2_fma() {
                sets.append(
                    TemplateMatcher(
                        name: "avx2", bestLoop: MatchingLoopsAVX2.TemplateScan.best,
                        bumpsLoop: MatchingLoopsAVX2.BumpFit.solve,
                        blursLoop: MatchingLoopsAVX2.BumpFit.measure,
                        pairsLoop: MatchingLoopsAVX2.TemplateScan.pairProducts,
                        plainLoop: MatchingLoopsAVX2.FeatureScan.features,
                        orbitsLoop: MatchingLoopsAVX2.OrbitScan.features))
            }
            if kernelviz_has_avx512() {
                sets.append(
                    TemplateMatcher(
                        name: "avx512", bestLoop: MatchingLoopsAVX512.TemplateScan.best,
                        bumpsLoop: MatchingLoopsAVX512.BumpFit.solve,
                        blursLoop: MatchingLoopsAVX512.BumpFit.measure,
                        pairsLoop: MatchingLoopsAVX512.TemplateScan.pairProducts,
                        plainLoop: MatchingLoopsAVX512.FeatureScan.features,
                        orbitsLoop: MatchingLoopsAVX512.OrbitScan.features))
            }
        #endif
        return sets.reversed()
    }

    /// The fastest set.
    package static let fastest = available[0]

    /// Rows of features as the loops write them, each one number of sixteen kernels.
    package enum Row {
        @inlinable package static var scale: Int { 0 }
        @inlinable package static var sum: Int { 1 }
        @inlinable package static var absoluteSum: Int { 2 }
        @inlinable package static var energy: Int { 3 }
        @inlinable package static var outputEnergy: Int { 4 }
        @inlinable package static var outputOfOnes: Int { 5 }
        @inlinable package static var outputAtPeak: Int { 6 }
        @inlinable package static var horizontal: Int { 7 }
        @inlinable package static var vertical: Int { 8 }
        @inlinable package static var checker: Int { 9 }
        /// Weight-space R² of the best blur, first and second derivative; only from ``orbits(_:powers:_:block:rows:places:)``.
        @inlinable package static var fits: Int { 10 }
        /// Functional R² of the same templates; likewise.
        @inlinable package static var functional: Int { 13 }
        @inlinable package static var count: Int { 16 }
    }

    /// Sums, energies and outputs of sixteen kernels; the rows before ``Row/fits``.
    ///
    /// - Parameters:
    ///   - values: sixteen kernels one after the other.
    ///   - size: N.
    ///   - powers: ρ^d for the distances 0..<N.
    ///   - matrix: a measured C, row-major, that takes the place of `powers`; empty for none.
    ///   - block: where the cells go, each kernel divided by its largest magnitude; `size²` elements.
    ///   - rows: ``Row/count`` elements.
    ///   - places: seven elements; the first becomes the strongest cells.
    package func plain(
        _ values: Span<Float>, size: Int, powers: Span<Float>, matrix: Span<Float>, block: inout [Lanes],
        rows: inout [Lanes], places: inout [Indices]
    ) {
        let isMeasured = matrix.count > 0
        precondition(values.count == 16 * size * size && block.count == size * size && powers.count == size)
        precondition(
            rows.count == Row.count && places.count == 7 && (!isMeasured || matrix.count == block.count * block.count))
        values.withUnsafeBufferPointer { values in
            (isMeasured ? matrix : powers).withUnsafeBufferPointer { prior in
                block.withUnsafeMutableBufferPointer { block in
                    rows.withUnsafeMutableBufferPointer { rows in
                        places.withUnsafeMutableBufferPointer { places in
                            guard let values = values.baseAddress, let prior = prior.baseAddress,
                                let block = block.baseAddress, let rows = rows.baseAddress,
                                let places = places.baseAddress
                            else { return }
                            plainLoop(values, size, prior, isMeasured, block, rows, places)
                        }
                    }
                }
            }
        }
    }

    /// All features of sixteen 3×3 kernels; the same parameters, and the templates of bumps, first and second derivatives.
    ///
    /// `places` becomes the strongest cells, the orbits of the three families, and their images.
    package func orbits(
        _ values: Span<Float>, powers: Span<Float>,
        _ families: (blur: TemplateOrbits, first: TemplateOrbits, second: TemplateOrbits),
        block: inout [Lanes], rows: inout [Lanes], places: inout [Indices]
    ) {
        precondition(values.count == 144 && powers.count == 3 && block.count == 9)
        precondition(rows.count == Row.count && places.count == 7)
        values.withUnsafeBufferPointer { values in
            powers.withUnsafeBufferPointer { powers in
                families.blur.withPointers { blur, blurCounts in
                    families.first.withPointers { first, firstCounts in
                        families.second.withPointers { second, secondCounts in
                            block.withUnsafeMutableBufferPointer { block in
                                rows.withUnsafeMutableBufferPointer { rows in
                                    places.withUnsafeMutableBufferPointer { places in
                                        guard let values = values.baseAddress, let powers = powers.baseAddress,
                                            let block = block.baseAddress, let rows = rows.baseAddress,
                                            let places = places.baseAddress
                                        else { return }
                                        orbitsLoop(
                                            values, powers, (blur, first, second),
                                            (blurCounts, firstCounts, secondCounts), block, rows, places)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

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

    /// The best width and the free Gaussian of sixteen kernels that are blurs.
    ///
    /// - Parameters:
    ///   - values: sixteen kernels one after the other.
    ///   - size: N.
    ///   - widths: template-major, Gaussians about the centre, a multiple of four.
    ///   - steps: becomes the place of the best width of each.
    ///   - beta: see ``bumps(_:size:sign:beta:pivots:)``.
    ///   - pivots: likewise.
    package func blurs(
        _ values: Span<Float>, size: Int, widths: Span<Float>, steps: inout Indices, beta: inout [Double],
        pivots: inout [Double]
    ) {
        let count = widths.count / (size * size)
        precondition(values.count == 16 * size * size && beta.count == 96 && pivots.count == 16)
        precondition(count % 4 == 0 && count * size * size == widths.count)
        values.withUnsafeBufferPointer { values in
            widths.withUnsafeBufferPointer { widths in
                beta.withUnsafeMutableBufferPointer { beta in
                    pivots.withUnsafeMutableBufferPointer { pivots in
                        guard let values = values.baseAddress, let widths = widths.baseAddress,
                            let beta = beta.baseAddress, let pivots = pivots.baseAddress
                        else { return }
                        blursLoop(values, size, widths, count, &steps, beta, pivots)
                    }
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
