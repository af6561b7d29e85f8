import Gallery
import KernelViz

/// A figure that the page of a served folder offers: the same as its verb draws, with the verb's defaults.
enum ServedFigure: String, CaseIterable, Sendable {
    case kernels, histogram, features, shares, areas, sigma, symmetry, frequency, ridges

    /// What readers choose by.
    var title: String {
        switch self {
        case .kernels: "Kernels of a layer"
        case .histogram: "Weights of a layer"
        case .features: "Feature maps around a layer"
        case .shares: "Labels by layer"
        case .areas: "Labels by depth"
        case .sigma: "Widths of the blur kernels"
        case .symmetry: "Symmetry by layer"
        case .frequency: "Frequency responses"
        case .ridges: "Weights of all layers"
        }
    }

    /// Whether it is of one layer.
    var needsLayer: Bool { [.kernels, .histogram, .features].contains(self) }
    /// Whether it is of a network that runs on a picture.
    var needsPicture: Bool { self == .features }

    /// What it is drawn of.
    struct Subject: Sendable {
        let path: String
        let layer: Int
        let picture: String
        /// The network's statistics, classified once.
        let analysed: @Sendable () throws -> AnalysedNetwork
    }

    /// The figure as SVG.
    func svg(of subject: Subject) throws -> [UInt8] {
        try FigureRenderer.render(figure(of: subject), as: .svg).bytes
    }

    private func figure(of subject: Subject) throws -> Figure {
        switch self {
        case .kernels:
            let network = try ConvNetwork.open(subject.path)
            return try KernelAtlas(network: network, options: KernelGridOptions(), classifies: true)
                .figure(of: network.spatialLayer(subject.layer))
        case .histogram:
            let network = try ConvNetwork.open(subject.path)
            let bank = try KernelBanks.read(network.spatialLayer(subject.layer), of: network)
            return try HistogramFigure.figure(
                of: bank, classifications: LayerClassifier(size: bank.size).label(bank).classifications,
                network: network.figureTitle, options: KernelGridOptions(), fitsMixture: true)
        case .features:
            let runnable = try RunnableNetwork(checkpoint: subject.path)
            let maps = try FeatureMaps(runnable, picture: subject.picture)
            return try RenderFeaturesCommand.figure(
                of: maps.figure(layer: subject.layer), maps, layer: subject.layer, network: runnable.name,
                picture: subject.picture, width: 170)
        case .frequency:
            let network = try ConvNetwork.open(subject.path)
            return try FrequencyResponseFigure.figure(
                of: KernelBanks.read(network).map(FrequencyResponseFigure.Row.init), network: network.figureTitle,
                widthMillimetres: 170)
        case .ridges:
            let network = try ConvNetwork.open(subject.path)
            return try RidgeFigure.figure(
                of: KernelBanks.read(network).map(RidgeFigure.Row.init), network: network.figureTitle,
                widthMillimetres: 170)
        case .shares, .areas, .sigma, .symmetry: return try figure(of: subject.analysed().statistics)
        }
    }

    private func figure(of statistics: NetworkStatistics) throws -> Figure {
        let (layers, name) = (statistics.layers, statistics.network.figureTitle)
        switch self {
        case .areas: return try ShareAreasFigure.figure(of: layers.map(LabelSharesFigure.Row.init), network: name)
        case .sigma: return try SigmaFigure.figure(of: layers.map(SigmaFigure.Row.init), network: name)
        case .symmetry: return try SymmetryFigure.figure(of: layers.map(SymmetryFigure.Row.init), network: name)
        default: return try LabelSharesFigure.figure(of: layers.map(LabelSharesFigure.Row.init), network: name)
        }
    }
}
