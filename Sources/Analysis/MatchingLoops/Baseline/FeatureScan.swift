/// What is measured of sixteen kernels at once, one kernel a lane; see `TemplateScan` for how the source is compiled.
package enum FeatureScan {
    package typealias Lanes = SIMD16<Float>
    package typealias Indices = SIMD16<Int32>

    /// The rows of plain features, each sixteen numbers.
    package enum Row {
        package static var scale: Int { 0 }
        package static var sum: Int { 1 }
        package static var absoluteSum: Int { 2 }
        package static var energy: Int { 3 }
        package static var outputEnergy: Int { 4 }
        package static var outputOfOnes: Int { 5 }
        package static var outputAtPeak: Int { 6 }
        package static var horizontal: Int { 7 }
        package static var vertical: Int { 8 }
        package static var checker: Int { 9 }
        /// How many rows there are.
        package static var count: Int { 10 }
    }

    /// Sums, energies and outputs of sixteen kernels.
    ///
    /// - Parameters:
    ///   - values: sixteen kernels one after the other, `16 · size²` numbers.
    ///   - prior: ρ^d for the distances 0..<N, or all of C where `isMeasured`.
    ///   - block: where the scaled cells go, `size²` elements.
    ///   - rows: ``Row/count`` elements.
    ///   - peak: where the strongest cells go.
    ///   - scratch: `2 · size²` elements that are overwritten.
    static func features(
        _ values: UnsafePointer<Float>, _ size: Int, _ prior: UnsafePointer<Float>, _ isMeasured: Bool,
        _ block: UnsafeMutablePointer<Lanes>, _ rows: UnsafeMutablePointer<Lanes>,
        _ peak: UnsafeMutablePointer<Indices>, _ scratch: UnsafeMutablePointer<Lanes>
    ) {
        let cells = size &* size
        load(values, cells, block, rows + Row.scale)
        sums(block, size, rows, peak)
        if isMeasured {
            correlate(block, size, matrix: prior, peak, scratch + cells, rows)
        } else {
            correlate(block, size, prior, peak, scratch, scratch + cells, rows)
        }
    }

    /// Brings sixteen kernels into lanes, each divided by its largest magnitude.
    ///
    /// Kernels that are not finite get the scale NaN, those of zeros or subnormal numbers 0; both become zeros.
    /// - Parameters:
    ///   - values: sixteen kernels one after the other, `16 · cells` numbers.
    ///   - cells: N·N.
    ///   - block: where the cells go, `cells` elements.
    ///   - scale: where the largest magnitudes go.
    @inline(__always)
    static func load(
        _ values: UnsafePointer<Float>, _ cells: Int, _ block: UnsafeMutablePointer<Lanes>,
        _ scale: UnsafeMutablePointer<Lanes>
    ) {
        Transposition.columns(block, cells) { values + $0 &* cells }
        divide(block, cells, scale)
    }

    /// The same for kernels that begin anywhere: at the elements `starts` of `values`.
    static func load(
        _ values: UnsafePointer<Float>, _ starts: UnsafePointer<Int>, _ cells: Int,
        _ block: UnsafeMutablePointer<Lanes>, _ scale: UnsafeMutablePointer<Lanes>
    ) {
        Transposition.columns(block, cells) { values + starts[$0] }
        divide(block, cells, scale)
    }

    /// Divides each kernel by its largest magnitude.
    @inline(__always)
    private static func divide(
        _ block: UnsafeMutablePointer<Lanes>, _ cells: Int, _ scale: UnsafeMutablePointer<Lanes>
    ) {
        var largest = Lanes.zero
        var probe = Lanes.zero
        var cell = 0
        while cell < cells {
            let w = block[cell]
            let magnitude = magnitude(w)
            largest.replace(with: magnitude, where: magnitude .> largest)
            // 0 · NaN and 0 · ∞ are NaN.
            probe += w * 0
            cell &+= 1
        }
        let isFinite = probe .== 0
        // Subnormal weights do nothing in any network, and 1/max would overflow.
        let isUsable = isFinite .& (largest .>= Float.leastNormalMagnitude * 4)
        let inverse = Lanes.zero.replacing(with: 1 / largest, where: isUsable)
        scale.pointee = Lanes(repeating: .nan).replacing(
            with: Lanes.zero.replacing(with: largest, where: isUsable), where: isFinite)
        cell = 0
        while cell < cells {
            block[cell] = Lanes.zero.replacing(with: block[cell] * inverse, where: isUsable)
            cell &+= 1
        }
    }

    /// Sums, energy, strongest cell and alternating responses of a block; rows of ``Row`` but the outputs.
    @inline(__always)
    static func sums(
        _ block: UnsafePointer<Lanes>, _ size: Int, _ rows: UnsafeMutablePointer<Lanes>,
        _ peak: UnsafeMutablePointer<Indices>
    ) {
        var sum = Lanes.zero
        var absolute = Lanes.zero
        var energy = Lanes.zero
        var largest = Lanes(repeating: -1)
        var place = Indices.zero
        var horizontal = Lanes.zero
        var vertical = Lanes.zero
        var checker = Lanes.zero
        var cell = 0
        var y = 0
        while y < size {
            var x = 0
            while x < size {
                let w = block[cell]
                let magnitude = magnitude(w)
                sum += w
                absolute += magnitude
                energy += w * w
                let isLarger = magnitude .> largest
                largest.replace(with: magnitude, where: isLarger)
                place.replace(with: Indices(repeating: Int32(truncatingIfNeeded: cell)), where: isLarger)
                if x & 1 == 0 { horizontal += w } else { horizontal -= w }
                if y & 1 == 0 { vertical += w } else { vertical -= w }
                if (x &+ y) & 1 == 0 { checker += w } else { checker -= w }
                cell &+= 1
                x &+= 1
            }
            y &+= 1
        }
        rows[Row.sum] = sum
        rows[Row.absoluteSum] = absolute
        rows[Row.energy] = energy
        rows[Row.horizontal] = horizontal
        rows[Row.vertical] = vertical
        rows[Row.checker] = checker
        peak.pointee = place
    }

    /// C·w of a block for the prior C_ij = ρ^(|Δx| + |Δy|), rows first, then columns; sets the three rows of outputs.
    ///
    /// - Parameters:
    ///   - powers: ρ^d for the distances 0..<N.
    ///   - scratch: `cells` elements that are overwritten.
    ///   - correlated: where C·w goes, `cells` elements.
    @inline(__always)
    static func correlate(
        _ block: UnsafePointer<Lanes>, _ size: Int, _ powers: UnsafePointer<Float>,
        _ peak: UnsafePointer<Indices>,
        _ scratch: UnsafeMutablePointer<Lanes>, _ correlated: UnsafeMutablePointer<Lanes>,
        _ rows: UnsafeMutablePointer<Lanes>
    ) {
        var y = 0
        while y < size {
            var x = 0
            while x < size {
                var sum = Lanes.zero
                var other = 0
                while other < size {
                    sum += block[y &* size &+ other] * powers[x > other ? x &- other : other &- x]
                    other &+= 1
                }
                scratch[y &* size &+ x] = sum
                x &+= 1
            }
            y &+= 1
        }
        y = 0
        while y < size {
            var x = 0
            while x < size {
                var sum = Lanes.zero
                var other = 0
                while other < size {
                    sum += scratch[other &* size &+ x] * powers[y > other ? y &- other : other &- y]
                    other &+= 1
                }
                correlated[y &* size &+ x] = sum
                x &+= 1
            }
            y &+= 1
        }
        outputs(block, size &* size, correlated, peak, rows)
    }

    /// The same for any C, `matrix` row-major, cells·cells.
    static func correlate(
        _ block: UnsafePointer<Lanes>, _ size: Int, matrix: UnsafePointer<Float>, _ peak: UnsafePointer<Indices>,
        _ correlated: UnsafeMutablePointer<Lanes>, _ rows: UnsafeMutablePointer<Lanes>
    ) {
        let cells = size &* size
        var cell = 0
        while cell < cells {
            var sum = Lanes.zero
            var other = 0
            while other < cells {
                sum += block[other] * matrix[cell &* cells &+ other]
                other &+= 1
            }
            correlated[cell] = sum
            cell &+= 1
        }
        outputs(block, cells, correlated, peak, rows)
    }

    /// wᵀCw, 1ᵀCw, and Cw at the strongest cell.
    @inline(__always)
    private static func outputs(
        _ block: UnsafePointer<Lanes>, _ cells: Int, _ correlated: UnsafePointer<Lanes>, _ peak: UnsafePointer<Indices>,
        _ rows: UnsafeMutablePointer<Lanes>
    ) {
        var energy = Lanes.zero
        var total = Lanes.zero
        var there = Lanes.zero
        let strongest = peak.pointee
        var cell = 0
        while cell < cells {
            let sum = correlated[cell]
            energy += sum * block[cell]
            total += sum
            there.replace(with: sum, where: strongest .== Indices(repeating: Int32(truncatingIfNeeded: cell)))
            cell &+= 1
        }
        rows[Row.outputEnergy] = energy
        rows[Row.outputOfOnes] = total
        rows[Row.outputAtPeak] = there
    }

    /// |x|.
    @inline(__always)
    static func magnitude(_ x: Lanes) -> Lanes {
        unsafeBitCast(unsafeBitCast(x, to: SIMD16<UInt32>.self) & 0x7FFF_FFFF, to: Lanes.self)
    }
}
