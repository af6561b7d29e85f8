import Classification
import Figures
import Kernels
import Statistics

/// The figures on a network, collected layer by layer.
struct HTMLNetworkPlots {
    typealias Paths = (stages: [KernelPaths.Stage], leftOut: [String])

    private let statistics: NetworkStatistics
    /// Whether the large figures are drawn, too.
    private let isFull: Bool
    private var hasKernels = false
    private var ridges: [RidgeFigure.Row] = []
    private var responses: [FrequencyResponseFigure.Row] = []
    private var words: [KernelDictionary.Layer] = []
    private var stem: StemFilters?

    init(_ statistics: NetworkStatistics, isFull: Bool) { (self.statistics, self.isFull) = (statistics, isFull) }

    /// Takes the kernels of the next layer.
    mutating func add(_ bank: KernelBank, _ layer: LayerStatistics) throws {
        hasKernels = true
        if stem == nil, StemFilters.isStem(bank) { stem = try StemFilters(bank) }
        guard isFull else { return }
        ridges.append(RidgeFigure.Row(bank))
        responses.append(FrequencyResponseFigure.Row(bank))
        words.append(KernelDictionary.layer(try LabelledKernels(bank: bank, classifications: layer.classifications)))
    }

    /// All figures, with what each is called.
    func figures(paths: Paths?) throws -> [(name: String, figure: Figure)] {
        let title = statistics.network.title
        let layers = statistics.layers
        var plots: [(name: String, figure: Figure)] = [
            (
                "Label shares by depth",
                try ShareAreasFigure.figure(of: layers.map(LabelSharesFigure.Row.init), network: title)
            ),
            (
                "Widths of the blur kernels",
                try SigmaFigure.figure(of: layers.map(SigmaFigure.Row.init), network: title)
            ),
            (
                "Symmetry energies",
                try SymmetryFigure.figure(of: layers.map(SymmetryFigure.Row.init), network: title)
            ),
        ]
        if hasKernels, isFull {
            plots += [
                ("Frequency responses", try FrequencyResponseFigure.figure(of: responses, network: title)),
                ("Weight distributions", try RidgeFigure.figure(of: ridges, network: title)),
                (
                    "Dictionary of kernels",
                    try KernelDictionaryFigure.figure(of: KernelDictionary(layers: words), network: title)
                ),
            ]
        }
        if let stem, !stem.filters.isEmpty {
            plots.append(("First-layer filters", try StemSheetFigure.figure(of: stem, network: title)))
        }
        if let paths, isFull, !paths.stages.isEmpty {
            let found = try KernelPaths(paths.stages, leftOut: paths.leftOut, network: title)
            plots.append(
                (
                    "Paths between kernels",
                    try KernelPathsFigure.figure(of: found, stages: paths.stages, network: title)
                ))
        }
        return plots
    }
}
