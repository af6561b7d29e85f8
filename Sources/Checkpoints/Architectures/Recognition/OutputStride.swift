import Checkpoints

/// Networks that keep a larger map than the published ones: from a resolution on, dilation takes the place of strides. The
/// argument `output_stride` of timm and transformers, which weights do not show.
struct OutputStride {
    /// How many pixels of the image stand side by side for one of the last map.
    let value: Int
    /// By its module, what a convolution has that is another than the design's.
    private var changes: [String: (stride: Int, dilation: Int)] = [:]

    /// The key of the settings that tells it, and its value where it is no usual one.
    static func stated(_ attributes: [String: String]) -> String? {
        ["hf.model_args.output_stride", "hf.output_stride"].lazy.compactMap { attributes[$0] }.first { $0 != "32" }
    }

    /// Nil where the settings name none or the usual one, and where the family's own rule is not known.
    init?(_ attributes: [String: String], _ family: ConvNetwork.Family, _ convs: [ExpectedConv]) {
        guard let value = Self.stated(attributes).flatMap({ Int($0) }) else { return nil }
        self.value = value
        let stem = convs.prefix { $0.block == 0 }.map(\.stride).reduce(1, *)
        let blocks = Dictionary(grouping: convs.filter { $0.block > 0 }, by: \.block).sorted { $0.key < $1.key }
            .map(\.value)
        switch family {
        case .mobileNetV1, .mobileNetV2, .mobileNetV3, .mobileNetV4, .mnasNet, .efficientNet, .efficientNetV2,
            .efficientNetEdgeTPU:
            guard [2, 4, 8, 16].contains(value) else { return nil }
            replace(blocks, from: stem, isResidual: false)
        case .regNet where [8, 16].contains(value):
            replace(blocks, from: stem, isResidual: true)
        case .resNet where [8, 16].contains(value):
            // Type D would take means over 2×2 pixels without a stride.
            guard !convs.contains(where: { $0.module.hasSuffix(".downsample.1") }) else { return nil }
            replace(blocks, from: stem == 2 ? 4 : stem, isResidual: true)
        default: return nil
        }
    }

    /// What a convolution has in the place of its design's stride and of no dilation; nil where nothing changes.
    func change(_ conv: ExpectedConv) -> (stride: Int, dilation: Int)? { changes[conv.module] }

    /// A block that would stride further keeps its stride at 1, and what stands behind it dilates so much more: the next
    /// blocks, in a residual network from the block's own second convolution on.
    private mutating func replace(_ blocks: [[ExpectedConv]], from stem: Int, isResidual: Bool) {
        var (resolution, dilation) = (stem, 1)
        for convs in blocks {
            let stride = convs.map(\.stride).max() ?? 1
            let before = dilation
            var isReplaced = false
            if stride > 1 {
                isReplaced = resolution * stride > value
                if isReplaced { dilation *= stride } else { resolution *= stride }
            }
            var isFirst = true
            for conv in convs where conv.isSpatial || conv.stride > 1 {
                let own = !conv.isSpatial ? 1 : isResidual && !isFirst ? dilation : before
                if conv.isSpatial { isFirst = false }
                let change = (stride: isReplaced ? 1 : conv.stride, dilation: own)
                if change.stride != conv.stride || own > 1 { changes[conv.module] = change }
            }
        }
    }
}
