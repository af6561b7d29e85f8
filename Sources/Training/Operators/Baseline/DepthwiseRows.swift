import COperators
import TrainingOperatorInterface

// Depthwise 3×3 over planes whose rows fill registers well. A column of registers runs down the plane: each row is read
// once, moved to the left and to the right in registers, and serves the output above, beside and below it. Zeros that are
// moved in are the padding.

/// Whether ``correlateRows`` and ``backRows`` suit planes of this width.
@inline(__always)
func suitsRows(width: Int) -> Bool { width >= 12 }

/// What is known of a column when the program is compiled, each 0 or 1: whether the plane begins and ends there, whether
/// all its lanes lie in the plane, and whether results are added to what stands there.
private enum Kind<let first: Int, let last: Int, let whole: Int, let adds: Int> {}

/// out[p] = Σ over the nine taps + shift, or added to what stands there.
@inline(__always)
func correlateRows<let adds: Int>(
    _: Tile<adds>.Type, _ source: UnsafePointer<Float>, _ loading: Loading, _ taps: InlineArray<9, Lanes>,
    height: Int, width: Int, _ shift: Float, _ output: UnsafeMutablePointer<Float>
) {
    var x = 0
    while x < width {
        let rest = width - x
        let column = Column(height: height, width: width, x: x, count: rest < laneCount ? rest : laneCount)
        switch (x == 0, rest - laneCount) {
        case (true, ..<0): column.forward(Kind<1, 1, 0, adds>.self, source, loading, taps, shift, output)
        case (true, 0): column.forward(Kind<1, 1, 1, adds>.self, source, loading, taps, shift, output)
        case (true, _): column.forward(Kind<1, 0, 1, adds>.self, source, loading, taps, shift, output)
        case (_, ..<0): column.forward(Kind<0, 1, 0, adds>.self, source, loading, taps, shift, output)
        case (_, 0): column.forward(Kind<0, 1, 1, adds>.self, source, loading, taps, shift, output)
        default: column.forward(Kind<0, 0, 1, adds>.self, source, loading, taps, shift, output)
        }
        x += laneCount
    }
}

/// The backward pass: ``correlateRows`` of the gradient with the flipped taps, and, tap by tap, the products of the same moved
/// gradients with the input, added to `sums` in the order of the flipped taps.
///
/// Separate arguments: those of a structure would be read again from memory in the loop.
@inline(__always)
func backRows<let adds: Int>(
    _: Tile<adds>.Type, _ gradient: UnsafePointer<Float>, _ input: UnsafePointer<Float>,
    _ loading: Loading, _ flipped: InlineArray<9, Lanes>, height: Int, width: Int,
    _ output: UnsafeMutablePointer<Float>,
    _ sums: inout InlineArray<9, Lanes>
) {
    var x = 0
    while x < width {
        let rest = width - x
        let column = Column(height: height, width: width, x: x, count: rest < laneCount ? rest : laneCount)
        switch (x == 0, rest - laneCount) {
        case (true, ..<0): column.back(Kind<1, 1, 0, adds>.self, gradient, input, loading, flipped, output, &sums)
        case (true, 0): column.back(Kind<1, 1, 1, adds>.self, gradient, input, loading, flipped, output, &sums)
        case (true, _): column.back(Kind<1, 0, 1, adds>.self, gradient, input, loading, flipped, output, &sums)
        case (_, ..<0): column.back(Kind<0, 1, 0, adds>.self, gradient, input, loading, flipped, output, &sums)
        case (_, 0): column.back(Kind<0, 1, 1, adds>.self, gradient, input, loading, flipped, output, &sums)
        default: column.back(Kind<0, 0, 1, adds>.self, gradient, input, loading, flipped, output, &sums)
        }
        x += laneCount
    }
}

/// Sixteen pixels of every row from `x` on, `count` of them in the plane.
private struct Column {
    let height: Int
    let width: Int
    let x: Int
    let count: Int

    @inline(never)
    func forward<let first: Int, let last: Int, let whole: Int, let adds: Int>(
        _: Kind<first, last, whole, adds>.Type, _ source: UnsafePointer<Float>, _ loading: Loading,
        _ taps: InlineArray<9, Lanes>, _ shift: Float, _ output: UnsafeMutablePointer<Float>
    ) {
        let (t0, t1, t2, t3, t4) = (taps[0], taps[1], taps[2], taps[3], taps[4])
        let (t5, t6, t7, t8) = (taps[5], taps[6], taps[7], taps[8])
        let start = Lanes(repeating: shift)
        let scale = Lanes(repeating: loading.scale)
        let added = inside(Tile<whole>.self, loading.shift)
        var (above, here) = (start, start)
        var (row, target) = (source + x, output + (x - width))
        for y in 0..<height {
            let middle = multiplyAdd(read(Tile<whole>.self, row), scale, added)
            let left =
                first == 1
                ? kernelviz_left16(Lanes(repeating: 0), middle)
                : multiplyAdd(read(Tile<whole>.self, row - 1), scale, added)
            let right =
                last == 1
                ? kernelviz_right16(middle, Lanes(repeating: 0)) : multiplyAdd(load(row + 1), scale, added)
            above = multiplyAdd(t6, left, above)
            above = multiplyAdd(t7, middle, above)
            above = multiplyAdd(t8, right, above)
            if y > 0 { write(Kind<first, last, whole, adds>.self, above, target) }
            above = multiplyAdd(t3, left, here)
            above = multiplyAdd(t4, middle, above)
            above = multiplyAdd(t5, right, above)
            here = multiplyAdd(t0, left, start)
            here = multiplyAdd(t1, middle, here)
            here = multiplyAdd(t2, right, here)
            row += width
            target += width
        }
        write(Kind<first, last, whole, adds>.self, above, target)
    }

    @inline(never)
    func back<let first: Int, let last: Int, let whole: Int, let adds: Int>(
        _: Kind<first, last, whole, adds>.Type, _ gradient: UnsafePointer<Float>, _ input: UnsafePointer<Float>,
        _ loading: Loading, _ taps: InlineArray<9, Lanes>, _ output: UnsafeMutablePointer<Float>,
        _ sums: inout InlineArray<9, Lanes>
    ) {
        let zero = Lanes(repeating: 0)
        let scale = Lanes(repeating: loading.scale)
        let added = inside(Tile<whole>.self, loading.shift)
        let (t0, t1, t2, t3, t4) = (taps[0], taps[1], taps[2], taps[3], taps[4])
        let (t5, t6, t7, t8) = (taps[5], taps[6], taps[7], taps[8])
        var (s0, s1, s2, s3, s4) = (sums[0], sums[1], sums[2], sums[3], sums[4])
        var (s5, s6, s7, s8) = (sums[5], sums[6], sums[7], sums[8])
        var (above, here) = (zero, zero)
        var (row, values, target) = (gradient + x, input + x, output + (x - width))
        // The input above, beside and below the row of gradients.
        var (x0, x1) = (zero, multiplyAdd(read(Tile<whole>.self, values), scale, added))
        for y in 0..<height {
            values += width
            let x2 = y + 1 == height ? zero : multiplyAdd(read(Tile<whole>.self, values), scale, added)
            let middle = read(Tile<whole>.self, row)
            let left = first == 1 ? kernelviz_left16(zero, middle) : read(Tile<whole>.self, row - 1)
            let right = last == 1 ? kernelviz_right16(middle, zero) : load(row + 1)
            above = multiplyAdd(t6, left, above)
            above = multiplyAdd(t7, middle, above)
            above = multiplyAdd(t8, right, above)
            s6 = multiplyAdd(x0, left, s6)
            s7 = multiplyAdd(x0, middle, s7)
            s8 = multiplyAdd(x0, right, s8)
            if y > 0 { write(Kind<first, last, whole, adds>.self, above, target) }
            above = multiplyAdd(t3, left, here)
            above = multiplyAdd(t4, middle, above)
            above = multiplyAdd(t5, right, above)
            s3 = multiplyAdd(x1, left, s3)
            s4 = multiplyAdd(x1, middle, s4)
            s5 = multiplyAdd(x1, right, s5)
            here = t0 * left
            here = multiplyAdd(t1, middle, here)
            here = multiplyAdd(t2, right, here)
            s0 = multiplyAdd(x2, left, s0)
            s1 = multiplyAdd(x2, middle, s1)
            s2 = multiplyAdd(x2, right, s2)
            (x0, x1) = (x1, x2)
            row += width
            target += width
        }
        write(Kind<first, last, whole, adds>.self, above, target)
        (sums[0], sums[1], sums[2], sums[3], sums[4]) = (s0, s1, s2, s3, s4)
        (sums[5], sums[6], sums[7], sums[8]) = (s5, s6, s7, s8)
    }

    /// A number in every lane of the plane, zero in the others.
    @inline(__always)
    private func inside<let whole: Int>(_: Tile<whole>.Type, _ number: Float) -> Lanes {
        var lanes = Lanes(repeating: number)
        if whole == 0 { for lane in count..<laneCount { lanes[lane] = 0 } }
        return lanes
    }

    /// Lanes outside of the plane are zero.
    @inline(__always)
    private func read<let whole: Int>(_: Tile<whole>.Type, _ pointer: UnsafePointer<Float>) -> Lanes {
        whole == 1 ? load(pointer) : load(pointer, first: count)
    }

    @inline(__always)
    private func write<let first: Int, let last: Int, let whole: Int, let adds: Int>(
        _: Kind<first, last, whole, adds>.Type, _ sum: Lanes, _ target: UnsafeMutablePointer<Float>
    ) {
        if whole == 1 {
            store(adds == 1 ? sum + load(target) : sum, target)
        } else {
            store(adds == 1 ? sum + load(UnsafePointer(target), first: count) : sum, target, first: count)
        }
    }
}
