import OperatorDispatch
import OperatorInterface

/// A convolution or linear layer in bytes: what each output reads is laid out in rows of 16-bit numbers, which are
/// multiplied with the weights.
struct IntegerMatrixStep: IntegerStep {
    let geometry: ConvolutionGeometry
    let input: ByteView
    /// Nil where results are floats.
    let output: ByteView?
    let floats: FloatView?
    let residual: ByteView?
    let constants: IntegerConstants
    private let weights: ConstantMemory<Int8>
    /// Numbers of one tap, of all taps of a group, and the same made even.
    private let tapWidth: Int
    private let depth: Int
    private let parts: (pixels: Int, blocks: Int)
    /// Pixels that are laid out at once.
    private let panelPixels: Int

    /// Where the results go.
    struct Target {
        var bytes: ByteView?
        var floats: FloatView?
        var residual: ByteView?
    }

    init(
        _ geometry: ConvolutionGeometry, input: ByteView, weights: QuantizedWeights, constants: IntegerConstants,
        target: Target, threads: Int
    ) {
        self.geometry = geometry
        self.input = input
        output = target.bytes
        floats = target.floats
        residual = target.residual
        self.constants = constants
        let perGroup = geometry.inputChannels / geometry.groups
        // The image has four bytes a pixel, so that a row of taps is one piece.
        tapWidth = geometry.groups == 1 && input.stride == 4 && input.channel == 0 ? 4 : perGroup
        let taps = geometry.kernelHeight * geometry.kernelWidth
        depth = (taps * tapWidth + 1) / 2 * 2
        self.weights = ConstantMemory(
            Self.packed(weights, geometry, tapWidth: tapWidth, depth: depth))
        panelPixels = max(12, min(48, 6144 / depth / 12 * 12))
        let pixels = geometry.outputHeight * geometry.outputWidth
        let blocks = (geometry.outputChannels / geometry.groups + 15) / 16
        let panels = (pixels + panelPixels - 1) / panelPixels
        let shares = threads == 1 ? 1 : threads * 4
        parts =
            panels >= shares || geometry.groups > 1
            ? (min(panels, shares), 1) : (panels, min(blocks, (shares + panels - 1) / panels))
    }

    var partCount: Int { parts.pixels * parts.blocks }
    var constantCount: Int { geometry.groups * Self.paddedGroup(geometry) * depth }
    var scratchCount: Int { panelPixels * depth * MemoryLayout<Int16>.stride + 64 }

    /// Output channels of a group padded to whole blocks.
    static func paddedGroup(_ geometry: ConvolutionGeometry) -> Int {
        (geometry.outputChannels / geometry.groups + 15) / 16 * 16
    }

    /// groups × blocks × depth/2 × 16 × 2.
    private static func packed(
        _ weights: QuantizedWeights, _ geometry: ConvolutionGeometry, tapWidth: Int, depth: Int
    ) -> [Int8] {
        let (outputs, inputs) = (geometry.outputChannels / geometry.groups, geometry.inputChannels / geometry.groups)
        let padded = paddedGroup(geometry)
        let taps = geometry.kernelHeight * geometry.kernelWidth
        var result = [Int8](repeating: 0, count: geometry.groups * padded * depth)
        for channel in 0..<geometry.outputChannels {
            let (group, row) = (channel / outputs, channel % outputs)
            let block = (group * padded / 16 + row / 16) * depth * 16
            for tap in 0..<taps {
                for index in 0..<inputs {
                    let place = tap * tapWidth + index
                    result[block + place / 2 * 32 + row % 16 * 2 + place % 2] =
                        weights.bytes[(channel * inputs + index) * taps + tap]
                }
            }
        }
        return result
    }

    func run(_ part: Int, _ context: IntegerContext) {
        let (piece, share) = (part / parts.blocks, part % parts.blocks)
        let pixels = geometry.outputHeight * geometry.outputWidth
        let panels = (pixels + panelPixels - 1) / panelPixels
        let panel = context.scratch.bindMemory(to: Int16.self, capacity: panelPixels * depth)
        for index in panels * piece / parts.pixels..<panels * (piece + 1) / parts.pixels {
            let first = index * panelPixels
            let count = min(panelPixels, pixels - first)
            for group in 0..<geometry.groups {
                fill(panel, first, count, group, context)
                multiply(panel, first, count, group, share, context)
            }
        }
    }

    private func multiply(
        _ panel: UnsafePointer<Int16>, _ first: Int, _ count: Int, _ group: Int, _ share: Int,
        _ context: IntegerContext
    ) {
        let padded = Self.paddedGroup(geometry)
        let outputs = geometry.outputChannels / geometry.groups
        let blocks = padded / 16
        let (low, high) = (blocks * share / parts.blocks * 16, blocks * (share + 1) / parts.blocks * 16)
        guard low < high else { return }
        let place = group * padded + low
        // Whole blocks where the output has room for them, else the channels that there are.
        let room = output.map { $0.stride - $0.channel } ?? 0
        let isWhole = geometry.groups == 1 && room >= padded
        let channel = group * outputs + low
        let channels = isWhole ? high - low : min(outputs, high) - low
        let start: UnsafeMutableRawPointer
        let stride: Int
        if let output {
            stride = output.stride
            start = UnsafeMutableRawPointer(context.bytes(output) + (first * stride + channel))
        } else if let floats {
            stride = geometry.outputChannels
            start = UnsafeMutableRawPointer(context.floats(floats) + (first * stride + channel))
        } else {
            return
        }
        let call = IntegerMatrixCall(
            panel: IntegerPanel(panel, depth: depth, pixels: count), weights: weights.start + place * depth,
            bias: constants.bias.start + place, channels: channels,
            output: IntegerTarget(
                start, stride: stride,
                residual: residual.map { UnsafePointer(context.bytes($0)) + (first * $0.stride + channel) },
                residualStride: residual?.stride ?? 0),
            epilogue: constants.epilogue(from: place))
        context.operators.loops.integerMatrix(call)
    }

    /// Lays out what `count` outputs read.
    private func fill(
        _ panel: UnsafeMutablePointer<Int16>, _ first: Int, _ count: Int, _ group: Int, _ context: IntegerContext
    ) {
        let source = UnsafePointer(context.bytes(input)) + group * (geometry.inputChannels / geometry.groups)
        if geometry.isPointwise || (geometry.kernelHeight == 1 && geometry.kernelWidth == 1 && isPlainInput) {
            for pixel in 0..<count {
                Self.widen(source + (first &+ pixel) &* input.stride, to: panel + pixel &* depth, depth)
            }
            return
        }
        var (row, column) = (first / geometry.outputWidth, first % geometry.outputWidth)
        for pixel in 0..<count {
            fillWindow(panel + pixel &* depth, source, row, column)
            column &+= 1
            if column == geometry.outputWidth { (row, column) = (row &+ 1, 0) }
        }
    }

    /// Whether neighbouring outputs read neighbouring pixels, one each.
    private var isPlainInput: Bool {
        geometry.stride == 1 && geometry.paddingTop == 0 && geometry.paddingLeft == 0
            && geometry.inputWidth == geometry.outputWidth && geometry.inputHeight == geometry.outputHeight
    }

    private func fillWindow(
        _ target: UnsafeMutablePointer<Int16>, _ source: UnsafePointer<UInt8>, _ row: Int, _ column: Int
    ) {
        let left = column &* geometry.stride &- geometry.paddingLeft
        let rowWidth = geometry.kernelWidth &* tapWidth
        let outside = Int16(input.scale.zero)
        let (low, high) = (max(0, left), min(geometry.inputWidth, left &+ geometry.kernelWidth))
        let isInside = high &- low == geometry.kernelWidth
        for y in 0..<geometry.kernelHeight {
            let line = row &* geometry.stride &- geometry.paddingTop &+ y
            let place = target + y &* rowWidth
            guard line >= 0, line < geometry.inputHeight, low < high else {
                for index in 0..<rowWidth { place[index] = outside }
                continue
            }
            if !isInside { for index in 0..<rowWidth { place[index] = outside } }
            let pixels = source + (line &* geometry.inputWidth &+ low) &* input.stride
            let inside = place + (low &- left) &* tapWidth
            if tapWidth == input.stride {
                Self.widen(pixels, to: inside, (high &- low) &* tapWidth)
            } else {
                for x in 0..<high &- low {
                    Self.widen(pixels + x &* input.stride, to: inside + x &* tapWidth, tapWidth)
                }
            }
        }
        for index in geometry.kernelHeight &* rowWidth..<depth { target[index] = 0 }
    }

    @inline(__always)
    private static func widen(_ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<Int16>, _ count: Int) {
        for index in 0..<count { target[index] = Int16(source[index]) }
    }
}
