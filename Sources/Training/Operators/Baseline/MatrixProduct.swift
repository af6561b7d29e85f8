import COperators
import TrainingOperatorInterface

// out[m][p] = Σ over k: a[m][k] · in[k][p]. Rows lie anywhere: `inputRows[k]` and `outputRows[m]` are offsets from the
// bases; pixels p are contiguous. `a` is packed in tiles of `tile` rows: [M/tile][K][tile], the last tile padded by zeros.

extension Operators {
    package static func packTiles(_ call: PackTilesCall) {
        let (matrix, rows, depth, tile) = (call.matrix, call.rows, call.depth, call.tile)
        let (isTransposed, factors) = (call.isTransposed, call.factors)
        var place = call.packed
        var first = 0
        while first < rows {
            for k in 0..<depth {
                let factor = factors.map { $0[k] } ?? 1
                for lane in 0..<tile {
                    let m = first + lane
                    place[lane] = m < rows ? factor * (isTransposed ? matrix[k * rows + m] : matrix[m * depth + k]) : 0
                }
                place += tile
            }
            first += tile
        }
    }
}

extension Operators {
    package static func matrixProduct(_ call: MatrixProductCall) {
        let product = Product(
            rows: call.size.rows, depth: call.size.depth, packed: call.packed, input: call.input.base,
            inputRows: call.input.places, output: call.output.base, outputRows: call.output.places,
            accumulates: call.accumulates, bias: call.bias, isRectified: call.isRectified)
        if call.tile == 7 {
            product.run(tileOf: Tile<7>.self, columns: call.size.columns)
        } else {
            product.run(tileOf: Tile<8>.self, columns: call.size.columns)
        }
    }
}

private struct Product {
    let rows: Int
    let depth: Int
    let packed: UnsafePointer<Float>
    let input: UnsafePointer<Float>
    let inputRows: UnsafePointer<Int>
    let output: UnsafeMutablePointer<Float>
    let outputRows: UnsafePointer<Int>
    let accumulates: UnsafePointer<Bool>?
    let bias: UnsafePointer<Float>?
    let isRectified: Bool

    @inline(__always)
    func run<let MR: Int>(tileOf: Tile<MR>.Type, columns: Int) {
        var start = 0
        while columns - start >= 3 * laneCount {
            panel(Tile<MR>.self, Tile<3>.self, start: start, count: 3 * laneCount)
            start += 3 * laneCount
        }
        if columns - start >= 2 * laneCount {
            panel(Tile<MR>.self, Tile<2>.self, start: start, count: 2 * laneCount)
            start += 2 * laneCount
        }
        if columns - start >= laneCount {
            panel(Tile<MR>.self, Tile<1>.self, start: start, count: laneCount)
            start += laneCount
        }
        if columns > start { panel(Tile<MR>.self, Tile<1>.self, start: start, count: columns - start) }
    }

    /// All rows of `count` pixels from `start` on.
    @inline(never)
    private func panel<let MR: Int, let NV: Int>(_: Tile<MR>.Type, _: Tile<NV>.Type, start: Int, count: Int) {
        withTileMemory { sums in
            var first = 0
            var tile = packed
            while first < rows {
                fetchOutput(from: first, count: rows - first < MR ? rows - first : MR, start: start, vectors: NV)
                multiply(Tile<MR>.self, Tile<NV>.self, tile, start: start, fetchesNext: first == 0, into: sums)
                tile += MR * depth
                for m in 0..<(rows - first < MR ? rows - first : MR) {
                    finish(sums + m * NV * laneCount, row: first + m, start: start, count: count, vectors: NV)
                }
                first += MR
            }
        }
    }

    /// Asks for the lines that a tile will write: they have long left the cache, and stores wait in line for each other.
    @inline(__always)
    private func fetchOutput(from first: Int, count: Int, start: Int, vectors: Int) {
        for m in 0..<count {
            let target = output + (outputRows[first + m] + start)
            for v in 0..<vectors { kernelviz_prefetch_to_write(target + v * laneCount) }
        }
    }

    /// The sums of one tile. They leave the registers only at the end, for a buffer: an array of them that is indexed
    /// later would be written in every round.
    @inline(__always)
    private func multiply<let MR: Int, let NV: Int>(
        _: Tile<MR>.Type, _: Tile<NV>.Type, _ tile: UnsafePointer<Float>, start: Int, fetchesNext: Bool,
        into buffer: UnsafeMutablePointer<Float>
    ) {
        var sums = InlineArray<MR, InlineArray<NV, Lanes>>(repeating: InlineArray(repeating: Lanes(repeating: 0)))
        var factors = tile
        for k in 0..<depth {
            let source = input + (inputRows[k] + start)
            var x = InlineArray<NV, Lanes>(repeating: Lanes(repeating: 0))
            for v in 0..<NV { x[v] = load(source + v * laneCount) }
            // The next pixels of so many rows are out of the processor's own foresight.
            if fetchesNext { for v in 0..<NV { kernelviz_prefetch_near(source + (NV + v) * laneCount) } }
            for m in 0..<MR {
                let factor = Lanes(repeating: factors[m])
                for v in 0..<NV { sums[m][v] = multiplyAdd(factor, x[v], sums[m][v]) }
            }
            factors += MR
        }
        for m in 0..<MR {
            for v in 0..<NV { store(sums[m][v], buffer + (m * NV + v) * laneCount) }
        }
    }

    /// Adds bias and what stands there, rectifies, and writes one row of `count` pixels.
    @inline(__always)
    private func finish(_ sums: UnsafePointer<Float>, row: Int, start: Int, count: Int, vectors: Int) {
        let target = output + (outputRows[row] + start)
        let added = accumulates.map { $0[row] } ?? false
        let shift = Lanes(repeating: bias.map { $0[row] } ?? 0)
        for v in 0..<vectors {
            var result = load(sums + v * laneCount) + shift
            let place = target + v * laneCount
            let isWhole = count >= laneCount
            if added { result += isWhole ? load(place) : load(UnsafePointer(place), first: count) }
            if isRectified { result = maximum(result, Lanes(repeating: 0)) }
            if isWhole { store(result, place) } else { store(result, place, first: count) }
        }
    }
}
