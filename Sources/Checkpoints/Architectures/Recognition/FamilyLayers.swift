import Checkpoints
import Tensors

/// The layers of a recognised family as the file has them.
struct FamilyLayers {
    /// In network order.
    private(set) var layers: [ConvLayer] = []
    /// Weights that the family has and the file has not, as the file would call them.
    private(set) var missing: [String] = []
    /// The number of the last spatial layer; 0 without any.
    private(set) var lastNumber = 0
    /// The resolution from which on dilation takes the place of strides; nil where every stride is the design's.
    private(set) var outputStride: Int?

    /// Reads them with their batch normalisations; `classifiers` are those that are 1×1 convolutions.
    ///
    /// Throws `weights.integers`, or the format's own error.
    init(
        _ match: FamilyRecogniser.Match, classifiers: [ExpectedConv], _ norms: NormReader, _ strides: StrideTable?
    ) throws {
        let facts = norms.facts
        let lastSpatial = match.blueprint.convs.last(where: \.isSpatial)
        // A design lists what only some of its networks have.
        let present = match.blueprint.convs.filter { conv in
            match.table.weight(conv.module).map { conv.fittingShape($0) != nil } ?? false
        }
        let dilated = OutputStride(match.table.checkpoint.attributes, match.family.kind, present)
        outputStride = dilated?.value
        for conv in match.blueprint.convs + classifiers {
            guard let entry = match.table.weight(conv.module), let shape = conv.fittingShape(entry) else {
                if !conv.isOptional { missing.append(match.table.spelling(of: conv.module)) }
                continue
            }
            try ConvNetwork.checkType(entry, match.table.checkpoint)
            if conv.isSpatial { lastNumber += 1 }
            let number = conv.isSpatial ? lastNumber : nil
            let name = match.name(of: conv)
            let layerFacts = facts?.layer(entry.module)
            let change = dilated?.change(conv)
            let stride =
                strides?.stride(number: number, name: name) ?? layerFacts?.stride ?? change?.stride ?? conv.stride
            layers.append(
                ConvLayer(
                    number: number, name: name, tensorName: entry.name, weightShape: shape, stride: stride,
                    connectivity: Self.connectivity(conv, entry, shape),
                    role: Self.role(stride: stride, isFirst: number == 1, isLast: conv == lastSpatial),
                    batchNorm: try norms.read(conv, channels: shape[0]), activation: conv.activation,
                    dilation: layerFacts?.dilation ?? change?.dilation, isFixed: conv.isFixed,
                    familyModule: match.isByShapes ? conv.module : nil,
                    unevenStrides: layerFacts.flatMap { $0.stride == stride ? $0.unevenStrides : nil }))
        }
    }

    private static func connectivity(
        _ conv: ExpectedConv, _ entry: Checkpoint.Entry, _ shape: Shape
    ) -> ConvLayer.Connectivity {
        switch conv.kind {
        case .depthwise:
            // A grouped Keras convolution with a group a channel has one input channel in its weight: no multiplier.
            .depthwise(
                multiplier: conv.axes(of: entry).unturned == .rowsColumnsChannelMultiplier && entry.shape[2] > 1
                    ? entry.shape[3] : 1)
        case .grouped where shape[0] > shape[1]:
            // Input and output of a grouped convolution are equally wide in the families that have one.
            .grouped(shape[0] / shape[1])
        default: .standard
        }
    }

    private static func role(stride: Int, isFirst: Bool, isLast: Bool) -> ConvLayer.Role {
        if isFirst { return .stem }
        if isLast { return .last }
        return stride > 1 ? .downsampling : .body
    }
}
