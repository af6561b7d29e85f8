import OperatorDispatch
import Glibc
import OperatorInterface

/// A step that has no blocked operator of its own: plain loops on 32-bit floats, whatever the format.
enum ChannelWork: Sendable {
    /// Over the channels of each pixel.
    case layerNormalization(weight: [Float], bias: [Float], epsilon: Float)
    /// Over the channels of each pixel, without their mean.
    case rmsNormalization(weight: [Float], bias: [Float], epsilon: Float)
    /// Over the pixels of each channel, then over the channels.
    case responseNormalization(weight: [Float], bias: [Float], epsilon: Float)
    /// A function of each number that is no part of an epilogue.
    case function(ActivationFunction)
}

/// A ``ChannelWork`` whose result has a storage but no address yet; channels follow each other in the result.
struct PendingChannelStep: PendingStep {
    let name: String
    let work: ChannelWork
    let input: BlockedValue
    let output: Int
    let format: ElementFormat
    let threads: Int

    var kind: StepKind { .elementwise }
    var touched: [Int] { input.blocks.map(\.storage) + [output] }
    var scratchFloatCount: Int { isWhole ? 2 * input.places.count * input.pixels : 2 * input.places.count }

    /// Whether all pixels are needed at once.
    private var isWhole: Bool { if case .responseNormalization = work { true } else { false } }

    func resolved(_ storages: StorageTable, _ arena: ConstantArena) -> any BlockedStep {
        ChannelStep(
            work: work, channels: arena.copy(input.places.map { storages.offset($0) }), pixels: input.pixels,
            output: storages.offset(BlockPlace(storage: output, block: 0)), format: format,
            partCount: isWhole ? 1 : max(1, min(input.pixels, 4 * threads)))
    }
}

/// Brings some pixels of all channels into the thread's scratch memory, channel-major, computes there and writes them
/// back.
struct ChannelStep: BlockedStep, @unchecked Sendable {
    // Sendable: the pointers lead to constants.
    let work: ChannelWork
    /// Numbers of the format to each channel's first pixel.
    let channels: UnsafeBufferPointer<Int>
    let pixels: Int
    /// Words to the output.
    let output: Int
    let format: ElementFormat
    /// Parts share the pixels.
    let partCount: Int

    func run(_ part: Int, _ context: StepContext) {
        let range = part * pixels / partCount..<(part + 1) * pixels / partCount
        // One pixel at a time where scratch memory holds no more.
        let step = partCount == 1 && isWhole ? max(1, range.count) : 1
        for start in stride(from: range.lowerBound, to: range.upperBound, by: step) {
            compute(start..<min(start + step, range.upperBound), context)
        }
    }

    private var isWhole: Bool { if case .responseNormalization = work { true } else { false } }

    private func compute(_ range: Range<Int>, _ context: StepContext) {
        let plane = range.count
        let (source, target) = (context.scratch, context.scratch + channels.count * plane)
        read(range, context.arena, to: source)
        switch work {
        case .layerNormalization(let weight, let bias, let epsilon):
            ReferenceOperators.layerNormalization(
                channels: channels.count, plane: plane, epsilon: epsilon, input: source, weight: weight, bias: bias,
                output: target)
        case .rmsNormalization(let weight, let bias, let epsilon):
            ReferenceOperators.rmsNormalization(
                channels: channels.count, plane: plane, epsilon: epsilon, input: source, weight: weight, bias: bias,
                output: target)
        case .responseNormalization(let weight, let bias, let epsilon):
            ReferenceOperators.responseNormalization(
                channels: channels.count, plane: plane, epsilon: epsilon, input: source, weight: weight, bias: bias,
                output: target)
        case .function(let function):
            ReferenceOperators.activate(function, input: source, output: target, count: channels.count * plane)
        }
        write(range, target, to: context.arena)
    }

    private func read(_ range: Range<Int>, _ arena: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
        let halves = UnsafeRawPointer(arena).assumingMemoryBound(to: UInt16.self)
        for channel in 0..<channels.count {
            let start = channels[channel] + range.lowerBound * ChannelSpan.lanes
            for pixel in 0..<range.count {
                let place = start + pixel * ChannelSpan.lanes
                target[channel * range.count + pixel] = format.isFloat ? arena[place] : BFloat16.number(halves[place])
            }
        }
    }

    /// Writes the channels one after another; lanes of the last block that hold none become zero.
    private func write(_ range: Range<Int>, _ source: UnsafePointer<Float>, to arena: UnsafeMutablePointer<Float>) {
        let lanes = ChannelSpan.lanes
        for block in 0..<(channels.count + lanes - 1) / lanes {
            let start = arena + (output + (block * pixels + range.lowerBound) * format.pixelWords)
            let halves = UnsafeMutableRawPointer(start).assumingMemoryBound(to: UInt16.self)
            for pixel in 0..<range.count {
                for lane in 0..<lanes {
                    let channel = block * lanes + lane
                    let number = channel < channels.count ? source[channel * range.count + pixel] : 0
                    if format.isFloat {
                        start[pixel * lanes + lane] = number
                    } else {
                        halves[pixel * lanes + lane] = BFloat16.bits(number)
                    }
                }
            }
        }
    }
}
