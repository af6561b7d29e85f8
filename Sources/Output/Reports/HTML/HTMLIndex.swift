import Classification
import Diagnostics
import Figures
import Statistics

/// Several networks beside each other: a sortable table that leads to each, and the figure that compares them.
struct HTMLIndex {
    private let networks: [NetworkStatistics]
    private let names: [String]
    private let entries: [NetworkComparisonFigure.Entry]
    /// The kernels of all networks on one basis, where a page can hold them.
    private let map: Figure?
    private let budget: HTMLBudget

    init(
        _ networks: [NetworkStatistics], names: [String], entries: [NetworkComparisonFigure.Entry], map: Figure? = nil,
        budget: HTMLBudget
    ) {
        (self.networks, self.names, self.entries, self.budget) = (networks, names, entries, budget)
        self.map = map
    }

    /// The part of the page.
    func section() throws -> String {
        var figures = [("Label shares of the networks", try NetworkComparisonFigure.figure(of: entries))]
        if budget.hasAllFigures {
            let columns = ClaimSheetFigure.Column.columns(networks)
            figures.append(("The paper's statements on the networks", try ClaimSheetFigure.figure(of: columns)))
        }
        if let map { figures.append(("Map of the networks' kernels", map)) }
        let drawn = figures.map { "<figure>\(InlineSVG.element($0.1, label: $0.0))</figure>" }.joined()
        let words: Set = ["network", "file", "family"]
        let headers =
            (["network", "file", "family", "layers", "kernels"] + KernelLabel.allCases.map { "\($0.rawValue) %" })
            .map { HTMLTable.header($0, isNumeric: !words.contains($0)) }
        let rows = networks.indices.map(row)
        return "<section id=\"networks\"><h2>Networks</h2><div class=\"scroll\"><table class=\"sortable\">"
            + "<thead><tr>\(headers.joined())</tr></thead><tbody>\(rows.joined())</tbody></table></div>"
            + (budget.isCollection
                ? "<details><summary>Label shares\(budget.hasAllFigures ? " and the paper's statements" : "") of all "
                    + "networks</summary>\(drawn)</details>" : drawn)
            + "</section>"
    }

    /// What is searched for: name, file, family.
    static func words(_ name: String, _ statistics: NetworkStatistics) -> String {
        [name, statistics.network.checkpoint.path, statistics.network.family ?? ""].joined(separator: " ").lowercased()
    }

    private func row(_ place: Int) -> String {
        let statistics = networks[place]
        let file = TextTable.fileName(statistics.network.checkpoint.path)
        let search = Self.words(names[place], statistics)
        return
            "<tr data-search=\"\(InlineSVG.escaped(search))\"><th scope=\"row\"><a href=\"#\(HTMLNetwork.identifier(place))\">"
            + "\(InlineSVG.escaped(names[place]))</a></th><td>\(InlineSVG.escaped(file))</td>"
            + "<td>\(InlineSVG.escaped(statistics.network.family ?? "unknown"))</td>"
            + HTMLTable.numeric(Double(statistics.layers.count), decimals: 0)
            + HTMLTable.numeric(Double(statistics.counts.total), decimals: 0)
            + KernelLabel.allCases.map { HTMLTable.share(statistics.counts, $0) }.joined() + "</tr>"
    }
}
