import COperators
import TrainingOperatorInterface

// The product of ``gradientProduct`` in another order: both sides are first turned so that pixels follow one another and
// channels lie side by side. Then a tile of the gradient stays in registers over all pixels and nothing is added up across
// a register. Turning costs (M + K) numbers a pixel, the product M·K: worth it for many channels and few pixels.

/// Pixels that are turned at once; a panel of 48 channels of them fills most of the first-level cache.
private var pixelBlock: Int { 128 }
private var panelWidth: Int { 3 * laneCount }

/// The numbers that the scratch memory of ``packedGradientProduct`` must hold.
func packedGradientScratchCount(rows: Int, depth: Int) -> Int {
    pixelBlock * ((rows + 15) / 16 * 16 + (depth + panelWidth - 1) / panelWidth * panelWidth)
}

/// gradient[m][k] += Σ over p: left[m][p] · right[k][p], as ``gradientProduct`` but for the order of the sums.
func packedGradientProduct(_ call: GradientProductCall) {
    let (rows, depth, columns) = (call.size.rows, call.size.depth, call.size.columns)
    let (left, leftRows, right, rightRows) = (call.left.base, call.left.places, call.right.base, call.right.places)
    let (gradient, pitch) = (call.gradient, call.pitch)
    let panels = call.scratch
    let panelCount = (depth + panelWidth - 1) / panelWidth
    let tiles = call.scratch + panelCount * panelWidth * pixelBlock
    var start = 0
    while start < columns {
        let count = columns - start < pixelBlock ? columns - start : pixelBlock
        for group in 0..<(depth + 15) / 16 {
            let first = group * laneCount
            turn(
                right + start, rightRows + first, rows: depth - first, columns: count, pitch: panelWidth,
                into: panels + (first / panelWidth * panelWidth * pixelBlock + first % panelWidth))
        }
        for group in 0..<(rows + 15) / 16 {
            let first = group * laneCount
            turn(
                left + start, leftRows + first, rows: rows - first, columns: count, pitch: laneCount,
                into: tiles + first * pixelBlock)
        }
        for panel in 0..<panelCount {
            let first = panel * panelWidth
            let product = PackedPanel(
                pixels: count, rows: rows, columns: depth - first < panelWidth ? depth - first : panelWidth,
                tiles: tiles, panel: panels + first * pixelBlock, gradient: gradient + first, pitch: pitch)
            switch (product.columns + 15) / 16 {
            case 3: product.run(Tile<3>.self)
            case 2: product.run(Tile<2>.self)
            default: product.run(Tile<1>.self)
            }
        }
        start += count
    }
}

/// Turns up to sixteen rows: pixel p's numbers, side by side, go to `target + p · pitch`; missing rows become zeros.
@inline(never)
private func turn(
    _ source: UnsafePointer<Float>, _ places: UnsafePointer<Int>, rows: Int, columns: Int, pitch: Int,
    into target: UnsafeMutablePointer<Float>
) {
    var p = 0
    while p < columns {
        let count = columns - p < laneCount ? columns - p : laneCount
        var block = InlineArray<16, Lanes>(repeating: Lanes(repeating: 0))
        if rows >= laneCount && count == laneCount {
            for row in 0..<16 { block[row] = load(source + (places[row] + p)) }
            // The same rows' pixels of the next block, one line of each.
            for row in 0..<16 { kernelviz_prefetch(source + (places[row] + p + pixelBlock)) }
            block = transpose(block)
            for row in 0..<16 { store(block[row], target + (p + row) * pitch) }
        } else {
            let present = rows < laneCount ? rows : laneCount
            for pixel in 0..<count {
                let place = target + (p + pixel) * pitch
                for row in 0..<present { place[row] = source[places[row] + p + pixel] }
                for row in present..<laneCount { place[row] = 0 }
            }
        }
        p += laneCount
    }
}

/// Up to 48 columns of a gradient.
private struct PackedPanel {
    let pixels: Int
    let rows: Int
    let columns: Int
    /// [M/16][pixelBlock][16].
    let tiles: UnsafePointer<Float>
    /// [pixels][48].
    let panel: UnsafePointer<Float>
    let gradient: UnsafeMutablePointer<Float>
    let pitch: Int

    @inline(never)
    func run<let NV: Int>(_: Tile<NV>.Type) {
        withTileMemory { sums in
            var first = 0
            while first < rows {
                for m in 0..<(rows - first < 8 ? rows - first : 8) {
                    let target = gradient + (first + m) * pitch
                    for v in 0..<NV { kernelviz_prefetch_to_write(target + v * laneCount) }
                }
                multiply(Tile<NV>.self, tiles + (first / 16 * 16 * pixelBlock + first % 16), into: sums)
                for m in 0..<(rows - first < 8 ? rows - first : 8) {
                    let target = gradient + (first + m) * pitch
                    for v in 0..<NV {
                        let place = target + v * laneCount
                        let rest = columns - v * laneCount
                        let sum = load(sums + (m * NV + v) * laneCount)
                        if rest >= laneCount {
                            store(load(place) + sum, place)
                        } else {
                            store(load(UnsafePointer(place), first: rest) + sum, place, first: rest)
                        }
                    }
                }
                first += 8
            }
        }
    }

    @inline(__always)
    private func multiply<let NV: Int>(
        _: Tile<NV>.Type, _ tile: UnsafePointer<Float>, into buffer: UnsafeMutablePointer<Float>
    ) {
        var sums = InlineArray<8, InlineArray<NV, Lanes>>(repeating: InlineArray(repeating: Lanes(repeating: 0)))
        var factors = tile
        var source = panel
        for _ in 0..<pixels {
            var x = InlineArray<NV, Lanes>(repeating: Lanes(repeating: 0))
            for v in 0..<NV { x[v] = load(source + v * laneCount) }
            for m in 0..<8 {
                let factor = Lanes(repeating: factors[m])
                for v in 0..<NV { sums[m][v] = multiplyAdd(factor, x[v], sums[m][v]) }
            }
            factors += laneCount
            source += panelWidth
        }
        for m in 0..<8 {
            for v in 0..<NV { store(sums[m][v], buffer + (m * NV + v) * laneCount) }
        }
    }
}
