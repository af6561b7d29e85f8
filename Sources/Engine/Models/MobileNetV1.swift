import Diagnostics
import Engine
import Tensors
import Architectures

/// MobileNetV1 with the weights of a file, ready to be planned and run: 3 → 32α channels, thirteen depthwise-separable
/// blocks, average pool, classifier.
///
/// Tensor names are those of Keras' layers: `conv1`, `conv_dw_N`, `conv_pw_N` and their `…_bn`, `conv_preds`.
/// Results that can be tapped: `conv1_relu`, `conv_dw_N_relu`, `conv_pw_N_relu`, `gap`, `logits`.
/// Source: Howard et al., arXiv 1704.04861, Table 1.
public struct MobileNetV1: Sendable {
    /// What a state dict does not tell about the net that it came from.
    public struct Conventions: Sendable, Equatable {
        /// Behind every batch normalisation.
        public var activation: ActivationFunction
        /// Of the 3×3 convolutions.
        public var padding: Padding
        /// ε of batch normalisation.
        public var epsilon: Float

        /// Groups the conventions.
        public init(activation: ActivationFunction, padding: Padding, epsilon: Float) {
            self.activation = activation
            self.padding = padding
            self.epsilon = epsilon
        }

        /// As Keras builds it: ReLU6, TensorFlow's "SAME" padding, ε = 1e-3.
        public static let keras = Conventions(activation: .relu6, padding: .same, epsilon: 1e-3)
        /// As PyTorch users build it: ReLU, one pixel on every side, ε = 1e-5.
        public static let torch = Conventions(activation: .relu, padding: .symmetric(1), epsilon: 1e-5)
    }

    /// The strides of the thirteen depthwise convolutions.
    static let strides = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1]

    /// The network.
    public let graph: Graph
    /// Channels of the images that it takes.
    public let inputChannels: Int
    /// The number of classes.
    public let classes: Int

    /// Builds the net; widths are read off the weights. `conv_preds` may be a linear layer or a 1×1 convolution.
    ///
    /// `strides` are those of the fourteen 3×3 convolutions, the published ones without.
    /// Throws `networks.noTensor`, `networks.badShape`, `networks.notFinite` or the file's own error.
    public init(weights: TensorLookup, conventions: Conventions, strides: [Int]? = nil) throws {
        let strides = strides ?? [2] + Self.strides
        precondition(strides.count == Self.strides.count + 1)
        let parameters = StoredParameters(weights, network: "MobileNetV1", anchor: "conv1/weight")
        var builder = LayerBuilder(parameters)
        let stem = try Self.shape("conv1/weight", in: parameters, weights, "a 3×3 convolution")
        var width = stem[0]
        inputChannels = stem[1]
        var result = builder.graph.add(.input, name: "input")
        result = try builder.convolution(
            result, "conv1", [width, stem[1], 3, 3], stride: strides[0],
            padding: conventions.padding, hasBias: parameters.contains("conv1/bias"), name: "conv1")
        result = try builder.normalizeAndActivate(result, "conv1", channels: width, conventions)
        for (index, stride) in strides.dropFirst().enumerated() {
            let (depthwise, pointwise) = ("conv_dw_\(index + 1)", "conv_pw_\(index + 1)")
            result = try builder.convolution(
                result, depthwise, [width, 1, 3, 3], stride: stride,
                padding: conventions.padding, groups: width, hasBias: parameters.contains("\(depthwise)/bias"),
                name: depthwise)
            result = try builder.normalizeAndActivate(result, depthwise, channels: width, conventions)
            let next = try Self.shape("\(pointwise)/weight", in: parameters, weights, "a 1×1 convolution")[0]
            result = try builder.convolution(
                result, pointwise, [next, width, 1, 1],
                hasBias: parameters.contains("\(pointwise)/bias"), name: pointwise)
            result = try builder.normalizeAndActivate(result, pointwise, channels: next, conventions)
            width = next
        }
        result = builder.graph.add(.globalAveragePool, result, name: "gap")
        let head = try Self.shape("conv_preds/weight", in: parameters, weights, "a classifier", ranks: [2, 4])
        classes = head[0]
        let weight = try builder.provider.tensor(
            "conv_preds/weight", head.rank == 4 ? [classes, width, 1, 1] : [classes, width], .uniform(fanIn: width))
        let bias = try builder.parameter("conv_preds/bias", [classes], .uniform(fanIn: width))
        let identifier = builder.graph.addParameter("conv_preds/weight", weight.reshaped([classes, width]))
        builder.graph.add(.linear(weight: identifier, bias: bias), result, name: "logits")
        try builder.provider.finish(roots: Self.roots)
        graph = builder.graph
    }

    /// The layers that a file of this family may hold.
    private static let roots: [String] =
        ["conv1", "conv1_bn", "conv_preds"]
        + strides.indices.flatMap { index in
            ["conv_dw_\(index + 1)", "conv_pw_\(index + 1)"].flatMap { [$0, "\($0)_bn"] }
        }

    private static func shape(
        _ name: String, in parameters: StoredParameters, _ weights: TensorLookup, _ expected: String,
        ranks: [Int] = [4]
    ) throws -> Shape {
        // A missing tensor is reported by the lookup, which knows the nearest name.
        guard let shape = parameters.shape(of: name) else {
            _ = try weights.rooted(at: "conv1/weight").tensor(name, shape: [], network: "MobileNetV1")
            preconditionFailure("\(name) has a shape after all")
        }
        guard ranks.contains(shape.rank), shape.dimensions.allSatisfy({ $0 > 0 }) else {
            throw KernelVizError(
                code: "networks.badShape", subject: "\(weights.subject): \(name)", found: "shape \(shape)",
                expected: "the weight of \(expected)")
        }
        return shape
    }
}

extension LayerBuilder where Provider == StoredParameters {
    /// Batch normalisation where the file has one (else it is folded into the convolution), then the activation.
    fileprivate mutating func normalizeAndActivate(
        _ input: Graph.NodeID, _ layer: String, channels: Int, _ conventions: MobileNetV1.Conventions
    ) throws -> Graph.NodeID {
        var result = input
        if !provider.contains("\(layer)/bias") {
            result = try batchNorm(
                result, "\(layer)_bn", channels: channels, epsilon: conventions.epsilon, name: "\(layer)_bn")
        }
        return graph.add(.activation(conventions.activation), result, name: "\(layer)_relu")
    }
}
