import Checkpoints
import Diagnostics
import Tensors

extension ConvNetwork {
    /// A network of no known family: every N×N tensor is a layer, in network order as far as the file tells it, every 1×1
    /// one a pointwise layer.
    ///
    /// `nearest` names a family that it nearly is and what keeps it from being one.
    init(
        unknown checkpoint: Checkpoint, _ survey: KernelSurvey, _ order: LayerOrder, strides: StrideTable?,
        nearest: String?
    ) throws {
        let found = UnknownLayers(checkpoint, order, survey)
        let names = found.layers.filter { $0.number != nil }.map(\.name)
        try strides?.check(names: names, checkpoint.path)
        let convolutions = found.layers.compactMap { layer in
            checkpoint.entry(named: layer.tensorName).map { (entry: $0, outputs: layer.outputChannels) }
        }
        let norms = NormPairing(checkpoint, convolutions)
        let ends = Self.ends(found.layers, isOrderKnown: order.isKnown)
        let layers = try found.layers.map { layer in
            let own = strides?.stride(number: layer.number, name: layer.name) ?? layer.stride
            return ConvLayer(
                number: layer.number, name: layer.name, tensorName: layer.tensorName, weightShape: layer.weightShape,
                stride: own, connectivity: layer.connectivity,
                role: layer.role == .upsampling ? .upsampling : Self.role(layer.number, ends, stride: own),
                batchNorm: try norms.read(beside: layer, checkpoint), dilation: layer.dilation,
                unevenStrides: own == layer.stride ? layer.unevenStrides : nil)
        }
        let unknownCount = layers.count { $0.number != nil && $0.stride == nil }
        self.init(
            checkpoint: checkpoint, family: nil, title: "unknown network",
            recognition: Self.sentence(
                spatialCount: names.count, unknownCount: unknownCount, order.source, nearest: nearest),
            layers: layers, classCount: nil,
            input: InputConvention(
                checkpoint, padding: found.isKeras ? .tensorFlowSame : .torch,
                size: checkpoint.model?.inputSize),
            readWeight: { try Self.readWeight($0, checkpoint) })
        leftOut = survey.leftOut
        isOrderKnown = order.isKnown
        unpairedNorms = norms.unpaired
        self.nearest = nearest
    }

    /// The numbers of the first and the last layer; where the order is not known, the only layer that can see images is
    /// the first, and none is the last.
    private static func ends(_ layers: [ConvLayer], isOrderKnown: Bool) -> (first: Int?, last: Int?) {
        let spatial = layers.filter { $0.number != nil }
        if isOrderKnown || spatial.count == 1 { return (spatial.first?.number, spatial.last?.number) }
        let seeing = spatial.filter { !$0.isDepthwise && [1, 3, 4].contains($0.weightShape[1]) }
        return (seeing.count == 1 ? seeing[0].number : nil, nil)
    }

    private static func role(_ number: Int?, _ ends: (first: Int?, last: Int?), stride: Int?) -> ConvLayer.Role {
        if let number, number == ends.first { return .stem }
        if let number, number == ends.last { return .last }
        return (stride ?? 1) > 1 ? .downsampling : .body
    }

    private static func sentence(
        spatialCount: Int, unknownCount: Int, _ order: LayerOrder.Source, nearest: String?
    ) -> String {
        if spatialCount == 0 { return "No N×N tensor." }
        let known = ArchitectureFamily.all.map(\.name)
        let families = known.dropLast().joined(separator: ", ") + " or " + (known.last ?? "")
        let tensors =
            spatialCount == 1 ? "its one N×N tensor is a layer" : "each of its \(spatialCount) N×N tensors is a layer"
        let place =
            switch order {
            case .model: "in the model's order"
            case .file: "in the file's order"
            case .numbers: spatialCount == 1 ? "in the file's order" : "in the order of the numbers in their names"
            case .unknown: "in alphabetical order (their order in the network is unknown)"
            }
        let strides =
            switch unknownCount {
            case 0: "the strides are known"
            case spatialCount: "the strides are unknown (--strides FILE supplies them)"
            default: "\(unknownCount) strides are unknown (--strides FILE supplies them)"
            }
        let hint = nearest.map { " Nearest is \($0)." } ?? ""
        return "Not \(families): \(tensors) \(place), connectivity is inferred from the shapes, and \(strides)." + hint
    }
}

/// Convolutions of a checkpoint that no blueprint explains.
struct UnknownLayers {
    private(set) var layers: [ConvLayer] = []
    let isKeras: Bool

    init(_ checkpoint: Checkpoint, _ order: LayerOrder, _ survey: KernelSurvey) {
        isKeras = checkpoint.format.hasPrefix("Keras")
        var number = 0
        var previous: Shape?
        // Separable convolutions hold two weights; each needs a name of its own.
        let counts = Dictionary(grouping: order.entries, by: \.module).mapValues(\.count)
        let transposed = TransposedWeights(checkpoint)
        for entry in order.entries {
            let isSpatial = survey.isSpatial(entry)
            let facts = checkpoint.model?.layer(entry.module)
            let isTransposed = isSpatial && transposed.contains(entry)
            guard var shape = entry.axes.outputFirst(entry.shape) else { continue }
            let isDepthwise =
                isTransposed && entry.axes.unturned == .outputInputRowsColumns && shape[1] == 1 && shape[0] > 1
                && facts?.groups == shape[0]
            if isTransposed {
                shape = entry.axes.forTransposed(isDepthwise: isDepthwise).outputFirst(entry.shape) ?? shape
            }
            if isSpatial { number += 1 }
            let isPointwisePart = entry.parameter == "pointwise_kernel"
            let name =
                counts[entry.module] == 1 && !entry.module.isEmpty ? entry.module : "\(entry.module).\(entry.parameter)"
            let connectivity: ConvLayer.Connectivity =
                isTransposed
                ? isDepthwise
                    ? .depthwise(multiplier: 1) : (facts?.groups).map { $0 > 1 ? .grouped($0) : .standard } ?? .standard
                : Self.connectivity(
                    entry, shape, facts: facts, previous: previous,
                    isFirst: number == 1 && (order.isKnown || survey.spatialCount == 1))
            layers.append(
                ConvLayer(
                    number: isSpatial ? number : nil, name: entry.module.isEmpty ? entry.name : name,
                    tensorName: entry.name, weightShape: shape, stride: isPointwisePart ? 1 : facts?.stride,
                    connectivity: connectivity, role: isTransposed ? .upsampling : .body, dilation: facts?.dilation,
                    unevenStrides: isPointwisePart ? nil : facts?.unevenStrides))
            previous = shape
        }
        layers = Self.agreeing(layers, checkpoint.model)
    }

    /// From the file's own description, else from the shapes: one input channel a kernel is depthwise (but for a first
    /// layer, which may see grey images); fewer inputs than the pointwise layer before has outputs, all widths equal, is
    /// grouped, as in ResNeXt and RegNet.
    private static func connectivity(
        _ entry: Checkpoint.Entry, _ shape: Shape, facts: ModelFacts.Layer?, previous: Shape?, isFirst: Bool
    ) -> ConvLayer.Connectivity {
        if entry.axes.unturned == .rowsColumnsChannelMultiplier { return .depthwise(multiplier: entry.shape[3]) }
        if entry.axes == .kernelList { return .standard }
        if let groups = facts?.groups, shape[0] % groups == 0 {
            if groups == 1 { return .standard }
            if shape[1] == 1 { return .depthwise(multiplier: shape[0] / groups) }
            return .grouped(groups)
        }
        if shape[1] == 1, shape[0] > 1, !isFirst { return .depthwise(multiplier: 1) }
        if shape[2] > 1, let previous, previous[2] == 1, previous[0] == shape[0], shape[1] < shape[0],
            shape[0] % shape[1] == 0
        {
            return .grouped(shape[0] / shape[1])
        }
        return .standard
    }

    /// Layers of one shape whose groups were inferred are alike: what one shows holds for all.
    private static func agreeing(_ layers: [ConvLayer], _ model: ModelFacts?) -> [ConvLayer] {
        func isInferred(_ layer: ConvLayer) -> Bool {
            layer.number != nil && layer.role != .upsampling && model?.layer(layer.name)?.groups == nil
        }
        var groups: [Shape: Int] = [:]
        for layer in layers where isInferred(layer) {
            if case .grouped(let count) = layer.connectivity { groups[layer.weightShape] = count }
        }
        guard !groups.isEmpty else { return layers }
        return layers.map { layer in
            guard layer.connectivity == .standard, isInferred(layer), let count = groups[layer.weightShape] else {
                return layer
            }
            return ConvLayer(
                number: layer.number, name: layer.name, tensorName: layer.tensorName, weightShape: layer.weightShape,
                stride: layer.stride, connectivity: .grouped(count), role: layer.role, dilation: layer.dilation,
                unevenStrides: layer.unevenStrides)
        }
    }
}

/// Tells the weights of transposed convolutions from others.
///
/// The file's description or its axes say it; else the bias does, which is as long as the output channels; else a name
/// that nothing else has ("deconv"), or one that upsampling has ("up1") where the kernels have an even size.
struct TransposedWeights {
    private let checkpoint: Checkpoint
    private let biases: [String: Int]

    init(_ checkpoint: Checkpoint) {
        self.checkpoint = checkpoint
        biases = Dictionary(
            checkpoint.entries.lazy.filter { $0.parameter == "bias" && $0.shape.rank == 1 }
                .map { ($0.module, $0.shape[0]) },
            uniquingKeysWith: { first, _ in first })
    }

    func contains(_ entry: Checkpoint.Entry) -> Bool {
        let axes = entry.axes.unturned
        if axes == .inputOutputRowsColumns || axes == .rowsColumnsOutputInput { return true }
        if entry.parameter == "transposed_weight" { return true }
        if let kind = checkpoint.model?.layer(entry.module)?.className.lowercased(), !kind.isEmpty {
            return kind.contains("transpose") || kind.contains("deconv")
        }
        // Other libraries' axes say what their layers are.
        guard axes == .outputInputRowsColumns, entry.shape.rank == 4 else { return false }
        let name = entry.module.split { $0 == "." || $0 == "/" }.last.map { $0.lowercased() } ?? ""
        let isCalledSo = [
            "deconv", "convtrans", "conv_trans", "transposed", "transconv", "trans_conv", "tconv", "conv2d_t",
        ]
        .contains { name.contains($0) }
        let isUp =
            name.hasPrefix("up") && !name.contains("conv2d") && entry.shape[2] % 2 == 0 || name == "upsample"
        guard isCalledSo || isUp else { return false }
        guard let bias = biases[entry.module], entry.shape[0] != entry.shape[1] else { return true }
        return bias == entry.shape[1]
    }
}

extension WeightAxes {
    /// The axes of a transposed convolution's weight where a format gives it those of any other.
    func forTransposed(isDepthwise: Bool) -> WeightAxes {
        switch self {
        case .outputInputRowsColumns: isDepthwise ? self : .inputOutputRowsColumns
        case .inputOutputRowsColumns: isDepthwise ? .outputInputRowsColumns : self
        case .rowsColumnsInputOutput: .rowsColumnsOutputInput
        case .turnedRowsColumnsInputOutput: .turnedRowsColumnsOutputInput
        default: self
        }
    }
}
