import Checkpoints
import Tensors

/// Whether a blueprint's layers fit each other in a file: what a layer reads is what a layer before it gives.
enum ChannelChain {
    /// A convolution of a blueprint with the tensor that a file has for it.
    typealias Link = (conv: ExpectedConv, entry: Checkpoint.Entry?)

    /// The families whose blocks read what the block before them gives; others split, join or shuffle channels between.
    static let families: Set<ConvNetwork.Family> = [
        .mobileNetV1, .mobileNetV2, .mobileNetV3, .efficientNet, .efficientNetV2, .mnasNet, .reXNet, .resNet,
        .regNet,
    ]

    /// The first tensor that does not fit, and why, in words; nil where all do.
    static func conflict(_ links: [Link]) -> String? {
        var block = 0
        // What a layer may read; nil where something before it is not in the file.
        var before: Int?
        var inside: [Int] = []
        var isWhole = true
        var last: Int?
        for (conv, entry) in links where !conv.isOptional {
            if conv.block != block {
                block = conv.block
                before = isWhole ? last : nil
                (inside, isWhole) = ([], true)
            }
            guard let entry, let shape = conv.fittingShape(entry) else {
                isWhole = false
                last = nil
                continue
            }
            let given = (before.map { [$0] } ?? []) + inside
            if isWhole, let expected = given.last, before != nil || block == 0 {
                if !given.contains(where: { fits(conv, entry, shape, channels: $0) }) {
                    return "tensor '\(entry.name)' is \(entry.shape), where \(expected) channels arrive"
                }
            }
            inside.append(shape[0])
            last = shape[0]
        }
        return nil
    }

    private static func fits(_ conv: ExpectedConv, _ entry: Checkpoint.Entry, _ shape: Shape, channels: Int) -> Bool {
        switch conv.kind {
        case .depthwise:
            let isChannelFirst = conv.axes(of: entry).unturned == .rowsColumnsChannelMultiplier
            // A grouped Keras convolution with a group a channel has one input channel in its weight.
            return (isChannelFirst && entry.shape[2] > 1 ? entry.shape[2] : shape[0]) == channels
        case .grouped:
            return channels % shape[1] == 0 && shape[0] % (channels / shape[1]) == 0
        case .pointwise, .standard:
            return shape[1] == channels
        }
    }
}
