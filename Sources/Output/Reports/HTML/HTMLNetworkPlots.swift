import Architectures
import Classification
import Diagnostics
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
    /// All layers, where map and atlas are drawn.
    private var labelled: [LabelledKernels] = []
    /// The standard convolution behind the stem with the most slices that a page can hold.
    private var matrix: KernelBank?

    /// Kernels that map and atlas are drawn of at most.
    private static let kernelLimit = 200_000
    /// Slices of a matrix at most.
    private static let sliceLimit = 65_536
    /// Points of a map: fewer than on paper, for each is a shape of the page.
    private static let pointLimit = 600

    init(_ statistics: NetworkStatistics, isFull: Bool) { (self.statistics, self.isFull) = (statistics, isFull) }

    /// Takes the kernels of the next layer.
    mutating func add(_ bank: KernelBank, _ layer: LayerStatistics) throws {
        hasKernels = true
        if stem == nil, StemFilters.isStem(bank) { stem = try StemFilters(bank) }
        guard isFull else { return }
        ridges.append(RidgeFigure.Row(bank))
        responses.append(FrequencyResponseFigure.Row(bank))
        let kernels = try LabelledKernels(bank: bank, classifications: layer.classifications)
        words.append(KernelDictionary.layer(kernels))
        if statistics.counts.total <= Self.kernelLimit { labelled.append(kernels) }
        if case .standard = layer.layer.connectivity, layer.layer.weightShape[0] > 1, layer.layer.weightShape[1] > 4,
            layer.layer.kernelCount <= Self.sliceLimit, layer.layer.kernelCount > (matrix?.count ?? 0)
        {
            matrix = bank
        }
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
        plots.append(
            ("The paper's statements", try ClaimSheetFigure.figure(of: ClaimSheetFigure.Column.columns([statistics]))))
        if hasKernels, isFull {
            plots += [
                ("Frequency responses", try FrequencyResponseFigure.figure(of: responses, network: title)),
                ("Weight distributions", try RidgeFigure.figure(of: ridges, network: title)),
                (
                    "Dictionary of kernels",
                    try KernelDictionaryFigure.figure(of: KernelDictionary(layers: words), network: title)
                ),
            ]
            plots += try overviews(title)
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

    /// Where the kernels lie, what they pass, and which inputs the outputs of a standard convolution read.
    private func overviews(_ title: String) throws -> [(name: String, figure: Figure)] {
        var plots: [(name: String, figure: Figure)] = []
        do {
            let map = try KernelMap([(title, labelled)])
            plots.append(("Map of kernels", try KernelMapFigure.figure(of: map, pointLimit: Self.pointLimit)))
        } catch let error as KernelVizError where error.code == "figures.noPoints" {
            // Fewer than three kernels with a direction have no map.
        }
        let atlas = FrequencyAtlas(labelled)
        if !atlas.labels.isEmpty {
            plots.append(("Frequency atlas", try FrequencyAtlasFigure.figure(of: atlas, network: title)))
        }
        if let matrix {
            plots.append(("Outputs × inputs", try SliceMatrixFigure.figure(of: SliceMatrix(matrix), network: title)))
        }
        return plots
    }
}
