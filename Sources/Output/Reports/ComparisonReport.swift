import Classification
import Diagnostics
import Figures
import Statistics

/// The difference between two checkpoints, layer by layer, as table, Markdown, JSON and page.
public struct ComparisonReport: MarkdownReport, PageReport {
    /// Names the JSON's form.
    public static let schema = DocumentSchema.comparison.rawValue

    private let comparison: NetworkComparison
    /// Figures on the page with what they are.
    private let figures: [(label: String, figure: Figure)]

    /// A report on `comparison`.
    public init(_ comparison: NetworkComparison) { (self.comparison, figures) = (comparison, []) }

    /// A report on `comparison` whose page shows both networks kernel by kernel; they are those that were compared.
    ///
    /// Throws what reading the kernels throws. Where no layer has the same form in both, the page does without.
    public init(_ comparison: NetworkComparison, of first: AnalysedNetwork, and second: AnalysedNetwork) throws {
        self.comparison = comparison
        let networks = [first, second]
        let entries = NetworkComparisonFigure.Entry.entries(networks.map(\.statistics))
        var figures = [("Label shares of both networks", try NetworkComparisonFigure.figure(of: entries))]
        if comparison.pairs.contains(where: { $0.sameLabelShare != nil }) {
            let kernels = try networks.map(LabelledKernels.all)
            let pairs = try KernelPairs((entries[0].title, kernels[0]), (entries[1].title, kernels[1]))
            figures.append(("Both networks kernel by kernel", try KernelPairsFigure.figure(of: pairs)))
        }
        self.figures = figures
    }

    /// A table of the layers: each label's share in percentage points, second minus first; a star where the 95 %
    /// intervals of some label lie apart.
    public var table: String { heading + "\n" + layers.text + notes.map { $0 + "\n" }.joined() }

    /// The same in Markdown.
    public var markdown: String { "## \(heading)\n\n" + layers.markdown + "\n" + notes.map { "- \($0)\n" }.joined() }

    /// The same with the shares themselves, as JSON.
    public var json: String { JSONText.of(Document(comparison)) }

    /// The same as one page, with pictures where it was made from the networks themselves.
    public func html(version: String) -> String {
        let pictures = figures.map { "<figure>\(InlineSVG.element($0.figure, label: $0.label))</figure>" }
        return HTMLPage(
            title: "Two checkpoints compared", heading: "Two checkpoints compared",
            sections: (pictures.isEmpty
                ? [] : [HTMLPage.section("Figures", ["<div class=\"plots\">\(pictures.joined())</div>"])])
                + [HTMLPage.section("Layers", [HTMLPage.words(heading), layers.html] + notes.map(HTMLPage.words))],
            note: "Shares in percentage points, second minus first.", version: version
        ).text
    }

    private var heading: String {
        "\(comparison.second.network.checkpoint.path) minus \(comparison.first.network.checkpoint.path): "
            + "\(comparison.pairs.count) layers, share differences in percentage points"
    }

    private var layers: TextTable {
        var table = TextTable(
            [.init("#", .right), .init("layer", .left), .init("kernels", .right)]
                + KernelLabel.allCases.map { .init($0.rawValue, .right) }
                + [.init("DC gain", .right), .init("σ", .right), .init("same label", .right), .init("differs", .left)])
        for pair in comparison.pairs {
            let (a, b) = (pair.first, pair.second)
            let kernels =
                a.counts.total == b.counts.total ? "\(a.counts.total)" : "\(a.counts.total) → \(b.counts.total)"
            let sigma = a.medianSigmaPixels.flatMap { first in b.medianSigmaPixels.map { $0 - first } }
            var row: [TextTable.Cell] = [
                .init(a.layer.number.map(String.init) ?? ""), .init(TextTable.shortened(a.layer.name, to: 30)),
                .init(kernels),
            ]
            row += KernelLabel.allCases.map { .init(Self.signed(pair.difference($0) * 100, 0)) }
            row += [
                .init(Self.signed(b.medianDCGain - a.medianDCGain, 2)), .init(sigma.map { Self.signed($0, 2) } ?? "·"),
                .init(pair.sameLabelShare.map(NumberFormat.percent) ?? "·"), .init(pair.isDifferent ? "*" : ""),
            ]
            table.add(row)
        }
        return table
    }

    private var notes: [String] {
        let different = comparison.pairs.count(where: \.isDifferent)
        var notes = [
            "In \(different) of \(comparison.pairs.count) layers (*) the 95 % intervals of some label lie apart."
        ]
        if !comparison.isMatchedByName { notes.append("The layers were matched by number: their names differ.") }
        for (layers, network) in [
            (comparison.onlyFirst, comparison.first), (comparison.onlySecond, comparison.second),
        ] where !layers.isEmpty {
            let names = layers.map(\.label).joined(separator: ", ")
            notes.append("Only in \(network.network.checkpoint.path): \(names).")
        }
        return notes
    }

    /// "+12", "−3", "·" where nothing is left after rounding.
    private static func signed(_ value: Double, _ digits: Int) -> String {
        let text = NumberFormat.fixed(abs(value), digits)
        guard text.contains(where: { $0 >= "1" && $0 <= "9" }) else { return "·" }
        return (value > 0 ? "+" : "−") + text
    }
}

private struct Document: Encodable {
    let schema = ComparisonReport.schema
    let first: Side
    let second: Side
    let matchedBy: String
    let layers: [Layer]
    let onlyFirst: [String]
    let onlySecond: [String]

    init(_ comparison: NetworkComparison) {
        first = Side(comparison.first)
        second = Side(comparison.second)
        matchedBy = comparison.isMatchedByName ? "name" : "number"
        layers = comparison.pairs.map(Layer.init)
        onlyFirst = comparison.onlyFirst.map(\.name)
        onlySecond = comparison.onlySecond.map(\.name)
    }

    struct Side: Encodable {
        let path: String
        let sha256: String
        let network: String
        let kernels: Int
        let shares: [String: Double]

        init(_ statistics: NetworkStatistics) {
            path = statistics.network.checkpoint.path
            sha256 = statistics.network.checkpoint.sha256
            network = statistics.network.title
            kernels = statistics.counts.total
            shares = byLabel { statistics.counts.share($0) }
        }
    }

    struct Layer: Encodable {
        let number: Nullable<Int>
        let name: String
        let secondName: String
        let kernels: [Int]
        let firstShares: [String: Double]
        let secondShares: [String: Double]
        let differences: [String: Double]
        let distance: Double
        let isDifferent: Bool
        let sameLabelShare: Nullable<Double>
        let dcGain: [Double]
        let sigmaPixels: [Nullable<Double>]

        init(_ pair: NetworkComparison.Pair) {
            number = Nullable(pair.first.layer.number)
            name = pair.first.layer.name
            secondName = pair.second.layer.name
            kernels = [pair.first.counts.total, pair.second.counts.total]
            firstShares = byLabel { pair.first.counts.share($0) }
            secondShares = byLabel { pair.second.counts.share($0) }
            differences = byLabel { pair.difference($0) }
            distance = pair.distance
            isDifferent = pair.isDifferent
            sameLabelShare = Nullable(pair.sameLabelShare)
            dcGain = [pair.first.medianDCGain, pair.second.medianDCGain]
            sigmaPixels = [Nullable(pair.first.medianSigmaPixels), Nullable(pair.second.medianSigmaPixels)]
        }
    }
}
