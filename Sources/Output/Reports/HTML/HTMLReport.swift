import Classification
import Derivation
import Diagnostics
import Figures
import Kernels
import Statistics
import VGNets
import Architectures

/// One or several analysed networks as a single web page that needs no network connection.
///
/// It holds a summary, a sortable table of the layers, plots, every layer's kernels and histogram with details under
/// the pointer and the keyboard, and the derived design with its reasons. The same statistics give the same bytes.
public struct HTMLReport: Sendable {
    private let networks: [AnalysedNetwork]
    private let derivation: Derivation?
    private let version: String

    /// A page on `networks`, at least one, with the design that was derived from them.
    public init(_ networks: [AnalysedNetwork], derivation: Derivation?, version: String) {
        precondition(!networks.isEmpty)
        (self.networks, self.derivation, self.version) = (networks, derivation, version)
    }

    /// The whole file.
    ///
    /// `progress` is called after each layer; what it throws ends the work. Throws what reading the checkpoints throws.
    public func page(progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }) throws -> String {
        let title =
            networks.count == 1 ? networks[0].statistics.network.title : "\(networks.count) networks"
        let total = networks.reduce(0) { $0 + $1.statistics.layers.count }
        var done = 0
        var sections: [String] = []
        if networks.count > 1 {
            let figure = try NetworkComparisonFigure.figure(
                of: NetworkComparisonFigure.Entry.entries(networks.map(\.statistics)))
            sections.append(
                "<section><h2>Comparison</h2><figure>"
                    + InlineSVG.element(figure, label: "Label shares of the networks") + "</figure></section>")
        }
        for (index, network) in networks.enumerated() {
            sections.append(
                try HTMLNetwork(network, index: index).section {
                    done += 1
                    try progress(done, total)
                })
        }
        if let derivation { sections.append(try HTMLDesign(derivation).section()) }
        let tools = """
            <div class="tools" role="toolbar" aria-label="Filter by label">
            \(Self.filters)
            </div>
            <p class="quiet keys">Keys: <kbd>1</kbd>…<kbd>5</kbd> show one label, <kbd>0</kbd> all, <kbd>j</kbd> and \
            <kbd>k</kbd> next and previous layer, arrows inside a grid.</p>
            """
        return HTMLPage(
            title: "\(title): kernels", heading: title, tools: tools, sections: sections,
            note: """
                Kernels are drawn each on its own scale ±max|w|, red negative, blue positive; kernels labelled zero on the \
                layer's scale. \
                The bar below a kernel is its label's: identity a piece in the middle, blur the whole width, edge both ends, \
                zero three dots, other a piece at the left.
                """, version: version
        ).text
    }

    private static var filters: String {
        let buttons = KernelLabel.allCases.enumerated().map { index, label in
            "<button type=\"button\" data-filter=\"\(label.rawValue)\" aria-pressed=\"false\">"
                + "<i style=\"background:\(InlineSVG.hexadecimal(LabelPalette.color(label)));"
                + "color:\(InlineSVG.hexadecimal(LabelPalette.color(label).contrasting))\">"
                + "\(LabelPalette.letter(label))</i>\(HTMLLayer.bar(of: label))"
                + "\(label.rawValue)</button>"
        }
        return "<button type=\"button\" data-filter=\"\" aria-pressed=\"true\">all labels</button>" + buttons.joined()
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
        let refusal = derivation.refusal.map {
            "<p>The paper's values were kept: \(InlineSVG.escaped($0)).</p>"
        }
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
