/// Fits a Gaussian with free centre, widths and direction to sixteen kernels at a time.
package enum BumpFit {
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
        half(block, size, sign.lowHalf, isUpper: false, beta, smallest)
        half(block, size, sign.highHalf, isUpper: true, beta + 8, smallest + 8)
    }

    private static func half(
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
                let given = (isUpper ? block[cell].highHalf : block[cell].lowHalf) * sign
                var w = Lanes(given)
                w.replace(with: Lanes(repeating: 0.01), where: w .<= 0)
                let (weight, side) = (w * w, w * w * logarithm(w))
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
        // Cholesky's decomposition without roots, L·D·Lᵀ; dᵢ are the pivots.
        let (a1, a2, a3, a4, a5) = (m10 / m00, m01 / m00, m20 / m00, m11 / m00, m02 / m00)
        let d1 = m20 - a1 * m10
        let (t12, t13, t14, t15) = (m11 - a1 * m01, m30 - a1 * m20, m21 - a1 * m11, m12 - a1 * m02)
        let (b2, b3, b4, b5) = (t12 / d1, t13 / d1, t14 / d1, t15 / d1)
        let d2 = m02 - a2 * m01 - b2 * t12
        let (t23, t24, t25) = (
            m21 - a2 * m20 - b2 * t13, m12 - a2 * m11 - b2 * t14, m03 - a2 * m02 - b2 * t15
        )
        let (c3, c4, c5) = (t23 / d2, t24 / d2, t25 / d2)
        let d3 = m40 - a3 * m20 - b3 * t13 - c3 * t23
        let t34 = m31 - a3 * m11 - b3 * t14 - c3 * t24
        let t35 = m22 - a3 * m02 - b3 * t15 - c3 * t25
        let (e4, e5) = (t34 / d3, t35 / d3)
        let d4 = m22 - a4 * m11 - b4 * t14 - c4 * t24 - e4 * t34
        let t45 = m13 - a4 * m02 - b4 * t15 - c4 * t25 - e4 * t35
        let f5 = t45 / d4
        let d5 = m04 - a5 * m02 - b5 * t15 - c5 * t25 - e5 * t35 - f5 * t45
        let z1 = v10 - a1 * v00
        let z2 = v01 - a2 * v00 - b2 * z1
        let z3 = v20 - a3 * v00 - b3 * z1 - c3 * z2
        let z4 = v11 - a4 * v00 - b4 * z1 - c4 * z2 - e4 * z3
        let z5 = v02 - a5 * v00 - b5 * z1 - c5 * z2 - e5 * z3 - f5 * z4
        let r5 = z5 / d5
        let r4 = z4 / d4 - f5 * r5
        let r3 = z3 / d3 - e4 * r4 - e5 * r5
        let r2 = z2 / d2 - c3 * r3 - c4 * r4 - c5 * r5
        let r1 = z1 / d1 - b2 * r2 - b3 * r3 - b4 * r4 - b5 * r5
        let r0 = v00 / m00 - a1 * r1 - a2 * r2 - a3 * r3 - a4 * r4 - a5 * r5
        store(r0, beta)
        store(r1, beta + 16)
        store(r2, beta + 32)
        store(r3, beta + 48)
        store(r4, beta + 64)
        store(r5, beta + 80)
        var least = d1
        least.replace(with: d2, where: d2 .< least)
        least.replace(with: d3, where: d3 .< least)
        least.replace(with: d4, where: d4 .< least)
        least.replace(with: d5, where: d5 .< least)
        store(least / m00, smallest)
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
