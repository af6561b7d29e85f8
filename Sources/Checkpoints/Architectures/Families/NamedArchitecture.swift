/// What the published name of a network ("mobilenetv3_small_100", "ResNetForImageClassification") says of its family and
/// size, which its shapes must support.
struct NamedArchitecture: Sendable, Equatable {
    /// The name as it was found.
    let name: String
    /// The family; nil for a name that is not known here.
    let family: ConvNetwork.Family?
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
        guard own.rawValue == family, words.allSatisfy("\(title) ".contains) else { return "names '\(name)'" }
        return nil
    }

    /// Longer beginnings before those that they begin with.
    private static let families: [(prefix: String, family: ConvNetwork.Family?)] = [
        ("efficientnetv2", .efficientNetV2), ("efficientnet_v2", .efficientNetV2),
        ("gc_efficientnetv2", .efficientNetV2), ("efficientnet_es", .efficientNetEdgeTPU),
        ("efficientnet_em", .efficientNetEdgeTPU), ("efficientnet_el", .efficientNetEdgeTPU),
        ("efficientnet", .efficientNet), ("tinynet", .efficientNet), ("mobilenetv1", .mobileNetV1),
        ("mobilenet_v1", .mobileNetV1), ("mobilenetv2", .mobileNetV2), ("mobilenet_v2", .mobileNetV2),
        ("mobilenetv3", .mobileNetV3), ("mobilenet_v3", .mobileNetV3), ("mobilenetv4", .mobileNetV4),
        ("mnasnet", .mnasNet), ("semnasnet", .mnasNet), ("regnet_x", .regNet), ("regnet_y", .regNet),
        ("regnetx", .regNet), ("regnety", .regNet), ("regnetfor", .regNet), ("rexnet", .reXNet),
        ("resnetv2", nil), ("resnet", .resNet), ("resnext", .resNet), ("wide_resnet", .resNet),
        ("seresne", .resNet), ("ecaresne", .resNet), ("convnext", .convNeXt), ("ghostnet", .ghostNet),
        ("shufflenet_v2", .shuffleNetV2), ("shufflenetv2", .shuffleNetV2), ("vgg", .vgg),
        ("squeezenet", .squeezeNet), ("densenet", .denseNet), ("repvgg", .repVGG), ("mobileone", .mobileOne),
    ]
}
