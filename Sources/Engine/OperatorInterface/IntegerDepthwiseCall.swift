/// Some rows of a depthwise convolution of sixteen channels, unsigned bytes and signed weights, exact in 32 bits.
package struct IntegerDepthwiseCall {
    /// The first of the sixteen channels at the first pixel: inputHeight·inputWidth pixels, `inputStride` bytes apart.
    package var input: UnsafePointer<UInt8>
    package var inputStride: Int
    package var inputHeight: Int
    package var inputWidth: Int
    /// The byte outside the image: that of zero.
    package var outside: UInt8
    /// (kernelHeight + 1)/2 pairs of rows × kernelWidth × 16 channels × 2 rows.
    package var weights: UnsafePointer<Int16>
    /// Sixteen numbers.
    package var bias: UnsafePointer<Int32>
    package var window: Window
    /// Where row ``firstRow`` of the output begins, bytes.
    package var output: UnsafeMutableRawPointer
    /// Bytes from one pixel to the next.
    package var outputStride: Int
    package var outputWidth: Int
    package var firstRow: Int
    package var rowCount: Int
    /// How many of the sixteen channels are written.
    package var channels: Int
    /// ``scratchCount(window:outputWidth:)`` numbers.
    package var scratch: UnsafeMutablePointer<Int16>
    /// Without a residual.
    package var epilogue: IntegerEpilogue

    /// Groups the arguments.
    @inlinable package init(
        input: IntegerImage, window: Window, weights: UnsafePointer<Int16>, bias: UnsafePointer<Int32>,
        output: IntegerRows, scratch: UnsafeMutablePointer<Int16>, epilogue: IntegerEpilogue
    ) {
        self.input = input.start
        inputStride = input.stride
        inputHeight = input.height
        inputWidth = input.width
        outside = input.zero
        self.weights = weights
        self.bias = bias
        self.window = window
        self.output = output.start
        outputStride = output.stride
        outputWidth = output.width
        firstRow = output.first
        rowCount = output.count
        channels = output.channels
        self.scratch = scratch
        self.epilogue = epilogue
    }

    /// Pixels of a row that the window passes over.
    @inlinable package static func rowLength(window: Window, outputWidth: Int) -> Int {
        (outputWidth &- 1) &* window.stride &+ window.width
    }

    /// From one pair of rows to the next that is needed.
    @inlinable package static func rowStep(window: Window) -> Int { window.stride % 2 == 0 ? 2 : 1 }

    /// Pairs of rows that are kept.
    @inlinable package static func rowsKept(window: Window) -> Int {
        ((window.height &+ 1) / 2 &- 1) &* 2 / rowStep(window: window) &+ 1
    }

    /// Numbers of the scratch memory.
    @inlinable package static func scratchCount(window: Window, outputWidth: Int) -> Int {
        rowsKept(window: window) &* rowLength(window: window, outputWidth: outputWidth) &* 32
    }
}

/// An image of bytes, all channels of a pixel side by side.
package struct IntegerImage: BitwiseCopyable {
    /// A channel of the first pixel.
    package var start: UnsafePointer<UInt8>
    /// Bytes from one pixel to the next.
    package var stride: Int
    package var height: Int
    package var width: Int
    /// The byte that stands for zero.
    package var zero: UInt8

    /// Groups the arguments.
    @inlinable package init(_ start: UnsafePointer<UInt8>, stride: Int, height: Int, width: Int, zero: UInt8) {
        self.start = start
        self.stride = stride
        self.height = height
        self.width = width
        self.zero = zero
    }
}

/// Some rows of some channels of an output of bytes.
package struct IntegerRows: BitwiseCopyable {
    /// Where the first of these rows begins.
    package var start: UnsafeMutableRawPointer
    /// Bytes from one pixel to the next.
    package var stride: Int
    /// Pixels of a row.
    package var width: Int
    /// The number of the first row in the output.
    package var first: Int
    /// How many rows.
    package var count: Int
    /// How many channels, up to sixteen.
    package var channels: Int

    /// Groups the arguments.
    @inlinable package init(
        _ start: UnsafeMutableRawPointer, stride: Int, width: Int, rows: Range<Int>, channels: Int
    ) {
        self.start = start
        self.stride = stride
        self.width = width
        first = rows.lowerBound
        count = rows.count
        self.channels = channels
    }
}
