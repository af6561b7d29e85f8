import OperatorDispatch
import OperatorInterface

/// A convolution or linear layer as matrix products over lanes, band after band of output rows.
struct MatrixStep: BlockedStep, BitwiseCopyable, @unchecked Sendable {
    // Sendable: the pointers lead to constants.

    /// Up to eight neighbouring output blocks.
    struct Panel: BitwiseCopyable {
        var firstBlock: Int
        /// Whole ones.
        var blocks: Int
        var hasHalfBlock: Bool
        var runs: UnsafePointer<ChannelSpan>
        var runCount: Int
        /// K × blocks × 16 at this place among the plan's weights.
        var weights: Int
        /// K × 8 for half a block.
        var halfWeights: Int
    }

    /// Where the inputs of a band come from.
    enum Source: BitwiseCopyable {
        /// Straight from the arena (and from scratch memory that ``depthwise`` fills): 1×1 kernels.
        case direct
        /// From a copy with a border of zeros, in scratch memory.
        case padded(PaddedCopy)
    }

    /// Where results go: the place of the image's first row, which need not be there, and the way to the next block.
    struct Target {
        var output: UnsafeMutablePointer<Float>
        var blockStride: Int
        var residual: UnsafePointer<Float>?
    }

    let geometry: ConvolutionGeometry
    let source: Source
    /// Depthwise convolutions whose rows are computed just before they are read.
    let depthwise: UnsafeBufferPointer<DepthwiseStep>
    let panels: UnsafeBufferPointer<Panel>
    /// Blocks × 16.
    let bias: UnsafePointer<Float>?
    let epilogue: Epilogue
    /// Places in the arena.
    let output: Int
    let residual: Int?
    /// Of what is multiplied; a bfloat16 product reads words of two channels.
    let inputFormat: ElementFormat
    /// Of the result and what is added to it.
    let outputFormat: ElementFormat
    /// Into how many bands the output rows are cut, one row more or less.
    let bandCount: Int
    /// Into how many groups the panels are cut, where a band needs no preparation.
    let panelGroups: Int
    /// Whether several threads share the rows.
    let sharesRows: Bool
    /// Weights of later steps that are fetched into the cache meanwhile.
    var prefetchStart = 0
    var prefetchEnd = 0

    var partCount: Int { bandCount * panelGroups }

    func run(_ part: Int, _ context: StepContext) {
        let (band, group) = (part / panelGroups, part % panelGroups)
        let height = geometry.outputHeight
        let rows = band * height / bandCount..<(band + 1) * height / bandCount
        for step in depthwise { step.run(rows: rows, context) }
        let target = Target(
            output: context.arena + output,
            blockStride: geometry.outputHeight * geometry.outputWidth * outputFormat.pixelWords,
            residual: residual.map { UnsafePointer(context.arena + $0) })
        run(
            rows: rows, panels: group * panels.count / panelGroups..<(group + 1) * panels.count / panelGroups,
            target: target, fetching: fetched(part, context), context)
    }

    /// The weights of later steps that a part fetches.
    ///
    /// A thread has a cache of its own. Threads that share the rows need all weights each, and take the parts from both
    /// ends: what the first half of the parts fetches the other half fetches again, in its order.
    private func fetched(_ part: Int, _ context: StepContext) -> FetchedMemory {
        let all = FetchedMemory(start: context.weights + prefetchStart, count: prefetchEnd - prefetchStart)
        guard sharesRows else { return all.share(part, of: partCount) }
        return all.share(min(part, partCount - 1 - part), of: (partCount + 1) / 2)
    }

    /// Computes rows of some panels; what `fetching` names comes into the cache meanwhile, or the rows of the image that
    /// follow.
    func run(
        rows: Range<Int>, panels selected: Range<Int>, target: Target, fetching: FetchedMemory?, _ context: StepContext
    ) {
        switch source {
        case .direct where geometry.stride == 1:
            let start = MatrixSource(
                arena: context.arena + rows.lowerBound * geometry.outputWidth * inputFormat.pixelWords,
                scratch: context.scratch, pixelStride: inputFormat.pixelWords)
            for index in selected {
                multiply(
                    panels[index], start, firstRow: rows.lowerBound, rowCount: rows.count, target,
                    fetching?.share(index - selected.lowerBound, of: selected.count), context)
            }
        case .direct:
            let row = geometry.inputWidth * inputFormat.pixelWords * geometry.stride
            byRows(
                rows, selected, target, context, fetching: { fetching?.share($0, of: $1) },
                start: {
                    MatrixSource(
                        arena: context.arena + (rows.lowerBound + $0) * row, scratch: context.scratch,
                        pixelStride: inputFormat.pixelWords * geometry.stride)
                })
        case .padded(let copy):
            copy.run(rows: rows, context)
            let row = geometry.stride * copy.rowStride
            byRows(
                rows, selected, target, context,
                fetching: { fetching?.share($0, of: $1) ?? copy.following(rows, share: $0, of: $1, context) },
                start: {
                    MatrixSource(
                        arena: context.arena, scratch: context.scratch + (copy.scratchOffset + $0 * row),
                        pixelStride: copy.pixelStride)
                })
        }
    }

    private func byRows(
        _ rows: Range<Int>, _ selected: Range<Int>, _ target: Target, _ context: StepContext,
        fetching: (_ share: Int, _ count: Int) -> FetchedMemory?, start: (_ row: Int) -> MatrixSource
    ) {
        for index in selected {
            for row in 0..<rows.count {
                let share = (index - selected.lowerBound) * rows.count + row
                multiply(
                    panels[index], start(row), firstRow: rows.lowerBound + row, rowCount: 1, target,
                    fetching(share, selected.count * rows.count), context)
            }
        }
    }

    private func multiply(
        _ panel: Panel, _ source: MatrixSource, firstRow: Int, rowCount: Int, _ target: Target,
        _ fetching: FetchedMemory?, _ context: StepContext
    ) {
        let place = panel.firstBlock * target.blockStride + firstRow * geometry.outputWidth * outputFormat.pixelWords
        var call = MatrixCall(
            input: source,
            panel: MatrixPanel(
                runs: panel.runs, runCount: panel.runCount, weights: context.weights + panel.weights,
                halfWeights: context.weights + panel.halfWeights,
                bias: bias.map { $0 + panel.firstBlock * ChannelSpan.lanes }, blocks: panel.blocks,
                hasHalfBlock: panel.hasHalfBlock),
            output: MatrixTarget(
                target.output + place, pixels: rowCount * geometry.outputWidth, blockStride: target.blockStride,
                residual: target.residual.map { $0 + place }),
            epilogue: epilogue.advanced(by: panel.firstBlock * ChannelSpan.lanes))
        call.inputFormat = inputFormat
        call.outputFormat = outputFormat
        if let fetching, fetching.count > 0 {
            call.prefetch = UnsafeRawPointer(fetching.start)
            call.prefetchLines = (fetching.count + ChannelSpan.lanes - 1) / ChannelSpan.lanes
        }
        context.operators.loops.matrix(call)
    }
}
