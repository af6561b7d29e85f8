import OperatorDispatch
import OperatorInterface

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
    let format: ElementFormat

    var partCount: Int { blocks.count }

    func run(_ part: Int, _ context: StepContext) {
        let block = blocks[part]
        var second: UnsafePointer<Float>?
        if case .none = combination { second = nil } else { second = UnsafePointer(context.arena + block.second) }
        var call = ElementwiseCall(
            first: context.arena + block.first, second: second, combination: combination,
            output: context.arena + block.output, pixels: pixels,
            epilogue: epilogue.advanced(by: part * ChannelSpan.lanes))
        call.format = format
        context.operators.loops.elementwise(call)
    }
}

/// The mean of each channel.
struct MeanStep: BlockedStep, @unchecked Sendable {
    // Sendable: the pointer leads to constants.
    let blocks: UnsafeBufferPointer<DepthwiseStep.Block>
    let pixels: Int
    let format: ElementFormat

    var partCount: Int { blocks.count }

    func run(_ part: Int, _ context: StepContext) {
        context.operators.loops.mean(
            context.arena + blocks[part].input, pixels, context.arena + blocks[part].output, format)
    }
}

/// The largest or mean number under a window.
struct PoolStep: BlockedStep, @unchecked Sendable {
    // Sendable: the pointer leads to constants.
    let blocks: UnsafeBufferPointer<DepthwiseStep.Block>
    let geometry: ConvolutionGeometry
    let kind: Pool.Kind
    let format: ElementFormat

    var partCount: Int { blocks.count }

    func run(_ part: Int, _ context: StepContext) {
        let call = PoolCall(
            kind: kind.call,
            input: BlockImage(
                context.arena + blocks[part].input, height: geometry.inputHeight, width: geometry.inputWidth),
            window: geometry.window,
            output: BlockRows(
                context.arena + blocks[part].output, width: geometry.outputWidth, first: 0,
                count: geometry.outputHeight), format: format)
        context.operators.loops.pool(call)
    }
}

extension Pool.Kind {
    /// The same in words of the operators.
    fileprivate var call: PoolCall.Kind {
        switch self {
        case .maximum: .maximum
        case .average(countsPadding: true): .averageOfWindow
        case .average(countsPadding: false): .averageOfInside
        }
    }
}

/// Copies channels from wherever they lie to one place after another.
struct GatherStep: BlockedStep, @unchecked Sendable {
    // Sendable: the pointers lead to constants.

    /// One channel.
    struct Channel: BitwiseCopyable {
        /// Numbers of the source's format to its first pixel.
        var source: Int
        /// Numbers from pixel to pixel.
        var stride: Int
    }

    let channels: UnsafeBufferPointer<Channel>
    /// Whether the source is the caller's image.
    let readsImage: Bool
    let pixels: Int
    /// Words to the output.
    let output: Int
    let format: ElementFormat

    var partCount: Int { (channels.count + ChannelSpan.lanes - 1) / ChannelSpan.lanes }

    func run(_ part: Int, _ context: StepContext) {
        let target = UnsafeMutableRawPointer(context.arena + (output + part * pixels * format.pixelWords))
        for lane in 0..<ChannelSpan.lanes {
            let channel = part * ChannelSpan.lanes + lane
            let place = channel < channels.count ? channels[channel] : nil
            switch (format, readsImage) {
            case (.float32, _):
                let source = readsImage ? context.image : UnsafePointer(context.arena)
                copy(source, place, to: target.assumingMemoryBound(to: Float.self), lane: lane, zero: 0) { $0 }
            case (.bfloat16, true):
                copy(
                    context.image, place, to: target.assumingMemoryBound(to: UInt16.self), lane: lane, zero: 0,
                    BFloat16.bits)
            case (.bfloat16, false):
                let source = UnsafeRawPointer(context.arena).assumingMemoryBound(to: UInt16.self)
                copy(source, place, to: target.assumingMemoryBound(to: UInt16.self), lane: lane, zero: 0) { $0 }
            }
        }
    }

    @inline(__always)
    private func copy<Source, Target>(
        _ source: UnsafePointer<Source>, _ channel: Channel?, to target: UnsafeMutablePointer<Target>, lane: Int,
        zero: Target, _ convert: (Source) -> Target
    ) {
        guard let channel else {
            for pixel in 0..<pixels { target[pixel * ChannelSpan.lanes + lane] = zero }
            return
        }
        let start = source + channel.source
        for pixel in 0..<pixels { target[pixel * ChannelSpan.lanes + lane] = convert(start[pixel * channel.stride]) }
    }
}
