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

    /// Groups the arguments.
    @inlinable package init(
        input: UnsafePointer<Float>, inputHeight: Int, inputWidth: Int, weights: UnsafePointer<Float>,
        bias: UnsafePointer<Float>?, kernelHeight: Int, kernelWidth: Int, stride: Int, paddingTop: Int,
        paddingLeft: Int, output: UnsafeMutablePointer<Float>, outputWidth: Int, firstRow: Int, rowCount: Int,
        epilogue: Epilogue
    ) {
        self.input = input
        self.inputHeight = inputHeight
        self.inputWidth = inputWidth
        self.weights = weights
        self.bias = bias
        self.kernelHeight = kernelHeight
        self.kernelWidth = kernelWidth
        self.stride = stride
        self.paddingTop = paddingTop
        self.paddingLeft = paddingLeft
        self.output = output
        self.outputWidth = outputWidth
        self.firstRow = firstRow
        self.rowCount = rowCount
        self.epilogue = epilogue
    }
}
