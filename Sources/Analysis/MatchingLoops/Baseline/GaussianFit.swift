/// Fits a Gaussian with free centre, widths and direction to sixteen kernels at a time.
package enum GaussianFit {
    private typealias Lanes = SIMD8<Double>

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
        withUnsafeTemporaryAllocation(of: Lanes.self, capacity: 2 &* size &* size &+ 39) { room in
            guard let room = room.baseAddress else { return }
            solve(block, size, sign, beta, smallest, room)
        }
    }

    /// The same with room for `2 · size² + 39` elements.
    static func solve(
        _ block: UnsafePointer<SIMD16<Float>>, _ size: Int, _ sign: SIMD16<Float>,
        _ beta: UnsafeMutablePointer<Double>, _ smallest: UnsafeMutablePointer<Double>,
        _ weights: UnsafeMutablePointer<SIMD8<Double>>
    ) {
        let cells = size &* size
        let (sides, sums) = (weights + cells, weights + 2 &* cells)
        withUnsafePointer(to: sign) { sign in
            for half in 0..<2 {
                terms(block, cells, sign, isUpper: half == 1, weights, sides)
                if size == 3 { three(weights, sides, sums) } else { any(weights, sides, size, sums) }
                solve(sums, beta + 8 &* half, smallest + 8 &* half)
            }
        }
    }

    /// w² and w²·ln w of every cell.
    private static func terms(
        _ block: UnsafePointer<SIMD16<Float>>, _ cells: Int, _ sign: UnsafePointer<SIMD16<Float>>, isUpper: Bool,
        _ weights: UnsafeMutablePointer<Lanes>, _ sides: UnsafeMutablePointer<Lanes>
    ) {
        var cell = 0
        while cell < cells {
            let given = block[cell] * sign.pointee
            var w = Lanes(isUpper ? given.highHalf : given.lowHalf)
            w.replace(with: Lanes(repeating: 0.01), where: w .<= 0)
            let square = w * w
            weights[cell] = square
            sides[cell] = square * logarithm(w)
            cell &+= 1
        }
    }

    /// Nine cells: x and y are −1, 0, 1, so that sums and differences take the place of products.
    private static func three(
        _ w: UnsafePointer<Lanes>, _ v: UnsafePointer<Lanes>, _ sums: UnsafeMutablePointer<Lanes>
    ) {
        var row = 0
        // Of each row Σ, Σ x and Σ x², for the weights and the sides.
        let rows = sums + 21
        while row < 3 {
            let ends = w[3 &* row] + w[3 &* row &+ 2]
            rows[row] = ends + w[3 &* row &+ 1]
            rows[3 &+ row] = w[3 &* row &+ 2] - w[3 &* row]
            rows[6 &+ row] = ends
            let others = v[3 &* row] + v[3 &* row &+ 2]
            rows[9 &+ row] = others + v[3 &* row &+ 1]
            rows[12 &+ row] = v[3 &* row &+ 2] - v[3 &* row]
            rows[15 &+ row] = others
            row &+= 1
        }
        let (m01, m11) = (rows[2] - rows[0], rows[5] - rows[3])
        let m10 = rows[3] + rows[4] + rows[5]
        let m20 = rows[6] + rows[7] + rows[8]
        let m02 = rows[0] + rows[2]
        sums[0] = m02 + rows[1]
        sums[1] = m10
        sums[2] = m01
        sums[3] = m20
        sums[4] = m11
        sums[5] = m02
        sums[6] = m10
        sums[7] = rows[8] - rows[6]
        sums[8] = rows[3] + rows[5]
        sums[9] = m01
        sums[10] = m20
        sums[11] = m11
        sums[12] = rows[6] + rows[8]
        sums[13] = m11
        sums[14] = m02
        sums[15] = rows[9] + rows[10] + rows[11]
        sums[16] = rows[12] + rows[13] + rows[14]
        sums[17] = rows[11] - rows[9]
        sums[18] = rows[15] + rows[16] + rows[17]
        sums[19] = rows[14] - rows[12]
        sums[20] = rows[9] + rows[11]
    }

    /// Any size: the sums w·xᵖ·yᵠ and v·xᵖ·yᵠ in the order of ``solve(_:_:_:)``.
    private static func any(
        _ w: UnsafePointer<Lanes>, _ v: UnsafePointer<Lanes>, _ size: Int, _ sums: UnsafeMutablePointer<Lanes>
    ) {
        for index in 0..<21 { sums[index] = .zero }
        let middle = Double(size &- 1) / 2
        var cell = 0
        var row = 0
        while row < size {
            let y = Double(row) - middle
            var column = 0
            while column < size {
                let x = Double(column) - middle
                let (weight, side) = (w[cell], v[cell])
                let (xx, xy, yy) = (x * x, x * y, y * y)
                sums[0] += weight
                sums[1] += weight * x
                sums[2] += weight * y
                sums[3] += weight * xx
                sums[4] += weight * xy
                sums[5] += weight * yy
                sums[6] += weight * (xx * x)
                sums[7] += weight * (xx * y)
                sums[8] += weight * (x * yy)
                sums[9] += weight * (y * yy)
                sums[10] += weight * (xx * xx)
                sums[11] += weight * (xx * xy)
                sums[12] += weight * (xx * yy)
                sums[13] += weight * (xy * yy)
                sums[14] += weight * (yy * yy)
                sums[15] += side
                sums[16] += side * x
                sums[17] += side * y
                sums[18] += side * xx
                sums[19] += side * xy
                sums[20] += side * yy
                cell &+= 1
                column &+= 1
            }
            row &+= 1
        }
    }

    /// Solves the normal equations; `sums` are m₀₀ m₁₀ m₀₁ m₂₀ m₁₁ m₀₂ m₃₀ m₂₁ m₁₂ m₀₃ m₄₀ m₃₁ m₂₂ m₁₃ m₀₄ of the weights and
    /// v₀₀ v₁₀ v₀₁ v₂₀ v₁₁ v₀₂ of the sides.
    private static func solve(
        _ sums: UnsafePointer<Lanes>, _ beta: UnsafeMutablePointer<Double>, _ smallest: UnsafeMutablePointer<Double>
    ) {
        let (m00, m10, m01, m20, m11) = (sums[0], sums[1], sums[2], sums[3], sums[4])
        let (m02, m30, m21, m12, m03) = (sums[5], sums[6], sums[7], sums[8], sums[9])
        let (m40, m31, m22, m13, m04) = (sums[10], sums[11], sums[12], sums[13], sums[14])
        let (v00, v10, v01, v20, v11, v02) = (sums[15], sums[16], sums[17], sums[18], sums[19], sums[20])
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
        store(r0, beta)
        store(r1, beta + 16)
        store(r2, beta + 32)
        store(r3, beta + 48)
        store(r4, beta + 64)
        store(r5, beta + 80)
        store(least * i0, smallest)
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
