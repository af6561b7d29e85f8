import Architectures
import Statistics

/// At which stage of a VGNet the layers of a network work.
struct StagePlaces {
    private var stages: [String: Int] = [:]
    /// The 1×1 layers of stages 1 to 4.
    private(set) var pointwise: [[ConvLayer]] = [[], [], [], []]

    /// Families whose design has a pooling of stride 2 behind the stem, which no weight shows.
    private static let poolingFamilies: Set<ConvNetwork.Family> = [.shuffleNetV1, .shuffleNetV2, .resNet, .denseNet]
    /// Images of up to so many rows are thumbnails.
    private static let thumbnailSize = 64

    /// Walks the layers in network order; nothing is placed where their order is not known.
    init(_ network: NetworkFacts) {
        guard network.isOrderKnown else { return }
        let stem = network.layers.first { $0.role == .stem }
        let family = network.family.flatMap(ConvNetwork.Family.init(rawValue:))
        let isSmall = family == .vgNet || network.input.size.map { $0 <= Self.thumbnailSize } ?? false
        let isThumbnail = stem?.stride == 1 && isSmall
        let pools = family.map(Self.poolingFamilies.contains) ?? false
        var level = 0  // log2 of the stride at which the layer's output lies
        var opener: ConvLayer?
        for layer in network.layers where !layer.isOutsideFamily {
            let stage = isThumbnail ? level + 1 : level - 1
            if layer.isPointwise {
                if (1...4).contains(stage), layer.connectivity == .standard { pointwise[stage - 1].append(layer) }
                continue
            }
            guard let stride = layer.stride else { continue }
            if layer.role == .upsampling {
                level = max(0, level - stride.trailingZeroBitCount)
                continue
            }
            if stride > 1 {
                if !(opener.map { Self.areParallel($0, layer) } ?? false) { level += stride.trailingZeroBitCount }
                opener = layer
            } else {
                opener = nil
            }
            let own = isThumbnail ? level + 1 : level - 1
            if layer.role != .stem, (1...4).contains(own) { stages[layer.tensorName] = own }
            if layer.role == .stem && pools && !isThumbnail { level += 1 }
        }
    }

    /// The stage of a spatial layer; nil for the stem, for strides beyond 32 and where no stride is known.
    func stage(of layer: ConvLayer) -> Int? { stages[layer.tensorName] }

    /// Whether two strided layers, one behind the other in the list, are branches of one block, as ShuffleNetV2 ("branch1",
    /// "branch2") and VGNets with partly fixed kernels ("fixed", "learned") have them: up to there their names are alike.
    private static func areParallel(_ a: ConvLayer, _ b: ConvLayer) -> Bool {
        let parts = [a, b].map { $0.name.split { $0 == "." || $0 == "/" } }
        guard let place = zip(parts[0], parts[1]).enumerated().first(where: { $1.0 != $1.1 })?.offset else {
            return false
        }
        let words = parts.map { String($0[place]) }
        return words == ["fixed", "learned"] || words.allSatisfy { $0.hasPrefix("branch") }
    }
}
