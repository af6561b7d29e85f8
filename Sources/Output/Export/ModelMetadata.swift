import Diagnostics
import VGNets
import Checkpoints

/// What an exported file says about its network beside the numbers, the same keys in every format.
///
/// - `producer`: "kernelviz".
/// - `family` and `config`: "VGNet" and the design as YAML, from which the network can be built again.
/// - `class_names`: a JSON list, one name a class.
/// - `input`: the preprocessing in words ("RGB 224 /255 ImageNet mean/std").
/// - `padding` and `batch_norm`: "torch" or "tf_same", "separate eps=0.001", where all layers agree.
/// - `kernelviz`: all that is known of the network, a `NetworkDescription` as JSON.
public struct ModelMetadata: Sendable, Equatable {
    /// The preprocessing of the paper's training, for `size` × `size` pixels: RGB in 0…1, ImageNet's mean and deviation.
    public static func imageNetInput(size: Int) -> String { "RGB \(size) /255 ImageNet mean/std" }

    /// The name of the network, one line.
    public var name: String
    /// The architecture family ("VGNet"); nil where it is not known.
    public var family: String?
    /// The design as YAML; nil for networks that no config describes.
    public var config: String?
    /// The names of the classes in the order of the logits; empty where they are not known.
    public var classNames: [String]
    /// The preprocessing in words; nil where it is not known.
    public var input: String?
    /// All that is known of the network; nil where nothing is but the facts above.
    public var description: NetworkDescription?

    /// Groups the facts; see the properties.
    public init(
        name: String, family: String? = nil, config: String? = nil, classNames: [String] = [], input: String? = nil
    ) {
        self.name = name
        self.family = family
        self.config = config
        self.classNames = classNames
        self.input = input
    }

    /// The facts of a VGNet; `input` is the preprocessing of the paper for images of three channels.
    public init(config: VGNetConfig, classNames: [String] = []) {
        self.init(
            name: config.name, family: "VGNet", config: config.yaml(), classNames: classNames,
            input: config.inputChannels == 3 ? Self.imageNetInput(size: config.inputSize) : nil)
    }

    /// The facts of a network as it was run; `config` is its design where it is a VGNet.
    ///
    /// A design needs no graph beside it.
    public init(_ description: NetworkDescription, config: VGNetConfig? = nil) {
        var description = description
        if config != nil { description.graph = nil }
        self.init(
            name: description.title, family: description.family, config: config?.yaml(),
            classNames: description.classNames ?? [], input: description.inputWords)
        self.description = description
    }

    /// The facts without the graph, for a format that is one.
    var withoutGraph: ModelMetadata {
        var copy = self
        copy.description?.graph = nil
        return copy
    }

    /// The facts as keys and values, in a stable order; what is not known is left out.
    var properties: [(key: String, value: String)] {
        var result = [(key: "producer", value: "kernelviz"), (key: "name", value: name)]
        if let family { result.append(("family", family)) }
        if let config { result.append(("config", config)) }
        if !classNames.isEmpty {
            result.append(("class_names", "[\(classNames.map(JSONText.quoted).joined(separator: ", "))]"))
        }
        if let input { result.append(("input", input)) }
        if let padding = description?.padding { result.append(("padding", padding)) }
        if let epsilon = description?.epsilon { result.append(("batch_norm", "separate eps=\(epsilon)")) }
        if let json = description?.json { result.append((NetworkDescription.key, json)) }
        return result
    }
}
