import Architectures
import Checkpoints
import Kernels

/// What is known of an analysed network beside its numbers: which file it was, what it is, and which layers it has.
///
/// A value that outlives the file: nothing is read through it.
public struct NetworkFacts: Sendable, Equatable, Codable {
    /// The file that was analysed.
    public struct File: Sendable, Equatable, Codable {
        /// The path as the user named it.
        public let path: String
        /// The file format in words.
        public let format: String
        /// SHA-256 of the file, 64 hexadecimal digits; empty where it was no longer readable.
        public let sha256: String
        /// What reading left out, converted or took for granted, one sentence each.
        public let notes: [String]

        /// Keeps what is known of a network's checkpoint.
        init(_ network: ConvNetwork) {
            let checkpoint = network.checkpoint
            path = checkpoint.path
            format = checkpoint.format
            sha256 = checkpoint.sha256
            notes = checkpoint.notes + [KernelBanks.mergingNote(on: network)].compactMap { $0 }
        }
    }

    /// The file that was analysed.
    public let checkpoint: File
    /// The architecture family as its authors write it; nil for an unknown network.
    public let family: String?
    /// The network in full ("MobileNetV2 0.35").
    public let title: String
    /// Why the family was recognised, or what kept it from being so; one sentence.
    public let recognition: String
    /// Every convolution in network order, pointwise ones included, without their batch normalisations.
    public let layers: [ConvLayer]
    /// Weights that the family has and the file lacks.
    public let missingTensors: [String]
    /// What looks like the weight of a convolution and is no layer, each with its reason.
    public let leftOut: [LeftOutTensor]
    /// Whether the order of ``layers`` is the network's.
    public let isOrderKnown: Bool
    /// Padding, size and preprocessing of the input.
    public let input: InputConvention
    /// How it pads, normalises and is fed, each with where that came from.
    public let conventions: [Convention]
    /// What settings beside the weights say that these contradict, one sentence each; nil where there is none.
    public let contradictions: [String]?

    /// The spatial convolutions, those that have a number.
    public var spatialLayers: [ConvLayer] { layers.filter { $0.number != nil } }

    /// Keeps what is known of a network; its file is read once for the digest.
    public init(_ network: ConvNetwork) {
        checkpoint = File(network)
        family = network.family
        title = network.title
        recognition = network.recognition
        layers = network.layers.map(\.withoutBatchNorm)
        missingTensors = network.missingTensors
        leftOut = network.leftOut
        isOrderKnown = network.isOrderKnown
        input = network.input
        conventions = network.conventions
        contradictions = network.contradictions.isEmpty ? nil : network.contradictions
    }
}
