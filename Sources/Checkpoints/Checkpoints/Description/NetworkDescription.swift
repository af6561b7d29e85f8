#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a network is beside its numbers, as one value that travels with them: every format that kernelviz writes holds it
/// as JSON under the key ``key``.
public struct NetworkDescription: Sendable, Equatable, Codable {
    /// The metadata key or root attribute that holds the JSON.
    public static let key = "kernelviz"
    /// The version of this schema that is written; a file of a later one is read as far as it is understood.
    public static let currentVersion = 1

    /// How a photograph becomes the network's input.
    public struct Preprocessing: Sendable, Equatable, Codable {
        /// Pixels of the shorter side after resizing; nil where images are not resized.
        public var resize: Int?
        /// Rows and columns of the crop from the middle.
        public var crop: Int?
        /// "bilinear" or "bicubic".
        public var interpolation: String?
        /// "RGB" or "BGR".
        public var order: String?
        /// Subtracted from each plane, in 0…255.
        public var mean: [Float]?
        /// Multiplied onto each plane after the mean is subtracted.
        public var scale: [Float]?

        /// Nothing known yet.
        public init() {}
    }

    /// What a tensor is to its layer, and how its axes lie.
    public struct Identity: Sendable, Equatable, Codable {
        /// The layer, components joined by dots.
        public let module: String
        /// What it is to the layer ("kernel").
        public let parameter: String
        /// The meaning of its axes.
        public let axes: WeightAxes
    }

    /// The version of the schema.
    public var version = NetworkDescription.currentVersion
    /// The network in full ("MobileNetV2 0.35").
    public var title: String
    /// The architecture family as its authors write it; nil for none.
    public var family: String?
    /// The padding convention: "torch" or "tf_same"; nil where layers differ.
    public var padding: String?
    /// ε of batch normalisation; nil where there is none or layers differ.
    public var epsilon: Float?
    /// Channels of the images that it takes.
    public var inputChannels: Int?
    /// Rows and columns of the images that it takes.
    public var inputSize: Int?
    /// How a photograph becomes its input.
    public var preprocessing: Preprocessing?
    /// The classes in the order of the logits.
    public var classNames: [String]?
    /// What it computes: strides, groups, dilation, padding and activation of every layer, which batch normalisation
    /// belongs to which layer. Weights are named as in the file that holds this description.
    public var graph: LayerGraph?
    /// What tensors are whose names in the file do not tell it, by these names.
    public var tensors: [String: Identity]?
    /// Where each fact came from when the file was written ("padding": "assumed …").
    public var origins: [String: String]?

    /// A description that knows no more than a title.
    public init(title: String) { self.title = title }

    /// Order, size and normalisation in the words of ``InputConvention`` ("RGB 224 /255 ImageNet mean/std"); nil where one
    /// of them is not known.
    public var inputWords: String? {
        guard let preprocessing, let mean = preprocessing.mean, let inputSize, inputChannels ?? 3 == 3 else {
            return nil
        }
        let convention = InputConvention(
            padding: .torch, channelOrder: preprocessing.order.flatMap(InputConvention.ChannelOrder.init) ?? .rgb,
            mean: mean, scale: preprocessing.scale)
        return convention.words.replacing(" ", with: " \(inputSize) ", maxReplacements: 1)
    }

    /// The JSON text, keys sorted.
    public var json: String? { Self.json(self) }

    /// Nil where the text is no description.
    public init?(json: String) {
        guard let value = Self.decoded(NetworkDescription.self, json) else { return nil }
        self = value
    }

    /// One line of JSON, keys sorted; nil where a number is not finite.
    static func json(_ value: some Encodable) -> String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) }
    }

    static func decoded<Value: Decodable>(_ type: Value.Type, _ json: String) -> Value? {
        try? JSONDecoder().decode(type, from: Data(json.utf8))
    }
}
