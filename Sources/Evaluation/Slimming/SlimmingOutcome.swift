import Engine
import Evaluation
import VGNets

/// What a network costs.
public struct NetworkCost: Sendable, Equatable, Codable {
    /// Numbers of the network by what becomes of them in training.
    public let parameters: ParameterCounts
    /// Multiply-accumulates for one image.
    public let macs: Int
    /// Convolutions and linear layers.
    public let layers: Int

    /// Throws the errors of planning.
    init(_ network: RunnableNetwork) throws {
        parameters = network.parameters
        macs = try ExecutionPlan(network.graph, inputShape: network.inputShape()).macs
        layers = network.graph.nodes.count { network.graph.layerName(of: $0) != nil }
    }

    /// All numbers together.
    public var stored: Int { parameters.learnable + parameters.fixed + parameters.batchNormRunning }
}

/// What slimming took out of a network, what stayed and why, and what that saved.
public struct SlimmingOutcome: Sendable, Equatable {
    /// The network's name.
    public let network: String
    /// The file of its weights; nil where they are random.
    public let weightsPath: String?
    /// What it cost.
    public let before: NetworkCost
    /// What is left.
    public let after: NetworkCost
    /// Normalisations that were folded into the convolutions before them.
    public let foldedNorms: Int
    /// What went of each layer's channels, in network order.
    public let layers: [LayerChannels]
    /// Layers of which nothing is left: identities, and what only fed what went.
    public let removedLayers: [String]
    /// Nodes that handed on what they read.
    public let passedThrough: [String]
    /// Rows and columns of weights too small for a float beside the layer's others, which count as zeros.
    public let negligible: Int
    /// Depthwise layers that were taken apart, in network order.
    public let splits: [SplitLayer]
    /// Channels that do nothing and stay, with what keeps them.
    public let obstacles: [SlimmingObstacle]
    /// Why normalisations were not folded and what else was done otherwise than asked, one sentence each.
    public let remarks: [String]
    /// The largest difference of the logits on images of noise, as a part of the largest logit.
    public let largestDifference: Double
    /// What stays of the answers to pictures; nil where none were given.
    public var kept: KeptAnswers?
    /// Times of both networks, in turns; nil where they were not taken.
    public var latency: PairedLatency?
    /// The same in ONNX Runtime; nil where they were not taken.
    public var onnxRuntime: RuntimeLatency?

    /// Times of both networks in another runtime.
    public struct RuntimeLatency: Sendable, Equatable, Codable {
        /// The runtime's version.
        public let version: String
        /// The times, in turns.
        public let latency: PairedLatency

        /// Joins both.
        public init(version: String, latency: PairedLatency) {
            self.version = version
            self.latency = latency
        }
    }

    init(
        before: NetworkCost, after: NetworkCost, _ slimming: GraphSlimming, difference: Double,
        network: RunnableNetwork,
        remarks: [String]
    ) {
        self.network = network.name
        weightsPath = network.weightsPath
        self.before = before
        self.after = after
        foldedNorms = slimming.foldedNorms
        layers = slimming.layers
        removedLayers = slimming.removedLayers
        passedThrough = slimming.passedThrough
        negligible = slimming.negligible
        splits = slimming.splits
        obstacles = slimming.obstacles
        self.remarks = slimming.normObstacles + remarks
        largestDifference = difference
    }

    /// Channels that went, by cause.
    public var gone: [LayerChannels.Cause: Int] {
        layers.reduce(into: [:]) { sum, layer in sum.merge(layer.gone, uniquingKeysWith: +) }
    }
}
