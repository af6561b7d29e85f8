import Classification
import Diagnostics
import Figures
import Kernels
import Statistics
import Architectures

/// One network's part of the page.
struct HTMLNetwork {
    private let network: AnalysedNetwork
    private let budget: HTMLBudget
    /// What the page calls it: its title, with the file where several have one title.
    private let name: String
    /// Its identifier, which begins every identifier of its layers.
    private let identifier: String
    /// What excites its kernels; nil where no pictures were shown.
    private let inputs: HTMLInputs?
    /// Its receptive fields; nil where they were not measured.
    private let field: Figure?

    init(
        _ network: AnalysedNetwork, name: String, index: Int, budget: HTMLBudget, inputs: HTMLInputs? = nil,
        field: Figure? = nil
    ) {
        (self.network, self.name, self.budget, identifier) = (network, name, budget, Self.identifier(index))
        (self.inputs, self.field) = (inputs, field)
    }

    private var statistics: NetworkStatistics { network.statistics }
    /// Where the kernels can be read; nil where only the statistics are at hand.
    private var source: (any KernelSource)? { network.kernels }

    /// The identifier of the network at a place.
    static func identifier(_ index: Int) -> String { "n\(index)" }

    private func identifier(of layer: ConvLayer) -> String { "\(identifier)-\(layer.number ?? 0)" }

    /// Summary, table, plots and layers, and the kernels for the script; `step` is called after each layer.
    ///
    /// Of a collection the network is closed, and its contents are packed.
    func section(step: () throws -> Void) throws -> String {
        var layers: [String] = []
        var held = HTMLKernels()
        var plots = HTMLNetworkPlots(statistics, isFull: budget.hasAllFigures)
        // Partners and paths need all layers at once; else one is held at a time.
        let needsAll = source != nil && (budget.hasPartners || budget.hasAllFigures)
        let all = needsAll ? try LabelledKernels.all(of: network) : nil
        let paths = try all.map { try KernelPaths.stages(of: network, among: $0) }
        let links = partners(paths?.stages ?? [])
        for (place, layer) in statistics.layers.enumerated() {
            if let source {
                let kernels =
                    try all?[place]
                    ?? LabelledKernels(bank: source.bank(of: layer.layer), classifications: layer.classifications)
                let id = identifier(of: layer.layer)
                layers.append(HTMLLayer(layer, bank: kernels.bank, identifier: id, budget: budget).section)
                held.add(
                    layer, bank: kernels.bank, identifier: id, budget: budget, feeds: links[place]?.feeds,
                    fedBy: links[place]?.fedBy, inputs: inputs)
                try plots.add(kernels)
            }
            try step()
        }
        let fields = field.map { [(name: "Effective receptive field", figure: $0)] } ?? []
        let figures = try (plots.figures(paths: paths) + fields).map {
            "<figure>\(InlineSVG.element($0.figure, label: "\($0.name) of \(name)"))</figure>"
        }
        let left = plots.leftOut(paths: paths).map { "<p class=\"quiet\">\(InlineSVG.escaped($0))</p>" }.joined()
        let body =
            summary + "<h3>Layers</h3>" + HTMLTable.layers(statistics, prefix: identifier + "-")
            + "<h3>Statistics</h3><div class=\"plots\">" + figures.joined() + "</div>\(left)<h3>Kernels</h3>"
            + (source == nil ? Self.noKernels : layers.joined(separator: "\n"))
        let data =
            source == nil
            ? "" : held.element(id: "\(identifier)-kernels") + (inputs?.element(id: "\(identifier)-inputs") ?? "")
        guard budget.isCollection else {
            return
                "<section class=\"network\" id=\"\(identifier)\"><h2>\(InlineSVG.escaped(name))</h2>\(body)\(data)</section>"
        }
        let search = InlineSVG.escaped(HTMLIndex.words(name, statistics))
        return "<details class=\"network\" id=\"\(identifier)\" data-search=\"\(search)\">"
            + "<summary><h2>\(InlineSVG.escaped(name))</h2> <span class=\"quiet\">\(InlineSVG.escaped(line))</span></summary>"
            + "<div class=\"body\"></div>\(HTMLPacked.element(Array(body.utf8), id: "\(identifier)-body"))\(data)</details>"
    }

    private var line: String {
        let counts = statistics.counts
        return "\(statistics.layers.count) layers, \(NumberFormat.grouped(counts.total)) kernels: "
            + KernelLabel.allCases.filter { counts[$0] > 0 }
            .map { "\($0.rawValue) \(NumberFormat.share(counts.share($0)))" }.joined(separator: ", ")
    }

    private typealias Links = [Int: (feeds: HTMLKernels.Links?, fedBy: HTMLKernels.Links?)]

    /// Each layer's partners by its place among the layers.
    private func partners(_ stages: [KernelPaths.Stage]) -> Links {
        var links: Links = [:]
        guard budget.hasPartners else { return links }
        for stage in stages {
            let ends = [stage.sources, stage.targets].map { kernels in
                statistics.layers.firstIndex { $0.layer.tensorName == kernels.bank.layer.tensorName }
            }
            guard let source = ends[0], let target = ends[1], let found = HTMLPartners.of(stage) else { continue }
            links[source, default: (nil, nil)].feeds = .init(layer: target, partners: found.feeds)
            links[target, default: (nil, nil)].fedBy = .init(layer: source, partners: found.fedBy)
        }
        return links
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
        let file = TextTable.fileName(network.checkpoint.path)
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
        if let inputs { facts.append(("Inputs", inputs.sentence)) }
        let bad = statistics.layers.reduce(0) { $0 + $1.nonFiniteCount }
        if bad > 0 { facts.append(("Not finite", "\(NumberFormat.grouped(bad)) kernels hold NaN or infinite weights")) }
        for note in ClassificationReport(statistics).layerNotes { facts.append(("Note", note)) }
        return "<dl>"
            + facts.map { "<dt>\($0.0)</dt><dd>\(InlineSVG.escaped($0.1))</dd>" }.joined()
            + "</dl><div class=\"bar\" aria-hidden=\"true\">\(bars.joined())</div>"
    }
}
