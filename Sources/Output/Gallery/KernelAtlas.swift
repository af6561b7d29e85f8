import Classification
import Figures
import Kernels
import Architectures

/// The kernel grids of all layers of a network.
public struct KernelAtlas: Sendable {
    private let network: ConvNetwork
    private let options: KernelGridOptions
    private let classifies: Bool

    /// Draws with `options`; kernels are labelled where `classifies`.
    public init(network: ConvNetwork, options: KernelGridOptions, classifies: Bool) {
        (self.network, self.options, self.classifies) = (network, options, classifies)
    }

    /// The grid of one layer; throws what reading and drawing throw.
    public func figure(of layer: ConvLayer) throws -> Figure {
        let bank = try KernelBanks.read(layer, of: network)
        return try figure(bank, classifier: classifies ? LayerClassifier(size: bank.size) : nil)
    }

    /// One grid a layer with square kernels, in network order.
    ///
    /// `progress` is called after each layer; what it throws ends the work.
    /// Throws `kernels.none` and what reading and drawing throw.
    public func figures(progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }) throws -> [Figure] {
        let layers = try KernelBanks.squareLayers(of: network)
        var classifiers: [Int: LayerClassifier] = [:]
        var figures: [Figure] = []
        for (done, layer) in layers.enumerated() {
            let bank = try KernelBanks.read(layer, of: network)
            if classifies, classifiers[bank.size] == nil { classifiers[bank.size] = LayerClassifier(size: bank.size) }
            figures.append(try figure(bank, classifier: classifiers[bank.size]))
            try progress(done + 1, layers.count)
        }
        return figures
    }

    /// The end of one colour scale for all square kernels of a network: the largest finite |w|, or less where few
    /// weights are much larger than all others; 0 where there is none.
    public static func sharedRange(of network: ConvNetwork) throws -> Float {
        KernelColors.range(
            of: try KernelBanks.squareLayers(of: network).flatMap { try KernelBanks.read($0, of: network).values })
    }

    private func figure(_ bank: KernelBank, classifier: LayerClassifier?) throws -> Figure {
        try KernelGridFigure(
            bank: bank, classifications: classifier?.label(bank).classifications, network: network.figureTitle,
            options: options
        ).figure()
    }
}
