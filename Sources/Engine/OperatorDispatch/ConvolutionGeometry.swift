/// The lengths that a convolution works with, for one image.
package struct ConvolutionGeometry: Sendable, Equatable, BitwiseCopyable {
    package var inputChannels: Int
    package var inputHeight: Int
    package var inputWidth: Int
    package var outputChannels: Int
    package var outputHeight: Int
    package var outputWidth: Int
    package var kernelHeight: Int
    package var kernelWidth: Int
    package var stride: Int
    package var paddingTop: Int
    package var paddingLeft: Int
    package var groups: Int

    /// Groups the lengths; they must suit each other.
    package init(
        inputChannels: Int, inputHeight: Int, inputWidth: Int, outputChannels: Int, outputHeight: Int,
        outputWidth: Int, kernelHeight: Int, kernelWidth: Int, stride: Int, paddingTop: Int, paddingLeft: Int,
        groups: Int
    ) {
        self.inputChannels = inputChannels
        self.inputHeight = inputHeight
        self.inputWidth = inputWidth
        self.outputChannels = outputChannels
        self.outputHeight = outputHeight
        self.outputWidth = outputWidth
        self.kernelHeight = kernelHeight
        self.kernelWidth = kernelWidth
        self.stride = stride
        self.paddingTop = paddingTop
        self.paddingLeft = paddingLeft
        self.groups = groups
    }

    /// Whether the convolution mixes channels at each pixel alone.
    @inlinable package var isPointwise: Bool {
        kernelHeight == 1 && kernelWidth == 1 && stride == 1 && groups == 1 && paddingTop == 0 && paddingLeft == 0
            && inputHeight == outputHeight && inputWidth == outputWidth
    }

    /// Multiply-accumulates of a convolution of these lengths.
    package var macs: Int {
        outputChannels * outputHeight * outputWidth * kernelHeight * kernelWidth * (inputChannels / groups)
    }
}
