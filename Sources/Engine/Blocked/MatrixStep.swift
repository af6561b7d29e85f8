import EngineOperators
import OperatorCalls

/// A convolution or linear layer as matrix products over lanes, strip after strip of output rows.
struct MatrixStep: BlockedStep, @unchecked Sendable {
    // Sendable: the pointers lead to constants.

    /// Up to eight neighbouring output blocks.
    struct Panel: BitwiseCopyable {
        var firstBlock: Int
        var blocks: Int
        var runs: UnsafePointer<LaneRun>
        var runCount: Int
        /// K × blocks × 16.
        var weights: UnsafePointer<Float>
    }

    /// Where the inputs of a strip come from.
    enum Source {
        /// Straight from the arena (and from the strips of ``depthwise``): 1×1 kernels.
        case direct
        /// From a copy with a border of zeros, in the strip.
        case padded(PaddedCopy)
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
    /// Output rows of a part.
    let stripRows: Int
    /// Into how many groups the panels are cut, where a strip needs no preparation.
    let panelGroups: Int

    private var stripCount: Int { (geometry.outputHeight + stripRows - 1) / stripRows }

    var partCount: Int { stripCount * panelGroups }

    func run(_ part: Int, _ context: StepContext) {
        let (strip, group) = (part / panelGroups, part % panelGroups)
        let rows = strip * stripRows..<min((strip + 1) * stripRows, geometry.outputHeight)
        for step in depthwise { step.run(rows: rows, context) }
        let selected =
            group * panels.count / panelGroups..<(group + 1) * panels.count / panelGroups
        switch source {
        case .direct where geometry.stride == 1:
            let pixels = geometry.outputWidth * LaneRun.lanes
            for index in selected {
                multiply(
                    panels[index], input: context.arena + rows.lowerBound * pixels, strip: context.strip,
                    pixelStride: LaneRun.lanes, firstRow: rows.lowerBound, rowCount: rows.count, context)
            }
        case .direct:
            let pixels = geometry.inputWidth * LaneRun.lanes * geometry.stride
            for index in selected {
                for row in rows {
                    multiply(
                        panels[index], input: context.arena + row * pixels, strip: context.strip,
                        pixelStride: LaneRun.lanes * geometry.stride, firstRow: row, rowCount: 1, context)
                }
            }
        case .padded(let copy):
            copy.run(rows: rows, context)
            for index in selected {
                for row in rows {
                    let start = context.strip + (row - rows.lowerBound) * geometry.stride * copy.rowStride
                    multiply(
                        panels[index], input: context.arena, strip: start, pixelStride: copy.pixelStride,
                        firstRow: row, rowCount: 1, context)
                }
            }
        }
    }

    private func multiply(
        _ panel: Panel, input: UnsafePointer<Float>, strip: UnsafePointer<Float>, pixelStride: Int, firstRow: Int,
        rowCount: Int, _ context: StepContext
    ) {
        let blockStride = geometry.outputHeight * geometry.outputWidth * LaneRun.lanes
        let place = panel.firstBlock * blockStride + firstRow * geometry.outputWidth * LaneRun.lanes
        context.operators.matrix(
            MatrixCall(
                input: input, strip: strip, pixelStride: pixelStride, runs: panel.runs, runCount: panel.runCount,
                weights: panel.weights, bias: bias.map { $0 + panel.firstBlock * LaneRun.lanes },
                blocks: panel.blocks, pixels: rowCount * geometry.outputWidth,
                output: context.arena + (output + place), outputBlockStride: blockStride,
                residual: residual.map { UnsafePointer(context.arena + ($0 + place)) },
                epilogue: epilogue.advanced(by: panel.firstBlock * LaneRun.lanes)))
    }
}
