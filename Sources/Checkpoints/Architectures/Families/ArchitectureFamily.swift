import Checkpoints
import Tensors

/// A published architecture as data: which convolutions it has, under the names that each library gives them.
struct ArchitectureFamily: Sendable {
    /// Which it is.
    let kind: ConvNetwork.Family
    /// The naming schemes in which its checkpoints are met.
    let dialects: [Dialect]
    /// Libraries whose networks have this family's shapes and stride or pool elsewhere.
    var lookalikes: [Lookalike] = []
    /// Throws where settings that its networks are read by are there and cannot be used.
    var checkSettings: @Sendable (Checkpoint) throws -> Void = { _ in }

    /// As its authors write it ("MobileNetV2").
    var name: String { kind.rawValue }

    /// The first tensor whose name is a lookalike's, in words; nil where there is none.
    func lookalike(in checkpoint: Checkpoint) -> String? {
        guard !lookalikes.isEmpty else { return nil }
        for entry in checkpoint.entries {
            let components = entry.name.split(whereSeparator: { "./".contains($0) })
            for lookalike in lookalikes where components.contains(Substring(lookalike.component)) {
                return "tensor '\(entry.name)' is named as in \(lookalike.difference)"
            }
        }
        return nil
    }

    /// Every family that is known.
    static let all = ConvNetwork.Family.allCases.map(\.design)
}

/// A library's networks that shapes do not tell from a family's.
struct Lookalike: Sendable {
    /// A part of the paths of its modules ("se_module").
    let component: String
    /// Whose networks they are and what they do otherwise, behind "named as in".
    let difference: String
}

/// One naming scheme of a family.
struct Dialect: Sendable {
    /// Whose names these are ("torchvision").
    let name: String
    /// The module of the first convolution; "*" before an ending stands for the network's own name (Keras).
    let stem: String
    /// What the library adds to variances unless the file says otherwise.
    var epsilon: Float = 1e-5
    /// How the library pads unless the file says otherwise.
    var padding: InputConvention.Padding = .torch
    /// How the library's own networks of this family normalise images, in the words of `InputConvention`; nil where
    /// it prescribes nothing.
    var normalisation: String?
    /// Modules of which one is the classifier; "*" as in ``stem``.
    var classifiers: [String] = []
    /// What is enough of each published network to draw its blueprint without its file; see ``ShapeRecogniser``.
    var skeletons: [Skeleton] = []
    /// The convolutions in network order for each variant that may be meant; depths may be read from the table.
    let blueprints: @Sendable (ModuleTable) -> [Blueprint]

    /// The names of all networks that timm's builder of EfficientNets makes.
    static func timmEfficientNet(blueprints: @escaping @Sendable (ModuleTable) -> [Blueprint]) -> Dialect {
        Dialect(
            name: "timm", stem: "conv_stem", normalisation: InputConvention.imageNet, classifiers: ["classifier"],
            blueprints: blueprints)
    }

    /// The settings of cv-models.
    static func cvModels(
        stem: String, classifier: String, blueprints: @escaping @Sendable (ModuleTable) -> [Blueprint]
    ) -> Dialect {
        Dialect(
            name: "cv-models", stem: stem, normalisation: InputConvention.imageNet, classifiers: [classifier],
            blueprints: blueprints)
    }

    /// Keras' own settings.
    static func keras(
        _ name: String, stem: String, epsilon: Float = 1e-3, padding: InputConvention.Padding = .tensorFlowSame,
        normalisation: String? = nil, classifiers: [String],
        blueprints: @escaping @Sendable (ModuleTable) -> [Blueprint]
    ) -> Dialect {
        Dialect(
            name: name, stem: stem, epsilon: epsilon, padding: padding, normalisation: normalisation,
            classifiers: classifiers, blueprints: blueprints)
    }
}

/// A published network as far as ``Dialect/blueprints`` reads it from a file, and what proves that a file is it.
struct Skeleton: Sendable {
    /// Weights that tell depths and kinds of blocks, as O×I×H×W.
    let modules: [(module: String, shape: Shape)]
    /// The output channels that modules must have, one of those listed.
    let widths: [(module: String, channels: [Int])]
    /// Modules without which it is another network.
    var present: [String] = []
    /// Modules that it has not.
    var absent: [String] = []
    /// Endings of modules that its blueprint may have and that it has not: other libraries' shortcuts.
    var without: [String] = []
    /// What shapes cannot tell of it, in words: then it is named, not recognised; nil where they tell all.
    var ambiguity: String?

    /// Whether its blocks have no squeeze-and-excite: else a shortcut may pass for one.
    var hasNoSqueeze: Bool { !absent.isEmpty }

    /// The tensors as if they were in a file.
    func table(_ checkpoint: Checkpoint) -> ModuleTable {
        ModuleTable(
            checkpoint,
            renamed: Dictionary(
                modules.map { module, shape in
                    (module, ["weight": Checkpoint.Entry(name: module, shape: shape, dtype: "float32")])
                }, uniquingKeysWith: { first, _ in first }))
    }

    /// What contradicts it in a table, in words; nil where nothing does.
    func conflict(_ table: ModuleTable) -> String? {
        for (module, channels) in widths {
            guard let entry = table.weight(module), let found = table.outputs(module), !channels.contains(found) else {
                continue
            }
            let expected = channels.map(String.init).joined(separator: " or ")
            return "tensor '\(entry.name)' has \(found) output channels, not \(expected)"
        }
        if let module = present.first(where: { table.weight($0) == nil }) { return "no tensor is its '\(module)'" }
        return absent.lazy.compactMap(table.weight).first.map { "tensor '\($0.name)' is none of its" }
    }
}

/// The convolutions of one variant in network order.
struct Blueprint: Sendable {
    let convs: [ExpectedConv]
    /// Output channels at width 1 of the modules that tell the family by its widths alone; empty where none do.
    var widths: [(module: String, channels: Int)] = []
    /// What this variant adds to variances where that is not its library's habit.
    var epsilon: Float?
    /// How it pads, likewise.
    var padding: InputConvention.Padding?
    /// How its library normalises images, in the words of `InputConvention`, likewise.
    var normalisation: String?
    /// How many blocks its stages have where they were read from a file and no published network has as many.
    var unpublishedDepths: [Int]?
    /// The network in full for a file that matches ("MobileNetV2 0.35").
    let title: @Sendable (ModuleTable) -> String

    /// The same, its depths being those of a file; `published` lists those of published networks.
    func ofDepths(_ depths: [Int], published: [[Int]]) -> Blueprint {
        var result = self
        result.unpublishedDepths = published.contains(depths) ? nil : depths
        return result
    }

    /// The same without the modules that end so.
    func without(_ endings: [String]) -> Blueprint {
        guard !endings.isEmpty else { return self }
        return Blueprint(
            convs: convs.filter { conv in !endings.contains { conv.module.hasSuffix($0) } }, widths: widths,
            epsilon: epsilon, padding: padding, normalisation: normalisation, title: title)
    }

    /// The same without what its blocks may have or not, shortcuts kept.
    var withoutOptionalLayers: Blueprint {
        Blueprint(
            convs: convs.filter { !$0.isOptional || $0.isShortcut || $0.block == 0 }, widths: widths, epsilon: epsilon,
            padding: padding,
            normalisation: normalisation, title: title)
    }
}
