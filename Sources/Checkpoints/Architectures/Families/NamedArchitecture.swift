/// What the published name of a network ("mobilenetv3_small_100", "ResNetForImageClassification") says of its family and
/// size, which its shapes must bear out.
struct NamedArchitecture: Sendable, Equatable {
    /// The name as it was found.
    let name: String
    /// The family; nil for a name that is not known here.
    let family: String?
    /// Words that the title of such a network has ("-50", "Small", " 0.5 "); a space stands behind it.
    let words: [String]

    init(_ name: String) {
        self.name = name
        var plain = name.lowercased()
        if let slash = plain.lastIndex(of: "/") { plain = String(plain[plain.index(after: slash)...]) }
        let lowercased = plain
        if let dot = plain.firstIndex(of: ".") { plain = String(plain[..<dot]) }
        if plain.hasPrefix("tf_") { plain = String(plain.dropFirst(3)) }
        family = Self.families.first { plain.hasPrefix($0.prefix) }?.family
        words = family.map { Self.words(plain, family: $0) + Self.width(lowercased, family: $0) } ?? []
    }

    /// What contradicts it in a network of that family and title; nil where nothing does.
    func conflict(family: String?, title: String) -> String? {
        guard let own = self.family else {
            return family == nil ? nil : "'\(name)' is no name that is known here"
        }
        guard own == family, words.allSatisfy("\(title) ".contains) else { return "names '\(name)'" }
        return nil
    }

    /// Longer beginnings before those that they begin with.
    private static let families: [(prefix: String, family: String?)] = [
        ("efficientnetv2", "EfficientNetV2"), ("efficientnet_v2", "EfficientNetV2"),
        ("gc_efficientnetv2", "EfficientNetV2"), ("efficientnet_es", "EfficientNet-EdgeTPU"),
        ("efficientnet_em", "EfficientNet-EdgeTPU"), ("efficientnet_el", "EfficientNet-EdgeTPU"),
        ("efficientnet", "EfficientNet"), ("tinynet", "EfficientNet"), ("mobilenetv1", "MobileNetV1"),
        ("mobilenet_v1", "MobileNetV1"), ("mobilenetv2", "MobileNetV2"), ("mobilenet_v2", "MobileNetV2"),
        ("mobilenetv3", "MobileNetV3"), ("mobilenet_v3", "MobileNetV3"), ("mobilenetv4", "MobileNetV4"),
        ("mnasnet", "MnasNet"), ("semnasnet", "MnasNet"), ("regnet_x", "RegNet"), ("regnet_y", "RegNet"),
        ("regnetx", "RegNet"), ("regnety", "RegNet"), ("regnetfor", "RegNet"), ("rexnet", "ReXNet"),
        ("resnetv2", nil), ("resnet", "ResNet"), ("resnext", "ResNet"), ("wide_resnet", "ResNet"),
        ("seresne", "ResNet"), ("ecaresne", "ResNet"), ("convnext", "ConvNeXt"), ("ghostnet", "GhostNet"),
        ("shufflenet_v2", "ShuffleNetV2"), ("shufflenetv2", "ShuffleNetV2"), ("vgg", "VGG"),
        ("squeezenet", "SqueezeNet"), ("densenet", "DenseNet"), ("repvgg", "RepVGG"), ("mobileone", "MobileOne"),
    ]
}
