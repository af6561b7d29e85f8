/// One panel of a matrix product: up to three output blocks (eight at a single pixel) at a row of pixels.
///
/// out[block][pixel][lane] = epilogue(bias + Σ over the runs' lanes k: in[pixel][k] · weights[k][block][lane]).
/// A pointwise convolution has one run per input block; a standard one has one per tap and block.
package struct MatrixCall {
    /// The first pixel's place in the arena and in scratch memory; runs are counted from there.
    package var input: UnsafePointer<Float>
    package var scratch: UnsafePointer<Float>
    /// Words between the inputs of neighbouring outputs.
    package var pixelStride: Int
    /// With ``ElementFormat/bfloat16`` each lane of a run is a word of two channels, and so is each weight.
    package var inputFormat = ElementFormat.float32
    /// Of the output and the residual.
    package var outputFormat = ElementFormat.float32
    /// The lanes that are read, in the order of the weights.
    package var runs: UnsafePointer<ChannelSpan>
    package var runCount: Int
    /// K×blocks×16.
    package var weights: UnsafePointer<Float>
    /// K×8 for half a block; else not read.
    package var halfWeights: UnsafePointer<Float>
    /// blocks×16 and 8 for half a block; nil for none.
    package var bias: UnsafePointer<Float>?
    /// How many whole output blocks.
    package var blocks: Int
    /// Whether half a block of outputs follows them: eight channels or fewer, written with eight zeros.
    package var hasHalfBlock: Bool
    /// How many pixels in a row.
    package var pixels: Int
    /// The first pixel's place in the first output block.
    package var output: UnsafeMutablePointer<Float>
    /// Words from one output block to the next.
    package var outputBlockStride: Int
    /// Added to the result; laid out as the output, its blocks `outputBlockStride` apart.
    package var residual: UnsafePointer<Float>?
    package var epilogue: Epilogue
    /// Memory that will be wanted soon, and how many lines of 64 bytes of it: asked for tile by tile.
    package var prefetch: UnsafeRawPointer?
    package var prefetchLines = 0

    /// Takes the arguments in groups but keeps them one by one: with nested fields the compiler gives the loops' registers
    /// to other numbers.
    @inlinable package init(input: MatrixSource, panel: MatrixPanel, output: MatrixTarget, epilogue: Epilogue) {
        self.input = input.arena
        scratch = input.scratch
        pixelStride = input.pixelStride
        runs = panel.runs
        runCount = panel.runCount
        weights = panel.weights
        halfWeights = panel.halfWeights
        bias = panel.bias
        blocks = panel.blocks
        hasHalfBlock = panel.hasHalfBlock
        pixels = output.pixels
        self.output = output.start
        outputBlockStride = output.blockStride
        residual = output.residual
        self.epilogue = epilogue
    }
}
