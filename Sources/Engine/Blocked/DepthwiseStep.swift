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

    /// A convolution that feeds the depthwise one and nobody else.
    struct Stem: BitwiseCopyable {
        /// One step.
        var step: UnsafePointer<MatrixStep>
        /// Where its rows begin in the strip.
        var offset: Int
        /// Words from block to block there.
        var blockStride: Int
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
    /// The convolution of the caller's image whose rows are computed into the strip first, and where they go.
    let stem: Stem?
    /// Into how many bands of rows a block is cut.
    let bands: Int
    /// Of input and output.
    let format: ElementFormat

    var partCount: Int { blocks.count * bands }

    func run(_ part: Int, _ context: StepContext) {
        let (block, band) = (part / bands, part % bands)
        let height = geometry.outputHeight
        run(
            block: block, rows: band * height / bands..<(band + 1) * height / bands, from: context.arena, context)
    }

    /// Computes rows of all blocks.
    func run(rows: Range<Int>, _ context: StepContext) {
        var source = context.arena
        if let stem {
            let first = max(0, rows.lowerBound * geometry.stride - geometry.paddingTop)
            let end = (rows.upperBound - 1) * geometry.stride - geometry.paddingTop + geometry.kernelHeight
            let row = geometry.inputWidth * format.pixelWords
            // Where row 0 would be: only rows from `first` on are there.
            source = context.strip - first * row
            stem.step.pointee.run(
                rows: first..<min(end, geometry.inputHeight), panels: 0..<stem.step.pointee.panels.count,
                target: .init(output: source + stem.offset, blockStride: stem.blockStride), fetching: 0..<0, context)
        }
        for block in 0..<blocks.count { run(block: block, rows: rows, from: source, context) }
    }

    private func run(
        block: Int, rows: Range<Int>, from source: UnsafePointer<Float>, _ context: StepContext
    ) {
        let taps = geometry.kernelHeight * geometry.kernelWidth * LaneRun.lanes
        let place = blocks[block]
        let output =
            writesStrip
            ? context.strip + place.output
            : context.arena + (place.output + rows.lowerBound * geometry.outputWidth * format.pixelWords)
        var call = DepthwiseCall(
            input: source + place.input, inputHeight: geometry.inputHeight, inputWidth: geometry.inputWidth,
            weights: weights + block * taps, bias: bias.map { $0 + block * LaneRun.lanes },
            kernelHeight: geometry.kernelHeight, kernelWidth: geometry.kernelWidth, stride: geometry.stride,
            paddingTop: geometry.paddingTop, paddingLeft: geometry.paddingLeft, output: output,
            outputWidth: geometry.outputWidth, firstRow: rows.lowerBound, rowCount: rows.count,
            epilogue: epilogue.advanced(by: block * LaneRun.lanes))
        call.format = format
        context.operators.depthwise(call)
    }
}
