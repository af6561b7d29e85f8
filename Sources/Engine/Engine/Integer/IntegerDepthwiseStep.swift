import OperatorDispatch
import OperatorInterface

/// A depthwise convolution in bytes, block for block of sixteen channels, a few rows at a time.
struct IntegerDepthwiseStep: IntegerStep {
    let geometry: ConvolutionGeometry
    let input: ByteView
    let output: ByteView
    let constants: IntegerConstants
    private let weights: ConstantMemory<Int16>
    /// Rows of a part: few, so that what is read stays in the cache for all blocks.
    private static let band = 8

    init(
        _ geometry: ConvolutionGeometry, input: ByteView, output: ByteView, weights: QuantizedWeights,
        constants: IntegerConstants
    ) {
        self.geometry = geometry
        self.input = input
        self.output = output
        self.constants = constants
        self.weights = ConstantMemory(Self.packed(weights, geometry))
    }

    /// blocks × pairs of rows × columns × 16 × 2.
    private static func packed(_ weights: QuantizedWeights, _ geometry: ConvolutionGeometry) -> [Int16] {
        let (height, width) = (geometry.kernelHeight, geometry.kernelWidth)
        let size = (height + 1) / 2 * width * 32
        var result = [Int16](repeating: 0, count: (geometry.outputChannels + 15) / 16 * size)
        for channel in 0..<geometry.outputChannels {
            for y in 0..<height {
                for x in 0..<width {
                    result[channel / 16 * size + (y / 2 * width + x) * 32 + channel % 16 * 2 + y % 2] = Int16(
                        weights.bytes[(channel * height + y) * width + x])
                }
            }
        }
        return result
    }

    private var blocks: Int { (geometry.outputChannels + 15) / 16 }
    private var bands: Int { (geometry.outputHeight + Self.band - 1) / Self.band }

    var partCount: Int { bands }
    var constantCount: Int { blocks * (geometry.kernelHeight + 1) / 2 * geometry.kernelWidth * 64 }
    var scratchCount: Int {
        IntegerDepthwiseCall.scratchCount(window: geometry.window, outputWidth: geometry.outputWidth) * 2
    }

    func run(_ part: Int, _ context: IntegerContext) {
        let rows = geometry.outputHeight * part / bands..<geometry.outputHeight * (part + 1) / bands
        let scratch = context.scratch.bindMemory(to: Int16.self, capacity: scratchCount / 2)
        let size = (geometry.kernelHeight + 1) / 2 * geometry.kernelWidth * 32
        for block in 0..<blocks {
            let channel = block * 16
            let isWhole = output.stride - output.channel >= channel + 16
            let call = IntegerDepthwiseCall(
                input: IntegerImage(
                    UnsafePointer(context.bytes(input)) + channel, stride: input.stride,
                    height: geometry.inputHeight, width: geometry.inputWidth, zero: input.scale.zero),
                window: geometry.window, weights: weights.start + block * size,
                bias: constants.bias.start + channel,
                output: IntegerRows(
                    context.bytes(output) + (rows.lowerBound * geometry.outputWidth * output.stride + channel),
                    stride: output.stride, width: geometry.outputWidth, rows: rows,
                    channels: isWhole ? 16 : geometry.outputChannels - channel),
                scratch: scratch, epilogue: constants.epilogue(from: channel))
            context.operators.loops.integerDepthwise(call)
        }
    }
}
