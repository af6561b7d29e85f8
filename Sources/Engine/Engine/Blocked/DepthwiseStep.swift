import OperatorDispatch
import OperatorInterface

/// A depthwise convolution of some blocks; by itself, or by rows as a part of a ``MatrixStep``.
struct DepthwiseStep: BlockedStep, BitwiseCopyable, @unchecked Sendable {
    // Sendable: the pointers lead to constants.

    /// One block of sixteen channels.
    struct Block: BitwiseCopyable {
        /// In the arena.
        var input: Int
        /// In the arena, or in scratch memory.
        var output: Int
    }

    /// A convolution that feeds the depthwise one and nobody else.
    struct Stem: BitwiseCopyable {
        /// One step.
        var step: UnsafePointer<MatrixStep>
        /// Where its rows begin in scratch memory.
        var offset: Int
        /// Words from block to block there.
        var blockStride: Int
        var blockCount: Int
    }

    let geometry: ConvolutionGeometry
    let blocks: UnsafeBufferPointer<Block>
    /// blocks × taps × 16.
    let weights: UnsafePointer<Float>
    /// blocks × 16.
    let bias: UnsafePointer<Float>?
    let epilogue: Epilogue
    /// Whether results go to scratch memory, where they begin with the first row asked for.
    let writesScratch: Bool
    /// The convolution of the caller's image whose rows are computed into scratch memory first, and where they go.
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
        let source = stem.map { rowsOf($0, for: rows, context) } ?? context.arena
        for block in 0..<blocks.count { run(block: block, rows: rows, from: source, context) }
    }

    /// Computes the stem's rows that `rows` read; gives the place where row 0 would be: only the rows read are there.
    ///
    /// What scratch memory holds from a neighbouring part is moved instead of computed.
    private func rowsOf(_ stem: Stem, for rows: Range<Int>, _ context: StepContext) -> UnsafeMutablePointer<Float> {
        let first = max(0, rows.lowerBound * geometry.stride - geometry.paddingTop)
        let end = min(
            (rows.upperBound - 1) * geometry.stride - geometry.paddingTop + geometry.kernelHeight,
            geometry.inputHeight)
        let row = geometry.inputWidth * format.pixelWords
        let held = context.lineBuffer.pointee
        let (low, high) = (max(first, held.first), min(end, held.end))
        var missing = first..<end
        if low < high && (low == first || high == end) {
            missing = low == first ? high..<end : first..<low
            for block in 0..<stem.blockCount {
                let start = context.scratch + (stem.offset + block * stem.blockStride)
                // The regions may overlap: `update` moves.
                (start + (low - first) * row).update(from: start + (low - held.first) * row, count: (high - low) * row)
            }
        }
        let source = context.scratch - first * row
        if !missing.isEmpty {
            let step = stem.step.pointee
            step.run(
                rows: missing, panels: 0..<step.panels.count,
                target: .init(output: source + stem.offset, blockStride: stem.blockStride), fetching: nil, context)
        }
        context.lineBuffer.pointee = LineBuffer(first: first, end: end)
        return source
    }

    private func run(
        block: Int, rows: Range<Int>, from source: UnsafePointer<Float>, _ context: StepContext
    ) {
        let taps = geometry.kernelHeight * geometry.kernelWidth * ChannelSpan.lanes
        let place = blocks[block]
        let output =
            writesScratch
            ? context.scratch + place.output
            : context.arena + (place.output + rows.lowerBound * geometry.outputWidth * format.pixelWords)
        var call = DepthwiseCall(
            input: BlockImage(source + place.input, height: geometry.inputHeight, width: geometry.inputWidth),
            window: geometry.window, weights: weights + block * taps,
            bias: bias.map { $0 + block * ChannelSpan.lanes },
            output: BlockRows(output, width: geometry.outputWidth, first: rows.lowerBound, count: rows.count),
            epilogue: epilogue.advanced(by: block * ChannelSpan.lanes))
        call.format = format
        context.operators.loops.depthwise(call)
    }
}
