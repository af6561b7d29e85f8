import OperatorInterface

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

    /// Channels, rows and columns of an image.
    package typealias ImageSize = (channels: Int, height: Int, width: Int)

    /// Groups the lengths; they must suit each other.
    package init(input: ImageSize, output: ImageSize, window: Window, groups: Int) {
        inputChannels = input.channels
        inputHeight = input.height
        inputWidth = input.width
        outputChannels = output.channels
        outputHeight = output.height
        outputWidth = output.width
        kernelHeight = window.height
        kernelWidth = window.width
        stride = window.stride
        paddingTop = window.paddingTop
        paddingLeft = window.paddingLeft
        self.groups = groups
    }

    /// A linear layer: a 1×1 convolution of an image of one pixel.
    package init(linear inputs: Int, outputs: Int) {
        self.init(
            input: (inputs, 1, 1), output: (outputs, 1, 1),
            window: Window(height: 1, width: 1, stride: 1, paddingTop: 0, paddingLeft: 0), groups: 1)
    }

    /// The window that moves over the input.
    package var window: Window {
        Window(
            height: kernelHeight, width: kernelWidth, stride: stride, paddingTop: paddingTop, paddingLeft: paddingLeft)
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
