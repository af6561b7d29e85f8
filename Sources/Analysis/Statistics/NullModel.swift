import Classification
import Glibc
import Tensors
import Architectures

/// A network whose weights say nothing, labelled like any other: what the labels find there is chance.
public struct NullModel: Sendable {
    /// How the weights lost their meaning.
    public enum Kind: String, Sendable, Equatable, Codable, CaseIterable {
        /// Drawn anew as He et al. initialise: normal, variance 2 / (I·N²). What an untrained network holds.
        case initialised = "He-initialised"
        /// All weights of a layer exchanged with each other: the distribution stays, with its heavy tails; the kernels go.
        case layerShuffled = "layer shuffled"
        /// The cells of each kernel exchanged: each kernel keeps its own weights, and with them its sign and its peak. A
        /// box stays a box and a delta a shifted delta, so this is no chance where kernels are of one sign.
        case kernelShuffled = "kernels shuffled"
    }

    /// How.
    public let kind: Kind
    /// What was found.
    public let statistics: NetworkStatistics

    /// The share of `other`, 0…1.
    public var otherShare: Double { statistics.counts.share(.other) }

    /// Labels `network` with its weights made meaningless, from `settings.seed`.
    public init(_ kind: Kind, _ network: ConvNetwork, settings: ClassifierSettings = ClassifierSettings()) throws {
        self.kind = kind
        var settings = settings
        settings.perturbations = 0
        statistics = try NetworkStatistics.analyse(Self.meaningless(network, kind, settings.seed), settings: settings)
    }

    private static func meaningless(_ network: ConvNetwork, _ kind: Kind, _ seed: UInt64) -> ConvNetwork {
        let layers = network.layers.map { layer in
            // An untrained network's normalisation does nothing yet.
            kind == .initialised ? layer.withoutBatchNorm : layer
        }
        return network.replacing(layers: layers) { layer in
            var generator = SeededGenerator(seed: seed ^ UInt64(layer.number ?? 0) &* 0x9E37_79B9_7F4A_7C15)
            let weight = try network.weight(of: layer, nonFinite: .kept)
            let cells = layer.kernelHeight * layer.kernelWidth
            switch kind {
            case .initialised:
                let deviation = (2 / Double(layer.weightShape[1] * cells)).squareRoot()
                return Tensor(
                    shape: weight.shape,
                    scalars: weight.scalars.map { _ in Float(generator.normal() * deviation) })
            case .layerShuffled:
                return Tensor(shape: weight.shape, scalars: weight.scalars.shuffled(using: &generator))
            case .kernelShuffled:
                return Tensor(
                    shape: weight.shape,
                    scalars: stride(from: 0, to: weight.scalars.count, by: cells).flatMap {
                        weight.scalars[$0..<$0 + cells].shuffled(using: &generator)
                    })
            }
        }
    }
}
