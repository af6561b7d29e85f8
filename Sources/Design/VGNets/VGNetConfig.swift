/// The design of one VGNet: every published net and every derived one.
///
/// Always valid: widths are even and suit their fixed banks, numbers lie within the stated ranges; the initializer and
/// the decoders throw where that does not hold. The defaults are those of VGNetG, paper era.
///
/// Source: VGNet paper, arXiv 2207.10318, Tables 1 to 3, and the authors' code.
public struct VGNetConfig: Sendable, Equatable {
    /// The name of the net, one line.
    public let name: String
    /// c0…c4: the width of the stem and of the four stages; even, 2…8192.
    public let channels: [Int]
    /// n1…n4: blocks of each stage, the DownsamplingBlock included; 1…256.
    public let blocks: [Int]
    /// The depthwise kernels of the DownsamplingBlocks with stride 2, stage by stage.
    public let downsampling: PerStage<DownsamplingKernels>
    /// Which share of the channels passes a HalfIdentityBlock untouched, stage by stage; see ``IdentitySplit``.
    public let identity: PerStage<IdentityRatio>
    /// The depthwise kernels of the HalfIdentityBlocks, stage by stage.
    public let half: PerStage<HalfKernels>
    /// Rows and columns of the learned kernels of the HalfIdentityBlocks, stage by stage: 3 (the paper), 5 or 7.
    public let kernelSize: PerStage<Int>
    /// The depthwise kernels of the unit behind stage 4.
    public let last: LastKernels
    /// What stands around the learned depthwise kernels.
    public let depthwise: DepthwiseForm
    /// The activation behind every pointwise convolution and the stem.
    public let activation: Activation
    /// Squeeze-and-excite behind every pointwise unit but the last; nil for none.
    public let squeezeExcite: SqueezeExcite?
    /// The probability of dropping a feature before the classifier, in [0, 1); 0 for no dropout layer.
    public let dropout: Double
    /// The number of classes, 1…1,000,000.
    public let classes: Int
    /// Rows and columns of the images that the net is meant for, 1…4096.
    public let inputSize: Int
    /// Channels of those images, 1…64.
    public let inputChannels: Int
    /// Whether stem and stage 1 keep the resolution (CIFAR mode); stage 1 then learns its downsampling kernels.
    public let isThumbnail: Bool

    /// Makes a design and checks it: one argument a field, the paper's choice where there is one, as fields are valid
    /// only together.
    ///
    /// Throws `vgnets.badField`, its subject the name and the field.
    public init(
        name: String, channels: [Int], blocks: [Int], downsampling: PerStage<DownsamplingKernels> = .gaussian(.paper),
        identity: PerStage<IdentityRatio> = .half, half: PerStage<HalfKernels> = .learnable,
        kernelSize: PerStage<Int> = PerStage(3), last: LastKernels = .shared(groups: 8),
        depthwise: DepthwiseForm = .plain, activation: Activation = .relu, squeezeExcite: SqueezeExcite? = nil,
        dropout: Double = 0, classes: Int = 1000, inputSize: Int = 224,
        inputChannels: Int = 3, isThumbnail: Bool = false
    ) throws {
        self.name = name
        self.channels = channels
        self.blocks = blocks
        self.downsampling = downsampling
        self.identity = identity
        self.half = half
        self.kernelSize = kernelSize
        self.last = last
        self.depthwise = depthwise
        self.activation = activation
        self.squeezeExcite = squeezeExcite
        self.dropout = dropout
        self.classes = classes
        self.inputSize = inputSize
        self.inputChannels = inputChannels
        self.isThumbnail = isThumbnail
        if let problem = firstProblem() { throw problem.error(subject: name, line: nil) }
    }

    /// A copy with some fields replaced, one argument a field; checked as in the initializer.
    public func replacing(
        name: String? = nil, channels: [Int]? = nil, blocks: [Int]? = nil,
        downsampling: PerStage<DownsamplingKernels>? = nil, identity: PerStage<IdentityRatio>? = nil,
        half: PerStage<HalfKernels>? = nil, kernelSize: PerStage<Int>? = nil, last: LastKernels? = nil,
        depthwise: DepthwiseForm? = nil, activation: Activation? = nil,
        squeezeExcite: SqueezeExcite?? = .none, dropout: Double? = nil, classes: Int? = nil, inputSize: Int? = nil,
        inputChannels: Int? = nil, isThumbnail: Bool? = nil
    ) throws -> VGNetConfig {
        try VGNetConfig(
            name: name ?? self.name, channels: channels ?? self.channels, blocks: blocks ?? self.blocks,
            downsampling: downsampling ?? self.downsampling, identity: identity ?? self.identity,
            half: half ?? self.half, kernelSize: kernelSize ?? self.kernelSize, last: last ?? self.last,
            depthwise: depthwise ?? self.depthwise,
            activation: activation ?? self.activation, squeezeExcite: squeezeExcite ?? self.squeezeExcite,
            dropout: dropout ?? self.dropout, classes: classes ?? self.classes, inputSize: inputSize ?? self.inputSize,
            inputChannels: inputChannels ?? self.inputChannels, isThumbnail: isThumbnail ?? self.isThumbnail)
    }

    /// The design as it runs when trained: normalised and branched depthwise kernels folded into biased ones.
    public var folded: VGNetConfig {
        guard depthwise == .normalized || depthwise == .branched, let folded = try? replacing(depthwise: .biased)
        else { return self }
        return folded
    }

    /// The stride of the stem.
    public var stemStride: Int { isThumbnail ? 1 : 2 }

    /// The stride of the DownsamplingBlock of stage 1…4.
    public func stride(ofStage stage: Int) -> Int { isThumbnail && stage == 1 ? 1 : 2 }

    /// The kernels of the DownsamplingBlock of stage 1…4: learnable wherever its stride is 1.
    public func downsampling(ofStage stage: Int) -> DownsamplingKernels {
        stride(ofStage: stage) == 1 ? .learnable : downsampling[stage]
    }

    /// How HalfIdentityBlock 1, 2 … of stage 1…4 cuts its channels.
    public func identitySplit(ofStage stage: Int, block: Int) -> IdentitySplit {
        IdentitySplit(width: channels[stage], ratio: identity[stage], isFirst: block == 1)
    }

    /// The banks whose kernels the design lists, each once, by name.
    public var listedBanks: [ListedBank] {
        var found: [ListedBank] = []
        for bank in half.values.map(\.bank) + [last.bank] {
            if case .listed(let listed) = bank, !found.contains(listed) { found.append(listed) }
        }
        return found.sorted { $0.name < $1.name }
    }

    /// How the DownsamplingBlock of stage 1…4 cuts its channels.
    public func split(ofStage stage: Int) -> DownsamplingSplit {
        DownsamplingSplit(inputChannels: channels[stage - 1], outputChannels: channels[stage])
    }
}

/// How a DownsamplingBlock from i to o channels makes its two halves.
public struct DownsamplingSplit: Sendable, Equatable {
    /// i, the width of the stage before.
    public let inputChannels: Int
    /// o, the width of this stage.
    public let outputChannels: Int

    /// How many filtered channels pass unchanged, the last ones: 0 if i > o, else min(o/2, i).
    public var keptChannels: Int { inputChannels > outputChannels ? 0 : min(outputChannels / 2, inputChannels) }
    /// How many channels the pointwise convolution makes, o − kept.
    public var newChannels: Int { outputChannels - keptChannels }
    /// Whether both parts are joined and cut again into halves of o/2.
    public var isCutAgain: Bool { keptChannels != outputChannels / 2 }
}
