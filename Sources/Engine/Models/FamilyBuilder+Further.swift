import Engine
import Tensors
import Architectures

extension FamilyBuilder {
    /// Families that ``buildFurther()`` builds.
    static let furtherFamilies = [
        "ResNet", "ReXNet", "EfficientNetV2", "EfficientNet-EdgeTPU", "MobileNetV4", "VGG", "SqueezeNet", "DenseNet",
        "RepVGG", "MobileOne", "ConvNeXt",
    ]

    /// Builds the network of one of ``furtherFamilies``.
    mutating func buildFurther() throws {
        switch network.family {
        case "ResNet": try buildResNet()
        case "ReXNet": try buildReXNet()
        case "EfficientNetV2", "EfficientNet-EdgeTPU": try buildFusedBottlenecks()
        case "MobileNetV4": try buildMobileNetV4()
        case "VGG": try buildVGG()
        case "SqueezeNet": try buildSqueezeNet()
        case "DenseNet": try buildDenseNet()
        case "RepVGG", "MobileOne": try buildBranches()
        case "ConvNeXt": try buildConvNeXt()
        default: preconditionFailure("\(network.title) is not built here")
        }
    }

    /// A layer's name in the state dict of its family's library.
    func path(of layer: ConvLayer?) -> String {
        layer.map { $0.familyModule ?? network.withoutPrefix($0.name) } ?? ""
    }

    /// The next layer with the function of its design.
    mutating func designedLayer(name: String? = nil) throws { try layer(function(of: peek()), name: name) }

    /// A maximum pool over 3×3 pixels with stride 2, as PyTorch's networks have it behind their stems.
    mutating func stemPool() {
        let pool = Pool(kind: .maximum, size: 3, stride: 2, padding: .symmetric(1))
        current = graph.add(.pool(pool), current, name: "stem.pool")
    }

    /// A batch normalisation that belongs to no convolution before it, by its module as the file names it.
    ///
    /// Throws where the file has none of so many channels.
    mutating func separateNorm(_ module: String, channels: Int, name: String) throws {
        let checkpoint = network.checkpoint
        func vector(_ words: [String]) throws -> [Float]? {
            guard
                let entry = checkpoint.entries.first(where: { $0.module == module && words.contains($0.parameter) })
            else { return nil }
            guard entry.shape == [channels] else {
                throw unfit("'\(entry.name)' has shape \(entry.shape) on \(channels) channels")
            }
            return try checkpoint.tensor(named: entry.name).scalars
        }
        guard let mean = try vector(["running_mean", "moving_mean"]),
            let variance = try vector(["running_var", "moving_variance"])
        else { throw unfit("no batch normalisation '\(module)'") }
        let norm = BatchNorm(
            weight: try vector(["weight", "gamma"]) ?? Array(repeating: 1, count: channels),
            bias: try vector(["bias", "beta"]) ?? Array(repeating: 0, count: channels), runningMean: mean,
            runningVariance: variance,
            epsilon: checkpoint.model?.epsilon(of: module)
                ?? network.layers.lazy.compactMap { $0.batchNorm?.epsilon }.first ?? 1e-5, module: module)
        current = graph.add(.batchNormalization(normalisation(norm, module)), current, name: name)
    }
}
