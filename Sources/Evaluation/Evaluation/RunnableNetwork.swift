import Diagnostics
import Engine
import Files
import Images
import Models
import Tensors
import VGNets
import Architectures
import Checkpoints

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
    public private(set) var config: VGNetConfig?
    /// Padding, ε, activations, preprocessing and the like, each with where it came from.
    public let conventions: [Convention]
    /// What was passed over or done otherwise than the file says, one sentence each.
    public let remarks: [String]
    /// The network itself.
    public private(set) var graph: Graph
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
    /// The ranges of its results, by which it runs in int8; nil until it was calibrated.
    public var quantization: Quantization?

    /// The network as it runs when trained: what stands around a VGNet's depthwise kernels folded into kernel and bias.
    ///
    /// nil where there is nothing to fold. Throws as `VGNet.folded()`.
    public func folded() throws -> RunnableNetwork? {
        guard let config, config.folded != config else { return nil }
        var result = self
        result.graph = try VGNet(config: config, graph: graph).folded().graph
        result.config = config.folded
        result.quantization = nil
        return result
    }

    /// The network with another graph of the same images and classes, which no config describes.
    package func replacing(graph: Graph) -> RunnableNetwork {
        var result = self
        result.graph = graph
        result.config = nil
        return result
    }

    /// Finds the network that a user named: a config file, a checkpoint of a family that runs, or a published net.
    ///
    /// - Parameters:
    ///   - seed: Names random weights.
    ///   - text: A path to YAML or JSON, a path to a checkpoint, or a name such as "vgnetg-1.0mp".
    ///   - weights: The weights' file; nil draws random ones from `seed` (a checkpoint brings its own).
    ///   - inputSize: Rows and columns of the images; nil takes the design's own.
    ///   - strides: Strides of a checkpoint that differ from its family's.
    ///   - options: What the user says of conventions that the file does not tell.
    /// Throws the errors of the config, the checkpoint and the networks, or `eval.weightsTwice`.
    public init(
        named text: String, weights: String? = nil, seed: UInt64 = 1, inputSize: Int? = nil,
        strides: StrideTable? = nil, options: ConventionOptions = ConventionOptions()
    ) throws {
        let isConfig = VGNetConfig.isFileName(text)
        let isFile =
            isConfig || text.contains("/") || InputFile.isFolder(text) || (try? InputFile.check(text)) != nil
        if isFile && !isConfig {
            guard weights == nil else {
                throw KernelVizError(
                    code: "eval.weightsTwice", subject: "--weights", found: "\(text) is a checkpoint of its own",
                    expected: "a config or the name of a net beside --weights")
            }
            try self.init(checkpoint: text, inputSize: inputSize, strides: strides, options: options)
            return
        }
        let config = try VGNetConfig(named: text)
        try self.init(
            config: config, source: isConfig ? .config(text) : .published, weights: weights, seed: seed,
            inputSize: inputSize, options: options)
    }

    /// A VGNet of `config`, with the weights of a file or random ones.
    public init(
        config: VGNetConfig, source: Source, weights: String? = nil, seed: UInt64 = 1, inputSize: Int? = nil,
        options: ConventionOptions = ConventionOptions()
    ) throws {
        try self.init(
            config: config, source: source, checkpoint: weights.map { try Checkpoint.open($0) }, seed: seed,
            inputSize: inputSize, options: options)
    }

    private init(
        config: VGNetConfig, source: Source, checkpoint: Checkpoint?, seed: UInt64, inputSize: Int?,
        options: ConventionOptions
    ) throws {
        let net = try checkpoint.map { try VGNet(config, checkpoint: $0) } ?? VGNet(config, seed: seed)
        name = config.name
        self.source = source
        weightsPath = checkpoint?.path
        family = "VGNet"
        self.config = config
        try options.check(on: net.graph)
        graph = options.applied(to: net.graph)
        inputChannels = config.inputChannels
        self.inputSize = inputSize ?? config.inputSize
        classes = config.classes
        classNames = checkpoint.flatMap(Self.classNames)
        let stated = checkpoint.flatMap { file in
            file.attributes["input"].flatMap(InputConvention.init(words:)).flatMap { $0.mean == nil ? nil : $0 }
        }
        let usual = InputConvention(words: "RGB /255 ImageNet mean/std") ?? InputConvention(padding: .torch)
        let words = stated ?? usual
        preprocessing = Self.preprocessing(
            size: self.inputSize, options.preprocessing ?? words, checkpoint?.description?.preprocessing)
        remarks = []
        conventions = options.applied(to: [
            Convention("padding", "symmetric", .family, "the design"),
            Convention("batch-norm ε", "\(VGNet.batchNormEpsilon)", .family, "the design"),
            Convention("activation", "\(config.activation)", .family, "the design"),
            Convention("input size", "\(config.inputSize)", .family, "the design"),
            Convention(
                "preprocessing", words.words, stated != nil ? .file : .family,
                stated != nil ? "" : "the paper's training"),
        ])
    }

    /// The network that a checkpoint holds: a VGNet whose design is written in the file or lies beside it as
    /// `NAME.config.yaml`, `config.yaml` or `config.json`, or one of a known family.
    ///
    /// Throws `networks.otherFamily` for a family that the engine does not run, and the errors of reading.
    public init(
        checkpoint path: String, inputSize: Int? = nil, strides: StrideTable? = nil,
        options: ConventionOptions = ConventionOptions()
    ) throws {
        let checkpoint = try Checkpoint.open(path)
        try checkpoint.checkMemoryOfAll()
        if let design = try Self.design(of: checkpoint) {
            try self.init(
                config: design, source: .checkpoint(path), checkpoint: checkpoint, seed: 1, inputSize: inputSize,
                options: options)
            return
        }
        // A file that describes its graph runs by that, whatever its kernels' form.
        let network = try ConvNetwork(
            recognising: checkpoint, strides: strides, needsKernels: checkpoint.model?.graph == nil)
        try self.init(network: network, inputSize: inputSize, options: options)
    }

    private init(network: ConvNetwork, inputSize: Int?, options: ConventionOptions) throws {
        let net = try RunnableGraph(network: network, activation: options.activation)
        var options = options
        var given: [Convention] = []
        if let function = options.activation, !net.suppliedFunctions.isEmpty {
            // It was said of the functions that are not known: those that are known stay.
            given = net.suppliedFunctions.map { Convention("activation of \($0)", function.rawValue, .option) }
            options.activation = nil
        }
        let path = network.checkpoint.path
        name = network.title
        source = .checkpoint(path)
        weightsPath = path
        family = network.family ?? "unknown"
        config = nil
        try options.check(on: net.graph)
        graph = options.applied(to: net.graph)
        inputChannels = net.inputChannels
        self.inputSize = inputSize ?? network.input.size ?? 224
        classes = net.classes
        classNames = Self.classNames(of: network.checkpoint, outputs: net.classes)
        let usual = InputConvention(words: "RGB /255 ImageNet mean/std") ?? network.input
        preprocessing = Self.preprocessing(
            size: self.inputSize, options.preprocessing ?? (network.input.mean == nil ? usual : network.input),
            network.checkpoint.description?.preprocessing ?? HubConfig(network.checkpoint.attributes)?.preprocessing)
        remarks =
            network.contradictions.map(Self.remark) + net.remarks + network.checkpoint.notes.map(Self.remark)
            + given.map { "\($0.name): \($0.value) (given)" }
        conventions = options.applied(
            to: Self.told(Self.sized(network.conventions, inputSize), graph) + given)
        // Layers that do not fit each other are told beside the file's name, before anything is planned.
        _ = try graph.shapes(inputShape: inputShape(), file: path)
    }

    /// The conventions with the size that the user gave; what the file says of resizing holds for its own size.
    private static func sized(_ conventions: [Convention], _ size: Int?) -> [Convention] {
        guard let size else { return conventions }
        return conventions.filter { $0.name != "resizing" }.map {
            $0.name == "input size" ? Convention($0.name, "\(size)", .option) : $0
        }
    }

    /// Where the classes' names come from, in words.
    var classSource: String {
        let source = conventions.first { $0.name == "class names" && $0.origin == .file }?.reason ?? ""
        return source.isEmpty ? "the weights' file" : source
    }

    /// A note of reading as a remark, which ends without a full stop.
    private static func remark(_ note: String) -> String { note.hasSuffix(".") ? String(note.dropLast()) : note }

    /// The conventions with what the graph computes in the place of words for it: functions behind layers, gates apart,
    /// and pools.
    private static func told(_ conventions: [Convention], _ graph: Graph) -> [Convention] {
        var (functions, pools): ([String], [String]) = ([], [])
        func add(_ word: String, to list: inout [String]) { if !list.contains(word) { list.append(word) } }
        for node in graph.nodes {
            switch node.operation {
            case .activation(let function) where function != .sigmoid && function != .hardSigmoid:
                add(function.rawValue, to: &functions)
            case .pool(let pool):
                let kind = if case .average = pool.kind { "mean" } else { "maximum" }
                add("\(kind) \(pool.size)×\(pool.size) of stride \(pool.stride)", to: &pools)
            case .globalAveragePool: add("mean of the map", to: &pools)
            default: break
            }
        }
        let values = ["activation": functions, "pooling": pools].mapValues {
            $0.isEmpty ? "none" : $0.joined(separator: ", ")
        }
        return conventions.map { convention in
            values[convention.name].map { Convention(convention.name, $0, convention.origin, convention.reason) }
                ?? convention
        }
    }

    /// Learnable, fixed and running parameters, counted over the graph.
    public var parameters: ParameterCounts {
        ParameterCounts(
            learnable: graph.parameterCount(.learnable), fixed: graph.parameterCount(.fixed),
            batchNormRunning: graph.parameterCount(.runningStatistic))
    }

    /// How many outputs stand before the first class: ImageNet nets of TensorFlow have 1001 and call the first one the
    /// background.
    public var backgroundClasses: Int { classes == 1001 && config == nil ? 1 : 0 }

    /// N×C×H×W of a batch of `images`.
    public func inputShape(images: Int = 1) -> Shape { [images, inputChannels, inputSize, inputSize] }

    /// Photographs are resized so that the crop keeps 224 of 256 parts, as ImageNet nets are evaluated; small nets
    /// (below 128 pixels) see the whole picture. A file's own description comes first.
    private static func preprocessing(
        size: Int, _ convention: InputConvention, _ described: NetworkDescription.Preprocessing?
    ) -> ImagePreprocessing {
        var shortSide: Int? = size < 128 ? size : (size * 256 + 112) / 224
        var filter = ImageFilter.bilinear
        // A crop of another size asks for another resizing too.
        if let described {
            filter = described.interpolation.flatMap(ImageFilter.init(rawValue:)) ?? filter
            if described.crop == size { shortSide = described.resize }
        }
        return ImagePreprocessing(
            shortSide: shortSide, filter: filter, crop: size,
            channelOrder: convention.channelOrder == .bgr ? .bgr : .rgb,
            normalization: .affine(
                offset: planes(convention.mean, 0), scale: planes(convention.scale, 1)))
    }

    /// Three numbers, one for each plane.
    private static func planes(_ numbers: [Float]?, _ usual: Float) -> [Float] {
        guard let numbers, !numbers.isEmpty else { return Array(repeating: usual, count: 3) }
        return (0..<3).map { numbers[min($0, numbers.count - 1)] }
    }

    /// The network as the value that travels with its weights; weights are named by the keys of the state dict.
    public var description: NetworkDescription {
        var description = NetworkDescription(title: name)
        description.family = family == "unknown" ? nil : family
        description.inputSize = inputSize
        description.inputChannels = inputChannels
        description.classNames = classNames
        description.graph = LayerGraph(graph)
        var own = NetworkDescription.Preprocessing()
        own.resize = preprocessing.shortSide
        own.crop = preprocessing.crop
        own.interpolation = preprocessing.filter.rawValue
        own.order = preprocessing.channelOrder.rawValue.uppercased()
        if case .affine(let offset, let scale) = preprocessing.normalization {
            own.mean = offset
            own.scale = scale
        }
        description.preprocessing = own
        let epsilons = Set(
            graph.nodes.compactMap { node -> Float? in
                if case .batchNormalization(let norm) = node.operation { norm.epsilon } else { nil }
            })
        description.epsilon = epsilons.count == 1 ? epsilons.first : nil
        let paddings = Set(
            graph.nodes.compactMap { node -> String? in
                guard case .convolution(let convolution) = node.operation, graph[convolution.weight].shape[2] > 1 else {
                    return nil
                }
                return convolution.padding == .same ? "tf_same" : "torch"
            })
        description.padding = paddings.count == 1 ? paddings.first : nil
        description.origins = Dictionary(
            conventions.map { ($0.name, "\($0.origin.rawValue): \($0.text)") }, uniquingKeysWith: { first, _ in first })
        return description
    }
}
