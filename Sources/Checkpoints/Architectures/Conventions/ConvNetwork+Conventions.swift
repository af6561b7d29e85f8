import Checkpoints
import Diagnostics

extension ConvNetwork {
    /// How it pads, normalises and is fed, each with where that came from.
    public var conventions: [Convention] {
        [
            architectureConvention, depthConvention, strideConvention, poolingConvention, paddingConvention,
            epsilonConvention, activationConvention, inputSizeConvention, preprocessingConvention, resizingConvention,
            classConvention,
        ].compactMap { $0 }
            + absentVectors.map { Convention($0.kind, $0.value, .assumed, $0.reason) }
    }

    private var settings: HubConfig? { HubConfig(checkpoint.attributes) }

    /// The architecture that the file names where its shapes are that one's; nil where it names none or another.
    private var statedArchitecture: (name: String, source: String)? {
        guard let stated = ArchitectureHints.statedName(checkpoint.attributes),
            NamedArchitecture(stated.name).conflict(family: family, title: title) == nil
        else { return nil }
        return stated
    }

    private var architectureConvention: Convention? {
        statedArchitecture.map { Convention("architecture", $0.name, .file, $0.source) }
    }

    private var resizingConvention: Convention? {
        guard let settings, let preprocessing = settings.preprocessing, let crop = preprocessing.crop else {
            return nil
        }
        let filter = preprocessing.interpolation.map { ", \($0)" } ?? ""
        let size = preprocessing.resize.map { "to \($0)" } ?? "none"
        return Convention("resizing", "\(size), middle \(crop)\(filter)", .file, settings.imageSource)
    }

    private var classConvention: Convention? {
        guard checkpoint.description?.classNames == nil, checkpoint.attributes["class_names"] == nil,
            let (names, source) = statedClassNames, names.count == classCount || classCount == nil
        else { return nil }
        let list = names.prefix(3).map { "'\($0.printable.prefix(32))'" }.joined(separator: ", ")
        return Convention(
            "class names", "\(names.count): \(list)\(names.count > 3 ? " …" : "")", .file, source)
    }

    /// The names of classes in a `config.json` or beside the weights of a training, and where they stand.
    private var statedClassNames: (names: [String], source: String)? {
        settings?.classNames.map { ($0, HubConfig.source) }
            ?? checkpoint.trainingClassNames.map { ($0.names, "'\($0.key)' beside the weights") }
    }

    private var names: String {
        if isRecognisedByShapes { return "shapes alone" }
        return library.map { "\($0) names" } ?? "no known library's names"
    }

    /// What other networks have a family's names and shapes and stride or dilate elsewhere.
    private static let namesakes: [Family: String] = [
        .resNet: "stride in the 3×3 layers; v1, anti-aliased and dilated nets look the same",
        .mobileNetV3: "dilated nets look the same",
        .efficientNet: "no anti-aliasing; nets that have it look the same",
        .mobileNetV4: "no anti-aliasing; nets that have it look the same",
    ]

    /// Families of which only timm has such nets.
    private static let timmAlone: Set<Family> = [.efficientNet, .mobileNetV4]

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
        if let outputStride {
            return Convention(
                name, "\(family)'s, dilation in the place of strides from output stride \(outputStride) on", .file,
                HubConfig.source)
        }
        if let origin = averagesBeforeStrides {
            return Convention(
                name, "\(family)'s, means of 2×2 in the place of strides", Self.origin(origin), Self.reason(origin))
        }
        // A name that the file has says which of the nets that look the same it is.
        if let stated = statedArchitecture, NamedArchitecture(stated.name).family != nil {
            return Convention(name, "\(family)'s", .file, stated.source)
        }
        let isAlone = knownFamily.map(Self.timmAlone.contains) == true && library != "timm"
        let others = library?.hasPrefix("Keras") == true || isAlone ? nil : knownFamily.flatMap { Self.namesakes[$0] }
        return Convention(
            name, "\(family)'s", .assumed, ([names] + (others.map { [$0] } ?? [])).joined(separator: "; "))
    }

    /// Nil where every block is one of a published network.
    private var depthConvention: Convention? {
        unpublishedDepths.map { depths in
            Convention(
                "depth", "unknown: \(depths.map(String.init).joined(separator: ", ")) blocks", .assumed,
                "no published \(family ?? "network") has as many; a block may be missing")
        }
    }

    /// Nil for an unknown network without a graph.
    private var poolingConvention: Convention? {
        if let graph = checkpoint.model?.graph { return Convention("pooling", "layer by layer", .file, graph.origin) }
        return family.map { designed("pooling", "\($0)'s") }
    }

    /// Nil for an unknown network without a graph. Gates of squeeze-and-excite are left out.
    private var activationConvention: Convention? {
        let name = "activation"
        if let graph = checkpoint.model?.graph { return Convention(name, "layer by layer", .file, graph.origin) }
        guard let family else { return nil }
        if let own = settings?.activation { return Convention(name, own, .file, HubConfig.source) }
        // The one family that follows it.
        if knownFamily == .mobileNetV1, let own = checkpoint.attributes["activation"] {
            return Convention(name, own, .file)
        }
        var functions: [String] = []
        for function in familyLayers.compactMap(\.activation)
        where !["sigmoid", "hardSigmoid"].contains(function) && !functions.contains(function) {
            functions.append(function)
        }
        let value = functions.isEmpty ? "\(family)'s" : functions.joined(separator: ", ")
        if let hint = hints.activation, functions == [hint.value] {
            return Convention(name, value, Self.origin(hint.origin), Self.reason(hint.origin))
        }
        return designed(name, value)
    }

    /// What the family's design tells where the file names the architecture, else an assumption.
    private func designed(_ name: String, _ value: String) -> Convention {
        if let stated = statedArchitecture, NamedArchitecture(stated.name).family != nil {
            return Convention(name, value, .file, stated.source)
        }
        return Convention(name, value, .assumed, names)
    }

    private var hints: ArchitectureHints {
        ArchitectureHints(attributes: checkpoint.attributes, path: checkpoint.path, family: family, library: library)
    }

    private var paddingConvention: Convention {
        let value =
            hasFixedBorders
            ? "zeros of fixed widths where it strides"
            : input.padding == .tensorFlowSame ? "TensorFlow's SAME" : "symmetric"
        if let graph = checkpoint.model?.graph { return Convention("padding", "layer by layer", .file, graph.origin) }
        if let own = InputConvention.padding(checkpoint.attributes) {
            let isOwn = checkpoint.attributes["padding"] != nil || settings?.padding != own
            return Convention("padding", value, .file, isOwn ? "" : HubConfig.source)
        }
        if let hint = hints.padding {
            return Convention("padding", value, Self.origin(hint.origin), Self.reason(hint.origin))
        }
        if hasFixedBorders { return Convention("padding", value, .file, HubConfig.source) }
        return Convention("padding", value, .assumed, names)
    }

    /// transformers' EfficientNet has zeros of fixed widths around the maps that it strides over, TensorFlow's for lengths
    /// of its own images; `depthwise_padding` lists the blocks where they are equal on all sides.
    package var hasFixedBorders: Bool {
        knownFamily == .efficientNet && library == "transformers" && input.padding == .tensorFlowSame
            && checkpoint.attributes["hf.model_type"] == "efficientnet"
            && InputConvention.padding(checkpoint.attributes) == nil
    }

    /// Nil without a batch normalisation.
    private var epsilonConvention: Convention? {
        guard let epsilon = layers.lazy.compactMap(\.batchNorm?.epsilon).first else { return nil }
        let attributes = checkpoint.attributes
        let isStated =
            attributes["bn_eps"] != nil || attributes["batch_norm"]?.contains("eps=") == true
            || checkpoint.model?.layers.values.contains { $0.epsilon != nil } == true
        if isStated { return Convention("batch-norm ε", "\(epsilon)", .file) }
        if settings?.epsilon == epsilon { return Convention("batch-norm ε", "\(epsilon)", .file, HubConfig.source) }
        if let hint = hints.epsilon {
            return Convention("batch-norm ε", "\(epsilon)", Self.origin(hint.origin), Self.reason(hint.origin))
        }
        return Convention("batch-norm ε", "\(epsilon)", .assumed, names)
    }

    private var inputSizeConvention: Convention {
        input.size.map { size in
            let isFromSettings =
                checkpoint.description?.inputSize == nil && checkpoint.model?.inputSize == nil
                && checkpoint.attributes["input"] == nil && settings?.inputSize == size
            return Convention("input size", "\(size)", .file, isFromSettings ? settings?.imageSource ?? "" : "")
        }
            ?? Convention("input size", "224", .assumed, "ImageNet's habit")
    }

    private var preprocessingConvention: Convention {
        guard input.mean != nil else {
            return Convention(
                "preprocessing", InputConvention.imageNet, .assumed, "nothing tells it: ImageNet's habit")
        }
        if InputConvention.isStated(checkpoint) {
            let isFromSettings =
                settings?.normalisation.map { $0.mean == input.mean && $0.scale == input.scale } == true
            return Convention(
                "preprocessing", input.words, .file, isFromSettings ? settings?.imageSource ?? "" : "")
        }
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
