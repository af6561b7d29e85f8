/// The loops of template matching as this module's instructions make them.
///
/// One source, several modules: each is compiled for its own instruction set, chosen when the program runs. Products and
/// sums are rounded one after the other on every processor, so that all sets give the same bits. The source uses pointers
/// and SIMD only: an Array would emit copies of library code that the linker may pick for the whole program.
package enum TemplateScan {
    /// The largest (tᵀw)² over the templates for each of sixteen kernels, and the first template that reaches it.
    ///
    /// - Parameters:
    ///   - block: sixteen kernels, cell-major: `block[cell]` holds one cell of each.
    ///   - cells: N·N.
    ///   - weights: template-major, `count · cells` numbers.
    ///   - count: a multiple of four.
    ///   - score: where the squares go.
    ///   - index: where the templates' places go.
    package static func best(
        _ block: UnsafePointer<SIMD16<Float>>, _ cells: Int, _ weights: UnsafePointer<Float>, _ count: Int,
        _ score: UnsafeMutablePointer<SIMD16<Float>>, _ index: UnsafeMutablePointer<SIMD16<Int32>>
    ) {
        // The constants let the compiler unroll the commonest sizes.
        switch cells {
        case 9: scan(block, 9, weights, count, score, index)
        case 25: scan(block, 25, weights, count, score, index)
        default: scan(block, cells, weights, count, score, index)
        }
    }

    @inline(__always)
    private static func scan(
        _ block: UnsafePointer<SIMD16<Float>>, _ cells: Int, _ weights: UnsafePointer<Float>, _ count: Int,
        _ score: UnsafeMutablePointer<SIMD16<Float>>, _ index: UnsafeMutablePointer<SIMD16<Int32>>
    ) {
        var best = SIMD16<Float>(repeating: -1)
        var place = SIMD16<Int32>.zero
        var group = 0
        while group < count {
            let t = weights + group * cells
            var a = SIMD16<Float>.zero
            var b = SIMD16<Float>.zero
            var c = SIMD16<Float>.zero
            var d = SIMD16<Float>.zero
            var cell = 0
            while cell < cells {
                let w = block[cell]
                a += w * t[cell]
                b += w * t[cells &+ cell]
                c += w * t[2 &* cells &+ cell]
                d += w * t[3 &* cells &+ cell]
                cell &+= 1
            }
            keep(a * a, group, &best, &place)
            keep(b * b, group &+ 1, &best, &place)
            keep(c * c, group &+ 2, &best, &place)
            keep(d * d, group &+ 3, &best, &place)
            group &+= 4
        }
        score.pointee = best
        index.pointee = place
    }

    @inline(__always)
    private static func keep(
        _ value: SIMD16<Float>, _ number: Int, _ best: inout SIMD16<Float>, _ place: inout SIMD16<Int32>
    ) {
        let isBetter = value .> best
        best.replace(with: value, where: isBetter)
        place.replace(with: SIMD16<Int32>(repeating: Int32(truncatingIfNeeded: number)), where: isBetter)
    }

    /// Σ w[cell]·table[cell·steps + s] for sixteen steps s at a time: one kernel against `steps` others.
    ///
    /// - Parameters:
    ///   - kernel: `cells` weights.
    ///   - table: cell-major, `cells · steps` numbers.
    ///   - steps: a multiple of sixteen.
    ///   - sums: where the `steps` sums go.
    package static func products(
        _ kernel: UnsafePointer<Float>, _ cells: Int, _ table: UnsafePointer<Float>, _ steps: Int,
        _ sums: UnsafeMutablePointer<Float>
    ) {
        var step = 0
        while step < steps {
            var sum = SIMD16<Float>.zero
            var cell = 0
            while cell < cells {
                let row = UnsafeRawPointer(table + (cell &* steps &+ step)).loadUnaligned(as: SIMD16<Float>.self)
                sum += kernel[cell] * row
                cell &+= 1
            }
            UnsafeMutableRawPointer(sums + step).storeBytes(of: sum, as: SIMD16<Float>.self)
            step &+= 16
        }
    }

    /// The dot products of every two of `rows` rows: `products[a·rows + b]`, both halves filled.
    ///
    /// Runs of 4,096 are summed in single precision, the runs in double.
    /// - Parameters:
    ///   - values: row-major, `rows · length` numbers.
    ///   - products: `rows · rows` numbers, added to what is there.
    package static func pairProducts(
        _ values: UnsafePointer<Float>, _ rows: Int, _ length: Int, _ products: UnsafeMutablePointer<Double>
    ) {
        for a in 0..<rows {
            for b in a..<rows {
                let sum = dot(values + (a &* length), values + (b &* length), length)
                products[a &* rows &+ b] += sum
                if a != b { products[b &* rows &+ a] += sum }
            }
        }
    }

    @inline(__always)
    private static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Double {
        var total = 0.0
        var index = 0
        while index < count {
            let end = index &+ 4096 < count ? index &+ 4096 : count
            var first = SIMD16<Float>.zero
            var second = SIMD16<Float>.zero
            while index &+ 32 <= end {
                first += lanes(a, index) * lanes(b, index)
                second += lanes(a, index &+ 16) * lanes(b, index &+ 16)
                index &+= 32
            }
            total += Double((first + second).sum())
            while index < end {
                total += Double(a[index]) * Double(b[index])
                index &+= 1
            }
        }
        return total
    }

    @inline(__always)
    private static func lanes(_ pointer: UnsafePointer<Float>, _ index: Int) -> SIMD16<Float> {
        UnsafeRawPointer(pointer + index).loadUnaligned(as: SIMD16<Float>.self)
    }
}
