import TrainingOperatorInterface

extension Operators {
    package static func gradientProduct(_ call: GradientProductCall) {
        if packsGradient(rows: call.size.rows, depth: call.size.depth) {
            packedGradientProduct(call)
        } else {
            directGradientProduct(call)
        }
    }
}

/// The numbers that the scratch memory of ``gradientProduct`` must hold.
package func gradientScratchCount(rows: Int, depth: Int) -> Int {
    packsGradient(rows: rows, depth: depth) ? packedGradientScratchCount(rows: rows, depth: depth) : 0
}

/// Whether turning both sides costs little beside the product: 56×112 gains 8 % by it, 28×56 would lose a third.
@inline(__always)
private func packsGradient(rows: Int, depth: Int) -> Bool { rows * depth >= 32 * (rows + depth) }

/// Sixteen partial sums a pair run side by side and are added at the end.
@inline(__always)
private func directGradientProduct(_ call: GradientProductCall) {
    let (rows, depth, columns) = (call.size.rows, call.size.depth, call.size.columns)
    let (left, leftRows, right, rightRows) = (call.left.base, call.left.places, call.right.base, call.right.places)
    let (gradient, pitch) = (call.gradient, call.pitch)
    // Pieces of which the rows of a tile stay in the first-level cache.
    let piece = 1024
    var start = 0
    while start < columns {
        let count = columns - start < piece ? columns - start : piece
        var m = 0
        while m < rows {
            let height = rows - m < 6 ? rows - m : 6
            let strip = GradientStrip(
                depth: depth, columns: count, left: left + start, leftRows: leftRows + m, right: right + start,
                rightRows: rightRows, gradient: gradient + m * pitch, pitch: pitch)
            switch height {
            case 6: strip.run(Tile<6>.self)
            case 5: strip.run(Tile<5>.self)
            case 4: strip.run(Tile<4>.self)
            case 3: strip.run(Tile<3>.self)
            case 2: strip.run(Tile<2>.self)
            default: strip.run(Tile<1>.self)
            }
            m += height
        }
        start += count
    }
}

/// Up to six rows of a gradient, tile after tile of four columns.
private struct GradientStrip {
    let depth: Int
    let columns: Int
    let left: UnsafePointer<Float>
    let leftRows: UnsafePointer<Int>
    let right: UnsafePointer<Float>
    let rightRows: UnsafePointer<Int>
    let gradient: UnsafeMutablePointer<Float>
    let pitch: Int

    @inline(__always)
    func run<let MR: Int>(_ rows: Tile<MR>.Type) {
        let whole = columns / laneCount * laneCount
        if whole > 0 {
            withTileMemory { sums in
                var k = 0
                while k + 4 <= depth {
                    tile(rows, Tile<4>.self, k, whole, sums)
                    k += 4
                }
                while k < depth {
                    tile(rows, Tile<1>.self, k, whole, sums)
                    k += 1
                }
            }
        }
        if whole < columns { addTail(rows: MR, from: whole) }
    }

    @inline(never)
    private func tile<let MR: Int, let KR: Int>(
        _: Tile<MR>.Type, _: Tile<KR>.Type, _ first: Int, _ whole: Int, _ sums: UnsafeMutablePointer<Float>
    ) {
        multiply(Tile<MR>.self, Tile<KR>.self, first, whole, into: sums)
        for m in 0..<MR {
            let target = gradient + (m * pitch + first)
            let row = sums + m * KR * laneCount
            if KR == 4 {
                let place = UnsafeMutableRawPointer(target)
                let four = sumsOfFour(
                    load(row), load(row + laneCount), load(row + 2 * laneCount), load(row + 3 * laneCount))
                place.storeBytes(of: place.loadUnaligned(as: SIMD4<Float>.self) + four, as: SIMD4<Float>.self)
            } else {
                for k in 0..<KR { target[k] += sum(load(row + k * laneCount)) }
            }
        }
    }

    /// The sums of one tile. They leave the registers for a buffer: what is added up across a register would confine them
    /// to half of the registers.
    @inline(__always)
    private func multiply<let MR: Int, let KR: Int>(
        _: Tile<MR>.Type, _: Tile<KR>.Type, _ first: Int, _ whole: Int, into buffer: UnsafeMutablePointer<Float>
    ) {
        var sums = InlineArray<MR, InlineArray<KR, Lanes>>(repeating: InlineArray(repeating: Lanes(repeating: 0)))
        var lefts = InlineArray<MR, UnsafePointer<Float>>(repeating: left)
        var rights = InlineArray<KR, UnsafePointer<Float>>(repeating: right)
        for m in 0..<MR { lefts[m] = left + leftRows[m] }
        for k in 0..<KR { rights[k] = right + rightRows[first + k] }
        var p = 0
        while p < whole {
            var x = InlineArray<KR, Lanes>(repeating: Lanes(repeating: 0))
            for k in 0..<KR { x[k] = load(rights[k] + p) }
            for m in 0..<MR {
                let y = load(lefts[m] + p)
                for k in 0..<KR { sums[m][k] = multiplyAdd(y, x[k], sums[m][k]) }
            }
            p += laneCount
        }
        for m in 0..<MR {
            for k in 0..<KR { store(sums[m][k], buffer + (m * KR + k) * laneCount) }
        }
    }

    /// The last pixels, fewer than a register holds.
    @inline(never)
    private func addTail(rows: Int, from start: Int) {
        for m in 0..<rows {
            let y = load(left + (leftRows[m] + start), first: columns - start)
            for k in 0..<depth {
                gradient[m * pitch + k] += sum(y * load(right + (rightRows[k] + start), first: columns - start))
            }
        }
    }
}

/// The sums of the lanes of four registers.
@inline(__always)
private func sumsOfFour(_ a: Lanes, _ b: Lanes, _ c: Lanes, _ d: Lanes) -> SIMD4<Float> {
    let ab = SIMD4(lowHalf: halved(a), highHalf: halved(b))
    let cd = SIMD4(lowHalf: halved(c), highHalf: halved(d))
    return SIMD4(lowHalf: ab.evenHalf + ab.oddHalf, highHalf: cd.evenHalf + cd.oddHalf)
}

@inline(__always)
private func halved(_ lanes: Lanes) -> SIMD2<Float> {
    let eight = lanes.lowHalf + lanes.highHalf
    let four = eight.lowHalf + eight.highHalf
    return four.lowHalf + four.highHalf
}
