/// A matrix product of unsigned and signed bytes at a row of pixels, exact in 32 bits.
///
/// out[pixel][channel] = epilogue(bias[channel] + Σ over k: panel[pixel][k] · weights[channel][k]). Depths up to
/// ``maximumDepth`` cannot overflow.
package struct IntegerMatrixCall {
    /// pixels×depth bytes, widened to 16 bits.
    package var panel: UnsafePointer<Int16>
    /// Even.
    package var depth: Int
    package var pixels: Int
    /// blocks × depth/2 × 16 channels × 2.
    package var weights: UnsafePointer<Int8>
    /// blocks×16.
    package var bias: UnsafePointer<Int32>
    package var channels: Int
    /// The first pixel; bytes, or floats.
    package var output: UnsafeMutableRawPointer
    /// Numbers from one pixel to the next.
    package var outputStride: Int
    /// Added to the result, a byte for each channel.
    package var residual: UnsafePointer<UInt8>?
    package var residualStride: Int
    package var epilogue: IntegerEpilogue

    /// Groups the arguments.
    @inlinable package init(
        panel: IntegerPanel, weights: UnsafePointer<Int8>, bias: UnsafePointer<Int32>, channels: Int,
        output: IntegerTarget, epilogue: IntegerEpilogue
    ) {
        self.panel = panel.start
        depth = panel.depth
        pixels = panel.pixels
        self.weights = weights
        self.bias = bias
        self.channels = channels
        self.output = output.start
        outputStride = output.stride
        residual = output.residual
        residualStride = output.residualStride
        self.epilogue = epilogue
    }

    /// Products of a byte (up to 255) and a weight (up to 127 either way) of which so many fit into 31 bits, with what
    /// stands for the input's zero, as large, and a bias of up to 2²⁸.
    package static let maximumDepth = 29_000
}

/// What an integer matrix product reads.
package struct IntegerPanel: BitwiseCopyable {
    /// pixels×depth.
    package var start: UnsafePointer<Int16>
    package var depth: Int
    package var pixels: Int

    /// Groups the arguments.
    @inlinable package init(_ start: UnsafePointer<Int16>, depth: Int, pixels: Int) {
        self.start = start
        self.depth = depth
        self.pixels = pixels
    }
}

/// Where an integer operator writes, and what it adds.
package struct IntegerTarget: BitwiseCopyable {
    /// The first pixel; bytes, or floats.
    package var start: UnsafeMutableRawPointer
    /// Numbers from one pixel to the next.
    package var stride: Int
    /// A byte for each channel; nil for none.
    package var residual: UnsafePointer<UInt8>?
    package var residualStride: Int

    /// Groups the arguments.
    @inlinable package init(
        _ start: UnsafeMutableRawPointer, stride: Int, residual: UnsafePointer<UInt8>? = nil, residualStride: Int = 0
    ) {
        self.start = start
        self.stride = stride
        self.residual = residual
        self.residualStride = residualStride
    }
}
