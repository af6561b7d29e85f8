/// A window that moves over an image with a border of zeros.
package struct Window: Sendable, Equatable, BitwiseCopyable {
    /// Rows and columns of the window.
    package var height: Int
    package var width: Int
    /// From one position to the next, in both directions.
    package var stride: Int
    /// Rows of zeros above the image, columns to its left.
    package var paddingTop: Int
    package var paddingLeft: Int

    /// Groups the lengths.
    @inlinable package init(height: Int, width: Int, stride: Int, paddingTop: Int, paddingLeft: Int) {
        self.height = height
        self.width = width
        self.stride = stride
        self.paddingTop = paddingTop
        self.paddingLeft = paddingLeft
    }
}

/// One block of sixteen channels of an image: height·width pixels of sixteen lanes.
package struct BlockImage: BitwiseCopyable {
    /// The first pixel.
    package var start: UnsafePointer<Float>
    package var height: Int
    package var width: Int

    /// Groups the arguments.
    @inlinable package init(_ start: UnsafePointer<Float>, height: Int, width: Int) {
        self.start = start
        self.height = height
        self.width = width
    }
}

/// Some rows of one block of an output.
package struct BlockRows: BitwiseCopyable {
    /// Where the first of these rows begins.
    package var start: UnsafeMutablePointer<Float>
    /// Pixels of a row.
    package var width: Int
    /// The number of the first row in the output.
    package var first: Int
    /// How many rows.
    package var count: Int

    /// Groups the arguments.
    @inlinable package init(_ start: UnsafeMutablePointer<Float>, width: Int, first: Int, count: Int) {
        self.start = start
        self.width = width
        self.first = first
        self.count = count
    }
}
