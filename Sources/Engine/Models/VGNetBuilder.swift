import Engine
import Tensors
import VGNets

/// Builds the graph of a VGNet unit by unit (paper section 4, the authors' code of the paper era).
///
/// Everywhere a convolution is followed by the activation and only then by batch normalisation.
struct VGNetBuilder<Provider: ParameterProvider> {
    let config: VGNetConfig
    var layers: LayerBuilder<Provider>

    init(_ config: VGNetConfig, _ provider: Provider) {
        self.config = config
        layers = LayerBuilder(provider)
    }

    /// Adds the whole net; the classifier's parameters lie below the path `classifier`.
    mutating func build(classifier: String) throws {
        let input = layers.graph.add(.input, name: "input")
        var result = try stem(input)
        for number in 1...4 { result = try stage(number, result) }
        result = layers.graph.add(.globalAveragePool, result, name: "pool")
        if config.dropout > 0 { result = layers.graph.add(.dropout(rate: config.dropout), result, name: "dropout") }
        result = try layers.linear(
            result, classifier, features: config.channels[4], classes: config.classes, name: "logits")
        layers.graph.setOutput(result)
    }

    private mutating func stem(_ input: Graph.NodeID) throws -> Graph.NodeID {
        let convolution = try layers.convolution(
            input, "features/stem/0", [config.channels[0], config.inputChannels, 3, 3],
            stride: config.stemStride, name: "stem.conv")
        return try activateAndNormalize(convolution, "features/stem/2", channels: config.channels[0], name: "stem")
    }

    private mutating func stage(_ number: Int, _ input: Graph.NodeID) throws -> Graph.NodeID {
        var queue = try downsampling(number, input)
        join(queue, name: "stage\(number).0")
        for block in 1..<max(1, config.blocks[number - 1]) {
            queue = try halfIdentity(number, block, queue)
            join(queue, name: "stage\(number).\(block)")
        }
        let joined = join(queue, name: number == 4 ? "stage4_concat" : "stage\(number)")
        return number == 4 ? try lastUnit(joined) : joined
    }

    @discardableResult
    private mutating func join(_ queue: ChannelQueue, name: String) -> Graph.NodeID {
        layers.graph.add(.concatenate, inputs: queue.parts.map(\.node), name: name)
    }

    private mutating func downsampling(_ stage: Int, _ input: Graph.NodeID) throws -> ChannelQueue {
        let split = config.split(ofStage: stage)
        let path = "features/stage\(stage)/0"
        let name = "stage\(stage).0"
        let filtered = try downsamplingConvolution(stage, input, "\(path)/downsample", name: "\(name).downsample")
        let new = try pointwise(
            filtered, "\(path)/conv1x1", inputs: split.inputChannels, outputs: split.newChannels, name: name)
        let kept =
            split.keptChannels == 0
            ? nil
            : layers.graph.add(
                .slice(split.inputChannels - split.keptChannels..<split.inputChannels), filtered,
                name: "\(name).kept")
        guard split.isCutAgain else {
            guard let kept else { preconditionFailure("an uncut split keeps half of its channels") }
            return ChannelQueue([(kept, split.keptChannels), (new, split.newChannels)])
        }
        let whole = kept.map { layers.graph.add(.concatenate, $0, new, name: "\(name).recut") } ?? new
        let half = split.outputChannels / 2
        return ChannelQueue([
            (layers.graph.add(.slice(0..<half), whole, name: "\(name).left"), half),
            (layers.graph.add(.slice(half..<2 * half), whole, name: "\(name).right"), half),
        ])
    }

    /// The depthwise convolution of a DownsamplingBlock: trained, fixed, or fixed for the first channels
    /// (`path`/fixed) and trained for the others (`path`/learned).
    private mutating func downsamplingConvolution(
        _ stage: Int, _ input: Graph.NodeID, _ path: String, name: String
    ) throws -> Graph.NodeID {
        let channels = config.channels[stage - 1]
        let stride = config.stride(ofStage: stage)
        let kernels = config.downsampling(ofStage: stage)
        let fixed = kernels.fixedChannels(of: channels)
        let weight = fixed == 0 ? nil : kernels.gaussian?.weight(channels: fixed)
        guard fixed > 0 && fixed < channels else {
            guard let weight else {
                return try learnedDepthwise(input, path, channels: channels, stride: stride, name: name)
            }
            return try depthwise(input, path, channels: channels, fixed: weight, stride: stride, name: name)
        }
        guard let weight else { preconditionFailure("fixed channels have a kernel") }
        let first = layers.graph.add(.slice(0..<fixed), input, name: "\(name).first")
        let rest = layers.graph.add(.slice(fixed..<channels), input, name: "\(name).rest")
        let blurred = try depthwise(
            first, "\(path)/fixed", channels: fixed, fixed: weight, stride: stride, name: "\(name).fixed")
        let learned = try learnedDepthwise(
            rest, "\(path)/learned", channels: channels - fixed, stride: stride, name: "\(name).learned")
        return layers.graph.add(.concatenate, blurred, learned, name: name)
    }

    private mutating func halfIdentity(_ stage: Int, _ block: Int, _ queue: ChannelQueue) throws -> ChannelQueue {
        let split = config.identitySplit(ofStage: stage, block: block)
        let path = "features/stage\(stage)/\(block)"
        let name = "stage\(stage).\(block)"
        let identityHalf = queue.range(0..<split.firstFiltered, &layers.graph, name: "\(name).identity")
        let filteredHalf = queue.range(split.firstFiltered..<split.width, &layers.graph, name: "\(name).filtered")
        let input =
            filteredHalf.parts.count == 1
            ? filteredHalf.parts[0].node
            : layers.graph.add(.concatenate, inputs: filteredHalf.parts.map(\.node), name: "\(name).filtered")
        let filtered: Graph.NodeID
        switch config.half[stage] {
        case .learnable:
            filtered = try learnedDepthwise(
                input, "\(path)/half3x3", channels: split.filteredChannels, size: config.kernelSize[stage],
                name: "\(name).half3x3")
        case .bank(let bank):
            filtered = try normalizedBank(
                input, "\(path)/half3x3/0", "\(path)/half3x3/1", bank, channels: split.filteredChannels,
                name: "\(name).half3x3")
        }
        let joined =
            identityHalf.parts.isEmpty
            ? filtered
            : layers.graph.add(
                .concatenate, inputs: identityHalf.parts.map(\.node) + [filtered], name: "\(name).joined")
        let new = try pointwise(
            joined, "\(path)/conv1x1", inputs: split.width, outputs: split.newChannels, name: name)
        // The youngest channels pass unchanged; with the ratio ½ the right half becomes the left one.
        let passed = queue.range(split.newChannels..<split.width, &layers.graph, name: "\(name).passed")
        return ChannelQueue(passed.parts + [(new, split.newChannels)])
    }

    private mutating func lastUnit(_ input: Graph.NodeID) throws -> Graph.NodeID {
        let width = config.channels[4]
        // Between the blocks and this unit the authors' code has one more module, the concatenation.
        let path = "features/stage4/\(config.blocks[3] + 1)"
        var filtered: Graph.NodeID
        var pointwisePath = "\(path)/1"
        switch config.last {
        case .shared(let groups):
            let weight = try layers.parameter(
                "\(path)/0/mux/weight", [width / groups, 1, 3, 3], .uniform(fanIn: 9))
            filtered = layers.graph.add(.sharedDepthwise(SharedDepthwise(weight: weight)), input, name: "last_dw")
        case .learnable:
            filtered = try learnedDepthwise(input, "\(path)/0", channels: width, name: "last_dw")
        case .bank(let bank):
            filtered = try normalizedBank(input, "\(path)/0", "\(path)/1", bank, channels: width, name: "last_dw")
            pointwisePath = "\(path)/2"
        }
        filtered = try layers.convolution(
            filtered, "\(pointwisePath)/0", [width, width, 1, 1], name: "last.conv1x1")
        return try activateAndNormalize(filtered, "\(pointwisePath)/2", channels: width, name: "stage4")
    }
}

extension VGNetBuilder {
    /// A depthwise convolution that is trained, with what the design's form puts around it, without activation.
    private mutating func learnedDepthwise(
        _ input: Graph.NodeID, _ path: String, channels: Int, size: Int = 3, stride: Int = 1, name: String
    ) throws -> Graph.NodeID {
        let form = config.depthwise
        let names = DepthwiseNames(path: path, form: form)
        let isNormalized = names.norm != nil
        let filtered = try layers.convolution(
            input, names.kernel, [channels, 1, size, size], stride: stride, groups: channels,
            hasBias: form == .biased, name: isNormalized ? "\(name).kernel" : name)
        guard let norm = names.norm else { return filtered }
        let skips = form == .branched && stride == 1
        let normalized = try layers.batchNorm(
            filtered, norm, channels: channels, epsilon: VGNet.batchNormEpsilon, name: skips ? "\(name).norm" : name)
        guard skips else { return normalized }
        let skip = try layers.batchNorm(
            input, names.skip, channels: channels, epsilon: VGNet.batchNormEpsilon, name: "\(name).skip")
        return layers.graph.add(.add, normalized, skip, name: name)
    }

    /// A depthwise 3×3 convolution with a fixed weight, without activation.
    private mutating func depthwise(
        _ input: Graph.NodeID, _ path: String, channels: Int, fixed: Tensor, stride: Int = 1, name: String
    ) throws -> Graph.NodeID {
        let weight = try layers.fixedParameter("\(path)/weight", fixed)
        return layers.graph.add(
            .convolution(
                Convolution(weight: weight, stride: stride, padding: .symmetric(1), groups: channels)),
            input, name: name)
    }

    /// A fixed bank with batch normalisation behind it, the form that the released VGNetF weights have.
    private mutating func normalizedBank(
        _ input: Graph.NodeID, _ path: String, _ normPath: String, _ bank: FixedBank, channels: Int, name: String
    ) throws -> Graph.NodeID {
        let filtered = try depthwise(
            input, path, channels: channels, fixed: bank.weight(channels: channels), name: "\(name).bank")
        return try layers.batchNorm(
            filtered, normPath, channels: channels, epsilon: VGNet.batchNormEpsilon, name: name)
    }

    /// A pointwise unit: 1×1 convolution, activation, batch normalisation and, where the design has it,
    /// squeeze-and-excite. Its result is called `name`.conv1x1.
    private mutating func pointwise(
        _ input: Graph.NodeID, _ path: String, inputs: Int, outputs: Int, name: String
    ) throws -> Graph.NodeID {
        let name = "\(name).conv1x1"
        guard let unit = config.squeezeExcite else {
            let convolution = try layers.convolution(
                input, "\(path)/0", [outputs, inputs, 1, 1], name: "\(name).conv")
            return try activateAndNormalize(convolution, "\(path)/2", channels: outputs, name: name)
        }
        let convolution = try layers.convolution(
            input, "\(path)/0/0", [outputs, inputs, 1, 1], name: "\(name).conv")
        let normalized = try activateAndNormalize(
            convolution, "\(path)/0/2", channels: outputs, name: "\(name).norm")
        return try squeezeExcite(normalized, "\(path)/1", unit, channels: outputs, name: name)
    }

    private mutating func squeezeExcite(
        _ input: Graph.NodeID, _ path: String, _ unit: SqueezeExcite, channels: Int, name: String
    ) throws -> Graph.NodeID {
        let reduced = unit.reducedChannels(for: channels)
        let pooled = layers.graph.add(.globalAveragePool, input, name: "\(name).squeeze")
        var factors = try layers.convolution(
            pooled, "\(path)/reduce", [reduced, channels, 1, 1], hasBias: true,
            name: "\(name).reduce")
        factors = layers.graph.add(
            .activation(unit.activation.function), factors, name: "\(name).excite")
        factors = try layers.convolution(
            factors, "\(path)/expand", [channels, reduced, 1, 1], hasBias: true,
            name: "\(name).expand")
        factors = layers.graph.add(.activation(.sigmoid), factors, name: "\(name).gate")
        return layers.graph.add(.multiply, input, factors, name: name)
    }

    /// The activation (`name`.act), then batch normalisation (`name`).
    private mutating func activateAndNormalize(
        _ input: Graph.NodeID, _ path: String, channels: Int, name: String
    ) throws -> Graph.NodeID {
        let activated = layers.graph.add(.activation(config.activation.function), input, name: "\(name).act")
        return try layers.batchNorm(
            activated, path, channels: channels, epsilon: VGNet.batchNormEpsilon, name: name)
    }
}

extension Activation {
    /// The engine's function.
    var function: ActivationFunction {
        switch self {
        case .relu: .relu
        case .silu: .silu
        }
    }
}
