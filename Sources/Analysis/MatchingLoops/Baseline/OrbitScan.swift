/// Matching 3×3 kernels with templates that come in all eight turns and flips of the square.
///
/// Nine numbers of a kernel take the place of its cells: what stays under the symmetries (the centre c, the sum s of the
/// sides, the sum k of the corners), what changes sign (b₁: sides left and right less those above and below; b₂: corners on
/// one diagonal less those on the other), and what turns as a vector (sides e, corners d). A template and all its images
/// share their nine numbers but for signs and for x and y changing places, so that one set of products serves up to eight
/// templates, and the largest of their squares is a matter of magnitudes: |A + E| or |A − E| is |A| + |E|.
///
/// The tables hold sixteen numbers an orbit: its nine, the magnitudes of b₁ and b₂, 1/√(tᵀCt), and room. Orbits stand in the
/// order of six kinds, an even number of each (the last is repeated): alike under all symmetries; without a vector part;
/// alike when flipped upside down; alike when x and y change places; nothing but a vector part; any other. Two are matched
/// at a time: with one the compiler takes the vectors to pieces.
package enum OrbitScan {
    package typealias Lanes = SIMD16<Float>
    package typealias Indices = SIMD16<Int32>

    /// The places of a kernel's numbers: the nine, then sums and differences of e and d, magnitudes of b₁ and b₂.
    ///
    /// SIMD vectors go between functions by pointers alone: as arguments they would be taken to pieces.
    private static var partCount: Int { 15 }

    private static func split(_ block: UnsafePointer<Lanes>, _ parts: UnsafeMutablePointer<Lanes>) {
        let (left, right, up, down) = (block[3], block[5], block[1], block[7])
        let (a, b, g, h) = (block[0], block[2], block[6], block[8])
        let (across, upright) = (left + right, up + down)
        let (main, other) = (a + h, b + g)
        let (falling, rising) = (h - a, b - g)
        let (ex, ey, dx, dy) = (right - left, down - up, falling + rising, falling - rising)
        let (b1, b2) = (across - upright, main - other)
        parts[0] = block[4]
        parts[1] = across + upright
        parts[2] = main + other
        parts[3] = b1
        parts[4] = b2
        parts[5] = ex
        parts[6] = ey
        parts[7] = dx
        parts[8] = dy
        parts[9] = ex + ey
        parts[10] = ex - ey
        parts[11] = dx + dy
        parts[12] = dx - dy
        parts[13] = magnitude(b1)
        parts[14] = magnitude(b2)
    }

    /// The largest |tᵀw| over all templates for each kernel, and the first orbit that reaches it.
    ///
    /// - Parameters:
    ///   - w: the kernels' parts.
    ///   - rows: sixteen numbers an orbit.
    ///   - counts: how many orbits there are of each of the six kinds.
    private static func best(
        _ w: UnsafePointer<Lanes>, _ rows: UnsafePointer<Float>, _ counts: UnsafePointer<Int32>,
        _ best: UnsafeMutablePointer<Lanes>, _ place: UnsafeMutablePointer<Indices>
    ) {
        best.pointee = Lanes(repeating: -1)
        place.pointee = .zero
        var (start, end) = (0, Int(counts[0]))
        alike(w, rows, start, end, best, place)
        (start, end) = (end, end &+ Int(counts[1]))
        even(w, rows, start, end, best, place)
        (start, end) = (end, end &+ Int(counts[2]))
        mirrored(w, rows, start, end, best, place, turning: 3, vector: 5)
        (start, end) = (end, end &+ Int(counts[3]))
        mirrored(w, rows, start, end, best, place, turning: 4, vector: 9)
        (start, end) = (end, end &+ Int(counts[4]))
        odd(w, rows, start, end, best, place)
        (start, end) = (end, end &+ Int(counts[5]))
        any(w, rows, start, end, best, place)
    }

    /// The orbits `start..<end` that are alike under all symmetries, two at a time as all of these.
    private static func alike(
        _ w: UnsafePointer<Lanes>, _ rows: UnsafePointer<Float>, _ start: Int, _ end: Int,
        _ best: UnsafeMutablePointer<Lanes>, _ place: UnsafeMutablePointer<Indices>
    ) {
        let (c, s, k) = (w[0], w[1], w[2])
        var (highest, found) = (best.pointee, place.pointee)
        var orbit = start
        while orbit < end {
            let t = rows + (orbit &* 16)
            let (a1, a2) = (symmetric(c, s, k, t), symmetric(c, s, k, t + 16))
            let score1 = magnitude(a1)
            let score2 = magnitude(a2)
            note(score1, orbit, &highest, &found)
            note(score2, orbit &+ 1, &highest, &found)
            orbit &+= 2
        }
        best.pointee = highest
        place.pointee = found
    }

    /// Those without a vector part.
    private static func even(
        _ w: UnsafePointer<Lanes>, _ rows: UnsafePointer<Float>, _ start: Int, _ end: Int,
        _ best: UnsafeMutablePointer<Lanes>, _ place: UnsafeMutablePointer<Indices>
    ) {
        let (c, s, k, b1, b2) = (w[0], w[1], w[2], w[13], w[14])
        var (highest, found) = (best.pointee, place.pointee)
        var orbit = start
        while orbit < end {
            let t = rows + (orbit &* 16)
            let (a1, a2) = (symmetric(c, s, k, t), symmetric(c, s, k, t + 16))
            var score1 = magnitude(a1)
            var score2 = magnitude(a2)
            score1 += b1 * t[9]
            score2 += b1 * t[25]
            score1 += b2 * t[10]
            score2 += b2 * t[26]
            note(score1, orbit, &highest, &found)
            note(score2, orbit &+ 1, &highest, &found)
            orbit &+= 2
        }
        best.pointee = highest
        place.pointee = found
    }

    /// Those that a reflection leaves as they are: upside down (they lie along x, their images along x or y), or x against
    /// y (they lie along one diagonal or the other).
    ///
    /// - Parameters:
    ///   - turning: The place among the parts of what changes its sign under a quarter turn: 3 upright, 4 diagonal.
    ///   - vector: The first of the four places of the vector parts: 5 upright, 9 diagonal.
    @inline(__always)
    private static func mirrored(
        _ w: UnsafePointer<Lanes>, _ rows: UnsafePointer<Float>, _ start: Int, _ end: Int,
        _ best: UnsafeMutablePointer<Lanes>, _ place: UnsafeMutablePointer<Indices>, turning: Int, vector: Int
    ) {
        let (c, s, k, b) = (w[0], w[1], w[2], w[turning])
        let (e1, d1, e2, d2) = (w[vector], w[vector &+ 2], w[vector &+ 1], w[vector &+ 3])
        var (highest, found) = (best.pointee, place.pointee)
        var orbit = start
        while orbit < end {
            let t = rows + (orbit &* 16)
            let (a1, a2) = (symmetric(c, s, k, t), symmetric(c, s, k, t + 16))
            let change1 = b * t[turning]
            let change2 = b * t[turning &+ 16]
            var x1 = e1 * t[5]
            var x2 = e1 * t[21]
            x1 += d1 * t[7]
            x2 += d1 * t[23]
            var y1 = e2 * t[5]
            var y2 = e2 * t[21]
            y1 += d2 * t[7]
            y2 += d2 * t[23]
            var score1 = magnitude(a1 + change1) + magnitude(x1)
            var score2 = magnitude(a2 + change2) + magnitude(x2)
            let other1 = magnitude(a1 - change1) + magnitude(y1)
            let other2 = magnitude(a2 - change2) + magnitude(y2)
            score1.replace(with: other1, where: other1 .> score1)
            score2.replace(with: other2, where: other2 .> score2)
            note(score1, orbit, &highest, &found)
            note(score2, orbit &+ 1, &highest, &found)
            orbit &+= 2
        }
        best.pointee = highest
        place.pointee = found
    }

    /// Those with nothing but a vector part, one at a time.
    private static func odd(
        _ w: UnsafePointer<Lanes>, _ rows: UnsafePointer<Float>, _ start: Int, _ end: Int,
        _ best: UnsafeMutablePointer<Lanes>, _ place: UnsafeMutablePointer<Indices>
    ) {
        let (ex, ey, dx, dy) = (w[5], w[6], w[7], w[8])
        var (highest, found) = (best.pointee, place.pointee)
        var orbit = start
        while orbit < end {
            let t = rows + (orbit &* 16)
            var score = magnitude(ex * t[5] + dx * t[7]) + magnitude(ey * t[6] + dy * t[8])
            let other = magnitude(ey * t[5] + dy * t[7]) + magnitude(ex * t[6] + dx * t[8])
            score.replace(with: other, where: other .> score)
            note(score, orbit, &highest, &found)
            orbit &+= 1
        }
        best.pointee = highest
        place.pointee = found
    }

    /// Any other.
    ///
    /// The best score and its place are two variables here and in the four before: one value that held both would bring
    /// weak symbols of the standard library into the modules for newer processors.
    private static func any(
        _ w: UnsafePointer<Lanes>, _ rows: UnsafePointer<Float>, _ start: Int, _ end: Int,
        _ best: UnsafeMutablePointer<Lanes>, _ place: UnsafeMutablePointer<Indices>
    ) {
        let (c, s, k, b1, b2) = (w[0], w[1], w[2], w[3], w[4])
        let (ex, ey, dx, dy) = (w[5], w[6], w[7], w[8])
        var (highest, found) = (best.pointee, place.pointee)
        var orbit = start
        while orbit < end {
            let t = rows + (orbit &* 16)
            let (a1, a2) = (symmetric(c, s, k, t), symmetric(c, s, k, t + 16))
            let one1 = b1 * t[3]
            let one2 = b1 * t[19]
            let two1 = b2 * t[4]
            let two2 = b2 * t[20]
            var x1 = ex * t[5]
            var x2 = ex * t[21]
            x1 += dx * t[7]
            x2 += dx * t[23]
            var y1 = ey * t[6]
            var y2 = ey * t[22]
            y1 += dy * t[8]
            y2 += dy * t[24]
            var u1 = ey * t[5]
            var u2 = ey * t[21]
            u1 += dy * t[7]
            u2 += dy * t[23]
            var v1 = ex * t[6]
            var v2 = ex * t[22]
            v1 += dx * t[8]
            v2 += dx * t[24]
            let lying1 = a1 + one1
            let lying2 = a2 + one2
            let standing1 = a1 - one1
            let standing2 = a2 - one2
            var score1 = magnitude(lying1 + two1) + magnitude(x1 + y1)
            var score2 = magnitude(lying2 + two2) + magnitude(x2 + y2)
            var other1 = magnitude(lying1 - two1) + magnitude(x1 - y1)
            var other2 = magnitude(lying2 - two2) + magnitude(x2 - y2)
            score1.replace(with: other1, where: other1 .> score1)
            score2.replace(with: other2, where: other2 .> score2)
            other1 = magnitude(standing1 + two1) + magnitude(u1 + v1)
            other2 = magnitude(standing2 + two2) + magnitude(u2 + v2)
            score1.replace(with: other1, where: other1 .> score1)
            score2.replace(with: other2, where: other2 .> score2)
            other1 = magnitude(standing1 - two1) + magnitude(u1 - v1)
            other2 = magnitude(standing2 - two2) + magnitude(u2 - v2)
            score1.replace(with: other1, where: other1 .> score1)
            score2.replace(with: other2, where: other2 .> score2)
            note(score1, orbit, &highest, &found)
            note(score2, orbit &+ 1, &highest, &found)
            orbit &+= 2
        }
        best.pointee = highest
        place.pointee = found
    }

    /// What stays under the symmetries: c·t₀ + s·t₁ + k·t₂.
    @inline(__always)
    private static func symmetric(_ c: Lanes, _ s: Lanes, _ k: Lanes, _ t: UnsafePointer<Float>) -> Lanes {
        c * t[0] + s * t[1] + k * t[2]
    }

    /// Keeps the scores of an orbit where they are the highest so far.
    @inline(__always)
    private static func note(_ score: Lanes, _ orbit: Int, _ highest: inout Lanes, _ found: inout Indices) {
        let isHigher = score .> highest
        highest.replace(with: score, where: isHigher)
        found.replace(with: Indices(repeating: Int32(truncatingIfNeeded: orbit)), where: isHigher)
    }

    @inline(__always)
    private static func magnitude(_ x: Lanes) -> Lanes {
        unsafeBitCast(unsafeBitCast(x, to: SIMD16<UInt32>.self) & 0x7FFF_FFFF, to: Lanes.self)
    }
}

extension OrbitScan {
    /// All features of sixteen 3×3 kernels under the prior C_ij = ρ^(|Δx| + |Δy|).
    ///
    /// - Parameters:
    ///   - values: 16 · 9 weights, one kernel after the other.
    ///   - powers: 1, ρ, ρ².
    ///   - families: the orbits of bumps, first and second derivatives.
    ///   - block: where the scaled cells go, 9 elements.
    ///   - rows: `FitScan.Row.count` elements.
    ///   - places: `FitScan.Place.count` elements.
    ///   - scratch: ``scratchCount`` elements that are overwritten.
    package static func features(
        _ values: UnsafePointer<Float>, _ powers: UnsafePointer<Float>, _ families: (Family, Family, Family),
        _ block: UnsafeMutablePointer<Lanes>, _ rows: UnsafeMutablePointer<Lanes>,
        _ places: UnsafeMutablePointer<Indices>, _ scratch: UnsafeMutablePointer<Lanes>
    ) {
        let (w, y) = (scratch, scratch + partCount)
        let columns = scratch + 2 &* partCount
        FeatureScan.load(values, 9, block, rows + FeatureScan.Row.scale)
        split(block, w)
        NineScan.sums(block, w, rows, places)
        NineScan.outputs(powers, w, places, y, rows)
        match(w, y, families.0, columns, rows, places, 0)
        // C·1 is the product of (1 + ρ + ρ², 1 + 2ρ, 1 + ρ + ρ²) with itself.
        let (end, middle) = (powers[0] + powers[1] + powers[2], powers[0] + 2 * powers[1])
        let mean = rows[FeatureScan.Row.sum] / 9
        y[0] -= mean * (middle * middle)
        y[1] -= mean * (4 * middle * end)
        y[2] -= mean * (4 * end * end)
        match(w, y, families.1, columns, rows, places, 1)
        match(w, y, families.2, columns, rows, places, 2)
        FitScan.finish(rows, 9, (2 * end + middle) * (2 * end + middle))
    }

    /// The room that ``features(_:_:_:_:_:_:_:)`` needs.
    package static var scratchCount: Int { 2 &* partCount &+ 16 }

    /// The orbits of one family: sixteen numbers an orbit, how many there are of each of the six kinds, and eight images an
    /// orbit: 256 · the template that each is + what that looks like.
    package typealias Family = (
        rows: UnsafePointer<Float>, counts: UnsafePointer<Int32>, members: UnsafePointer<Int32>
    )

    /// The largest (tᵀw)² of one family and the tᵀCw/√(tᵀCt) of the template that reaches it.
    private static func match(
        _ w: UnsafePointer<Lanes>, _ y: UnsafePointer<Lanes>, _ family: Family,
        _ columns: UnsafeMutablePointer<Lanes>, _ rows: UnsafeMutablePointer<Lanes>,
        _ places: UnsafeMutablePointer<Indices>, _ number: Int
    ) {
        let score = rows + (FitScan.Row.fits &+ number)
        let templates = places + (FitScan.Place.templates &+ number)
        let kinds = places + (FitScan.Place.kinds &+ number)
        best(w, family.rows, family.counts, score, templates)
        score.pointee *= score.pointee
        image(w, y, family.rows, templates, columns, kinds, rows + (FitScan.Row.functional &+ number))
        let orbits = UnsafeMutableRawPointer(templates).assumingMemoryBound(to: Int32.self)
        let images = UnsafeMutableRawPointer(kinds).assumingMemoryBound(to: Int32.self)
        for lane in 0..<16 {
            let member = family.members[Int(orbits[lane] &* 8 &+ images[lane])]
            orbits[lane] = member &>> 8
            images[lane] = member & 255
        }
    }

    /// Which image of the found orbit it is (0…7: 4 where x and y change places, 2 and 1 where x and y are flipped), and
    /// tᵀC(w) of that image over √(tᵀCt), for y = the parts of C·w.
    private static func image(
        _ w: UnsafePointer<Lanes>, _ y: UnsafePointer<Lanes>, _ rows: UnsafePointer<Float>,
        _ orbit: UnsafePointer<Indices>, _ t: UnsafeMutablePointer<Lanes>, _ image: UnsafeMutablePointer<Indices>,
        _ cross: UnsafeMutablePointer<Lanes>
    ) {
        // The numbers of each kernel's orbit, one number a row.
        let orbits = UnsafeRawPointer(orbit).assumingMemoryBound(to: Int32.self)
        Transposition.columns(t, 12) { rows + Int(orbits[$0]) &* 16 }
        let (a, output) = (
            w[0] * t[0] + w[1] * t[1] + w[2] * t[2], y[0] * t[0] + y[1] * t[1] + y[2] * t[2]
        )
        let (one, outputOne) = (w[3] * t[3], y[3] * t[3])
        let (two, outputTwo) = (w[4] * t[4], y[4] * t[4])
        let (p, q) = (w[5] * t[5] + w[7] * t[7], w[6] * t[6] + w[8] * t[8])
        let (u, v) = (w[6] * t[5] + w[8] * t[7], w[5] * t[6] + w[7] * t[8])
        let (outputP, outputQ) = (y[5] * t[5] + y[7] * t[7], y[6] * t[6] + y[8] * t[8])
        let (outputU, outputV) = (y[6] * t[5] + y[8] * t[7], y[5] * t[6] + y[7] * t[8])
        // Flipped alike or not, x and y in their places or not: y is the one that is flipped where they are not alike.
        let (lying, standing) = (a + one, a - one)
        let (size0, size1) = (magnitude(lying + two) + magnitude(p + q), magnitude(lying - two) + magnitude(p - q))
        let (size2, size3) = (
            magnitude(standing + two) + magnitude(u + v), magnitude(standing - two) + magnitude(u - v)
        )
        let (isSecond, isFourth) = (size1 .> size0, size3 .> size2)
        let isSwapped = size2.replacing(with: size3, where: isFourth) .> size0.replacing(with: size1, where: isSecond)
        let isUnlike = isSecond.replacing(with: isFourth, where: isSwapped)
        let sign = Lanes(repeating: 1).replacing(with: -1, where: isUnlike)
        let side = Lanes(repeating: 1).replacing(with: -1, where: isSwapped)
        let even = a + side * one + sign * two
        let odd = p.replacing(with: u, where: isSwapped) + sign * q.replacing(with: v, where: isSwapped)
        let evenOutput = output + side * outputOne + sign * outputTwo
        let oddOutput =
            outputP.replacing(with: outputU, where: isSwapped) + sign
            * outputQ.replacing(with: outputV, where: isSwapped)
        // Where even and odd part differ in sign, both flips change.
        let isTurned = even * odd .< 0
        let place =
            Indices.zero.replacing(with: 4, where: isSwapped) | Indices.zero.replacing(with: 1, where: isUnlike)
        image.pointee = place.replacing(with: place ^ 3, where: isTurned)
        cross.pointee = (evenOutput + oddOutput.replacing(with: -oddOutput, where: isTurned)) * t[11]
    }

}
