import TrainingLanes

/// gradient[m][k] += Σ over p: left[m][p] · right[k][p]: a matrix product along contiguous pixels.
///
/// `gradient` is row-major, `pitch` numbers a row. Sixteen partial sums a pair run side by side and are added at the end.
package func gradientProduct(
    rows: Int, depth: Int, columns: Int, left: UnsafePointer<Float>, leftRows: UnsafePointer<Int>,
    right: UnsafePointer<Float>, rightRows: UnsafePointer<Int>, gradient: UnsafeMutablePointer<Float>, pitch: Int
) {
    // Pieces of which six rows stay in the first-level cache.
    let piece = 1024
    var start = 0
    while start < columns {
        let count = columns - start < piece ? columns - start : piece
        var m = 0
        while m < rows {
            var k = 0
            let height = rows - m < 6 ? rows - m : 6
            while k < depth {
                let width = depth - k < 4 ? depth - k : 4
                if height == 6 && width == 4 {
                    gradientTile(
                        Tile<6>.self, Tile<4>.self, count, left + start, leftRows + m, right + start, rightRows + k,
                        gradient + (m * pitch + k), pitch)
                } else {
                    for row in 0..<height {
                        for column in 0..<width {
                            gradientTile(
                                Tile<1>.self, Tile<1>.self, count, left + start, leftRows + (m + row), right + start,
                                rightRows + (k + column), gradient + ((m + row) * pitch + k + column), pitch)
                        }
                    }
                }
                k += width
            }
            m += height
        }
        start += count
    }
}

@inline(never)
private func gradientTile<let MR: Int, let KR: Int>(
    _: Tile<MR>.Type, _: Tile<KR>.Type, _ columns: Int, _ left: UnsafePointer<Float>, _ leftRows: UnsafePointer<Int>,
    _ right: UnsafePointer<Float>, _ rightRows: UnsafePointer<Int>, _ gradient: UnsafeMutablePointer<Float>,
    _ pitch: Int
) {
    var sums = InlineArray<MR, InlineArray<KR, Lanes>>(repeating: InlineArray(repeating: Lanes(repeating: 0)))
    var lefts = InlineArray<MR, UnsafePointer<Float>>(repeating: left)
    var rights = InlineArray<KR, UnsafePointer<Float>>(repeating: right)
    for m in 0..<MR { lefts[m] = left + leftRows[m] }
    for k in 0..<KR { rights[k] = right + rightRows[k] }
    var p = 0
    while p + laneCount <= columns {
        var x = InlineArray<KR, Lanes>(repeating: Lanes(repeating: 0))
        for k in 0..<KR { x[k] = load(rights[k] + p) }
        for m in 0..<MR {
            let y = load(lefts[m] + p)
            for k in 0..<KR { sums[m][k] = multiplyAdd(y, x[k], sums[m][k]) }
        }
        p += laneCount
    }
    if p < columns {
        for m in 0..<MR {
            let y = load(lefts[m] + p, first: columns - p)
            for k in 0..<KR { sums[m][k] = multiplyAdd(y, load(rights[k] + p, first: columns - p), sums[m][k]) }
        }
    }
    for m in 0..<MR {
        if KR == 4 {
            let place = UnsafeMutableRawPointer(gradient + m * pitch)
            let four = sumsOfFour(sums[m][0], sums[m][1 % KR], sums[m][2 % KR], sums[m][3 % KR])
            place.storeBytes(of: place.loadUnaligned(as: SIMD4<Float>.self) + four, as: SIMD4<Float>.self)
        } else {
            for k in 0..<KR { gradient[m * pitch + k] += sum(sums[m][k]) }
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
