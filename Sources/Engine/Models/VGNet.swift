import Engine
import Tensors
import VGNets
import Checkpoints

/// A VGNet with its parameters, ready to be planned and run.
///
/// Results that can be tapped: `stem`, `stage1` … `stage4` (stage 4 behind its last unit), `stage4_concat` (before it),
/// `last_dw`, `pool`, `logits`; of block J (0 is the DownsamplingBlock) of stage K `stageK.J` (both halves joined),
/// `stageK.0.downsample` and `stageK.J.half3x3` (its depthwise result).
public struct VGNet: Sendable {
    /// The design.
    public let config: VGNetConfig
    /// The network; parameter names are the keys of the authors' state dicts with "/" between the parts.
    public let graph: Graph

    /// ε of every batch normalisation, PyTorch's default.
    public static let batchNormEpsilon: Float = 1e-5

    /// A net with the weights of a file.
    ///
    /// Fixed kernels are built in; where the file holds them too they must agree to 1e-6.
    /// Throws `networks.noTensor`, `networks.badShape`, `networks.notFinite`, `networks.otherFixedKernels`,
    /// `networks.unusedTensor` or the file's own error.
    public init(_ config: VGNetConfig, weights: TensorLookup) throws {
        let parameters = StoredParameters(weights, network: config.name, anchor: "features/stem/0/weight")
        var builder = VGNetBuilder(config, parameters)
        // Whether a dropout layer stands before the classifier cannot be seen in its shape, only in its key.
        let plain = parameters.contains("classifier/weight")
        try builder.build(
            classifier: plain || (config.dropout == 0 && !parameters.contains("classifier/1/weight"))
                ? "classifier" : "classifier/1")
        try builder.layers.provider.finish(roots: ["features", "classifier"])
        self.config = config
        self.graph = builder.layers.graph
    }

    /// A net with the weights of a checkpoint; throws as ``init(_:weights:)``.
    public init(_ config: VGNetConfig, checkpoint: Checkpoint) throws {
        try self.init(config, weights: TensorLookup(checkpoint))
    }

    /// An untrained net, the same for the same seed: PyTorch's default initialisation unless `start` says otherwise.
    ///
    /// Convolution and linear weights and biases are uniform in ±1/√fanIn, batch normalisation starts as identity. Each
    /// tensor is drawn from a stream of its own, so that designs share the start of what they have in common.
    public init(_ config: VGNetConfig, seed: UInt64, start: WeightStart = .standard) throws {
        var builder = VGNetBuilder(config, SeededParameters(seed: seed, start: start))
        try builder.build(classifier: config.dropout == 0 ? "classifier" : "classifier/1")
        self.config = config
        self.graph = builder.layers.graph
    }

    /// The net as it runs when trained: what stands around its depthwise kernels folded into kernel and bias, the same
    /// function (in training's terms: with the running statistics).
    public func folded() throws -> VGNet {
        let folded = config.folded
        guard folded != config else { return self }
        var builder = VGNetBuilder(folded, FoldedParameters(graph))
        try builder.build(
            classifier: graph.parameter(named: "classifier/weight") != nil ? "classifier" : "classifier/1")
        return VGNet(config: folded, graph: builder.layers.graph)
    }

    /// A net that was built before: `graph` is the config's own.
    package init(config: VGNetConfig, graph: Graph) {
        self.config = config
        self.graph = graph
    }

    /// Plans the net for `batch` images; the config's own input size by default.
    ///
    /// Throws as `ExecutionPlan.init(_:inputShape:taps:)`.
    public func plan(
        batch: Int = 1, inputHeight: Int? = nil, inputWidth: Int? = nil, taps: [String] = []
    ) throws -> ExecutionPlan {
        let shape: Shape = [
            batch, config.inputChannels, inputHeight ?? config.inputSize, inputWidth ?? config.inputSize,
        ]
        return try ExecutionPlan(graph, inputShape: shape, taps: taps)
    }
}
