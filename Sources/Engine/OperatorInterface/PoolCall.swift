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

    /// Groups the arguments; the output has all its rows.
    @inlinable package init(
        kind: Kind, input: BlockImage, window: Window, output: BlockRows, format: ElementFormat
    ) {
        self.kind = kind
        self.input = input.start
        inputHeight = input.height
        inputWidth = input.width
        kernelHeight = window.height
        kernelWidth = window.width
        stride = window.stride
        paddingTop = window.paddingTop
        paddingLeft = window.paddingLeft
        self.output = output.start
        outputHeight = output.count
        outputWidth = output.width
        self.format = format
    }
}
