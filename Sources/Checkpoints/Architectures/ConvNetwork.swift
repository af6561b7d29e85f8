import Checkpoints
import Diagnostics
import Tensors

/// A checkpoint whose architecture is understood: its convolutions in network order.
public struct ConvNetwork: Sendable {
    /// The file behind it.
    public let checkpoint: Checkpoint
    /// The architecture family as its authors write it ("MobileNetV2"); nil for an unknown network.
    public let family: String?
    /// The network in full ("MobileNetV2 0.35"); "unknown network" without a family.
    public let title: String
    /// Why the family was recognised, or what kept it from being so; one sentence.
    public let recognition: String
    /// Every convolution in network order, pointwise ones included.
    public package(set) var layers: [ConvLayer]
    /// Weights that the family has and the file has not, in network order: the kernels can be analysed, the network
    /// cannot be run.
    public package(set) var missingTensors: [String] = []
    /// Outputs of the classifier; nil for a bare backbone.
    public let classCount: Int?
    /// Padding, size and preprocessing of the input.
    public let input: InputConvention

    /// What stands before the names of all its tensors in the file ("state_dict."); mostly empty.
    public package(set) var prefix = ""
    /// The library whose names the tensors have ("torchvision", "Keras"); nil without a family.
    public package(set) var library: String?

    /// What looks like the weight of a convolution and is no layer here, in file order, each with its reason.
    public package(set) var leftOut: [LeftOutTensor] = []
    /// Whether the order of ``layers`` is the network's; where it is not known, nothing that rests on depth holds.
    public package(set) var isOrderKnown = true
    /// Whether the family was found by the shapes of its layers, whatever their names.
    public package(set) var isRecognisedByShapes = false
    /// Batch normalisations of the file that stand beside no layer, by their modules.
    public package(set) var unpairedNorms: [String] = []
    /// Layers of the family that lack what the others' batch normalisations have, each with what it lacks; empty where
    /// none has any, as after folding.
    public package(set) var missingNorms: [MissingNorm] = []
    /// Vectors for which constants stand, as the file has none: biases, scales, shifts.
    public package(set) var absentVectors: [AbsentVectors] = []
    /// How many blocks the stages have where no published network of the family has as many; nil where one has.
    public package(set) var unpublishedDepths: [Int]?
    /// The share of the image's resolution, 16 for a sixteenth, from which on dilation takes the place of strides as the
    /// settings beside the weights say; nil where every stride is the design's.
    public package(set) var outputStride: Int?
    /// A family that an unknown network nearly is, and what keeps it from being one; nil where none is near.
    public package(set) var nearest: String?

    /// A layer whose batch normalisation is not in the file, or not whole.
    public struct MissingNorm: Sendable, Equatable, Codable {
        /// The layer.
        public let layer: String
        /// What the file would call the first tensor that is absent.
        public let tensor: String
        /// Whether the layer has a bias instead and nothing of a normalisation, as folding leaves it.
        public let isFolded: Bool
    }

    /// The layers without those outside the recognised family; all layers of an unknown network.
    package var familyLayers: [ConvLayer] { layers.filter { !$0.isOutsideFamily } }

    /// A name in the file as the network itself has it.
    package func withoutPrefix(_ name: String) -> String {
        name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
    }

    /// The spatial convolutions, those that have a number.
    public var spatialLayers: [ConvLayer] { layers.filter { $0.number != nil } }

    /// The spatial convolution `#number`.
    ///
    /// Throws `weights.layerOutOfRange`.
    public func spatialLayer(_ number: Int) throws -> ConvLayer {
        guard let layer = layers.first(where: { $0.number == number }) else {
            let count = spatialLayers.count
            throw KernelVizError(
                code: "weights.layerOutOfRange", subject: checkpoint.path, found: "no layer #\(number)",
                expected: count == 0 ? "a network with N×N convolutions" : "a number from 1 to \(count)",
                advice: "Run 'kernelviz classify \(checkpoint.path)' to see the layers")
        }
        return layer
    }

    /// Whether NaN and infinite weights are handed over.
    public enum NonFinite: Sendable {
        /// They are an error: for whoever computes with the weights.
        case refused
        /// They are part of the tensor: for whoever draws and counts them.
        case kept
    }

    /// The weight of a layer as O×I×H×W, whatever order the file has.
    ///
    /// Throws `weights.nonFinite` unless NaN and infinity are kept, `weights.wrongShape`, or the format's own error.
    public func weight(of layer: ConvLayer, nonFinite: NonFinite = .refused) throws -> Tensor {
        let tensor = try readWeight(layer)
        guard nonFinite == .refused else { return tensor }
        let count = tensor.nonFiniteCount
        guard count == 0 else {
            throw KernelVizError(
                code: "weights.nonFinite", subject: "\(checkpoint.path): \(layer.tensorName)",
                found: "\(count) of \(tensor.shape.elementCount) values are NaN or infinite",
                expected: "finite weights", advice: "The training diverged or the file is damaged; use another one")
        }
        return tensor
    }

    /// The same network with other layers and another way to read them.
    package func replacing(
        layers: [ConvLayer], readWeight: (@Sendable (ConvLayer) throws -> Tensor)? = nil
    ) -> ConvNetwork {
        var network = self
        network.layers = layers
        if let readWeight { network.readWeight = readWeight }
        return network
    }

    private var readWeight: @Sendable (ConvLayer) throws -> Tensor

    /// Joins what is known of every network with the means to read its weights; the other properties have what most
    /// networks have.
    package init(
        checkpoint: Checkpoint, family: String?, title: String, recognition: String, layers: [ConvLayer],
        classCount: Int?, input: InputConvention, readWeight: @escaping @Sendable (ConvLayer) throws -> Tensor
    ) {
        self.checkpoint = checkpoint
        self.family = family
        self.title = title
        self.recognition = recognition
        self.layers = layers
        self.classCount = classCount
        self.input = input
        self.readWeight = readWeight
    }
}
