import Diagnostics
import Evaluation
import Figures

/// What replacing the kernels of each label costs, for people and programs.
public struct FidelityReport: CSVReport, MarkdownReport, PageReport {
    /// Names the JSON's form.
    public static let schema = DocumentSchema.fidelity.rawValue

    private let fidelity: LabelFidelity

    /// Takes a measurement.
    public init(_ fidelity: LabelFidelity) { self.fidelity = fidelity }

    /// A table for a terminal, with what the numbers rest on around it.
    public var table: String { heading + "\n" + rows.text + notes.map { $0 + "\n" }.joined() }

    /// The same in Markdown.
    public var markdown: String { "## \(heading)\n\n\(rows.markdown)\n" + notes.map { "- \($0)\n" }.joined() }

    /// One line a choice of kernels, with a header.
    public var csv: String {
        let ways = ["chosen", "functional", "weights", "random"]
        var text = CSVText.line(
            ["checkpoint", "sha256", "images", "replaced", "kernels"]
                + ways.flatMap { ["\($0)_agreement", "\($0)_accuracy"] }
                + ["chosen", "random"].flatMap { ["\($0)_agreement_low", "\($0)_agreement_high"] })
        for row in all {
            let outcomes = [row.chosen, row.functional, row.weights, row.random]
            let shares = outcomes.flatMap {
                [CSVText.field($0?.agreement.share), CSVText.field($0?.accuracy?.share)]
            }
            let ends = [row.chosen, row.random].flatMap {
                [CSVText.field($0.agreement.low), CSVText.field($0.agreement.high)]
            }
            text += CSVText.line(
                [fidelity.checkpointPath, fidelity.sha256, fidelity.imagesPath, row.name, "\(row.kernels)"] + shares
                    + ends)
        }
        return text
    }

    /// The measurement as JSON.
    public var json: String { JSONText.of(Document(schema: Self.schema, fidelity: fidelity)) }

    /// The same as one page.
    public func html(version: String) -> String {
        let ways = ["the label or fit itself", "best by output", "best by weights", "random"]
        let entries = all.map { row in
            let outcomes = [row.chosen, row.functional, row.weights, row.random]
            return (
                name: "\(row.name) (\(NumberFormat.grouped(row.kernels)))",
                dots: zip(outcomes, ways.indices).compactMap { outcome, way in
                    outcome.map { outcome in
                        let share = outcome.agreement
                        return HTMLPlot.Dot(
                            value: share.share, interval: share.low...max(share.low, share.high),
                            color: HTMLPlot.colors[way], isFilled: way == 0,
                            tip: "\(row.name), \(ways[way]): agreement \(tenth(share.share)) % "
                                + "(\(tenth(share.low)) to \(tenth(share.high)))"
                                + (outcome.accuracy.map { ", accuracy \(tenth($0.share)) %" } ?? ""))
                    }
                }
            )
        }
        let ticks = [0, 0.25, 0.5, 0.75, 1].map { (value: $0, text: NumberFormat.percent($0)) }
        return HTMLPage(
            title: "\(fidelity.network): label fidelity", heading: "What replacing kernels costs \(fidelity.network)",
            sections: [
                HTMLPage.section(
                    "Pictures whose first class stays",
                    [
                        HTMLPage.words(heading(TextTable.fileName(fidelity.checkpointPath)) + "."),
                        HTMLPlot.legend(Array(zip(ways, HTMLPlot.colors))),
                        HTMLPlot.dots(
                            entries, range: 0...1, ticks: ticks,
                            label: "Agreement with the whole network by what was replaced"),
                    ]), HTMLPage.section("In numbers", [rows.html] + notes.map(HTMLPage.words)),
            ], note: "SHA-256 of the checkpoint \(InlineSVG.escaped(fidelity.sha256)). Lines are 95 % intervals.",
            version: version
        ).text
    }

    private struct Document: Encodable {
        let schema: String
        let fidelity: LabelFidelity
    }

    /// Every row, in the order of the table.
    private var all: [LabelFidelity.Row] { fidelity.labels + fidelity.fits + fidelity.shapes + fidelity.tenths }

    private var heading: String { heading(fidelity.checkpointPath) }

    private func heading(_ name: String) -> String {
        "\(name): \(fidelity.network), \(NumberFormat.grouped(fidelity.kernels)) depthwise kernels; "
            + "gains fitted on \(fidelity.fittedImages == 1 ? "1 picture" : "\(fidelity.fittedImages) pictures"), judged on "
            + (fidelity.judgedImages == 1 ? "1 other" : "\(fidelity.judgedImages) others")
            + (fidelity.accuracy.map { ", of which the network tells \(NumberFormat.percent($0.share)) right" } ?? "")
            + (fidelity.turnedImages == 0
                ? "" : "; \(fidelity.turnedImages) turned by their EXIF orientation (torchvision would not turn them)")
    }

    private var rows: TextTable {
        var table = TextTable([
            .init("replaced by templates", .left), .init("kernels", .right), .init("share", .right),
            .init("agreement", .right), .init("95 %", .right), .init("accuracy", .right), .init("lost", .right),
            .init("best by output", .right), .init("best by weights", .right), .init("random 95 %", .right),
            .init("random", .right),
        ])
        for row in fidelity.labels { table.add(cells(row)) }
        for group in [fidelity.fits, fidelity.shapes, fidelity.tenths] where !group.isEmpty {
            table.addRule()
            for row in group { table.add(cells(row)) }
        }
        return table
    }

    private func cells(_ row: LabelFidelity.Row) -> [TextTable.Cell] {
        let lost = row.chosen.accuracy.flatMap { now in fidelity.accuracy.map { $0.share - now.share } }
        func ends(_ outcome: LabelFidelity.Outcome) -> String {
            "\(NumberFormat.fixed(outcome.agreement.low * 100, 0))…\(NumberFormat.fixed(outcome.agreement.high * 100, 0))"
        }
        return [
            .init(row.name), .init(NumberFormat.grouped(row.kernels)),
            .init(NumberFormat.percent(Double(row.kernels) / Double(max(1, fidelity.kernels)))),
            .init(tenth(row.chosen.agreement.share)), .init(ends(row.chosen)),
            .init(row.chosen.accuracy.map { tenth($0.share) } ?? "·"),
            .init(lost.map { ($0 < 0 ? "−" : "") + NumberFormat.fixed(abs($0) * 100, 1) } ?? "·"),
            .init(both(row.functional)), .init(both(row.weights)), .init(ends(row.random)),
            .init(both(row.random)),
        ]
    }

    private func tenth(_ share: Double) -> String { NumberFormat.fixed(share * 100, 1) }

    /// "97.5 / 88.8": agreement and accuracy.
    private func both(_ outcome: LabelFidelity.Outcome?) -> String {
        guard let outcome else { return "·" }
        return tenth(outcome.agreement.share) + (outcome.accuracy.map { " / \(tenth($0.share))" } ?? "")
    }

    private var notes: [String] {
        [
            "All numbers are percent of the judged pictures: how often the first class stays, and how often it is right.",
            "'best by output' and 'best by weights' replace as many kernels, those that the label's templates explain best; "
                + "'random' as many drawn from the whole network (mean of \(LabelFidelity.randomDraws) draws). In the rows "
                + "'R² ≥' and 'p' every label's templates compete for those drawn at random.",
            "'identity' is replaced by one cell and a constant in all cells, two fitted numbers; 'identity, one cell' by the "
                + "cell alone.",
            "'p': the named kernels in ten equal parts by the probability that a reader gives the label.",
            "Each template gets the gain, and its output the constant, of least squares on the fitting pictures; nothing is "
                + "trained.",
        ]
    }
}
