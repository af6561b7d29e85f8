// Rows of one channel lie at `base + places[c]`: pixels are contiguous, channels lie anywhere.
//
// The types of calls lie in this module because a type brings helpers of the compiler with it, which the copies of the
// operators would share. They hold pointers and numbers only.

/// Rows that are read: row r begins at `base + places[r]`.
package struct SourceRows: BitwiseCopyable {
    package var base: UnsafePointer<Float>
    package var places: UnsafePointer<Int>

    /// Groups the arguments.
    @inlinable @inline(__always)
    package init(_ base: UnsafePointer<Float>, _ places: UnsafePointer<Int>) {
        self.base = base
        self.places = places
    }

    /// The same rows from a later pixel on, without the first `rows` of them.
    @inlinable @inline(__always)
    package func dropping(pixels: Int = 0, rows: Int = 0) -> SourceRows {
        SourceRows(base + pixels, places + rows)
    }
}

/// Rows that are written: row r begins at `base + places[r]`.
package struct TargetRows: BitwiseCopyable {
    package var base: UnsafeMutablePointer<Float>
    package var places: UnsafePointer<Int>

    /// Groups the arguments.
    @inlinable @inline(__always)
    package init(_ base: UnsafeMutablePointer<Float>, _ places: UnsafePointer<Int>) {
        self.base = base
        self.places = places
    }

    /// The same rows from a later pixel on, without the first `rows` of them.
    @inlinable @inline(__always)
    package func dropping(pixels: Int = 0, rows: Int = 0) -> TargetRows {
        TargetRows(base + pixels, places + rows)
    }
}

/// Rows of a gradient that several layers add to.
package struct GradientRows: BitwiseCopyable {
    package var rows: TargetRows
    /// One flag a row: whether the result is added to what stands there (another layer wrote it before) or overwrites it.
    package var accumulates: UnsafePointer<Bool>

    /// Groups the arguments.
    @inlinable @inline(__always)
    package init(_ rows: TargetRows, accumulates: UnsafePointer<Bool>) {
        self.rows = rows
        self.accumulates = accumulates
    }
}

/// Rows and columns of pixels.
package struct PlaneSize: BitwiseCopyable {
    package var height: Int
    package var width: Int

    /// Groups the arguments.
    @inlinable @inline(__always)
    package init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }
}
