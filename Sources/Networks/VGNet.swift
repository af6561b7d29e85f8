import Engine
import Tensors
import VGNets
import Weights

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

    /// An untrained net: PyTorch's default initialisation, the same for the same seed.
    ///
    /// Convolution and linear weights and biases are uniform in ±1/√fanIn, batch normalisation starts as identity.
    public init(_ config: VGNetConfig, seed: UInt64) throws {
        var builder = VGNetBuilder(config, SeededParameters(seed: seed))
        try builder.build(classifier: config.dropout == 0 ? "classifier" : "classifier/1")
        self.config = config
        self.graph = builder.layers.graph
    }

    /// Plans the net for `batch` images; the config's own input size by default.
    ///
    /// Throws as ``ExecutionPlan/init(_:inputShape:taps:)``.
    public func plan(
        batch: Int = 1, inputHeight: Int? = nil, inputWidth: Int? = nil, taps: [String] = []
    ) throws -> ExecutionPlan {
        let shape: Shape = [
            batch, config.inputChannels, inputHeight ?? config.inputSize, inputWidth ?? config.inputSize,
        ]
        return try ExecutionPlan(graph, inputShape: shape, taps: taps)
    }
}
