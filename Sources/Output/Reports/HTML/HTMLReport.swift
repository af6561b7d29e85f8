import Classification
import Derivation
import Diagnostics
import Evaluation
import Figures
import Kernels
import Statistics
import VGNets
import Architectures

/// One or several analysed networks as a single web page that needs no network connection.
///
/// It holds a summary, a sortable table of the layers, plots, every layer's kernels, which the reader sorts, filters and
/// enlarges, and the derived design with its reasons. More than a few networks are listed, closed and packed
/// (`HTMLBudget`). The same statistics give the same bytes.
public struct HTMLReport: Sendable {
    private let networks: [AnalysedNetwork]
    private let derivation: Derivation?
    private let version: String
    private let activations: [TopActivations?]
    private let fields: [Figure?]

    /// How many networks lie open on a page; of more the inputs that excite kernels are not shown.
    public static var openNetworks: Int { HTMLBudget.openNetworks }

    /// A page on `networks`, at least one, with the design that was derived from them.
    ///
    /// `activations` has what excites the kernels of each network and `fields` the figure of its receptive fields, in their
    /// order; empty for none.
    public init(
        _ networks: [AnalysedNetwork], derivation: Derivation?, version: String, activations: [TopActivations?] = [],
        fields: [Figure?] = []
    ) {
        precondition(!networks.isEmpty)
        precondition(fields.isEmpty || fields.count == networks.count)
        precondition(activations.isEmpty || activations.count == networks.count && networks.count <= Self.openNetworks)
        (self.networks, self.derivation, self.version) = (networks, derivation, version)
        (self.activations, self.fields) = (activations, fields)
    }

    /// The whole file.
    ///
    /// `progress` is called after each layer; what it throws ends the work. Throws what reading the checkpoints throws.
    public func page(progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }) throws -> String {
        let title =
            networks.count == 1 ? networks[0].statistics.network.title : "\(networks.count) networks"
        let total = networks.reduce(0) { $0 + $1.statistics.layers.count }
        let inputs = try activations.map { found in
            try found.map { try HTMLInputs($0, room: HTMLInputs.room / networks.count) }
        }
        let budget = HTMLBudget(networks, inputs: inputs.compactMap(\.self))
        let entries = NetworkComparisonFigure.Entry.entries(networks.map(\.statistics))
        let names = entries.map(\.title)
        var done = 0
        var sections: [String] = []
        if networks.count > 1 {
            sections.append(
                try HTMLIndex(
                    networks.map(\.statistics), names: names, entries: entries, map: commonMap(names), budget: budget
                ).section())
        }
        for (index, network) in networks.enumerated() {
            sections.append(
                try HTMLNetwork(
                    network, name: names[index], index: index, budget: budget,
                    inputs: inputs.isEmpty ? nil : inputs[index], field: fields.isEmpty ? nil : fields[index]
                ).section {
                    done += 1
                    try progress(done, total)
                })
        }
        if let derivation { sections.append(try HTMLDesign(derivation).section()) }
        let hasKernels = networks.contains { $0.kernels != nil }
        return HTMLPage(
            title: "\(title): kernels", heading: title,
            tools: HTMLControls.tools(budget, hasKernels: hasKernels), sections: sections,
            note: """
                Kernels are drawn each on its own scale ±max|w|, unless another is chosen, red negative, blue positive; \
                kernels labelled zero on the layer's scale. \
                The bar below a kernel is its label's: identity a piece in the middle, blur the whole width, edge both ends, \
                zero three dots, other a piece at the left.\(hasKernels ? budget.note : "")
                """, version: version, script: HTMLScript.kernels, window: hasKernels ? HTMLControls.dialog : ""
        ).text
    }

    /// The kernels of a few networks on one basis; nil where a page cannot hold them, or no two have kernels to show.
    private func commonMap(_ names: [String]) throws -> Figure? {
        let limits = HTMLNetworkPlots.Limits()
        let shown = zip(names, networks).filter { $1.kernels != nil }
        let count = shown.reduce(0) { $0 + $1.1.statistics.counts.total }
        guard (2...Self.openNetworks).contains(shown.count), count <= limits.kernels else { return nil }
        do {
            let map = try KernelMap(shown.map { ($0, try LabelledKernels.all(of: $1)) })
            return try KernelMapFigure.figure(of: map, pointLimit: limits.points)
        } catch let error as KernelVizError where error.code == "figures.noPoints" {
            return nil
        }
    }
}

/// The derived design with its reasons.
struct HTMLDesign {
    let derivation: Derivation

    init(_ derivation: Derivation) { self.derivation = derivation }

    func section() throws -> String {
        let config = derivation.config
        let rows = derivation.reasons.map { reason in
            "<tr\(reason.isDefault ? "" : " class=\"changed\"")><th scope=\"row\">\(InlineSVG.escaped(reason.field))</th>"
                + "<td>\(InlineSVG.escaped(reason.value))</td><td>\(reason.isDefault ? "paper" : "derived")</td>"
                + "<td>\(InlineSVG.escaped(reason.statistic))</td><td>\(InlineSVG.escaped(reason.rule))</td></tr>"
        }
        let refusal = derivation.refusalSentence.map { "<p>\(InlineSVG.escaped($0)).</p>" }
        let figure = try NetworkDiagramFigure.figure(of: config)
        return "<section id=\"design\"><h2>The derived design: \(InlineSVG.escaped(config.name))</h2>"
            + ([derivation.costLine + "."] + derivation.agreement.sentences)
            .map { "<p>\(InlineSVG.escaped($0))</p>" }.joined()
            + derivation.missing.map { "<p>\(InlineSVG.escaped($0)).</p>" }.joined()
            + (refusal ?? "")
            + "<div class=\"scroll\"><table class=\"sortable\"><thead><tr>"
            + ["field", "value", "from", "what was measured", "rule"].map { HTMLTable.header($0) }.joined()
            + "</tr></thead><tbody>\(rows.joined())</tbody></table></div><figure>"
            + InlineSVG.element(figure, label: "Block diagram of \(config.name)") + "</figure></section>"
    }
}
