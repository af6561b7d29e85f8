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
        if cells == 9 {
            nine(block, weights, count, score, index)
        } else {
            any(block, cells, weights, count, score, index)
        }
    }

    /// The commonest size: the kernels stay in registers.
    private static func nine(
        _ block: UnsafePointer<SIMD16<Float>>, _ weights: UnsafePointer<Float>, _ count: Int,
        _ score: UnsafeMutablePointer<SIMD16<Float>>, _ index: UnsafeMutablePointer<SIMD16<Int32>>
    ) {
        let (w0, w1, w2) = (block[0], block[1], block[2])
        let (w3, w4, w5) = (block[3], block[4], block[5])
        let (w6, w7, w8) = (block[6], block[7], block[8])
        var best = SIMD16<Float>(repeating: -1)
        var place = SIMD16<Int32>.zero
        var template = 0
        while template < count {
            let t = weights + (template &* 9)
            var a = w0 * t[0]
            var b = w0 * t[9]
            a += w1 * t[1]
            b += w1 * t[10]
            a += w2 * t[2]
            b += w2 * t[11]
            a += w3 * t[3]
            b += w3 * t[12]
            a += w4 * t[4]
            b += w4 * t[13]
            a += w5 * t[5]
            b += w5 * t[14]
            a += w6 * t[6]
            b += w6 * t[15]
            a += w7 * t[7]
            b += w7 * t[16]
            a += w8 * t[8]
            b += w8 * t[17]
            a *= a
            b *= b
            let isBetter = a .> best
            best.replace(with: a, where: isBetter)
            place.replace(with: SIMD16<Int32>(repeating: Int32(truncatingIfNeeded: template)), where: isBetter)
            let isBetterStill = b .> best
            best.replace(with: b, where: isBetterStill)
            place.replace(
                with: SIMD16<Int32>(repeating: Int32(truncatingIfNeeded: template &+ 1)), where: isBetterStill)
            template &+= 2
        }
        score.pointee = best
        index.pointee = place
    }

    private static func any(
        _ block: UnsafePointer<SIMD16<Float>>, _ cells: Int, _ weights: UnsafePointer<Float>, _ count: Int,
        _ score: UnsafeMutablePointer<SIMD16<Float>>, _ index: UnsafeMutablePointer<SIMD16<Int32>>
    ) {
        var best = SIMD16<Float>(repeating: -1)
        var place = SIMD16<Int32>.zero
        var template = 0
        while template < count {
            let t = weights + (template &* cells)
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
            a *= a
            b *= b
            c *= c
            d *= d
            var number = Int32(truncatingIfNeeded: template)
            let isA = a .> best
            best.replace(with: a, where: isA)
            place.replace(with: SIMD16<Int32>(repeating: number), where: isA)
            number &+= 1
            let isB = b .> best
            best.replace(with: b, where: isB)
            place.replace(with: SIMD16<Int32>(repeating: number), where: isB)
            number &+= 1
            let isC = c .> best
            best.replace(with: c, where: isC)
            place.replace(with: SIMD16<Int32>(repeating: number), where: isC)
            number &+= 1
            let isD = d .> best
            best.replace(with: d, where: isD)
            place.replace(with: SIMD16<Int32>(repeating: number), where: isD)
            template &+= 4
        }
        score.pointee = best
        index.pointee = place
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
