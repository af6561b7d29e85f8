import TrainingOperatorInterface

// Depthwise 3×3 over planes of any width. A plane is copied between rows of zeros and then treated as one line: a
// neighbour above is W places before. What a line would take from beyond the left and right edge is multiplied by zero:
// `leftEdge[p]` is 0 where p is in the first column, `rightEdge[p]` where it is in the last, else 1.

/// One plane with a row of zeros and a register's width before and behind it.
@inline(__always)
func paddedCount(_ plane: Int, _ width: Int) -> Int { (plane + 2 * width + 4 * laneCount + 15) / 16 * 16 }

/// Where the plane begins in it.
@inline(__always)
func planeStart(_ width: Int) -> Int { width + laneCount }

/// A plane of numbers as they are loaded.
@inline(__always)
func copy(
    _ source: UnsafePointer<Float>, _ loading: Loading, _ plane: Int, to line: UnsafeMutablePointer<Float>
) {
    let (scale, shift) = (Lanes(repeating: loading.scale), Lanes(repeating: loading.shift))
    var p = 0
    while p + laneCount <= plane {
        store(multiplyAdd(load(source + p), scale, shift), line + p)
        p += laneCount
    }
    if p < plane {
        store(multiplyAdd(load(source + p, first: plane - p), scale, shift), line + p, first: plane - p)
    }
}

/// out[p] = Σ over the nine taps; `line` is readable a row and a register before and behind the plane.
///
/// Separate arguments: those of a structure would be read again from memory in the loop.
@inline(__always)
func correlateLine(
    _ line: UnsafeMutablePointer<Float>, _ taps: InlineArray<9, Lanes>, _ plane: Int, _ width: Int,
    _ leftEdge: UnsafePointer<Float>, _ rightEdge: UnsafePointer<Float>, accumulates: Bool, _ shift: Float,
    _ output: UnsafeMutablePointer<Float>
) {
    var p = 0
    while p < plane {
        let above = line + (p - width)
        let here = line + p
        let below = line + (p + width)
        var left = taps[0] * load(above - 1)
        left = multiplyAdd(taps[3], load(here - 1), left)
        left = multiplyAdd(taps[6], load(below - 1), left)
        var middle = taps[1] * load(above)
        middle = multiplyAdd(taps[4], load(here), middle)
        middle = multiplyAdd(taps[7], load(below), middle)
        var right = taps[2] * load(above + 1)
        right = multiplyAdd(taps[5], load(here + 1), right)
        right = multiplyAdd(taps[8], load(below + 1), right)
        var result = multiplyAdd(left, load(leftEdge + p), middle + shift)
        result = multiplyAdd(right, load(rightEdge + p), result)
        if plane - p >= laneCount {
            if accumulates { result += load(output + p) }
            store(result, output + p)
        } else {
            if accumulates { result += load(UnsafePointer(output + p), first: plane - p) }
            store(result, output + p, first: plane - p)
        }
        p += laneCount
    }
}

/// sums[8 − tap] += Σ over p: gradient[p] · in[p + tap's shift], inside the plane.
@inline(__always)
func correlateGradientLines(
    _ line: UnsafeMutablePointer<Float>, _ gradients: UnsafeMutablePointer<Float>, _ plane: Int, _ width: Int,
    _ leftEdge: UnsafePointer<Float>, _ rightEdge: UnsafePointer<Float>, _ sums: inout InlineArray<9, Lanes>
) {
    var p = 0
    while p < plane {
        // Behind the plane the line of gradients holds zeros.
        let middle = load(gradients + p)
        let left = middle * load(leftEdge + p)
        let right = middle * load(rightEdge + p)
        let above = line + (p - width)
        let here = line + p
        let below = line + (p + width)
        sums[8] = multiplyAdd(left, load(above - 1), sums[8])
        sums[7] = multiplyAdd(middle, load(above), sums[7])
        sums[6] = multiplyAdd(right, load(above + 1), sums[6])
        sums[5] = multiplyAdd(left, load(here - 1), sums[5])
        sums[4] = multiplyAdd(middle, load(here), sums[4])
        sums[3] = multiplyAdd(right, load(here + 1), sums[3])
        sums[2] = multiplyAdd(left, load(below - 1), sums[2])
        sums[1] = multiplyAdd(middle, load(below), sums[1])
        sums[0] = multiplyAdd(right, load(below + 1), sums[0])
        p += laneCount
    }
}
