import Classification
import Derivation
import Statistics
import Tensors
import TestSupport
import Architectures

extension RuleSet {
    /// The rules that follow kernels alone, so that a test sees what each of them does.
    static let ofKernels = RuleSet([.downsampling, .sigma, .banks, .deadWidths])
    /// The default rules but what trainings decided (D10), of which kernels say nothing.
    static let withoutTrained = RuleSet(RuleSet.standard.rules.subtracting([.trained]))
}

/// Networks whose labels are given instead of measured, so that every share is known.
enum HandMadeEvidence {
    /// Kernels of one layer.
    struct Layer {
        var stride = 1
        var role: ConvLayer.Role?
        var blurs = 0
        var sigma = 1.1
        var identities = 0
        var edges = 0
        var dead = 0
        var others = 0
    }

    /// The statistics of a network of depthwise layers, or of layers whose filters have several slices.
    static func network(
        _ layers: [Layer], title: String = "TestNet 1.0", path: String = "net.h5", slices: Int = 1
    ) -> AnalysedNetwork {
        let counts = layers.map { $0.blurs + $0.identities + $0.edges + $0.dead + $0.others }
        let network = MemoryNetwork.make(
            zip(layers, counts).enumerated().map { index, pair in
                MemoryNetwork.Layer(
                    name: "layer\(index)", shape: [pair.1 / slices, slices, 3, 3], stride: pair.0.stride,
                    scalars: [Float](repeating: 1, count: 9 * pair.1), role: pair.0.role)
            }, path: path, title: title)
        return AnalysedNetwork(
            NetworkStatistics(
                network: NetworkFacts(network), settings: ClassifierSettings(),
                layers: zip(network.layers, layers).map { layer, numbers in
                    LayerStatistics(layer: layer, classifications: kernels(numbers))
                }), kernels: network)
    }

    private static func kernels(_ layer: Layer) -> [KernelClassification] {
        func kernels(_ count: Int, _ label: KernelLabel, _ shape: KernelShape, _ sigma: Double? = nil)
            -> [KernelClassification]
        {
            Array(
                repeating: KernelClassification(
                    label: label, shape: shape, fit: 0.99, margin: 0.1, sigmaPixels: sigma, dcGain: 0.5), count: count)
        }
        return kernels(layer.blurs, .blur, .gaussian, layer.sigma) + kernels(layer.identities, .identity, .delta)
            + kernels(layer.edges, .edge, .sobelX) + kernels(layer.dead, .zero, .dead)
            + kernels(layer.others, .other, .unnamed)
    }

    /// The paper's picture (sections 3.1 to 3.3): strided kernels blur with σ 1.1, half of the others pass, none is dead,
    /// widths double.
    static func paper(sigma: Double = 1.1) -> AnalysedNetwork {
        var layers = [Layer(stride: 2, role: .stem, edges: 32)]
        for stage in 1...4 {
            let width = 64 << stage
            layers.append(Layer(stride: 2, blurs: width * 7 / 8, sigma: sigma, edges: width / 8))
            layers.append(Layer(identities: width / 2, edges: width / 2))
        }
        layers.append(Layer(role: .last, blurs: 1024))
        return network(layers)
    }

    /// A stage-1 network of `count` strided kernels of which a share blurs, and edges enough to have a vote.
    static func strided(_ count: Int, blurs: Int, title: String, path: String = "net.h5") -> AnalysedNetwork {
        network(
            [
                Layer(stride: 2, role: .stem, edges: 300),
                Layer(stride: 2, blurs: blurs, sigma: 1, edges: count - blurs),
            ], title: title, path: path)
    }
}
