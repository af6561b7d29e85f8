import Checkpoints
import Diagnostics
import Engine
import Files
import Models
import VGNets

/// An untrained network that a user named, and what its checkpoints must say about it.
public struct TrainableNetwork: Sendable {
    /// Its name.
    public let name: String
    /// The network with its initial parameters.
    public private(set) var graph: Graph
    /// Rows and columns of its images.
    public let inputSize: Int
    /// Channels of its images.
    public let inputChannels: Int
    /// The number of classes.
    public let classes: Int
    /// The design as a config file, where it is a VGNet.
    public let configText: String?
    /// SHA-256 of the checkpoint that the parameters come from; nil where they are drawn.
    public private(set) var initialSHA256: String?
    /// Root attributes of its checkpoints.
    let attributes: [(String, String)]

    /// Finds a config file, a published VGNet or `mobilenetv1-WIDTH` ("mobilenetv1-0.5").
    ///
    /// - Parameters:
    ///   - seed: Names the initial weights.
    ///   - text: A path or a name.
    ///   - classes: Replaces the design's number of classes.
    ///   - inputSize: Replaces the design's image size.
    ///   - inputChannels: Replaces the design's image channels.
    ///   - start: How the weights of a VGNet are drawn.
    /// Throws the errors of the config and the networks.
    public init(
        named text: String, seed: UInt64, classes: Int? = nil, inputSize: Int? = nil, inputChannels: Int? = nil,
        start: WeightStart = .standard
    ) throws {
        if let width = MobileNetV1.width(named: text) {
            guard start == .standard else {
                throw KernelVizError(
                    code: "training.start", subject: text,
                    found: "start '\(start.rawValue)' for a net that is no VGNet",
                    expected: "start 'default'", advice: "Leave --start out")
            }
            let size = inputSize ?? 64
            let net = try MobileNetV1(
                width: width, inputChannels: inputChannels ?? 3, classes: classes ?? 10, seed: seed)
            var description = NetworkDescription(title: "MobileNetV1 \(width)")
            description.family = "MobileNetV1"
            description.padding = "torch"
            description.epsilon = MobileNetV1.Conventions.torch.epsilon
            description.inputSize = size
            description.graph = LayerGraph(net.graph)
            self.init(
                name: text.lowercased(), graph: net.graph, inputSize: size, inputChannels: net.inputChannels,
                classes: net.classes, configText: nil,
                attributes: [
                    ("family", "mobilenetv1"), ("layout", "OIHW"), ("batch_norm", "separate eps=1e-5"),
                    ("padding", "torch"), ("input", "RGB \(size) /255 ImageNet mean/std"),
                    ("activation", MobileNetV1.Conventions.torch.activation.rawValue),
                    (NetworkDescription.key, description.json ?? ""),
                ])
            return
        }
        let isConfig = ["yaml", "yml", "json"].contains(FilePaths.fileExtension(of: text))
        let design = isConfig ? try VGNetConfig(contentsOf: text) : try VGNetConfig.published(text)
        try self.init(
            config: design, seed: seed, classes: classes, inputSize: inputSize, inputChannels: inputChannels,
            start: start)
    }

    /// An untrained VGNet; `classes`, `inputSize` and `inputChannels` replace the design's.
    public init(
        config design: VGNetConfig, seed: UInt64, classes: Int? = nil, inputSize: Int? = nil,
        inputChannels: Int? = nil, start: WeightStart = .standard
    ) throws {
        let config = try design.replacing(classes: classes, inputSize: inputSize, inputChannels: inputChannels)
        self.init(
            name: config.name, graph: try VGNet(config, seed: seed, start: start).graph, inputSize: config.inputSize,
            inputChannels: config.inputChannels, classes: config.classes, configText: config.yaml(),
            attributes: [
                ("family", "VGNet"), ("model_name", config.name), ("layout", "OIHW"), ("config", config.yaml()),
            ])
    }

    /// The network with the tensors of a checkpoint where they fit, and what was taken.
    ///
    /// Throws as `Checkpoint.open` and `InitialWeights`.
    public func starting(from path: String) throws -> (network: TrainableNetwork, weights: InitialWeights) {
        let checkpoint = try Checkpoint.open(path)
        let weights = try InitialWeights(graph, from: TensorLookup(checkpoint), network: name)
        var network = self
        network.graph = weights.graph
        network.initialSHA256 = checkpoint.sha256
        return (network, weights)
    }

    /// Multiply-accumulates of one image.
    ///
    /// Throws the errors of planning.
    public func macs() throws -> Int {
        try ExecutionPlan(graph, inputShape: [1, inputChannels, inputSize, inputSize]).macs
    }

    private init(
        name: String, graph: Graph, inputSize: Int, inputChannels: Int, classes: Int, configText: String?,
        attributes: [(String, String)]
    ) {
        self.name = name
        self.graph = graph
        self.inputSize = inputSize
        self.inputChannels = inputChannels
        self.classes = classes
        self.configText = configText
        self.attributes = attributes
    }
}
