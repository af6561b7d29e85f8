import Architectures
import Classification
import Diagnostics
import Figures
import Kernels
import Statistics

/// The figures on a network, collected layer by layer.
struct HTMLNetworkPlots {
    typealias Paths = (stages: [KernelPaths.Stage], leftOut: [String])

    /// What a page draws at most.
    struct Limits {
        /// Kernels of map and atlas.
        var kernels = 200_000
        /// Slices of a matrix.
        var slices = 65_536
        /// Points of a map: fewer than on paper, for each is a shape of the page.
        var points = 600
    }

    private let statistics: NetworkStatistics
    /// Whether the large figures are drawn, too.
    private let isFull: Bool
    private let limits: Limits
    private var hasKernels = false
    private var ridges: [RidgeFigure.Row] = []
    private var responses: [FrequencyResponseFigure.Row] = []
    private var words: [KernelDictionary.Layer] = []
    private var stem: StemFilters?
    /// All layers, where map and atlas are drawn.
    private var labelled: [LabelledKernels] = []
    /// The standard convolution behind the stem with the most slices that a page can hold.
    private var matrix: KernelBank?
    /// Standard convolutions behind the stem with more slices.
    private var tooLarge = 0

    init(_ statistics: NetworkStatistics, isFull: Bool, limits: Limits = Limits()) {
        (self.statistics, self.isFull, self.limits) = (statistics, isFull, limits)
    }

    private var hasOverviews: Bool { statistics.counts.total <= limits.kernels }

    /// Takes the kernels of the next layer.
    mutating func add(_ kernels: LabelledKernels) throws {
        let (bank, shape) = (kernels.bank, kernels.bank.layer.weightShape)
        hasKernels = true
        if stem == nil, StemFilters.isStem(bank) { stem = try StemFilters(bank) }
        guard isFull else { return }
        ridges.append(RidgeFigure.Row(bank))
        responses.append(FrequencyResponseFigure.Row(bank))
        words.append(KernelDictionary.layer(kernels))
        if hasOverviews { labelled.append(kernels) }
        if case .standard = bank.layer.connectivity, shape[0] > 1, shape[1] > 4 {
            if bank.count > limits.slices {
                tooLarge += 1
            } else if bank.count > (matrix?.count ?? 0) {
                matrix = bank
            }
        }
    }

    /// What is not drawn though there are kernels, and why: a sentence each.
    func leftOut(paths: Paths?) -> [String] {
        guard hasKernels else { return [] }
        guard isFull else {
            return [
                "Frequency responses, weight distributions, dictionary, map and atlas of kernels, outputs × inputs and paths "
                    + "are on the page of this network alone."
            ]
        }
        var sentences: [String] = []
        if !hasOverviews {
            sentences.append(
                "Map of kernels and frequency atlas are left out above \(NumberFormat.grouped(limits.kernels)) kernels; "
                    + "'kernelviz render statistics --plot map' and '--plot spectrum' draw them.")
        }
        if tooLarge > 0 {
            sentences.append(
                "\(tooLarge) standard \(tooLarge == 1 ? "convolution has" : "convolutions have") more than "
                    + "\(NumberFormat.grouped(limits.slices)) slices, too many for outputs × inputs on a page; "
                    + "'kernelviz render statistics --plot matrix' draws the largest.")
        }
        if let paths, paths.stages.isEmpty, let reason = paths.leftOut.first {
            let others = paths.leftOut.count - 1
            sentences.append(
                "No paths between kernels: \(reason)\(others > 0 ? " (and \(others) more)" : "").")
        }
        return sentences
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
            if hasOverviews { plots += try overviews(title) }
            if let matrix {
                plots.append(
                    ("Outputs × inputs", try SliceMatrixFigure.figure(of: SliceMatrix(matrix), network: title)))
            }
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

    /// Where the kernels lie, and what they pass.
    private func overviews(_ title: String) throws -> [(name: String, figure: Figure)] {
        var plots: [(name: String, figure: Figure)] = []
        do {
            let map = try KernelMap([(title, labelled)])
            plots.append(("Map of kernels", try KernelMapFigure.figure(of: map, pointLimit: limits.points)))
        } catch let error as KernelVizError where error.code == "figures.noPoints" {
            // Fewer than three kernels with a direction have no map.
        }
        let atlas = FrequencyAtlas(labelled)
        if !atlas.labels.isEmpty {
            plots.append(("Frequency atlas", try FrequencyAtlasFigure.figure(of: atlas, network: title)))
        }
        return plots
    }
}
