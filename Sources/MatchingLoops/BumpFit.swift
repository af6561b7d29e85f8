/// Fits a Gaussian with free centre, widths and direction to sixteen kernels at a time.
package enum BumpFit {
    private typealias Lanes = SIMD8<Double>

    /// The best width and the free Gaussian of sixteen kernels.
    ///
    /// - Parameters:
    ///   - values: sixteen kernels one after the other.
    ///   - size: N.
    ///   - widths: template-major, `count` Gaussians about the centre, a multiple of four.
    ///   - step: where the place of the width with the largest (tᵀw)² goes.
    ///   - beta: see ``solve(_:_:_:_:_:)``.
    ///   - smallest: likewise.
    package static func measure(
        _ values: UnsafePointer<Float>, _ size: Int, _ widths: UnsafePointer<Float>, _ count: Int,
        _ step: UnsafeMutablePointer<SIMD16<Int32>>, _ beta: UnsafeMutablePointer<Double>,
        _ smallest: UnsafeMutablePointer<Double>
    ) {
        let cells = size &* size
        withUnsafeTemporaryAllocation(of: SIMD16<Float>.self, capacity: cells &+ 1) { room in
            guard let block = room.baseAddress else { return }
            FeatureScan.load(values, cells, block, block + cells)
            var sum = SIMD16<Float>.zero
            for cell in 0..<cells { sum += block[cell] }
            if size == 3 {
                TemplateScan.round(block, widths, count, step)
            } else {
                TemplateScan.best(block, cells, widths, count, block + cells, step)
            }
            let one = SIMD16<Float>(repeating: 1)
            solve(block, size, one.replacing(with: -one, where: sum .<= 0), beta, smallest)
        }
    }

    /// Weighted least squares of ln w = β₀ + β₁x + β₂y + β₃x² + β₄xy + β₅y² over the cells, weights w².
    ///
    /// Each kernel is turned to the sign `sign` first; a cell that is not positive then counts as 0.01.
    /// - Parameters:
    ///   - block: sixteen kernels, cell-major, largest magnitude 1.
    ///   - size: N.
    ///   - sign: ±1 a kernel.
    ///   - beta: where the coefficients go, 6 · 16 numbers: β₀ of all kernels, then β₁ …
    ///   - smallest: where the smallest pivot of each kernel's equations goes, relative to Σ w²: near 0 they determine
    ///     nothing.
    package static func solve(
        _ block: UnsafePointer<SIMD16<Float>>, _ size: Int, _ sign: SIMD16<Float>,
        _ beta: UnsafeMutablePointer<Double>, _ smallest: UnsafeMutablePointer<Double>
    ) {
        half(block, size, sign.lowHalf, isUpper: false, beta, smallest)
        half(block, size, sign.highHalf, isUpper: true, beta + 8, smallest + 8)
    }

    private static func half(
        _ block: UnsafePointer<SIMD16<Float>>, _ size: Int, _ sign: SIMD8<Float>, isUpper: Bool,
        _ beta: UnsafeMutablePointer<Double>, _ smallest: UnsafeMutablePointer<Double>
    ) {
        if size == 3 {
            three(block, sign, isUpper: isUpper, beta, smallest)
        } else {
            any(block, size, sign, isUpper: isUpper, beta, smallest)
        }
    }

    /// w² and w²·ln w of one cell.
    @inline(__always)
    private static func terms(
        _ cell: SIMD16<Float>, _ sign: SIMD8<Float>, isUpper: Bool
    ) -> (weight: Lanes, side: Lanes) {
        var w = Lanes((isUpper ? cell.highHalf : cell.lowHalf) * sign)
        w.replace(with: 0.01, where: w .<= 0)
        return (w * w, w * w * logarithm(w))
    }

    /// Nine cells: x and y are −1, 0, 1, so that sums and differences take the place of products.
    private static func three(
        _ block: UnsafePointer<SIMD16<Float>>, _ sign: SIMD8<Float>, isUpper: Bool,
        _ beta: UnsafeMutablePointer<Double>, _ smallest: UnsafeMutablePointer<Double>
    ) {
        @inline(__always) func row(_ y: Int) -> (weight: RowSums, side: RowSums) {
            let left = terms(block[3 &* y], sign, isUpper: isUpper)
            let middle = terms(block[3 &* y &+ 1], sign, isUpper: isUpper)
            let right = terms(block[3 &* y &+ 2], sign, isUpper: isUpper)
            return (
                RowSums(left.weight, middle.weight, right.weight), RowSums(left.side, middle.side, right.side)
            )
        }
        let (up, centre, down) = (row(0), row(1), row(2))
        let (w0, w1, w2) = (up.weight, centre.weight, down.weight)
        let (v0, v1, v2) = (up.side, centre.side, down.side)
        let (m10, m01, m11) = (w0.odd + w1.odd + w2.odd, w2.all - w0.all, w2.odd - w0.odd)
        let (m20, m02) = (w0.ends + w1.ends + w2.ends, w0.all + w2.all)
        store(
            solved(
                m00: w0.all + w1.all + w2.all, m10: m10, m01: m01, m20: m20, m11: m11, m02: m02, m30: m10,
                m21: w2.ends - w0.ends, m12: w0.odd + w2.odd, m03: m01, m40: m20, m31: m11, m22: w0.ends + w2.ends,
                m13: m11, m04: m02, v00: v0.all + v1.all + v2.all, v10: v0.odd + v1.odd + v2.odd,
                v01: v2.all - v0.all, v20: v0.ends + v1.ends + v2.ends, v11: v2.odd - v0.odd, v02: v0.all + v2.all),
            beta, smallest)
    }

    /// Σ v, Σ v·x and Σ v·x² of three cells.
    private struct RowSums {
        let all: Lanes
        let odd: Lanes
        let ends: Lanes

        @inline(__always)
        init(_ left: Lanes, _ middle: Lanes, _ right: Lanes) {
            ends = left + right
            all = ends + middle
            odd = right - left
        }
    }

    private static func any(
        _ block: UnsafePointer<SIMD16<Float>>, _ size: Int, _ sign: SIMD8<Float>, isUpper: Bool,
        _ beta: UnsafeMutablePointer<Double>, _ smallest: UnsafeMutablePointer<Double>
    ) {
        // Σ w·xᵖ·yᵠ by total degree, and Σ w·v·xᵖ·yᵠ.
        var (m00, m10, m01, m20, m11) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
        var (m02, m30, m21, m12, m03) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
        var (m40, m31, m22, m13, m04) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
        var (v00, v10, v01, v20, v11, v02) =
            (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
        let middle = Double(size &- 1) / 2
        var cell = 0
        var row = 0
        while row < size {
            let y = Double(row) - middle
            var column = 0
            while column < size {
                let x = Double(column) - middle
                let (weight, side) = terms(block[cell], sign, isUpper: isUpper)
                let (xx, xy, yy) = (x * x, x * y, y * y)
                m00 += weight
                m10 += weight * x
                m01 += weight * y
                m20 += weight * xx
                m11 += weight * xy
                m02 += weight * yy
                m30 += weight * (xx * x)
                m21 += weight * (xx * y)
                m12 += weight * (x * yy)
                m03 += weight * (y * yy)
                m40 += weight * (xx * xx)
                m31 += weight * (xx * xy)
                m22 += weight * (xx * yy)
                m13 += weight * (xy * yy)
                m04 += weight * (yy * yy)
                v00 += side
                v10 += side * x
                v01 += side * y
                v20 += side * xx
                v11 += side * xy
                v02 += side * yy
                cell &+= 1
                column &+= 1
            }
            row &+= 1
        }
        store(
            solved(
                m00: m00, m10: m10, m01: m01, m20: m20, m11: m11, m02: m02, m30: m30, m21: m21, m12: m12, m03: m03,
                m40: m40, m31: m31, m22: m22, m13: m13, m04: m04, v00: v00, v10: v10, v01: v01, v20: v20, v11: v11,
                v02: v02), beta, smallest)
    }

    /// Six coefficients and the smallest pivot.
    private typealias Solution = (Lanes, Lanes, Lanes, Lanes, Lanes, Lanes, smallest: Lanes)

    /// Solves the normal equations; m and v are Σ w·xᵖ·yᵠ and Σ w·v·xᵖ·yᵠ.
    @inline(__always)
    private static func solved(
        m00: Lanes, m10: Lanes, m01: Lanes, m20: Lanes, m11: Lanes, m02: Lanes, m30: Lanes, m21: Lanes, m12: Lanes,
        m03: Lanes, m40: Lanes, m31: Lanes, m22: Lanes, m13: Lanes, m04: Lanes, v00: Lanes, v10: Lanes, v01: Lanes,
        v20: Lanes, v11: Lanes, v02: Lanes
    ) -> Solution {
        // Cholesky's decomposition without roots, L·D·Lᵀ; dᵢ are the pivots.
        let i0 = 1 / m00
        let (a1, a2, a3, a4, a5) = (m10 * i0, m01 * i0, m20 * i0, m11 * i0, m02 * i0)
        let d1 = m20 - a1 * m10
        let (t12, t13, t14, t15) = (m11 - a1 * m01, m30 - a1 * m20, m21 - a1 * m11, m12 - a1 * m02)
        let i1 = 1 / d1
        let (b2, b3, b4, b5) = (t12 * i1, t13 * i1, t14 * i1, t15 * i1)
        let d2 = m02 - a2 * m01 - b2 * t12
        let (t23, t24, t25) = (
            m21 - a2 * m20 - b2 * t13, m12 - a2 * m11 - b2 * t14, m03 - a2 * m02 - b2 * t15
        )
        let i2 = 1 / d2
        let (c3, c4, c5) = (t23 * i2, t24 * i2, t25 * i2)
        let d3 = m40 - a3 * m20 - b3 * t13 - c3 * t23
        let t34 = m31 - a3 * m11 - b3 * t14 - c3 * t24
        let t35 = m22 - a3 * m02 - b3 * t15 - c3 * t25
        let i3 = 1 / d3
        let (e4, e5) = (t34 * i3, t35 * i3)
        let d4 = m22 - a4 * m11 - b4 * t14 - c4 * t24 - e4 * t34
        let t45 = m13 - a4 * m02 - b4 * t15 - c4 * t25 - e4 * t35
        let i4 = 1 / d4
        let f5 = t45 * i4
        let d5 = m04 - a5 * m02 - b5 * t15 - c5 * t25 - e5 * t35 - f5 * t45
        let z1 = v10 - a1 * v00
        let z2 = v01 - a2 * v00 - b2 * z1
        let z3 = v20 - a3 * v00 - b3 * z1 - c3 * z2
        let z4 = v11 - a4 * v00 - b4 * z1 - c4 * z2 - e4 * z3
        let z5 = v02 - a5 * v00 - b5 * z1 - c5 * z2 - e5 * z3 - f5 * z4
        let r5 = z5 / d5
        let r4 = z4 * i4 - f5 * r5
        let r3 = z3 * i3 - e4 * r4 - e5 * r5
        let r2 = z2 * i2 - c3 * r3 - c4 * r4 - c5 * r5
        let r1 = z1 * i1 - b2 * r2 - b3 * r3 - b4 * r4 - b5 * r5
        let r0 = v00 * i0 - a1 * r1 - a2 * r2 - a3 * r3 - a4 * r4 - a5 * r5
        var least = d1
        least.replace(with: d2, where: d2 .< least)
        least.replace(with: d3, where: d3 .< least)
        least.replace(with: d4, where: d4 .< least)
        least.replace(with: d5, where: d5 .< least)
        return (r0, r1, r2, r3, r4, r5, least * i0)
    }

    @inline(__always)
    private static func store(
        _ solution: Solution, _ beta: UnsafeMutablePointer<Double>, _ smallest: UnsafeMutablePointer<Double>
    ) {
        store(solution.0, beta)
        store(solution.1, beta + 16)
        store(solution.2, beta + 32)
        store(solution.3, beta + 48)
        store(solution.4, beta + 64)
        store(solution.5, beta + 80)
        store(solution.smallest, smallest)
    }

    @inline(__always)
    private static func store(_ value: Lanes, _ pointer: UnsafeMutablePointer<Double>) {
        UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: Lanes.self)
    }

    /// ln x for normal x > 0, to about 1e-15: x = m·2ᵉ with m in √½…√2, ln m = 2·artanh((m − 1)/(m + 1)).
    @inline(__always)
    private static func logarithm(_ x: Lanes) -> Lanes {
        let bits = unsafeBitCast(x, to: SIMD8<UInt64>.self)
        // Adding the distance from √½ to 1 carries into the exponent where m would be above √2.
        let shifted = bits &+ 0x0009_5F61_9980_C433
        let exponent = shifted &>> 52
        let m = unsafeBitCast((shifted & 0x000F_FFFF_FFFF_FFFF) &+ 0x3FE6_A09E_667F_3BCD, to: Lanes.self)
        // An integer below 2⁵² as the low bits of 2⁵² + it.
        let e = unsafeBitCast(exponent | 0x4330_0000_0000_0000, to: Lanes.self) - 4_503_599_627_371_519
        let s = (m - 1) / (m + 1)
        let q = s * s
        var series = q * (1.0 / 19) + 1.0 / 17
        series = series * q + 1.0 / 15
        series = series * q + 1.0 / 13
        series = series * q + 1.0 / 11
        series = series * q + 1.0 / 9
        series = series * q + 1.0 / 7
        series = series * q + 1.0 / 5
        series = series * q + 1.0 / 3
        series = series * q + 1
        return e * 0.693_147_180_559_945_3 + 2 * s * series
    }
}
