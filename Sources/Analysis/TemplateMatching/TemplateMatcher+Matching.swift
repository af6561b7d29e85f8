/// The loops with bounds checked once, on safe types.
extension TemplateMatcher {
    /// All features of sixteen kernels, into the rows and places of `lanes`.
    ///
    /// - Parameter values: sixteen kernels one after the other from element `start` on.
    package func features(
        _ values: [Float], start: Int, _ tables: MatchingTables, into lanes: inout MatchingLanes
    ) {
        let size = tables.size
        precondition(start >= 0 && start + 16 * size * size <= values.count)
        let pointers = tables.pointers
        lanes.withPointers(size: size) { block, rows, places, _, scratch in
            values.withUnsafeBufferPointer { values in
                guard let values = values.baseAddress.map({ $0 + start }) else { return }
                if let orbits = pointers.orbits {
                    loops.orbits(values, pointers.prior, orbits, block, rows, places, scratch)
                } else {
                    loops.features(
                        values, size, pointers.prior, pointers.isMeasured, pointers.ones, pointers.families, block,
                        rows, places, scratch)
                }
            }
        }
        withExtendedLifetime(tables) {}
    }

    /// Moments, directions and strengths of the sixteen N×N kernels whose features were found last, into their shapes.
    package func shapes(size: Int, into lanes: inout MatchingLanes) {
        lanes.withPointers(size: size) { block, rows, places, shapes, _ in
            loops.shapes(block, size, rows, places, shapes)
        }
    }

    /// Sixteen rows of sixteen numbers become sixteen records of sixteen numbers: `records[k][r] = rows[r][k]`.
    package func transpose(_ rows: [Lanes], into records: inout [Lanes]) {
        precondition(rows.count == 16 && records.count == 16)
        rows.withUnsafeBufferPointer { rows in
            records.withUnsafeMutableBufferPointer { records in
                guard let rows = rows.baseAddress, let records = records.baseAddress else { return }
                loops.transpose(rows, records)
            }
        }
    }

    /// The same, the first `count` records into `bytes` from record `start` on.
    package func transpose(_ rows: [Lanes], count: Int, into bytes: inout MutableRawSpan, at start: Int) {
        precondition(rows.count == 16 && count <= 16 && start >= 0 && 64 * (start + count) <= bytes.byteCount)
        bytes.withUnsafeMutableBytes { bytes in
            rows.withUnsafeBufferPointer { rows in
                guard let rows = rows.baseAddress, let records = bytes.baseAddress.map({ $0 + 64 * start }) else {
                    return
                }
                if count == 16 {
                    loops.transpose(rows, records.assumingMemoryBound(to: Lanes.self))
                } else {
                    withUnsafeTemporaryAllocation(of: Lanes.self, capacity: 16) { room in
                        guard let turned = room.baseAddress else { return }
                        loops.transpose(rows, turned)
                        records.copyMemory(from: turned, byteCount: 64 * count)
                    }
                }
            }
        }
    }

    /// Puts the first `count` of sixteen numbers into `numbers` from place `start` on.
    package static func store(_ lanes: Lanes, count: Int, in numbers: inout [Float], at start: Int) {
        precondition(count <= 16 && start >= 0 && start + count <= numbers.count)
        numbers.withUnsafeMutableBytes { bytes in
            if count == 16 {
                bytes.storeBytes(of: lanes, toByteOffset: 4 * start, as: Lanes.self)
            } else {
                for lane in 0..<count {
                    bytes.storeBytes(of: lanes[lane], toByteOffset: 4 * (start + lane), as: Float.self)
                }
            }
        }
    }

    /// The share of random kernels that score at least as high as each kernel: (1 + how many do) / (1 + how many there are).
    ///
    /// - Parameter families: in whose table each score is looked up; one that there is none of, as −1, gives 1.
    package func shares(_ scores: Lanes, families: Indices, _ tables: ScoreTables) -> Lanes {
        var shares = Lanes.zero
        withUnsafePointer(to: scores) { scores in
            withUnsafePointer(to: families) { families in
                loops.shares(
                    scores, families, tables.sorted.pointer, tables.starts.pointer,
                    (tables.families, tables.count, tables.stride, ScoreTables.buckets), &shares)
            }
        }
        return shares
    }

    /// The widths of sixteen kernels that are blurs.
    ///
    /// - Parameters:
    ///   - values: where the kernels lie, N·N numbers each.
    ///   - starts: at which element each begins, sixteen places.
    ///   - rows: become σ, the long and the short axis in pixels (0 where the weights do not form a bump) and the
    ///     direction of the long one, 0..<180 degrees; four elements at least.
    ///   - scratch: room, ``WidthTables/scratchCount`` elements.
    package func blurs(
        _ values: [Float], starts: [Int], _ tables: WidthTables, rows: inout [Lanes], scratch: inout [Lanes]
    ) {
        precondition(starts.count == 16 && rows.count >= 4 && scratch.count >= tables.scratchCount)
        let last = values.count - tables.size * tables.size
        for start in starts { precondition(start >= 0 && start <= last) }
        values.withUnsafeBufferPointer { values in
            starts.withUnsafeBufferPointer { starts in
                rows.withUnsafeMutableBufferPointer { rows in
                    scratch.withUnsafeMutableBufferPointer { scratch in
                        guard let values = values.baseAddress, let starts = starts.baseAddress,
                            let rows = rows.baseAddress, let scratch = scratch.baseAddress
                        else { return }
                        loops.blurs(values, starts, tables.size, tables.widths, rows, scratch)
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
                loops.best(block, cells, weights, count, &score, &index)
            }
        }
        return (score, index)
    }

    /// Gaussians with free centre, widths and direction, fitted to sixteen kernels (see `GaussianFit`).
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
                    loops.gaussians(block, size, sign, beta, pivots)
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
                loops.pairs(values, rows, length, products)
            }
        }
        return products
    }
}

extension MatchingLanes {
    /// The addresses of block, rows, places, shapes and scratch; never without elements.
    fileprivate mutating func withPointers(
        size: Int,
        _ body: (
            UnsafeMutablePointer<TemplateMatcher.Lanes>, UnsafeMutablePointer<TemplateMatcher.Lanes>,
            UnsafeMutablePointer<TemplateMatcher.Indices>, UnsafeMutablePointer<TemplateMatcher.Lanes>,
            UnsafeMutablePointer<TemplateMatcher.Lanes>
        ) -> Void
    ) {
        precondition(block.count == size * size)
        block.withUnsafeMutableBufferPointer { block in
            rows.withUnsafeMutableBufferPointer { rows in
                places.withUnsafeMutableBufferPointer { places in
                    shapes.withUnsafeMutableBufferPointer { shapes in
                        scratch.withUnsafeMutableBufferPointer { scratch in
                            guard let block = block.baseAddress, let rows = rows.baseAddress,
                                let places = places.baseAddress, let shapes = shapes.baseAddress,
                                let scratch = scratch.baseAddress
                            else { return }
                            body(block, rows, places, shapes, scratch)
                        }
                    }
                }
            }
        }
    }
}
