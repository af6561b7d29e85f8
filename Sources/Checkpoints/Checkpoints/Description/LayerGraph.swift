/// What a network computes, as its file describes it: operations in order, weights by the names of their tensors.
///
/// ONNX and TFLite models, Keras' `model_config` and our own exports are read into this one form, from which the engine's
/// graph is built. Values are N×C×H×W whatever order the file has; axes, pads and strides are those of rows and columns.
/// A softmax at the end is left out: results are logits.
public struct LayerGraph: Sendable, Equatable, Codable {
    /// What a node computes; which of ``Node``'s settings each kind uses.
    public enum Kind: String, Sendable, Equatable, Codable, CaseIterable {
        /// The image.
        case input
        /// weight, bias, strides, dilations, padding, groups. A weight of two axes (I×O where isInputFirst) is that of a
        /// fully connected layer on a point or, with a window, on a map of so many rows and columns whose channels were
        /// flattened last.
        case convolution
        /// As ``convolution``, the weight I×O×H×W (as the checkpoint's axes say); analysed, not run.
        case transposedConvolution
        /// weight of fewer kernels than channels, which repeat; strides, padding.
        case sharedDepthwise
        /// weight, bias, mean, variance (weight and bias may be absent: ones and zeros), epsilon.
        case batchNormalization
        /// weight, bias (either may be absent: ones, zeros), epsilon: over the channels of each pixel.
        case layerNormalization
        /// weight, bias (either may be absent: ones, zeros), epsilon: over the channels of each pixel, without their mean.
        case rmsNormalization
        /// weight, bias (either may be absent: ones, zeros), epsilon: by the share of each channel in the whole response
        /// (ConvNeXt version 2).
        case responseNormalization
        /// scale·x + shift: numbers in the node, one or one a channel.
        case affine
        /// scale·x + shift, one value a channel, in tensors: weight, bias (which may be absent: zeros).
        case affineTensors
        /// function.
        case activation
        /// The sum of two inputs.
        case add
        /// The product of two inputs; the second may have one value a channel.
        case multiply
        /// Inputs joined along the channels.
        case concatenate
        /// A range of channels: range.
        case slice
        /// The mean of each channel.
        case globalAveragePool
        /// window, strides, padding, countsPadding.
        case averagePool
        /// window, strides, padding.
        case maximumPool
        /// weight O×I (I×O where isInputFirst), bias; flattens its input first.
        case linear
        /// groups.
        case channelShuffle
        /// Zeros around the image, to be joined with the convolution or pool behind: padding.
        case pad
        /// Something that has no counterpart here; function holds the file's own word for it.
        case unsupported
    }

    /// How zeros lie around an input.
    public enum Padding: Sendable, Equatable, Codable {
        /// So many rows and columns on each side: top, left, bottom, right.
        case explicit([Int])
        /// TensorFlow's "SAME": output ceil(length / stride), of an odd surplus the larger part below and to the right.
        case same

        /// None.
        public static let none = Padding.explicit([0, 0, 0, 0])

        /// "same", or four lengths in a list.
        public init(from decoder: any Decoder) throws {
            let box = try decoder.singleValueContainer()
            if let lengths = try? box.decode([Int].self), lengths.count == 4 {
                self = .explicit(lengths)
            } else if try box.decode(String.self) == "same" {
                self = .same
            } else {
                throw DecodingError.dataCorruptedError(in: box, debugDescription: "neither four lengths nor 'same'")
            }
        }

        /// "same", or four lengths in a list.
        public func encode(to encoder: any Encoder) throws {
            var box = encoder.singleValueContainer()
            switch self {
            case .explicit(let lengths): try box.encode(lengths)
            case .same: try box.encode("same")
            }
        }
    }

    /// One operation; settings that its kind does not use are nil.
    public struct Node: Sendable, Equatable, Codable {
        /// Unique in the graph; the layer's own name where it has one.
        public var name: String
        /// What it computes.
        public var kind: Kind
        /// The nodes that it reads, all before it.
        public var inputs: [String]
        /// The tensor of the checkpoint that is its weight (γ of a batch normalisation).
        public var weight: String?
        /// The tensor that is its bias (β of a batch normalisation).
        public var bias: String?
        /// The tensor of the running mean.
        public var mean: String?
        /// The tensor of the running variance.
        public var variance: String?
        /// Added to the variance.
        public var epsilon: Float?
        /// Rows and columns between neighbouring outputs; nil for 1 and 1.
        public var strides: [Int]?
        /// Rows and columns between neighbouring weights; nil for 1 and 1.
        public var dilations: [Int]?
        /// Zeros around the input; nil for none.
        public var padding: Padding?
        /// Into how many groups channels are cut; nil for 1.
        public var groups: Int?
        /// Rows and columns of a pool's window.
        public var window: [Int]?
        /// Whether zeros of the border count in a mean; nil for no.
        public var countsPadding: Bool?
        /// The engine's word for an activation (relu, relu6, silu, hardSwish, sigmoid, hardSigmoid …), or the file's own
        /// word for something unsupported.
        public var function: String?
        /// The file's own word for a function of each number that is not known here, of something unsupported: a user may
        /// say what it is.
        public var unknownFunction: String?
        /// First channel and the one behind the last.
        public var range: [Int]?
        /// Numbers of an affine map, one or one a channel.
        public var scale: [Float]?
        /// Numbers of an affine map, one or one a channel.
        public var shift: [Float]?
        /// Whether a linear layer's weight is I×O, as Keras and TensorFlow have it; nil for no.
        public var isInputFirst: Bool?

        /// An operation; set what its kind uses.
        public init(_ kind: Kind, name: String, inputs: [String]) {
            self.kind = kind
            self.name = name
            self.inputs = inputs
        }
    }

    /// In an order in which every node reads only nodes before it.
    public var nodes: [Node]
    /// The node whose result is the network's; nil for the last one.
    public var output: String?
    /// Where the description comes from, in words ("ONNX graph", "Keras model_config", "TFLite graph").
    public var origin: String
    /// The file's own word for a function of the whole result that is left out at the end ("Softmax"); nil for none.
    public var finalFunction: String?

    /// Groups the parts; see the properties.
    public init(nodes: [Node] = [], output: String? = nil, origin: String) {
        self.nodes = nodes
        self.output = output
        self.origin = origin
    }
}

extension LayerGraph {
    /// Whether an operation of one value sounds like a function of each number ("custom_hard_swish", "LeakyRelu").
    static func soundsLikeFunction(_ name: String) -> Bool {
        let name = name.lowercased()
        // Not where weights are part of it.
        guard !["conv", "gemm", "matmul", "dense", "norm", "add"].contains(where: { name.contains($0) }) else {
            return false
        }
        return ["swish", "silu", "elu", "mish", "sigmoid", "tanh", "softplus", "softsign", "activation"].contains {
            name.contains($0)
        }
    }

    /// What the graph says about each layer, by the layers' modules in the checkpoint's listing.
    func facts(_ entries: [Checkpoint.Entry]) -> ModelFacts {
        let modules = Dictionary(entries.map { ($0.name, $0.module) }, uniquingKeysWith: { first, _ in first })
        // Where two normalise one result, neither is the layer's own.
        var norms: [String: String?] = [:]
        for node in nodes where node.kind == .batchNormalization {
            guard let input = node.inputs.first, let tensor = node.weight ?? node.mean else { continue }
            norms.updateValue(norms.keys.contains(input) ? nil : tensor, forKey: input)
        }
        var facts = ModelFacts()
        for node in nodes {
            guard let weight = node.weight ?? node.mean, let module = modules[weight], facts.layers[module] == nil
            else { continue }
            facts.order.append(module)
            var layer = ModelFacts.Layer(
                className: node.kind.rawValue,
                padding: node.padding == .same ? "same" : nil, epsilon: node.epsilon,
                groups: node.kind == .sharedDepthwise ? nil : node.groups ?? 1, dilation: node.dilations?.first ?? 1,
                norm: norms[node.name].flatMap(\.self).flatMap { modules[$0] })
            layer.setStrides(node.strides ?? [1])
            facts.layers[module] = layer
        }
        facts.graph = self
        return facts
    }
}
