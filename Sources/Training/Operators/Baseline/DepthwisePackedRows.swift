import COperators
import TrainingOperatorInterface

// Depthwise 3×3 over planes whose rows have eight or four pixels: a register holds two or four rows, and the rows above
// and below come from moving registers by a row.

/// Whether ``PackedRows`` suits planes of this size.
@inline(__always)
func suitsPackedRows(height: Int, width: Int) -> Bool {
    (width == 8 || width == 4) && height * width % laneCount == 0
}

/// A register of pixels with their left and right neighbours.
private struct Triple {
    var left: Lanes
    var middle: Lanes
    var right: Lanes

    static var zero: Triple {
        Triple(left: Lanes(repeating: 0), middle: Lanes(repeating: 0), right: Lanes(repeating: 0))
    }
}

@inline(__always)
private func triple<let W: Int>(_: Tile<W>.Type, _ middle: Lanes) -> Triple {
    return W == 8
        ? Triple(left: kernelviz_left8(middle), middle: middle, right: kernelviz_right8(middle))
        : Triple(left: kernelviz_left4(middle), middle: middle, right: kernelviz_right4(middle))
}

@inline(__always)
private func above<let W: Int>(_: Tile<W>.Type, _ before: Lanes, _ a: Lanes) -> Lanes {
    W == 8 ? kernelviz_above8(before, a) : kernelviz_above4(before, a)
}

@inline(__always)
private func below<let W: Int>(_: Tile<W>.Type, _ a: Lanes, _ behind: Lanes) -> Lanes {
    W == 8 ? kernelviz_above8(a, behind) : kernelviz_below4(a, behind)
}

/// All images of one channel, plane after plane: as ``correlateRows``.
///
/// Separate arguments: those of a structure would be read again from memory in the loop.
@inline(never)
func correlatePackedRows<let W: Int, let adds: Int>(
    _ rows: Tile<W>.Type, _: Tile<adds>.Type, _ source: UnsafePointer<Float>, _ loading: Loading,
    _ taps: InlineArray<9, Lanes>, images: Int, plane: Int, _ shift: Float, _ output: UnsafeMutablePointer<Float>
) {
    let (t0, t1, t2, t3, t4) = (taps[0], taps[1], taps[2], taps[3], taps[4])
    let (t5, t6, t7, t8) = (taps[5], taps[6], taps[7], taps[8])
    let start = Lanes(repeating: shift)
    let (scale, added) = (Lanes(repeating: loading.scale), Lanes(repeating: loading.shift))
    var (row, target) = (source, output)
    for _ in 0..<images {
        var before = Triple.zero
        var here = triple(rows, multiplyAdd(load(row), scale, added))
        var p = laneCount
        while p <= plane {
            row += laneCount
            let behind = p == plane ? Triple.zero : triple(rows, multiplyAdd(load(row), scale, added))
            var top = multiplyAdd(t0, above(rows, before.left, here.left), start)
            top = multiplyAdd(t1, above(rows, before.middle, here.middle), top)
            top = multiplyAdd(t2, above(rows, before.right, here.right), top)
            var middle = t3 * here.left
            middle = multiplyAdd(t4, here.middle, middle)
            middle = multiplyAdd(t5, here.right, middle)
            var bottom = t6 * below(rows, here.left, behind.left)
            bottom = multiplyAdd(t7, below(rows, here.middle, behind.middle), bottom)
            bottom = multiplyAdd(t8, below(rows, here.right, behind.right), bottom)
            let result = top + (middle + bottom)
            store(adds == 1 ? result + load(target) : result, target)
            (before, here) = (here, behind)
            target += laneCount
            p += laneCount
        }
    }
}

/// The backward pass for all images of one channel, results `pitch` numbers from image to image: as ``backRows``.
///
/// Separate arguments: those of a structure would be read again from memory in the loop.
@inline(never)
func backPackedRows<let W: Int, let adds: Int>(
    _ rows: Tile<W>.Type, _: Tile<adds>.Type, _ gradient: UnsafePointer<Float>, _ input: UnsafePointer<Float>,
    _ loading: Loading, _ flipped: InlineArray<9, Lanes>, images: Int, plane: Int,
    _ output: UnsafeMutablePointer<Float>, _ pitch: Int,
    _ sums: inout InlineArray<9, Lanes>
) {
    let (t0, t1, t2, t3, t4) = (flipped[0], flipped[1], flipped[2], flipped[3], flipped[4])
    let (t5, t6, t7, t8) = (flipped[5], flipped[6], flipped[7], flipped[8])
    var (s0, s1, s2, s3, s4) = (sums[0], sums[1], sums[2], sums[3], sums[4])
    var (s5, s6, s7, s8) = (sums[5], sums[6], sums[7], sums[8])
    let (scale, added) = (Lanes(repeating: loading.scale), Lanes(repeating: loading.shift))
    var (row, values) = (gradient, input)
    for image in 0..<images {
        var target = output + image * pitch
        var before = Triple.zero
        var here = triple(rows, load(row))
        var p = laneCount
        while p <= plane {
            row += laneCount
            let behind = p == plane ? Triple.zero : triple(rows, load(row))
            let x = multiplyAdd(load(values), scale, added)
            var moved = above(rows, before.left, here.left)
            var top = t0 * moved
            s0 = multiplyAdd(x, moved, s0)
            moved = above(rows, before.middle, here.middle)
            top = multiplyAdd(t1, moved, top)
            s1 = multiplyAdd(x, moved, s1)
            moved = above(rows, before.right, here.right)
            top = multiplyAdd(t2, moved, top)
            s2 = multiplyAdd(x, moved, s2)
            var middle = t3 * here.left
            middle = multiplyAdd(t4, here.middle, middle)
            middle = multiplyAdd(t5, here.right, middle)
            s3 = multiplyAdd(x, here.left, s3)
            s4 = multiplyAdd(x, here.middle, s4)
            s5 = multiplyAdd(x, here.right, s5)
            moved = below(rows, here.left, behind.left)
            var bottom = t6 * moved
            s6 = multiplyAdd(x, moved, s6)
            moved = below(rows, here.middle, behind.middle)
            bottom = multiplyAdd(t7, moved, bottom)
            s7 = multiplyAdd(x, moved, s7)
            moved = below(rows, here.right, behind.right)
            bottom = multiplyAdd(t8, moved, bottom)
            s8 = multiplyAdd(x, moved, s8)
            let result = top + (middle + bottom)
            store(adds == 1 ? result + load(target) : result, target)
            (before, here) = (here, behind)
            values += laneCount
            target += laneCount
            p += laneCount
        }
    }
    (sums[0], sums[1], sums[2], sums[3], sums[4]) = (s0, s1, s2, s3, s4)
    (sums[5], sums[6], sums[7], sums[8]) = (s5, s6, s7, s8)
}
