import EngineOperators
import OperatorCalls

/// A step on each number by itself: function, affine map, sum, product.
struct ElementwiseStep: BlockedStep, @unchecked Sendable {
    // Sendable: the pointers lead to constants.

    /// Places in the arena of one block.
    struct Block: BitwiseCopyable {
        var first: Int
        var second: Int
        var output: Int
    }

    let blocks: UnsafeBufferPointer<Block>
    let pixels: Int
    let combination: ElementwiseCall.Combination
    let epilogue: Epilogue

    var partCount: Int { blocks.count }

    func run(_ part: Int, _ context: StepContext) {
        let block = blocks[part]
        var second: UnsafePointer<Float>?
        if case .none = combination { second = nil } else { second = UnsafePointer(context.arena + block.second) }
        context.operators.elementwise(
            ElementwiseCall(
                first: context.arena + block.first, second: second, combination: combination,
                output: context.arena + block.output, pixels: pixels,
                epilogue: epilogue.advanced(by: part * LaneRun.lanes)))
    }
}

/// The mean of each channel.
struct MeanStep: BlockedStep, @unchecked Sendable {
    // Sendable: the pointer leads to constants.
    let blocks: UnsafeBufferPointer<DepthwiseStep.Block>
    let pixels: Int

    var partCount: Int { blocks.count }

    func run(_ part: Int, _ context: StepContext) {
        context.operators.mean(context.arena + blocks[part].input, pixels, context.arena + blocks[part].output)
    }
}

/// The largest or mean number under a window.
struct PoolStep: BlockedStep, @unchecked Sendable {
    // Sendable: the pointer leads to constants.
    let blocks: UnsafeBufferPointer<DepthwiseStep.Block>
    let geometry: ConvolutionGeometry
    let kind: Pool.Kind

    var partCount: Int { blocks.count }

    func run(_ part: Int, _ context: StepContext) {
        let (input, output) = (context.arena + blocks[part].input, context.arena + blocks[part].output)
        switch kind {
        case .maximum: BlockedPooling.maximum(geometry, input: input, output: output)
        case .average(let countsPadding):
            BlockedPooling.average(geometry, countsPadding: countsPadding, input: input, output: output)
        }
    }
}

/// Copies channels from wherever they lie to one place after another.
struct GatherStep: BlockedStep, @unchecked Sendable {
    // Sendable: the pointers lead to constants.

    /// One channel.
    struct Channel: BitwiseCopyable {
        /// Numbers to its first pixel.
        var source: Int
        /// Numbers from pixel to pixel.
        var stride: Int
    }

    let channels: UnsafeBufferPointer<Channel>
    /// Whether the source is the caller's image.
    let readsImage: Bool
    let pixels: Int
    let output: Int

    var partCount: Int { (channels.count + LaneRun.lanes - 1) / LaneRun.lanes }

    func run(_ part: Int, _ context: StepContext) {
        let source = readsImage ? context.image : UnsafePointer(context.arena)
        let target = context.arena + (output + part * pixels * LaneRun.lanes)
        for lane in 0..<LaneRun.lanes {
            let channel = part * LaneRun.lanes + lane
            let (start, stride) =
                channel < channels.count
                ? (source + channels[channel].source, channels[channel].stride) : (source, 0)
            if channel < channels.count {
                for pixel in 0..<pixels { target[pixel * LaneRun.lanes + lane] = start[pixel * stride] }
            } else {
                for pixel in 0..<pixels { target[pixel * LaneRun.lanes + lane] = 0 }
            }
        }
    }
}
