import Classification
import Diagnostics
import Figures
import Kernels
import Statistics
import Architectures

/// One network's part of the page.
struct HTMLNetwork {
    private let statistics: NetworkStatistics
    /// Where the kernels can be read; nil where only the statistics are at hand.
    private let kernels: (any KernelSource)?
    /// Begins every identifier of the network's layers.
    private let prefix: String

    init(_ network: AnalysedNetwork, index: Int) {
        statistics = network.statistics
        kernels = network.kernels
        prefix = "n\(index)-"
    }

    /// Summary, table, plots and layers; `step` is called after each layer.
    func section(step: () throws -> Void) throws -> String {
        var layers: [String] = []
        var ridges: [RidgeFigure.Row] = []
        var responses: [FrequencyResponseFigure.Row] = []
        var words: [KernelDictionary.Layer] = []
        var stem: StemFilters?
        let analysed = AnalysedNetwork(statistics, kernels: kernels)
        for layer in statistics.layers {
            if let kernels {
                let bank = try kernels.bank(of: layer.layer)
                layers.append(HTMLLayer(layer, bank: bank, identifier: "\(prefix)\(layer.layer.number ?? 0)").section)
                ridges.append(RidgeFigure.Row(bank))
                responses.append(FrequencyResponseFigure.Row(bank))
                words.append(
                    KernelDictionary.layer(try LabelledKernels(bank: bank, classifications: layer.classifications)))
                if stem == nil, StemFilters.isStem(bank) { stem = try StemFilters(bank) }
            }
            try step()
        }
        let title = statistics.network.title
        let rows = statistics.layers.map(LabelSharesFigure.Row.init)
        var plots: [(String, Figure)] = [
            ("Label shares by depth", try ShareAreasFigure.figure(of: rows, network: title)),
            (
                "Widths of the blur kernels",
                try SigmaFigure.figure(
                    of: statistics.layers.map(SigmaFigure.Row.init), network: title)
            ),
            (
                "Symmetry energies",
                try SymmetryFigure.figure(
                    of: statistics.layers.map(SymmetryFigure.Row.init), network: title)
            ),
        ]
        if kernels != nil {
            plots += [
                ("Frequency responses", try FrequencyResponseFigure.figure(of: responses, network: title)),
                ("Weight distributions", try RidgeFigure.figure(of: ridges, network: title)),
                (
                    "Dictionary of kernels",
                    try KernelDictionaryFigure.figure(of: KernelDictionary(layers: words), network: title)
                ),
            ]
            if let stem, !stem.filters.isEmpty {
                plots.append(("First-layer filters", try StemSheetFigure.figure(of: stem, network: title)))
            }
            let (stages, leftOut) = try KernelPaths.stages(of: analysed)
            if !stages.isEmpty {
                let paths = try KernelPaths(stages, leftOut: leftOut, network: title)
                plots.append(
                    (
                        "Paths between kernels",
                        try KernelPathsFigure.figure(of: paths, stages: stages, network: title)
                    ))
            }
        }
        return "<section><h2>\(InlineSVG.escaped(title))</h2>" + summary
            + "<h3>Layers</h3>" + HTMLTable.layers(statistics, prefix: prefix)
            + "<h3>Statistics</h3><div class=\"plots\">"
            + plots.map { "<figure>\(InlineSVG.element($0.1, label: "\($0.0) of \(title)"))</figure>" }.joined()
            + "</div><h3>Kernels</h3>" + (kernels == nil ? Self.noKernels : layers.joined(separator: "\n"))
            + "</section>"
    }

    /// What stands in the place of the kernels where only their statistics are at hand.
    private static let noKernels =
        "<p>Made from a saved classification: pictures of the kernels, frequency responses and histograms of the weights "
        + "need the checkpoint itself.</p>"

    private var summary: String {
        let network = statistics.network
        let counts = statistics.counts
        let bars = KernelLabel.allCases.map { label in
            "<span data-label=\"\(label.rawValue)\" data-tip=\"\(label.rawValue): \(NumberFormat.grouped(counts[label])) "
                + "kernels\" style=\"flex-grow:\(counts[label]);background:"
                + "\(InlineSVG.hexadecimal(LabelPalette.color(label)));"
                + "color:\(InlineSVG.hexadecimal(LabelPalette.color(label).contrasting))\">"
                + "\(LabelPalette.letter(label))</span>"
        }
        let texts = KernelLabel.allCases.map {
            "\($0.rawValue) \(NumberFormat.grouped(counts[$0])) (\(NumberFormat.share(counts.share($0))))"
        }
        let file = network.checkpoint.path.split(separator: "/").last.map(String.init) ?? network.checkpoint.path
        var facts = [
            ("File", "\(file), SHA-256 \(network.checkpoint.sha256)"), ("Family", network.recognition),
            ("Conventions", network.conventions.map { "\($0.text): \($0.origin.rawValue)" }.joined(separator: "; ")),
            (
                "Kernels",
                "\(NumberFormat.grouped(counts.total)) in \(statistics.layers.count) layers: "
                    + texts.joined(separator: ", ")
            ),
            ("Verdict", statistics.randomness.sentence),
        ]
        let bad = statistics.layers.reduce(0) { $0 + $1.nonFiniteCount }
        if bad > 0 { facts.append(("Not finite", "\(NumberFormat.grouped(bad)) kernels hold NaN or infinite weights")) }
        for note in ClassificationReport(statistics).layerNotes { facts.append(("Note", note)) }
        return "<dl>"
            + facts.map { "<dt>\($0.0)</dt><dd>\(InlineSVG.escaped($0.1))</dd>" }.joined()
            + "</dl><div class=\"bar\" aria-hidden=\"true\">\(bars.joined())</div>"
    }
}
