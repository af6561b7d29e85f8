extension ConvNetwork {
    /// The architectures that are recognised, as their authors write them, in the order in which they are listed to people.
    ///
    /// A new case needs a design (`design`) and a way to run it or none (`RunnableGraph`): the compiler asks for
    /// both.
    public enum Family: String, Sendable, Codable, CaseIterable {
        case mobileNetV1 = "MobileNetV1"
        case mobileNetV2 = "MobileNetV2"
        case mobileNetV3 = "MobileNetV3"
        case vgNet = "VGNet"
        case shuffleNetV1 = "ShuffleNetV1"
        case shuffleNetV2 = "ShuffleNetV2"
        case efficientNet = "EfficientNet"
        case efficientNetV2 = "EfficientNetV2"
        case regNet = "RegNet"
        case resNet = "ResNet"
        case ghostNet = "GhostNet"
        case reXNet = "ReXNet"
        case mnasNet = "MnasNet"
        case convNeXt = "ConvNeXt"
        case mobileNetV4 = "MobileNetV4"
        case efficientNetEdgeTPU = "EfficientNet-EdgeTPU"
        case vgg = "VGG"
        case squeezeNet = "SqueezeNet"
        case denseNet = "DenseNet"
        case repVGG = "RepVGG"
        case mobileOne = "MobileOne"
    }

    /// The family as a value; nil for an unknown network.
    public var knownFamily: Family? { family.flatMap(Family.init(rawValue:)) }
}

extension ConvNetwork.Family {
    /// Its convolutions under the names of each library.
    var design: ArchitectureFamily {
        switch self {
        case .mobileNetV1: .mobileNetV1
        case .mobileNetV2: .mobileNetV2
        case .mobileNetV3: .mobileNetV3
        case .vgNet: .vgNet
        case .shuffleNetV1: .shuffleNetV1
        case .shuffleNetV2: .shuffleNetV2
        case .efficientNet: .efficientNet
        case .efficientNetV2: .efficientNetV2
        case .regNet: .regNet
        case .resNet: .resNet
        case .ghostNet: .ghostNet
        case .reXNet: .reXNet
        case .mnasNet: .mnasNet
        case .convNeXt: .convNeXt
        case .mobileNetV4: .mobileNetV4
        case .efficientNetEdgeTPU: .efficientNetEdgeTPU
        case .vgg: .vgg
        case .squeezeNet: .squeezeNet
        case .denseNet: .denseNet
        case .repVGG: .repVGG
        case .mobileOne: .mobileOne
        }
    }
}
