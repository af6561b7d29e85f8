/// Matching 3×3 kernels with templates that come in all eight turns and flips of the square.
///
/// Nine numbers of a kernel take the place of its cells: what stays under the symmetries (the centre c, the sum s of the
/// sides, the sum k of the corners), what changes sign (b₁: sides left and right less those above and below; b₂: corners on
/// one diagonal less those on the other), and what turns as a vector (sides e, corners d). A template and all its images
/// share their nine numbers but for signs and for x and y changing places, so that one set of products serves up to eight
/// templates, and the largest of their squares is a matter of magnitudes: |A + E| or |A − E| is |A| + |E|.
///
/// An orbit takes sixteen numbers in the tables: its nine, the magnitudes of b₁ and b₂, 1/√(tᵀCt), and room. Orbits stand in the order of six kinds: alike
/// under all symmetries; without a vector part; alike when flipped upside down; alike when x and y change places; nothing but
/// a vector part; any other.
package enum OrbitScan {
    package typealias Lanes = SIMD16<Float>
    package typealias Indices = SIMD16<Int32>

    /// The nine numbers of sixteen kernels.
    package struct Parts {
        var c: Lanes
        var s: Lanes
        var k: Lanes
        var b1: Lanes
        var b2: Lanes
        var ex: Lanes
        var ey: Lanes
        var dx: Lanes
        var dy: Lanes

        @inline(__always)
        package init(_ block: UnsafePointer<Lanes>) {
            let (left, right, up, down) = (block[3], block[5], block[1], block[7])
            let (a, b, g, h) = (block[0], block[2], block[6], block[8])
            let (across, upright) = (left + right, up + down)
            let (main, other) = (a + h, b + g)
            c = block[4]
            s = across + upright
            k = main + other
            b1 = across - upright
            b2 = main - other
            ex = right - left
            ey = down - up
            let (falling, rising) = (h - a, b - g)
            dx = falling + rising
            dy = falling - rising
        }

        /// The same with a multiple of a kernel that is alike under all symmetries taken away.
        @inline(__always)
        func less(_ factor: Lanes, c: Float, s: Float, k: Float) -> Parts {
            var parts = self
            parts.c -= factor * c
            parts.s -= factor * s
            parts.k -= factor * k
            return parts
        }
    }

    /// The largest |tᵀw| over all templates for each kernel, and the first orbit that reaches it.
    ///
    /// - Parameters:
    ///   - rows: sixteen numbers an orbit.
    ///   - counts: how many orbits there are of each of the six kinds.
    package static func best(
        _ w: Parts, _ rows: UnsafePointer<Float>, _ counts: UnsafePointer<Int32>
    ) -> (magnitude: Lanes, orbit: Indices) {
        var best = Lanes(repeating: -1)
        var place = Indices.zero
        var (start, end) = (0, Int(counts[0]))
        alike(w, rows, start, end, &best, &place)
        (start, end) = (end, end &+ Int(counts[1]))
        even(w, rows, start, end, &best, &place)
        (start, end) = (end, end &+ Int(counts[2]))
        mirrored(w.c, w.s, w.k, w.b1, w.ex, w.dx, w.ey, w.dy, rows, start, end, 3, &best, &place)
        (start, end) = (end, end &+ Int(counts[3]))
        mirrored(
            w.c, w.s, w.k, w.b2, w.ex + w.ey, w.dx + w.dy, w.ex - w.ey, w.dx - w.dy, rows, start, end, 4, &best, &place)
        (start, end) = (end, end &+ Int(counts[4]))
        odd(w, rows, start, end, &best, &place)
        (start, end) = (end, end &+ Int(counts[5]))
        any(w, rows, start, end, &best, &place)
        return (best, place)
    }

    /// The orbits `start..<end` that are alike under all symmetries.
    @inline(never)
    private static func alike(
        _ w: Parts, _ rows: UnsafePointer<Float>, _ start: Int, _ end: Int, _ best: inout Lanes,
        _ place: inout Indices
    ) {
        let (c, s, k) = (w.c, w.s, w.k)
        var (highest, found) = (best, place)
        var orbit = start
        while orbit < end {
            let t = rows + (orbit &* 16)
            let score = magnitude(c * t[0] + s * t[1] + k * t[2])
            let isBetter = score .> highest
            highest.replace(with: score, where: isBetter)
            found.replace(with: Indices(repeating: Int32(truncatingIfNeeded: orbit)), where: isBetter)
            orbit &+= 1
        }
        (best, place) = (highest, found)
    }

    /// Those without a vector part.
    @inline(never)
    private static func even(
        _ w: Parts, _ rows: UnsafePointer<Float>, _ start: Int, _ end: Int, _ best: inout Lanes,
        _ place: inout Indices
    ) {
        let (c, s, k) = (w.c, w.s, w.k)
        let (b1, b2) = (magnitude(w.b1), magnitude(w.b2))
        var (highest, found) = (best, place)
        var orbit = start
        while orbit < end {
            let t = rows + (orbit &* 16)
            let score = magnitude(c * t[0] + s * t[1] + k * t[2]) + (b1 * t[9] + b2 * t[10])
            let isBetter = score .> highest
            highest.replace(with: score, where: isBetter)
            found.replace(with: Indices(repeating: Int32(truncatingIfNeeded: orbit)), where: isBetter)
            orbit &+= 1
        }
        (best, place) = (highest, found)
    }

    /// Those that one flip leaves alike: b is what changes sign between the two axes, (e₁, d₁) and (e₂, d₂) lie along them.
    @inline(never)
    private static func mirrored(
        _ c: Lanes, _ s: Lanes, _ k: Lanes, _ b: Lanes, _ e1: Lanes, _ d1: Lanes, _ e2: Lanes, _ d2: Lanes,
        _ rows: UnsafePointer<Float>, _ start: Int, _ end: Int, _ column: Int, _ best: inout Lanes,
        _ place: inout Indices
    ) {
        var (highest, found) = (best, place)
        var orbit = start
        while orbit < end {
            let t = rows + (orbit &* 16)
            let a = c * t[0] + s * t[1] + k * t[2]
            let change = b * t[column]
            var score = magnitude(a + change) + magnitude(e1 * t[5] + d1 * t[7])
            let other = magnitude(a - change) + magnitude(e2 * t[5] + d2 * t[7])
            score.replace(with: other, where: other .> score)
            let isBetter = score .> highest
            highest.replace(with: score, where: isBetter)
            found.replace(with: Indices(repeating: Int32(truncatingIfNeeded: orbit)), where: isBetter)
            orbit &+= 1
        }
        (best, place) = (highest, found)
    }

    /// Those with nothing but a vector part.
    @inline(never)
    private static func odd(
        _ w: Parts, _ rows: UnsafePointer<Float>, _ start: Int, _ end: Int, _ best: inout Lanes,
        _ place: inout Indices
    ) {
        let (ex, ey, dx, dy) = (w.ex, w.ey, w.dx, w.dy)
        var (highest, found) = (best, place)
        var orbit = start
        while orbit < end {
            let t = rows + (orbit &* 16)
            var score = magnitude(ex * t[5] + dx * t[7]) + magnitude(ey * t[6] + dy * t[8])
            let other = magnitude(ey * t[5] + dy * t[7]) + magnitude(ex * t[6] + dx * t[8])
            score.replace(with: other, where: other .> score)
            let isBetter = score .> highest
            highest.replace(with: score, where: isBetter)
            found.replace(with: Indices(repeating: Int32(truncatingIfNeeded: orbit)), where: isBetter)
            orbit &+= 1
        }
        (best, place) = (highest, found)
    }

    /// Any other.
    @inline(never)
    private static func any(
        _ w: Parts, _ rows: UnsafePointer<Float>, _ start: Int, _ end: Int, _ best: inout Lanes,
        _ place: inout Indices
    ) {
        let (c, s, k, b1, b2) = (w.c, w.s, w.k, w.b1, w.b2)
        let (ex, ey, dx, dy) = (w.ex, w.ey, w.dx, w.dy)
        var (highest, found) = (best, place)
        var orbit = start
        while orbit < end {
            let t = rows + (orbit &* 16)
            let a = c * t[0] + s * t[1] + k * t[2]
            let (one, two) = (b1 * t[3], b2 * t[4])
            let (lying, standing) = (a + one, a - one)
            let (x, y) = (ex * t[5] + dx * t[7], ey * t[6] + dy * t[8])
            let (u, v) = (ey * t[5] + dy * t[7], ex * t[6] + dx * t[8])
            var score = magnitude(lying + two) + magnitude(x + y)
            var other = magnitude(lying - two) + magnitude(x - y)
            score.replace(with: other, where: other .> score)
            other = magnitude(standing + two) + magnitude(u + v)
            score.replace(with: other, where: other .> score)
            other = magnitude(standing - two) + magnitude(u - v)
            score.replace(with: other, where: other .> score)
            let isBetter = score .> highest
            highest.replace(with: score, where: isBetter)
            found.replace(with: Indices(repeating: Int32(truncatingIfNeeded: orbit)), where: isBetter)
            orbit &+= 1
        }
        (best, place) = (highest, found)
    }

    /// Which image of the found orbit it is (0…7: 4 where x and y change places, 2 and 1 where x and y are flipped), and
    /// tᵀC(w) of that image over √(tᵀCt), for y = the parts of C·w.
    package static func image(
        _ w: Parts, _ y: Parts, _ rows: UnsafePointer<Float>, _ orbit: Indices
    ) -> (image: Indices, cross: Lanes) {
        let (t0, t1, t2, t3, t4) = (column(rows, orbit, 0), column(rows, orbit, 1), column(rows, orbit, 2), column(rows, orbit, 3), column(rows, orbit, 4))
        let (t5, t6, t7, t8) = (column(rows, orbit, 5), column(rows, orbit, 6), column(rows, orbit, 7), column(rows, orbit, 8))
        let (a, output) = (w.c * t0 + w.s * t1 + w.k * t2, y.c * t0 + y.s * t1 + y.k * t2)
        let (one, outputOne) = (w.b1 * t3, y.b1 * t3)
        let (two, outputTwo) = (w.b2 * t4, y.b2 * t4)
        let (p, q) = (w.ex * t5 + w.dx * t7, w.ey * t6 + w.dy * t8)
        let (u, v) = (w.ey * t5 + w.dy * t7, w.ex * t6 + w.dx * t8)
        let (outputP, outputQ) = (y.ex * t5 + y.dx * t7, y.ey * t6 + y.dy * t8)
        let (outputU, outputV) = (y.ey * t5 + y.dy * t7, y.ex * t6 + y.dx * t8)
        // Flipped alike or not, x and y in their places or not: y is the one that is flipped where they are not alike.
        let (even0, odd0) = (a + one + two, p + q)
        let (even1, odd1) = (a + one - two, p - q)
        let (even2, odd2) = (a - one + two, u + v)
        let (even3, odd3) = (a - one - two, u - v)
        let (size0, size1) = (magnitude(even0) + magnitude(odd0), magnitude(even1) + magnitude(odd1))
        let (size2, size3) = (magnitude(even2) + magnitude(odd2), magnitude(even3) + magnitude(odd3))
        let (isSecond, isFourth) = (size1 .> size0, size3 .> size2)
        let isSwapped = size2.replacing(with: size3, where: isFourth) .> size0.replacing(with: size1, where: isSecond)
        let isUnlike = isSecond.replacing(with: isFourth, where: isSwapped)
        let sign = Lanes(repeating: 1).replacing(with: -1, where: isUnlike)
        let side = Lanes(repeating: 1).replacing(with: -1, where: isSwapped)
        let even = a + side * one + sign * two
        let odd = p.replacing(with: u, where: isSwapped) + sign * q.replacing(with: v, where: isSwapped)
        let evenOutput = output + side * outputOne + sign * outputTwo
        let oddOutput =
            outputP.replacing(with: outputU, where: isSwapped) + sign * outputQ.replacing(with: outputV, where: isSwapped)
        // Where even and odd part differ in sign, both flips change.
        let isTurned = even * odd .< 0
        let place =
            Indices.zero.replacing(with: 4, where: isSwapped) | Indices.zero.replacing(with: 1, where: isUnlike)
        return (
            place.replacing(with: place ^ 3, where: isTurned),
            (evenOutput + oddOutput.replacing(with: -oddOutput, where: isTurned)) * column(rows, orbit, 11)
        )
    }

    /// One number of each kernel's orbit.
    @inline(__always)
    private static func column(_ rows: UnsafePointer<Float>, _ orbit: Indices, _ j: Int) -> Lanes {
        let r = rows + j
        return Lanes(
            r[Int(orbit[0]) &* 16], r[Int(orbit[1]) &* 16], r[Int(orbit[2]) &* 16], r[Int(orbit[3]) &* 16],
            r[Int(orbit[4]) &* 16], r[Int(orbit[5]) &* 16], r[Int(orbit[6]) &* 16], r[Int(orbit[7]) &* 16],
            r[Int(orbit[8]) &* 16], r[Int(orbit[9]) &* 16], r[Int(orbit[10]) &* 16], r[Int(orbit[11]) &* 16],
            r[Int(orbit[12]) &* 16], r[Int(orbit[13]) &* 16], r[Int(orbit[14]) &* 16], r[Int(orbit[15]) &* 16])
    }

    @inline(__always)
    private static func magnitude(_ x: Lanes) -> Lanes { FeatureScan.magnitude(x) }
}

extension OrbitScan {
    /// The rows of matches, behind those of `FeatureScan.Row`: weight-space and functional R² of the best blur, first and
    /// second derivative.
    package enum Row {
        package static var fits: Int { 10 }
        package static var functional: Int { 13 }
        /// How many rows there are in all.
        package static var count: Int { 16 }
    }

    /// All features of sixteen 3×3 kernels under the prior C_ij = ρ^(|Δx| + |Δy|).
    ///
    /// - Parameters:
    ///   - values: 16 · 9 weights, one kernel after the other.
    ///   - powers: 1, ρ, ρ².
    ///   - tables: the orbits of bumps, first and second derivatives.
    ///   - counts: how many orbits each has of each of the six kinds.
    ///   - block: where the scaled cells go, 9 elements.
    ///   - rows: ``Row/count`` elements.
    ///   - places: where the strongest cell, the three orbits and the three images go, 7 elements.
    package static func features(
        _ values: UnsafePointer<Float>, _ powers: UnsafePointer<Float>,
        _ tables: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>),
        _ counts: (UnsafePointer<Int32>, UnsafePointer<Int32>, UnsafePointer<Int32>),
        _ block: UnsafeMutablePointer<Lanes>, _ rows: UnsafeMutablePointer<Lanes>,
        _ places: UnsafeMutablePointer<Indices>
    ) {
        FeatureScan.load(values, 9, block, rows + FeatureScan.Row.scale)
        FeatureScan.sums(block, 3, rows, places)
        withUnsafeTemporaryAllocation(of: Lanes.self, capacity: 18) { room in
            guard let scratch = room.baseAddress else { return }
            let correlated = scratch + 9
            FeatureScan.correlate(block, 3, powers, places[0], scratch, correlated, rows)
            let (w, output) = (Parts(block), Parts(correlated))
            // C·1 is the product of (1 + ρ + ρ², 1 + 2ρ, 1 + ρ + ρ²) with itself.
            let (end, middle) = (powers[0] + powers[1] + powers[2], powers[0] + 2 * powers[1])
            let mean = rows[FeatureScan.Row.sum] / 9
            let centred = output.less(mean, c: middle * middle, s: 4 * middle * end, k: 4 * end * end)
            let all = (2 * end + middle) * (2 * end + middle)
            let energy = rows[FeatureScan.Row.energy]
            let outputEnergy = rows[FeatureScan.Row.outputEnergy]
            let centredOutput = outputEnergy + mean * (mean * all - 2 * rows[FeatureScan.Row.outputOfOnes])
            match(w, output, tables.0, counts.0, energy + 1e-20, outputEnergy, outputEnergy, rows, places, 0)
            let sum = rows[FeatureScan.Row.sum]
            let shape = energy - sum * sum / 9
            // Rounding leaves a flat kernel a centred energy of some 1e-7 of its energy: it has no shape to match.
            let base = Lanes(repeating: .infinity).replacing(with: shape, where: shape .> energy * 1e-5)
            match(w, centred, tables.1, counts.1, base, centredOutput, outputEnergy, rows, places, 1)
            match(w, centred, tables.2, counts.2, base, centredOutput, outputEnergy, rows, places, 2)
        }
    }

    @inline(__always)
    private static func match(
        _ w: Parts, _ output: Parts, _ table: UnsafePointer<Float>, _ counts: UnsafePointer<Int32>, _ energy: Lanes,
        _ outputEnergy: Lanes, _ whole: Lanes, _ rows: UnsafeMutablePointer<Lanes>,
        _ places: UnsafeMutablePointer<Indices>, _ family: Int
    ) {
        let (score, orbit) = best(w, table, counts)
        let (image, cross) = image(w, output, table, orbit)
        let one = Lanes(repeating: 1)
        let fit = score * score / energy
        rows[Row.fits &+ family] = fit.replacing(with: one, where: fit .> one)
        // What is left of a flat kernel without its mean is rounding.
        let hasOutput = outputEnergy .> whole * 1e-6
        let share = cross * cross / outputEnergy
        rows[Row.functional &+ family] = Lanes.zero.replacing(
            with: share.replacing(with: one, where: share .> one), where: hasOutput)
        places[1 &+ family] = orbit
        places[4 &+ family] = image
    }
}
