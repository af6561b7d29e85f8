/// Some rows of a depthwise convolution of one block of sixteen channels.
package struct DepthwiseCall {
    /// The block's first pixel: inputHeight·inputWidth pixels of sixteen lanes.
    package var input: UnsafePointer<Float>
    package var inputHeight: Int
    package var inputWidth: Int
    /// kernelHeight·kernelWidth taps of sixteen lanes.
    package var weights: UnsafePointer<Float>
    /// Sixteen numbers; nil for none.
    package var bias: UnsafePointer<Float>?
    package var kernelHeight: Int
    package var kernelWidth: Int
    package var stride: Int
    package var paddingTop: Int
    package var paddingLeft: Int
    /// Where row ``firstRow`` of the output begins.
    package var output: UnsafeMutablePointer<Float>
    package var outputWidth: Int
    package var firstRow: Int
    package var rowCount: Int
    /// Without a residual.
    package var epilogue: Epilogue
    /// Of the input and the output; weights are 32-bit floats.
    package var format = ElementFormat.float32

    /// Takes the arguments in groups but keeps them one by one: with nested fields the compiler gives the loops' registers
    /// to other numbers.
    @inlinable package init(
        input: BlockImage, window: Window, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
        output: BlockRows, epilogue: Epilogue
    ) {
        self.input = input.start
        inputHeight = input.height
        inputWidth = input.width
        self.weights = weights
        self.bias = bias
        kernelHeight = window.height
        kernelWidth = window.width
        stride = window.stride
        paddingTop = window.paddingTop
        paddingLeft = window.paddingLeft
        self.output = output.start
        outputWidth = output.width
        firstRow = output.first
        rowCount = output.count
        self.epilogue = epilogue
    }
}
