import Engine
import Tensors
import Architectures

extension FamilyBuilder {
    /// How the networks of a family are built; nil where they do not run by their design.
    static func design(of family: ConvNetwork.Family) -> ((inout FamilyBuilder) throws -> Void)? {
        switch family {
        case .mobileNetV1: return { try $0.buildMobileNetV1() }
        case .mobileNetV2, .mobileNetV3, .efficientNet, .mnasNet: return { try $0.buildBottlenecks() }
        case .efficientNetV2, .efficientNetEdgeTPU: return { try $0.buildFusedBottlenecks() }
        case .mobileNetV4: return { try $0.buildMobileNetV4() }
        case .shuffleNetV2: return { try $0.buildShuffleNet() }
        case .regNet: return { try $0.buildRegNet() }
        case .resNet: return { try $0.buildResNet() }
        case .ghostNet: return { try $0.buildGhostNet() }
        case .reXNet: return { try $0.buildReXNet() }
        case .convNeXt: return { try $0.buildConvNeXt() }
        case .vgg: return { try $0.buildVGG() }
        case .squeezeNet: return { try $0.buildSqueezeNet() }
        case .denseNet: return { try $0.buildDenseNet() }
        case .repVGG, .mobileOne: return { try $0.buildBranches() }
        case .vgNet, .shuffleNetV1: return nil
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
