import Checkpoints

/// What a network's own name says that neither its tensors' names nor their shapes do.
///
/// timm's ports of TensorFlow's networks (`tf_efficientnet_b0`) have the names and shapes of its other networks, but pad
/// as TensorFlow does, with ε = 1e-3. Which of them a file is can be told by its attributes (`hf.architecture`,
/// `architecture`) or assumed from its file name. A name proves nothing: hints are given only where the family that was
/// recognised by its shapes is the one that the name stands for. What a file says itself (attributes `padding`,
/// `batch_norm` …, options) comes first; a hint comes before the library's default.
///
///     let hints = ArchitectureHints(attributes: checkpoint.attributes, path: checkpoint.path, family: network.family, library: network.library)
///     hints.padding?.value   // .tensorFlowSame
///     hints.padding?.origin  // "assumed from the file's name (tf_efficientnet_b0)"
public struct ArchitectureHints: Sendable, Equatable {
    /// A convention and where it comes from.
    public struct Hint<Value: Sendable & Equatable>: Sendable, Equatable {
        /// The convention.
        public let value: Value
        /// Where it comes from, in words for people: "file (architecture tf_efficientnet_b0)" or "assumed from the
        /// file's name (tf_efficientnet_b0)".
        public let origin: String
    }

    /// The name that was found ("tf_efficientnet_b0"); nil for none.
    public let architecture: String?
    /// How convolutions pad.
    public let padding: Hint<InputConvention.Padding>?
    /// What batch normalisation adds to variances.
    public let epsilon: Hint<Float>?
    /// The function behind convolutions where the name tells it; in the engine's words ("relu", "relu6").
    public let activation: Hint<String>?
    /// How images are normalised, in the words of `InputConvention` ("x/127.5-1").
    public let normalisation: Hint<String>?
    /// What a network of this name does that no other part of its file shows and that cannot be computed here ("blurs
    /// before it strides (anti-aliasing)"); nil for most.
    public let peculiarity: Hint<String>?

    /// Looks for a name in a checkpoint's attributes, then in its path; `family` is what its shapes say
    /// (``ConvNetwork/family``), `library` whose names its tensors have (``ConvNetwork/library``): the names are timm's, and
    /// another library's file that is called alike ("mobilenetv1_0.25.h5") is none of them.
    public init(attributes: [String: String], path: String, family: String?, library: String?) {
        let (name, origin) = library?.contains("timm") == true ? Self.find(attributes, path) : (nil, "")
        guard let name, let rule = Self.rules.first(where: { name.hasPrefix($0.prefix) }),
            rule.family.rawValue == family
        else {
            self.init(
                architecture: nil, padding: nil, epsilon: nil, activation: nil, normalisation: nil, peculiarity: nil)
            return
        }
        func hint<Value>(_ value: Value?) -> Hint<Value>? { value.map { Hint(value: $0, origin: origin) } }
        let isPort = name.hasPrefix("tf_") || Self.isPruned(name)
        let peculiarity = hint(rule.peculiarity)
        guard rule.family != .resNet, rule.family != .convNeXt else {
            self.init(
                architecture: name, padding: nil, epsilon: nil, activation: nil, normalisation: nil,
                peculiarity: peculiarity)
            return
        }
        self.init(
            architecture: name, padding: hint(isPort ? .tensorFlowSame : .torch),
            epsilon: hint(isPort || name.hasPrefix("mobilenetv3_rw") ? 1e-3 : 1e-5),
            activation: hint(name.contains("_minimal_") ? "relu" : rule.activation),
            normalisation: hint(Self.isHalved(name) ? "x/127.5-1" : InputConvention.imageNet),
            peculiarity: peculiarity)
    }

    private init(
        architecture: String?, padding: Hint<InputConvention.Padding>?, epsilon: Hint<Float>?,
        activation: Hint<String>?, normalisation: Hint<String>?, peculiarity: Hint<String>?
    ) {
        self.architecture = architecture
        self.padding = padding
        self.epsilon = epsilon
        self.activation = activation
        self.normalisation = normalisation
        self.peculiarity = peculiarity
    }
}

extension ArchitectureHints {
    /// How timm's names begin, the family and, where all of the name have one, the function.
    private struct Rule {
        let prefix: String
        let family: ConvNetwork.Family
        var activation: String?
        /// What cannot be computed here.
        var peculiarity: String?
    }

    private static let blurs = "blurs before it strides (anti-aliasing)"
    static let averages = "averages before it strides (anti-aliasing)"

    /// Longer names before those that they begin with.
    private static let rules: [Rule] = [
        Rule(prefix: "efficientnet_blur_", family: .efficientNet, activation: "silu", peculiarity: blurs),
        Rule(prefix: "efficientnet_b1_pruned", family: .efficientNet, activation: "silu"),
        Rule(prefix: "efficientnet_b2_pruned", family: .efficientNet, activation: "silu"),
        Rule(prefix: "efficientnet_b3_pruned", family: .efficientNet, activation: "silu"),
        Rule(prefix: "mobilenetv4_conv_blur", family: .mobileNetV4, peculiarity: blurs),
        Rule(prefix: "mobilenetv4_conv_aa", family: .mobileNetV4, peculiarity: averages),
        Rule(prefix: "resnetblur", family: .resNet, peculiarity: blurs),
        Rule(prefix: "resnetaa", family: .resNet, peculiarity: averages),
        Rule(prefix: "seresnetaa", family: .resNet, peculiarity: averages),
        Rule(prefix: "seresnextaa", family: .resNet, peculiarity: averages),
        Rule(prefix: "ecaresnetaa", family: .resNet, peculiarity: averages),
        Rule(
            prefix: "test_convnext", family: .convNeXt,
            peculiarity: "has GELU by a hyperbolic tangent and another ε in its layer normalisation"),
        Rule(prefix: "tf_efficientnetv2_", family: .efficientNetV2, activation: "silu"),
        Rule(prefix: "tf_efficientnet_lite", family: .efficientNet, activation: "relu6"),
        Rule(prefix: "tf_efficientnet_e", family: .efficientNetEdgeTPU, activation: "relu"),
        Rule(prefix: "tf_efficientnet_", family: .efficientNet, activation: "silu"),
        Rule(prefix: "tf_mobilenetv3_", family: .mobileNetV3),
        Rule(prefix: "efficientnetv2_", family: .efficientNetV2, activation: "silu"),
        Rule(prefix: "efficientnet_lite", family: .efficientNet, activation: "relu6"),
        Rule(prefix: "efficientnet_es", family: .efficientNetEdgeTPU, activation: "relu"),
        Rule(prefix: "efficientnet_em", family: .efficientNetEdgeTPU, activation: "relu"),
        Rule(prefix: "efficientnet_el", family: .efficientNetEdgeTPU, activation: "relu"),
        Rule(prefix: "mobilenetv1_", family: .mobileNetV1, activation: "relu6"),
        Rule(prefix: "mobilenetv3_rw", family: .mobileNetV3),
    ]

    /// Attributes that name the architecture, the first that is there counts: `config.json`, other files' own, the
    /// entries of training checkpoints (timm's "arch", the "model" of torchvision's arguments).
    private static let attributeNames = [
        "hf.architecture", "hf.architectures", "hf.model_type", "architecture", "model_name", "arch", "torch.arch",
        "torch.architecture", "torch.model_name", "torch.args.model", "torch.args.arch",
    ]

    /// The name that a file itself gives its architecture, and where it stands, in words; nil where it gives none that
    /// is known here. Those of `config.json` count even where they are not known.
    static func statedName(_ attributes: [String: String]) -> (name: String, source: String)? {
        for key in attributeNames {
            guard let name = attributes[key], name.utf8.count <= 128,
                name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "_-./".contains($0)) })
            else { continue }
            if key.hasPrefix("hf.") { return (name, HubConfig.source) }
            if NamedArchitecture(name).family != nil {
                return (name, "'\(key.hasPrefix("torch.") ? String(key.dropFirst(6)) : key)' in the file")
            }
        }
        return nil
    }

    /// Files that are called what every file is called; their folder says more.
    private static let generic = ["model", "pytorch_model", "tf_model", "weights", "checkpoint", "model_best", "last"]

    /// The published name with which a file's own name begins, up to its ending; that of the folder where the file is
    /// called what every file is called. Nil where it begins with none that is known here.
    static func fileName(of path: String) -> String? {
        let parts = path.split(separator: "/").map(String.init)
        guard let file = parts.last else { return nil }
        let stem = file.prefix { $0 != "." && $0 != "-" }.lowercased()
        let name = generic.contains(stem) ? parts.dropLast().last : file
        guard let name, name.utf8.count <= 128, NamedArchitecture(name).family != nil else { return nil }
        let endings = [
            ".pth", ".pt", ".tar", ".bin", ".ckpt", ".safetensors", ".h5", ".hdf5", ".keras", ".npz", ".onnx",
            ".tflite",
        ]
        var result = name
        while let ending = endings.first(where: result.lowercased().hasSuffix) {
            result = String(result.dropLast(ending.count))
        }
        return result
    }

    /// The architecture's name and where it was found.
    private static func find(_ attributes: [String: String], _ path: String) -> (name: String?, origin: String) {
        for attribute in attributeNames {
            guard let text = attributes[attribute], let name = name(in: text) else { continue }
            return (name, "file (\(attribute) \(name))")
        }
        let parts = path.split(separator: "/")
        guard let file = parts.last else { return (nil, "") }
        if let name = name(in: String(file)) { return (name, "assumed from the file's name (\(name))") }
        let stem = file.prefix { $0 != "." && $0 != "-" }.lowercased()
        guard generic.contains(stem) else { return (nil, "") }
        // Hugging Face's cache: models--timm--NAME/snapshots/HASH/model.safetensors.
        for folder in parts.dropLast().suffix(3).reversed() {
            if let name = name(in: String(folder)) { return (name, "assumed from the folder's name (\(name))") }
        }
        return (nil, "")
    }

    /// The first name of ``rules`` that stands in the text as a word: nothing of a name before it.
    private static func name(in text: String) -> String? {
        let characters = Array(text.lowercased())
        func isPart(_ character: Character) -> Bool {
            character.isASCII && (character.isLetter || character.isNumber || character == "_")
        }
        for start in characters.indices where start == 0 || !isPart(characters[start - 1]) {
            // "timm_tf_…", "my_tf_…": a library's name and an underscore may stand before.
            let word = String(characters[start...].prefix(while: isPart))
            for part in parts(of: word) where rules.contains(where: { part.hasPrefix($0.prefix) }) { return part }
        }
        return nil
    }

    /// The word and what is left of it behind each of its underscores.
    private static func parts(of word: String) -> [String] {
        let pieces = word.split(separator: "_", omittingEmptySubsequences: false)
        return pieces.indices.map { pieces[$0...].joined(separator: "_") }
    }

    /// Whether timm's network was pruned from TensorFlow's.
    private static func isPruned(_ name: String) -> Bool {
        name.hasPrefix("efficientnet_b") && name.contains("_pruned")
    }

    /// Whether timm normalises the network's images to −1 … 1 rather than by ImageNet's statistics.
    private static func isHalved(_ name: String) -> Bool {
        if name.hasPrefix("mobilenetv1_") || name.hasPrefix("tf_mobilenetv3_") { return true }
        if name.hasPrefix("tf_efficientnet_lite") || name.hasPrefix("tf_efficientnet_e") { return true }
        return name.hasPrefix("tf_efficientnetv2_") && !name.hasPrefix("tf_efficientnetv2_b")
    }
}
