/// A window over one block of sixteen channels.
package struct PoolCall {
    /// What becomes of the pixels under a window.
    package enum Kind: Sendable {
        /// The largest number; the padding never wins, NaN always does.
        case maximum
        /// The mean of the pixels inside the image.
        case averageOfInside
        /// The mean over the whole window; padding counts as zeros.
        case averageOfWindow
    }

    package var kind: Kind
    /// The block's first pixel.
    package var input: UnsafePointer<Float>
    package var inputHeight: Int
    package var inputWidth: Int
    package var kernelHeight: Int
    package var kernelWidth: Int
    package var stride: Int
    package var paddingTop: Int
    package var paddingLeft: Int
    package var output: UnsafeMutablePointer<Float>
    package var outputHeight: Int
    package var outputWidth: Int
    /// Of the input and the output.
    package var format: ElementFormat

    /// Groups the arguments.
    @inlinable package init(
        kind: Kind, input: UnsafePointer<Float>, inputHeight: Int, inputWidth: Int, kernelHeight: Int, kernelWidth: Int,
        stride: Int, paddingTop: Int, paddingLeft: Int, output: UnsafeMutablePointer<Float>, outputHeight: Int,
        outputWidth: Int, format: ElementFormat
    ) {
        self.kind = kind
        self.input = input
        self.inputHeight = inputHeight
        self.inputWidth = inputWidth
        self.kernelHeight = kernelHeight
        self.kernelWidth = kernelWidth
        self.stride = stride
        self.paddingTop = paddingTop
        self.paddingLeft = paddingLeft
        self.output = output
        self.outputHeight = outputHeight
        self.outputWidth = outputWidth
        self.format = format
    }
}
