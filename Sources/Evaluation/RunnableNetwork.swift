import Diagnostics
import Engine
import Files
import Images
import Networks
import Tensors
import VGNets
import Weights

/// A network with its parameters and all that running it on a picture needs.
public struct RunnableNetwork: Sendable {
    /// Where the design came from.
    public enum Source: Sendable, Equatable {
        /// A published net, built in.
        case published
        /// A config file at this path.
        case config(String)
        /// A checkpoint of a known family at this path; it brings its weights.
        case checkpoint(String)
    }

    /// The network's name ("vgnetg-1.0mp", "MobileNetV1 0.5").
    public let name: String
    /// Where the design came from.
    public let source: Source
    /// The file of the weights; nil where they are random.
    public let weightsPath: String?
    /// The architecture family ("VGNet", "MobileNetV1").
    public let family: String
    /// The design; nil for a network that is no VGNet.
    public let config: VGNetConfig?
    /// The checkpoint's own words about its input ("RGB 64 /255 ImageNet mean/std"), where it has them.
    public let inputWords: String?
    /// The network itself.
    public let graph: Graph
    /// Channels of its images.
    public let inputChannels: Int
    /// Rows and columns of its images.
    public let inputSize: Int
    /// The number of outputs.
    public let classes: Int
    /// The classes' names in output order, where the weights' file has them.
    public let classNames: [String]?
    /// How a photograph becomes its input.
    public let preprocessing: ImagePreprocessing

    /// Finds the network that a user named: a config file, a checkpoint of a family that runs, or a published net.
    ///
    /// - Parameters:
    ///   - text: A path to YAML or JSON, a path to a checkpoint, or a name such as "vgnetg-1.0mp".
    ///   - weights: The weights' file; nil draws random ones from `seed` (a checkpoint brings its own).
    ///   - inputSize: Rows and columns of the images; nil takes the design's own.
    ///   - strides: Strides of a checkpoint that differ from its family's.
    /// Throws the errors of the config, the checkpoint and the networks, or `eval.weightsTwice`.
    public init(
        named text: String, weights: String? = nil, seed: UInt64 = 1, inputSize: Int? = nil,
        strides: StrideTable? = nil
    ) throws {
        let isConfig = VGNetConfig.isFileName(text)
        let isFile = isConfig || text.contains("/") || (try? InputFile.check(text)) != nil
        if isFile && !isConfig {
            guard weights == nil else {
                throw KernelVizError(
                    code: "eval.weightsTwice", subject: "--weights", found: "\(text) is a checkpoint of its own",
                    expected: "a config or the name of a net beside --weights")
            }
            try self.init(checkpoint: text, inputSize: inputSize, strides: strides)
            return
        }
        let config = try VGNetConfig(named: text)
        try self.init(
            config: config, source: isConfig ? .config(text) : .published, weights: weights, seed: seed,
            inputSize: inputSize)
    }

    /// A VGNet of `config`, with the weights of a file or random ones.
    public init(
        config: VGNetConfig, source: Source, weights: String? = nil, seed: UInt64 = 1, inputSize: Int? = nil
    ) throws {
        try self.init(
            config: config, source: source, checkpoint: weights.map { try Checkpoint.open($0) }, seed: seed,
            inputSize: inputSize)
    }

    private init(
        config: VGNetConfig, source: Source, checkpoint: Checkpoint?, seed: UInt64, inputSize: Int?
    ) throws {
        let net = try checkpoint.map { try VGNet(config, checkpoint: $0) } ?? VGNet(config, seed: seed)
        name = config.name
        self.source = source
        weightsPath = checkpoint?.path
        family = "VGNet"
        self.config = config
        inputWords = checkpoint?.attributes["input"]
        graph = net.graph
        inputChannels = config.inputChannels
        self.inputSize = inputSize ?? config.inputSize
        classes = config.classes
        classNames = checkpoint.flatMap(Self.classNames)
        preprocessing = Self.preprocessing(size: self.inputSize, normalization: .imageNet)
    }

    /// The network that a checkpoint holds: a VGNet whose design is written in the file or lies beside it as
    /// `config.yaml` or `config.json`, or one of a known family.
    ///
    /// Throws `networks.otherFamily` for a family that the engine does not run, and the errors of reading.
    public init(checkpoint path: String, inputSize: Int? = nil, strides: StrideTable? = nil) throws {
        let checkpoint = try Checkpoint.open(path)
        if let design = try Self.design(of: checkpoint) {
            try self.init(
                config: design, source: .checkpoint(path), checkpoint: checkpoint, seed: 1, inputSize: inputSize)
            return
        }
        try self.init(network: Network(recognising: checkpoint, strides: strides), inputSize: inputSize)
    }

    private init(network: Network, inputSize: Int?) throws {
        let net = try RunnableGraph(network: network)
        let path = network.checkpoint.path
        name = network.title
        source = .checkpoint(path)
        weightsPath = path
        family = network.family ?? "unknown"
        config = nil
        inputWords = network.checkpoint.attributes["input"]
        graph = net.graph
        inputChannels = net.inputChannels
        self.inputSize = inputSize ?? network.input.size ?? 224
        classes = net.classes
        classNames = Self.classNames(of: network.checkpoint)
        let convention = network.input
        var normalization = ImagePreprocessing.Normalization.imageNet
        if let mean = convention.mean, let scale = convention.scale {
            normalization = .affine(offset: mean, scale: scale)
        }
        preprocessing = Self.preprocessing(
            size: self.inputSize, normalization: normalization,
            order: convention.channelOrder == .bgr ? .bgr : .rgb)
    }

    /// Learnable, fixed and running parameters, counted over the graph.
    public var parameters: ParameterCounts {
        graph.parameters.reduce(into: ParameterCounts()) { counts, parameter in
            let count = parameter.tensor.shape.elementCount
            switch parameter.kind {
            case .learnable: counts.learnable += count
            case .fixed: counts.fixed += count
            case .runningStatistic: counts.batchNormRunning += count
            }
        }
    }

    /// How many outputs stand before the first class: ImageNet nets of TensorFlow have 1001 and call the first one the
    /// background.
    public var backgroundClasses: Int { classes == 1001 && config == nil ? 1 : 0 }

    /// N×C×H×W of a batch of `images`.
    public func inputShape(images: Int = 1) -> Shape { [images, inputChannels, inputSize, inputSize] }

    /// Photographs are resized so that the crop keeps 224 of 256 parts, as ImageNet nets are evaluated; small nets
    /// (below 128 pixels) see the whole picture.
    private static func preprocessing(
        size: Int, normalization: ImagePreprocessing.Normalization, order: ImagePreprocessing.ChannelOrder = .rgb
    ) -> ImagePreprocessing {
        ImagePreprocessing(
            shortSide: size < 128 ? size : (size * 256 + 112) / 224, crop: size, channelOrder: order,
            normalization: normalization)
    }
}
