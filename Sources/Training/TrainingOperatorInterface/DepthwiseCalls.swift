/// The lengths of a depthwise 3×3 convolution of some images.
package struct DepthwiseGeometry: BitwiseCopyable {
    /// C.
    package var channels: Int
    /// Planes of a channel that follow each other.
    package var images: Int
    package var input: PlaneSize
    package var output: PlaneSize
    package var stride: Int
    /// The first window's centre, seen from the first pixel.
    package var offsetY: Int
    package var offsetX: Int

    /// Groups the arguments.
    @inlinable
    package init(
        channels: Int, images: Int, input: PlaneSize, output: PlaneSize, stride: Int, offsetY: Int, offsetX: Int
    ) {
        self.channels = channels
        self.images = images
        self.input = input
        self.output = output
        self.stride = stride
        self.offsetY = offsetY
        self.offsetX = offsetX
    }
}

/// Kernels of 3×3 numbers; channel c has the one at c mod ``count``.
package struct DepthwiseKernels: BitwiseCopyable {
    /// count×9.
    package var weights: UnsafePointer<Float>
    package var count: Int

    /// Groups the arguments.
    @inlinable
    package init(_ weights: UnsafePointer<Float>, count: Int) {
        self.weights = weights
        self.count = count
    }
}

/// What both directions of a depthwise 3×3 convolution read.
///
/// in[c] = scales[c] · input[c] + shifts[c], and zero around it.
package struct DepthwiseSource {
    package var geometry: DepthwiseGeometry
    /// C rows of `images` planes.
    package var input: SourceRows
    /// C numbers; nil for ones.
    package var scales: UnsafePointer<Float>?
    /// C numbers; nil for zeros.
    package var shifts: UnsafePointer<Float>?
    package var kernels: DepthwiseKernels
    /// H·W numbers and a register's width more: 0 in the first column (the last one), 1 elsewhere.
    package var leftEdge: UnsafePointer<Float>
    package var rightEdge: UnsafePointer<Float>
    /// `depthwiseScratchCount(height:width:)` numbers.
    package var scratch: UnsafeMutablePointer<Float>

    /// Groups the arguments.
    @inlinable
    package init(
        _ geometry: DepthwiseGeometry, input: SourceRows, scales: UnsafePointer<Float>?,
        shifts: UnsafePointer<Float>?, kernels: DepthwiseKernels, leftEdge: UnsafePointer<Float>,
        rightEdge: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>
    ) {
        self.geometry = geometry
        self.input = input
        self.scales = scales
        self.shifts = shifts
        self.kernels = kernels
        self.leftEdge = leftEdge
        self.rightEdge = rightEdge
        self.scratch = scratch
    }
}

/// out[c] = bias[c] + the correlation of in[c] with its kernel.
package struct DepthwiseCall {
    package var source: DepthwiseSource
    /// C numbers; nil for none.
    package var bias: UnsafePointer<Float>?
    /// C rows of `images` planes.
    package var output: TargetRows
    /// Whether negative results become zero.
    package var isRectified: Bool

    /// Groups the arguments.
    @inlinable
    package init(_ source: DepthwiseSource, bias: UnsafePointer<Float>?, output: TargetRows, isRectified: Bool) {
        self.source = source
        self.bias = bias
        self.output = output
        self.isRectified = isRectified
    }
}

/// What ``DepthwiseCall`` does to gradients.
package struct DepthwiseBackwardCall {
    package var source: DepthwiseSource
    /// C rows of `images` planes.
    package var outputGradient: SourceRows
    /// C rows of `images` planes; nil where nobody needs it.
    package var inputGradient: GradientRows?
    /// count×9 numbers that are added to; nil where the kernels are not trained.
    package var kernelGradient: UnsafeMutablePointer<Float>?

    /// Groups the arguments.
    @inlinable
    package init(
        _ source: DepthwiseSource, outputGradient: SourceRows, inputGradient: GradientRows?,
        kernelGradient: UnsafeMutablePointer<Float>?
    ) {
        self.source = source
        self.outputGradient = outputGradient
        self.inputGradient = inputGradient
        self.kernelGradient = kernelGradient
    }
}
