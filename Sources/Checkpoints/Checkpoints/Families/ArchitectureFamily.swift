/// A published architecture as data: which convolutions it has, under the names that each library gives them.
struct ArchitectureFamily: Sendable {
    /// As its authors write it ("MobileNetV2").
    let name: String
    /// The naming schemes in which its checkpoints are met.
    let dialects: [Dialect]

    /// Every family that is known, in the order in which they are listed to people.
    static let all: [ArchitectureFamily] = [
        mobileNetV1, mobileNetV2, mobileNetV3, vgNet, shuffleNetV1, shuffleNetV2, efficientNet, efficientNetV2, regNet,
        resNet, ghostNet, reXNet, mnasNet, convNeXt, mobileNetV4, efficientNetEdgeTPU, vgg, squeezeNet, denseNet,
        repVGG,
        mobileOne,
    ]
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
    /// How the library's own networks of this family normalise images, in the words of ``InputConvention``; nil where
    /// it prescribes nothing.
    var normalisation: String?
    /// Modules of which one is the classifier; "*" as in ``stem``.
    var classifiers: [String] = []
    /// The convolutions in network order for each variant that may be meant; depths may be read from the table.
    let blueprints: @Sendable (ModuleTable) -> [Blueprint]

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

/// The convolutions of one variant in network order.
struct Blueprint: Sendable {
    let convs: [ExpectedConv]
    /// Output channels at width 1 of the modules that tell the family by its widths alone; empty where none do.
    var widths: [(module: String, channels: Int)] = []
    /// The network in full for a file that matches ("MobileNetV2 0.35").
    let title: @Sendable (ModuleTable) -> String
}
