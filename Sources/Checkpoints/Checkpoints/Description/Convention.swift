/// Something that running a network needs and its weights do not tell, what is taken for it, and where that came from.
public struct Convention: Sendable, Equatable, Codable {
    /// Where a value came from, the surest first.
    public enum Origin: String, Sendable, Equatable, Codable {
        /// The user said so.
        case option
        /// The file says so: an attribute, metadata, a config, a graph.
        case file
        /// The family's published design.
        case family
        /// Nothing says so: it is what the library whose names the tensors have does, or a habit.
        case assumed
    }

    /// What it is ("strides and dilation", "padding", "batch-norm ε", "activation", "preprocessing", "input size", "class names").
    public let name: String
    /// What is taken for it, in words.
    public let value: String
    /// Where it came from.
    public let origin: Origin
    /// Why, in words ("torchvision names"); empty where the origin says it all.
    public let reason: String

    /// Groups the parts.
    public init(_ name: String, _ value: String, _ origin: Origin, _ reason: String = "") {
        self.name = name
        self.value = value
        self.origin = origin
        self.reason = reason
    }

    /// "padding symmetric (torchvision names)".
    public var text: String { "\(name) \(value)" + (reason.isEmpty ? "" : " (\(reason))") }
}

extension [Convention] {
    /// "Assumed: padding symmetric (torchvision names), …", or nil where nothing is.
    public var assumptions: String? {
        let assumed = filter { $0.origin == .assumed }
        return assumed.isEmpty ? nil : "Assumed: " + assumed.map(\.text).joined(separator: "; ") + "."
    }
}

extension ConvNetwork {
    /// How it pads, normalises and is fed, each with where that came from.
    public var conventions: [Convention] {
        [strideConvention, paddingConvention, epsilonConvention, inputSizeConvention, preprocessingConvention]
            .compactMap { $0 }
    }

    private var names: String {
        if isRecognisedByShapes { return "shapes alone" }
        return library.map { "\($0) names" } ?? "no known library's names"
    }

    /// What other networks have a family's names and shapes and stride or dilate elsewhere.
    private static let namesakes = [
        "ResNet": "stride in the 3×3 layers; v1, anti-aliased and dilated nets look the same",
        "MobileNetV3": "dilated nets look the same",
    ]

    /// Nil for an unknown network, of which ``recognition`` says how many strides are known.
    private var strideConvention: Convention? {
        guard let family else { return nil }
        let name = "strides and dilation"
        let facts = checkpoint.model
        if let graph = facts?.graph { return Convention(name, "layer by layer", .file, graph.origin) }
        let spatial = familyLayers.filter { $0.number != nil }
        let isTold = spatial.allSatisfy { layer in
            checkpoint.entry(named: layer.tensorName).flatMap { facts?.stride(of: $0.module) } != nil
        }
        if isTold { return Convention(name, "layer by layer", .file) }
        let others = library?.hasPrefix("Keras") == true ? nil : Self.namesakes[family]
        return Convention(
            name, "\(family)'s", .assumed, ([names] + (others.map { [$0] } ?? [])).joined(separator: "; "))
    }

    private var hints: ArchitectureHints {
        ArchitectureHints(attributes: checkpoint.attributes, path: checkpoint.path, family: family, library: library)
    }

    private var paddingConvention: Convention {
        let value = input.padding == .tensorFlowSame ? "TensorFlow's SAME" : "symmetric"
        if let graph = checkpoint.model?.graph { return Convention("padding", "layer by layer", .file, graph.origin) }
        if InputConvention.padding(checkpoint.attributes) != nil { return Convention("padding", value, .file) }
        if let hint = hints.padding {
            return Convention("padding", value, Self.origin(hint.origin), Self.reason(hint.origin))
        }
        return Convention("padding", value, .assumed, names)
    }

    /// Nil without a batch normalisation.
    private var epsilonConvention: Convention? {
        guard let epsilon = layers.lazy.compactMap(\.batchNorm?.epsilon).first else { return nil }
        let attributes = checkpoint.attributes
        let isStated =
            attributes["bn_eps"] != nil || attributes["batch_norm"]?.contains("eps=") == true
            || checkpoint.model?.layers.values.contains { $0.epsilon != nil } == true
        if isStated { return Convention("batch-norm ε", "\(epsilon)", .file) }
        if let hint = hints.epsilon {
            return Convention("batch-norm ε", "\(epsilon)", Self.origin(hint.origin), Self.reason(hint.origin))
        }
        return Convention("batch-norm ε", "\(epsilon)", .assumed, names)
    }

    private var inputSizeConvention: Convention {
        input.size.map { Convention("input size", "\($0)", .file) }
            ?? Convention("input size", "224", .assumed, "ImageNet's habit")
    }

    private var preprocessingConvention: Convention {
        guard input.mean != nil else {
            return Convention(
                "preprocessing", InputConvention.imageNet, .assumed, "nothing tells it: ImageNet's habit")
        }
        if InputConvention.isStated(checkpoint) { return Convention("preprocessing", input.words, .file) }
        if let hint = hints.normalisation {
            return Convention("preprocessing", input.words, Self.origin(hint.origin), Self.reason(hint.origin))
        }
        return Convention("preprocessing", input.words, .assumed, names)
    }

    /// The words without the origin itself.
    private static func reason(_ words: String) -> String {
        words.hasPrefix("assumed ") ? String(words.dropFirst("assumed ".count)) : words
    }

    private static func origin(_ words: String) -> Convention.Origin { words.hasPrefix("file") ? .file : .assumed }
}
