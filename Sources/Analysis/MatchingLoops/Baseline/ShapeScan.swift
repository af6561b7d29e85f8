/// What only the description of a kernel needs beside its features; see `TemplateScan` for how the source is compiled.
package enum ShapeScan {
    package typealias Lanes = SIMD16<Float>
    package typealias Indices = SIMD16<Int32>

    /// What is measured, each sixteen numbers.
    package enum Row {
        /// Σ w·x and Σ w·y, x and y from the centre.
        package static var momentX: Int { 0 }
        package static var momentY: Int { 1 }
        /// The direction in which the weights rise, 0..<360 degrees.
        package static var gradient: Int { 2 }
        /// The direction along which the weights of the centre's sign lie, 0..<180 degrees.
        package static var axis: Int { 3 }
        /// The weight of the centre, and the sum of its four neighbours.
        package static var centre: Int { 4 }
        package static var sides: Int { 5 }
        /// The weight of the strongest cell, ±1.
        package static var peak: Int { 6 }
        /// Its distance from the centre to the right and down.
        package static var peakX: Int { 7 }
        package static var peakY: Int { 8 }
        /// √(wᵀCw) and √(wᵀw) of the weights as stored.
        package static var spread: Int { 9 }
        package static var norm: Int { 10 }
        /// How many rows there are.
        package static var count: Int { 11 }
    }

    /// Moments, directions and single cells of sixteen kernels.
    ///
    /// - Parameters:
    ///   - block: the scaled cells, `size²` elements.
    ///   - features: the rows of ``FeatureScan``.
    ///   - strongest: the strongest cells.
    ///   - rows: ``Row/count`` elements.
    package static func measure(
        _ block: UnsafePointer<Lanes>, _ size: Int, _ features: UnsafePointer<Lanes>,
        _ strongest: UnsafePointer<Indices>,
        _ rows: UnsafeMutablePointer<Lanes>
    ) {
        // The commonest size as a number that the compiler knows.
        if size == 3 {
            three(block, rows)
            peaks(block, 3, strongest, rows)
        } else {
            moments(block, size, rows)
            peaks(block, size, strongest, rows)
        }
        cells(block, size, rows)
        directions(rows)
        let scale = features[FeatureScan.Row.scale]
        let output = features[FeatureScan.Row.outputEnergy]
        rows[Row.spread] = scale * output.replacing(with: Lanes.zero, where: output .< 0).squareRoot()
        rows[Row.norm] = scale * features[FeatureScan.Row.energy].squareRoot()
    }

    /// First moments, and Σ w·(x² − y²) and Σ w·2xy in the rows of the directions.
    private static func moments(
        _ block: UnsafePointer<Lanes>, _ size: Int, _ rows: UnsafeMutablePointer<Lanes>
    ) {
        let middle = Float(size &- 1) * 0.5
        var (x, y) = (Lanes.zero, Lanes.zero)
        var (difference, product) = (Lanes.zero, Lanes.zero)
        var cell = 0
        var row = 0
        while row < size {
            let dy = Float(row) - middle
            var column = 0
            while column < size {
                let dx = Float(column) - middle
                let w = block[cell]
                x += w * dx
                y += w * dy
                difference += w * (dx * dx - dy * dy)
                product += w * (2 * dx * dy)
                cell &+= 1
                column &+= 1
            }
            row &+= 1
        }
        rows[Row.momentX] = x
        rows[Row.momentY] = y
        rows[Row.gradient] = difference
        rows[Row.axis] = product
    }

    /// The same of 3×3 kernels: x and y are −1, 0, 1.
    private static func three(_ block: UnsafePointer<Lanes>, _ rows: UnsafeMutablePointer<Lanes>) {
        let (falling, rising) = (block[8] - block[0], block[6] - block[2])
        rows[Row.momentX] = block[5] - block[3] + (falling - rising)
        rows[Row.momentY] = block[7] - block[1] + (falling + rising)
        rows[Row.gradient] = block[3] + block[5] - (block[1] + block[7])
        let corners = block[0] + block[8] - (block[2] + block[6])
        rows[Row.axis] = corners + corners
    }

    /// The strongest cells and where they lie.
    @inline(__always)
    private static func peaks(
        _ block: UnsafePointer<Lanes>, _ size: Int, _ strongest: UnsafePointer<Indices>,
        _ rows: UnsafeMutablePointer<Lanes>
    ) {
        let middle = Float(size &- 1) * 0.5
        var (peak, x, y) = (Lanes.zero, Lanes.zero, Lanes.zero)
        let place = strongest.pointee
        var cell = 0
        var row = 0
        while row < size {
            var column = 0
            while column < size {
                let isPeak = place .== Indices(repeating: Int32(truncatingIfNeeded: cell))
                peak.replace(with: block[cell], where: isPeak)
                x.replace(with: Lanes(repeating: Float(column) - middle), where: isPeak)
                y.replace(with: Lanes(repeating: Float(row) - middle), where: isPeak)
                cell &+= 1
                column &+= 1
            }
            row &+= 1
        }
        rows[Row.peak] = peak
        rows[Row.peakX] = x
        rows[Row.peakY] = y
    }

    /// The centre and its neighbours.
    private static func cells(
        _ block: UnsafePointer<Lanes>, _ size: Int, _ rows: UnsafeMutablePointer<Lanes>
    ) {
        let centre = (size &* size) &>> 1
        rows[Row.centre] = block[centre]
        rows[Row.sides] =
            size < 3
            ? Lanes.zero : block[centre &- 1] + block[centre &+ 1] + block[centre &- size] + block[centre &+ size]
    }

    /// From moments to directions.
    private static func directions(_ rows: UnsafeMutablePointer<Lanes>) {
        var (difference, product) = (rows[Row.gradient], rows[Row.axis])
        let isNegative = rows[Row.centre] .< 0
        difference.replace(with: -difference, where: isNegative)
        product.replace(with: -product, where: isNegative)
        rows[Row.axis] = Angles.halved(Angles.degrees(product, difference))
        var angle = Angles.degrees(rows[Row.momentY], rows[Row.momentX])
        angle.replace(with: angle + 360, where: angle .< 0)
        // The least below 0 is rounded to 360.
        rows[Row.gradient] = angle.replacing(with: 0, where: angle .>= 360)
    }
}

/// Directions in lanes.
enum Angles {
    typealias Lanes = SIMD16<Float>

    /// atan2(y, x) in degrees, −180…180, to 2·10⁻⁵; multiples of 45 are exact. 0 where both are 0.
    ///
    /// The arctangent's series on −tan 22.5°…tan 22.5° is that of the Cephes library (atanf).
    @inline(__always)
    static func degrees(_ y: Lanes, _ x: Lanes) -> Lanes {
        let (height, width) = (FeatureScan.magnitude(y), FeatureScan.magnitude(x))
        let isSteep = height .> width
        let small = height.replacing(with: width, where: isSteep)
        let large = width.replacing(with: height, where: isSteep)
        // Above 22.5°: from 45° on.
        let isWide = small .> large * 0.414_213_56
        let above = small.replacing(with: small - large, where: isWide)
        let below = large.replacing(with: small + large, where: isWide)
        let t = above / below.replacing(with: 1, where: below .== 0)
        let z = t * t
        var series = z * 8.053_744_5e-2 - 0.138_776_86
        series = series * z + 0.199_777_11
        series = series * z - 0.333_329_5
        var angle = (series * z * t + t) * 57.295_78
        angle.replace(with: angle + 45, where: isWide)
        angle.replace(with: 90 - angle, where: isSteep)
        angle.replace(with: 180 - angle, where: x .< 0)
        angle.replace(with: -angle, where: y .< 0)
        return angle
    }

    /// Half the angle, 0..<180 degrees.
    @inline(__always)
    static func halved(_ degrees: Lanes) -> Lanes {
        var angle = degrees * 0.5
        angle.replace(with: angle + 180, where: angle .< 0)
        return angle.replacing(with: 0, where: angle .>= 180)
    }
}
