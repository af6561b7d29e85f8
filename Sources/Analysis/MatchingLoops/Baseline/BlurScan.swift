/// The widths of kernels that are known to be blurs; see `TemplateScan` for how the source is compiled.
package enum BlurScan {
    package typealias Lanes = SIMD16<Float>
    package typealias Indices = SIMD16<Int32>
    private typealias Doubles = SIMD8<Double>

    /// What is measured, each sixteen numbers.
    package enum Row {
        /// The σ of the centred Gaussian in pixels.
        package static var sigma: Int { 0 }
        /// The widths of the free Gaussian in pixels, 0 where the weights do not form a bump.
        package static var major: Int { 1 }
        package static var minor: Int { 2 }
        /// The direction of its long axis, 0..<180 degrees.
        package static var angle: Int { 3 }
        /// How many rows there are.
        package static var count: Int { 4 }
    }

    /// Gaussians about the centre, `count` (a multiple of four) of them, equally spaced in log σ.
    ///
    /// `templates`: C·g/√(gᵀCg), Gaussian-major, `classCount` numbers each, one for all cells of a class; `classes`: the
    /// class of each cell; `sigmas` in pixels; `logStep`: ln of two neighbours' ratio; `widest`: the widest σ that is told
    /// from a box.
    package typealias Widths = (
        templates: UnsafePointer<Float>, classes: UnsafePointer<Int32>, classCount: Int, sigmas: UnsafePointer<Float>,
        count: Int, logStep: Float, widest: Double
    )

    /// The best width and the free Gaussian of sixteen kernels.
    ///
    /// - Parameters:
    ///   - values: where the kernels lie.
    ///   - starts: where each begins, 16 places.
    ///   - size: N.
    ///   - rows: ``Row/count`` elements.
    ///   - scratch: ``scratchCount(size:)`` elements that are overwritten.
    package static func measure(
        _ values: UnsafePointer<Float>, _ starts: UnsafePointer<Int>, _ size: Int, _ widths: Widths,
        _ rows: UnsafeMutablePointer<Lanes>, _ scratch: UnsafeMutablePointer<Lanes>
    ) {
        let cells = size &* size
        let (block, scale, folded) = (scratch, scratch + cells, scratch + (cells &+ 4))
        let columns = folded + widths.classCount
        FeatureScan.load(values, starts, cells, block, scale)
        var number = 0
        while number < widths.classCount {
            folded[number] = .zero
            number &+= 1
        }
        var sum = Lanes.zero
        var cell = 0
        while cell < cells {
            folded[Int(widths.classes[cell])] += block[cell]
            sum += block[cell]
            cell &+= 1
        }
        sigma(folded, columns, widths, scale, rows + Row.sigma)
        let one = Lanes(repeating: 1)
        axes(block, size, one.replacing(with: -one, where: sum .<= 0), widths.widest, rows, folded)
    }

    /// The room that ``measure(_:_:_:_:_:_:)`` needs for N×N kernels.
    package static func scratchCount(size: Int) -> Int { 7 &* size &* size &+ 64 }

    /// The σ with the largest functional R²: the maximum over the grid, refined by the parabola through it and its
    /// neighbours.
    ///
    /// - Parameters:
    ///   - folded: the sum of each class of cells.
    ///   - columns: `3 · classCount` elements that are overwritten.
    ///   - scratch: three elements likewise.
    private static func sigma(
        _ folded: UnsafePointer<Lanes>, _ columns: UnsafeMutablePointer<Lanes>, _ widths: Widths,
        _ scratch: UnsafeMutablePointer<Lanes>, _ sigma: UnsafeMutablePointer<Lanes>
    ) {
        let classes = widths.classCount
        let (score, grid) = (scratch, scratch + 1)
        let place = UnsafeMutableRawPointer(scratch + 2).assumingMemoryBound(to: Indices.self)
        TemplateScan.best(folded, classes, widths.templates, widths.count, score, place)
        let steps = UnsafeRawPointer(place).assumingMemoryBound(to: Int32.self)
        let numbers = UnsafeMutableRawPointer(columns).assumingMemoryBound(to: Float.self)
        let sigmas = UnsafeMutableRawPointer(grid).assumingMemoryBound(to: Float.self)
        let last = widths.count &- 1
        for lane in 0..<16 {
            let step = Int(steps[lane])
            sigmas[lane] = widths.sigmas[step]
            let own = widths.templates + step &* classes
            let left = widths.templates + (step > 0 ? step &- 1 : 0) &* classes
            let right = widths.templates + (step < last ? step &+ 1 : last) &* classes
            for j in 0..<classes {
                numbers[j &* 16 &+ lane] = own[j]
                numbers[(classes &+ j) &* 16 &+ lane] = left[j] - own[j]
                numbers[(2 &* classes &+ j) &* 16 &+ lane] = right[j] - own[j]
            }
        }
        // By how much the neighbours' scores lie above, from differences: the scores themselves may agree to six digits.
        var (own, left, right) = (Lanes.zero, Lanes.zero, Lanes.zero)
        for j in 0..<classes {
            own += columns[j] * folded[j]
            left += columns[classes &+ j] * folded[j]
            right += columns[2 &* classes &+ j] * folded[j]
        }
        left *= own + own + left
        right *= own + own + right
        let curvature = left + right
        let end = Indices(repeating: Int32(truncatingIfNeeded: last))
        let isInner = (place.pointee .> 0) .& (place.pointee .< end) .& (curvature .< 0)
        var shift = (left - right) / (2 * curvature)
        shift.replace(with: 0.5, where: shift .> 0.5)
        shift.replace(with: -0.5, where: shift .< -0.5)
        // exp u by its series: |u| is at most half a step, some 0.03.
        let u: Lanes = Lanes.zero.replacing(with: shift, where: isInner) * widths.logStep
        var series: Lanes = u * (1.0 / 24) + 1.0 / 6
        series = series * u + 0.5
        series = series * u + 1
        series = series * u + 1
        sigma.pointee = grid.pointee * series
    }

    /// The widths and the direction of the free Gaussian.
    ///
    /// ln w = … − ½(x, y) P (x, y)ᵀ; the eigenvalues of P are 1/σ².
    private static func axes(
        _ block: UnsafePointer<Lanes>, _ size: Int, _ sign: Lanes, _ widest: Double,
        _ rows: UnsafeMutablePointer<Lanes>, _ scratch: UnsafeMutablePointer<Lanes>
    ) {
        // Fourteen elements of coefficients and pivots, two of directions, then the equations.
        let beta = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Double.self)
        let direction = scratch + 14
        let room = UnsafeMutableRawPointer(scratch + 16).assumingMemoryBound(to: Doubles.self)
        GaussianFit.solve(block, size, sign, beta, beta + 96, room)
        let floor = 1 / (widest * widest)
        for half in 0..<2 {
            let own = beta + 8 &* half
            let (pxx, pxy, pyy) = (-2 * doubles(own + 48), -doubles(own + 64), -2 * doubles(own + 80))
            let middle = (pxx + pyy) * 0.5
            let unlike = (pxx - pyy) * 0.5
            let radius = (unlike * unlike + pxy * pxy).squareRoot()
            let (least, most) = (middle - radius, middle + radius)
            let isBump = (doubles(own + 96) .> 1e-10) .& (most .> floor)
            let major = 1 / least.replacing(with: floor, where: .!(least .> floor)).squareRoot()
            let minor = 1 / most.squareRoot()
            store(Doubles.zero.replacing(with: major, where: isBump), rows + Row.major, half)
            store(Doubles.zero.replacing(with: minor, where: isBump), rows + Row.minor, half)
            store(2 * pxy, direction, half)
            store(2 * unlike, direction + 1, half)
        }
        // Along the smaller eigenvalue.
        let angle = Angles.degrees(direction[0], direction[1]) * 0.5 + 90
        rows[Row.angle] = angle.replacing(with: 0, where: angle .>= 180)
    }

    @inline(__always)
    private static func doubles(_ pointer: UnsafePointer<Double>) -> Doubles {
        UnsafeRawPointer(pointer).loadUnaligned(as: Doubles.self)
    }

    @inline(__always)
    private static func store(_ values: Doubles, _ row: UnsafeMutablePointer<Lanes>, _ half: Int) {
        // One by one: the library's conversion of vectors would be a copy in this module that others may be given.
        let single = SIMD8<Float>(
            Float(values[0]), Float(values[1]), Float(values[2]), Float(values[3]), Float(values[4]), Float(values[5]),
            Float(values[6]), Float(values[7]))
        UnsafeMutableRawPointer(row).storeBytes(of: single, toByteOffset: 32 &* half, as: SIMD8<Float>.self)
    }
}
