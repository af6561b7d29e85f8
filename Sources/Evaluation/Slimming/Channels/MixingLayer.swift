import Engine
import Tensors

/// A convolution or linear layer as rows of kernels over the channels of its input.
struct MixingLayer: Sendable {
    /// The kernels, rows × channels of a group × taps.
    let weights: [Float]
    /// One number a row; empty for none.
    let biases: [Float]
    /// Output channels.
    let rows: Int
    /// Input channels of a group.
    let channels: Int
    let groups: Int
    let taps: Int
    let reach: WindowReach
    /// What else the result depends on, for a fingerprint.
    let stamp: [UInt64]

    var rowsPerGroup: Int { rows / groups }

    /// The layer of a node that reads a result of `input` shape; nil for other nodes.
    init?(_ operation: GraphOperation, in graph: Graph, input: Shape) {
        let kernel: Shape
        // What constants give at a border depends on where it lies.
        let size = input.dimensions.dropFirst(2).map { UInt64($0) }
        switch operation {
        case .convolution(let convolution):
            kernel = graph[convolution.weight].shape
            weights = graph[convolution.weight].scalars
            biases = convolution.bias.map { graph[$0].scalars } ?? []
            (rows, groups) = (kernel[0], convolution.groups)
            reach = WindowReach(
                height: kernel[2], width: kernel[3], stride: convolution.stride, padding: convolution.padding)
            stamp = [2, kernel[2], kernel[3], convolution.stride].map(UInt64.init) + convolution.padding.words + size
        case .sharedDepthwise(let shared):
            kernel = graph[shared.weight].shape
            (rows, groups) = (input[1], input[1])
            let own = graph[shared.weight].scalars
            weights = (0..<input[1] / kernel[0]).flatMap { _ in own }
            biases = []
            reach = WindowReach(height: kernel[2], width: kernel[3], stride: shared.stride, padding: shared.padding)
            stamp = [2, kernel[2], kernel[3], shared.stride].map(UInt64.init) + shared.padding.words + size
        case .linear(let weight, let bias):
            kernel = graph[weight].shape
            weights = graph[weight].scalars
            biases = bias.map { graph[$0].scalars } ?? []
            (rows, groups) = (kernel[0], 1)
            reach = WindowReach(pixels: max(1, kernel[1] / max(1, input[1])))
            stamp = [3, UInt64(input.rank)]
        default: return nil
        }
        taps = reach.isInside.count
        channels = input[1] / groups
    }

    /// The places of a kernel's weights.
    func kernel(_ row: Int, _ channel: Int) -> Range<Int> {
        let start = (row * channels + channel) * taps
        return start..<start + taps
    }

    func isZero(_ kernel: Range<Int>) -> Bool { kernel.allSatisfy { weights[$0] == 0 } }

    /// Whether a constant under this kernel gives a constant: no tap with a weight ever lies in the border.
    func keepsConstants(_ kernel: Range<Int>) -> Bool {
        reach.isUnpadded || zip(kernel, reach.isInside).allSatisfy { weights[$0] == 0 || $1 }
    }

    func sum(_ kernel: Range<Int>) -> Double { kernel.reduce(0) { $0 + Double(weights[$1]) } }

    func bias(_ row: Int) -> Double { biases.isEmpty ? 0 : Double(biases[row]) }
}

/// The channels that one group of a layer reads, put together by what they hold.
struct InputClasses: Sendable {
    /// Channels of one number that is not zero, by their place in the group.
    private(set) var constants: [(channel: Int, number: Float)] = []
    /// Channels of one map each, in the order of the maps' numbers.
    private(set) var maps: [(number: Int, channels: [Int])] = []

    init(_ values: ArraySlice<ChannelValue>) {
        var numbered: [(number: Int, channel: Int)] = []
        for (channel, value) in values.enumerated() {
            switch value {
            case .constant(let number): if number != 0 { constants.append((channel, number)) }
            case .map(let number): numbered.append((number, channel))
            }
        }
        numbered.sort { ($0.number, $0.channel) < ($1.number, $1.channel) }
        for entry in numbered {
            if let last = maps.last, last.number == entry.number {
                maps[maps.count - 1].channels.append(entry.channel)
            } else {
                maps.append((entry.number, [entry.channel]))
            }
        }
    }

    /// The constant that the others can be multiples of: the first of the largest ones.
    var carrier: Int? { constants.max { abs($0.number) < abs($1.number) }?.channel }
}
