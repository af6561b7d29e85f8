import EngineOperators
import OperatorCalls

/// A depthwise convolution of some blocks; by itself, or by rows as a part of a ``MatrixStep``.
struct DepthwiseStep: BlockedStep, BitwiseCopyable, @unchecked Sendable {
    // Sendable: the pointers lead to constants.

    /// One block of sixteen channels.
    struct Block: BitwiseCopyable {
        /// In the arena.
        var input: Int
        /// In the arena, or in the strip.
        var output: Int
    }

    let geometry: ConvolutionGeometry
    let blocks: UnsafeBufferPointer<Block>
    /// blocks × taps × 16.
    let weights: UnsafePointer<Float>
    /// blocks × 16.
    let bias: UnsafePointer<Float>?
    let epilogue: Epilogue
    /// Whether results go to the strip, where they begin with the first row asked for.
    let writesStrip: Bool
    /// Into how many bands of rows a block is cut.
    let bands: Int

    var partCount: Int { blocks.count * bands }

    func run(_ part: Int, _ context: StepContext) {
        let (block, band) = (part / bands, part % bands)
        let height = geometry.outputHeight
        run(block: block, rows: band * height / bands..<(band + 1) * height / bands, context)
    }

    /// Computes rows of all blocks.
    func run(rows: Range<Int>, _ context: StepContext) {
        for block in 0..<blocks.count { run(block: block, rows: rows, context) }
    }

    private func run(block: Int, rows: Range<Int>, _ context: StepContext) {
        let taps = geometry.kernelHeight * geometry.kernelWidth * LaneRun.lanes
        let place = blocks[block]
        let output =
            writesStrip
            ? context.strip + place.output
            : context.arena + (place.output + rows.lowerBound * geometry.outputWidth * LaneRun.lanes)
        context.operators.depthwise(
            DepthwiseCall(
                input: context.arena + place.input, inputHeight: geometry.inputHeight,
                inputWidth: geometry.inputWidth, weights: weights + block * taps,
                bias: bias.map { $0 + block * LaneRun.lanes }, kernelHeight: geometry.kernelHeight,
                kernelWidth: geometry.kernelWidth, stride: geometry.stride, paddingTop: geometry.paddingTop,
                paddingLeft: geometry.paddingLeft, output: output, outputWidth: geometry.outputWidth,
                firstRow: rows.lowerBound, rowCount: rows.count,
                epilogue: epilogue.advanced(by: block * LaneRun.lanes)))
    }
}
