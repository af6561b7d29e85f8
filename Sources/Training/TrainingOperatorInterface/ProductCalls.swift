/// The lengths of a matrix product: M×K times K×P.
package struct ProductSize: BitwiseCopyable {
    /// M.
    package var rows: Int
    /// K, over which products are summed.
    package var depth: Int
    /// P, pixels.
    package var columns: Int

    /// Groups the arguments.
    @inlinable @inline(__always)
    package init(rows: Int, depth: Int, columns: Int) {
        self.rows = rows
        self.depth = depth
        self.columns = columns
    }
}

/// Weights that are packed into tiles of rows, the last tile padded by zeros.
package struct PackTilesCall {
    /// M×K, row-major; K×M with ``isTransposed``.
    package var matrix: UnsafePointer<Float>
    /// M.
    package var rows: Int
    /// K.
    package var depth: Int
    /// Rows of a tile, 7 or 8.
    package var tile: Int
    package var isTransposed: Bool
    /// K numbers by which the columns are multiplied; nil for ones.
    package var factors: UnsafePointer<Float>?
    /// [⌈M/tile⌉][K][tile].
    package var packed: UnsafeMutablePointer<Float>

    /// Groups the arguments.
    @inlinable
    package init(
        _ matrix: UnsafePointer<Float>, rows: Int, depth: Int, tile: Int, isTransposed: Bool,
        factors: UnsafePointer<Float>?, packed: UnsafeMutablePointer<Float>
    ) {
        self.matrix = matrix
        self.rows = rows
        self.depth = depth
        self.tile = tile
        self.isTransposed = isTransposed
        self.factors = factors
        self.packed = packed
    }
}

/// out[m][p] = bias[m] + Σ over k: a[m][k] · in[k][p].
package struct MatrixProductCall {
    package var size: ProductSize
    /// Rows of a tile, 7 or 8.
    package var tile: Int
    /// What ``OperatorSet/packTiles(_:)`` made of the M×K matrix.
    package var packed: UnsafePointer<Float>
    /// K rows of P pixels; up to 15 numbers beyond the last pixel may be read.
    package var input: SourceRows
    /// M rows of P pixels.
    package var output: TargetRows
    /// M flags: whether a row is added to what stands there; nil overwrites all.
    package var accumulates: UnsafePointer<Bool>?
    /// M numbers; nil for none.
    package var bias: UnsafePointer<Float>?
    /// Whether negative results become zero.
    package var isRectified: Bool

    /// Groups the arguments.
    @inlinable
    package init(
        size: ProductSize, tile: Int, packed: UnsafePointer<Float>, input: SourceRows, output: TargetRows,
        accumulates: UnsafePointer<Bool>? = nil, bias: UnsafePointer<Float>? = nil, isRectified: Bool = false
    ) {
        self.size = size
        self.tile = tile
        self.packed = packed
        self.input = input
        self.output = output
        self.accumulates = accumulates
        self.bias = bias
        self.isRectified = isRectified
    }
}

/// out[m][p] = bias[m] + Σ over k: a[m][k] · in[k][p] with sums in 64 bits, rounded once at the end.
package struct WideProductCall {
    package var size: ProductSize
    /// M×K, row-major.
    package var matrix: UnsafePointer<Float>
    /// K rows of P pixels; up to 15 numbers beyond the last pixel may be read.
    package var input: SourceRows
    /// M rows of P pixels.
    package var output: TargetRows
    /// M numbers; nil for none.
    package var bias: UnsafePointer<Float>?
    /// Whether negative results become zero.
    package var isRectified: Bool

    /// Groups the arguments.
    @inlinable
    package init(
        size: ProductSize, matrix: UnsafePointer<Float>, input: SourceRows, output: TargetRows,
        bias: UnsafePointer<Float>?, isRectified: Bool
    ) {
        self.size = size
        self.matrix = matrix
        self.input = input
        self.output = output
        self.bias = bias
        self.isRectified = isRectified
    }
}

/// gradient[m][k] += Σ over p: left[m][p] · right[k][p]: a matrix product along contiguous pixels.
package struct GradientProductCall {
    package var size: ProductSize
    /// M rows of P pixels.
    package var left: SourceRows
    /// K rows of P pixels.
    package var right: SourceRows
    /// M×K, row-major, ``pitch`` numbers a row.
    package var gradient: UnsafeMutablePointer<Float>
    package var pitch: Int
    /// `gradientScratchCount(rows:depth:)` numbers.
    package var scratch: UnsafeMutablePointer<Float>

    /// Groups the arguments.
    @inlinable
    package init(
        size: ProductSize, left: SourceRows, right: SourceRows, gradient: UnsafeMutablePointer<Float>, pitch: Int,
        scratch: UnsafeMutablePointer<Float>
    ) {
        self.size = size
        self.left = left
        self.right = right
        self.gradient = gradient
        self.pitch = pitch
        self.scratch = scratch
    }
}

/// The lengths of a convolution whose images are unfolded into rows of pixels.
package struct UnfoldingGeometry: BitwiseCopyable {
    /// C, input channels.
    package var channels: Int
    package var input: PlaneSize
    package var output: PlaneSize
    /// kH×kW.
    package var kernel: PlaneSize
    package var stride: Int
    /// Rows and columns of zeros before the image.
    package var top: Int
    package var left: Int
    /// Numbers from one unfolded row to the next.
    package var pitch: Int

    /// Groups the arguments.
    @inlinable
    package init(
        channels: Int, input: PlaneSize, output: PlaneSize, kernel: PlaneSize, stride: Int, top: Int, left: Int,
        pitch: Int
    ) {
        self.channels = channels
        self.input = input
        self.output = output
        self.kernel = kernel
        self.stride = stride
        self.top = top
        self.left = left
        self.pitch = pitch
    }
}

/// One image's windows: row (c·kH + i)·kW + j holds in[c][y·stride + i − top][x·stride + j − left] for all outputs
/// (y, x), zero outside of the image.
package struct UnfoldCall {
    package var geometry: UnfoldingGeometry
    /// C planes.
    package var input: SourceRows
    /// C·kH·kW rows.
    package var unfolded: UnsafeMutablePointer<Float>

    /// Groups the arguments.
    @inlinable
    package init(_ geometry: UnfoldingGeometry, input: SourceRows, unfolded: UnsafeMutablePointer<Float>) {
        self.geometry = geometry
        self.input = input
        self.unfolded = unfolded
    }
}

/// The reverse of ``UnfoldCall``: every row is added back to the pixels that it came from.
package struct FoldCall {
    package var geometry: UnfoldingGeometry
    /// C·kH·kW rows.
    package var unfolded: UnsafePointer<Float>
    /// C planes.
    package var output: TargetRows

    /// Groups the arguments.
    @inlinable
    package init(_ geometry: UnfoldingGeometry, unfolded: UnsafePointer<Float>, output: TargetRows) {
        self.geometry = geometry
        self.unfolded = unfolded
        self.output = output
    }
}
