import Classification
import Diagnostics
import Figures
import Statistics

/// How well known kernels are recovered from noise, and what chance is called.
public struct ValidationReport: CSVReport, MarkdownReport, PageReport {
    /// Names the JSON's form.
    public static let schema = DocumentSchema.validation.rawValue

    private let curves: RecoveryCurves
    private let controls: [NullModel]

    /// Joins the curves with the controls of any networks.
    public init(_ curves: RecoveryCurves, controls: [NullModel] = []) {
        self.curves = curves
        self.controls = controls
    }

    /// The tables for a terminal.
    public var table: String {
        var text = recoveryHeading + "\n" + recovery.text + "\n" + chanceHeading + "\n" + chance.text
        if !controls.isEmpty { text += "\n" + controlHeading + "\n" + control.text }
        return text
    }

    /// The same in Markdown.
    public var markdown: String {
        var text = "### \(recoveryHeading)\n\n\(recovery.markdown)\n### \(chanceHeading)\n\n\(chance.markdown)"
        if !controls.isEmpty { text += "\n### \(controlHeading)\n\n\(control.markdown)" }
        return text
    }

    /// The curves, one line a family and size, with a header.
    public var csv: String {
        curves.curves.reduce(
            CSVText.line(["family", "label", "size"] + curves.decibels.map { "recovered_\(Int($0))_db" })
        ) { text, curve in
            text
                + CSVText.line(
                    [curve.family.rawValue, curve.label.rawValue, "\(curve.size)"] + curve.shares.map { "\($0)" })
        }
    }

    /// All of it as JSON.
    public var json: String {
        JSONText.of(
            Document(
                schema: Self.schema, recovery: curves,
                controls: controls.map {
                    Document.Control(
                        path: $0.statistics.network.checkpoint.path, kind: $0.kind,
                        kernels: $0.statistics.counts.total, shares: shares($0.statistics.counts))
                }))
    }

    /// The same as one page.
    public func html(version: String) -> String {
        let sizes = curves.curves.map(\.size).reduce(into: [Int]()) { if !$0.contains($1) { $0.append($1) } }
        let groups = sizes.map { size in
            (title: "\(size)×\(size)", columns: curves.decibels.map { "\(Int($0)) dB" })
        }
        let families = SyntheticFamily.allCases.map { family in
            (
                name: family.description,
                values: sizes.flatMap { size in
                    curves.curves.first { $0.family == family && $0.size == size }?.shares ?? []
                }
            )
        }.filter { $0.values.count == sizes.count * curves.decibels.count }
        let colors = Self.colors
        var sections = [
            HTMLPage.section(
                "Known kernels in noise",
                [
                    HTMLPage.words(recoveryHeading + "."),
                    HTMLPlot.matrix(rows: families, groups: groups, label: "Recovery by family, size and noise"),
                ]),
            HTMLPage.section(
                "Chance",
                [
                    HTMLPage.words(chanceHeading + "."), HTMLPlot.legend(colors),
                    HTMLPlot.bars(randomBars, label: "Labels of random kernels"), chance.html,
                ]),
        ]
        if !controls.isEmpty {
            sections.append(
                HTMLPage.section(
                    controlHeading,
                    [
                        HTMLPlot.legend(colors),
                        HTMLPlot.bars(controlBars, label: "Labels of weights that say nothing"),
                        control.html,
                    ]))
        }
        return HTMLPage(
            title: "Validation of the labels", heading: "How far the labels can be trusted",
            sections: sections + [HTMLPage.section("Recovery in numbers", [recovery.html])],
            note: "\(curves.samples) kernels a family, size and ratio; the noise is white.", version: version
        ).text
    }

    private static let colors = KernelLabel.allCases.map {
        ($0.rawValue, InlineSVG.hexadecimal(LabelPalette.color($0)))
    }

    /// Shares in the order of the labels, named and coloured.
    private static func parts(_ shares: [Double]) -> [(name: String, share: Double, color: String)] {
        zip(colors, shares).map { ($0.0, $1, $0.1) }
    }

    /// What random kernels are called, a bar a size and kind of cut-off.
    private var randomBars: [(name: String, parts: [(name: String, share: Double, color: String)])] {
        zip(curves.nullRates, curves.uncorrectedFalsePositiveRates).flatMap { strict, lenient in
            [("the kernel alone", strict), ("its shape, in a layer with structure", lenient)].map { name, rates in
                (
                    name: "\(rates.size)×\(rates.size), \(name)",
                    parts: Self.parts([rates.identity, rates.blur, rates.edge, 0, 1 - rates.named])
                )
            }
        }
    }

    /// What the kernels of each control are called.
    private var controlBars: [(name: String, parts: [(name: String, share: Double, color: String)])] {
        controls.map { control in
            let path = TextTable.fileName(control.statistics.network.checkpoint.path)
            return (
                name: "\(path), \(control.kind.rawValue)",
                parts: Self.parts(KernelLabel.allCases.map { control.statistics.counts.share($0) })
            )
        }
    }

    private struct Document: Encodable {
        struct Control: Encodable {
            let path: String
            let kind: NullModel.Kind
            let kernels: Int
            let shares: [String: Double]
        }

        let schema: String
        let recovery: RecoveryCurves
        let controls: [Control]
    }

    private func shares(_ counts: LabelCounts) -> [String: Double] {
        Dictionary(uniqueKeysWithValues: KernelLabel.allCases.map { ($0.rawValue, counts.share($0)) })
    }

    private var recoveryHeading: String {
        let worst = curves.decibels.firstIndex(of: 20).map { place in curves.curves.map { $0.shares[place] }.min() ?? 0
        }
        return "Synthetic kernels that keep their label under white noise, percent of \(curves.samples)"
            + (worst.map { "; the least at 20 dB is \(NumberFormat.fixed($0 * 100, 1))" } ?? "")
    }

    private var recovery: TextTable {
        var table = TextTable(
            [.init("family", .left), .init("label", .left), .init("size", .left)]
                + curves.decibels.map { .init("\(Int($0)) dB", .right) })
        for curve in curves.curves {
            table.add(
                [.init(curve.family.description), .init(curve.label.rawValue), .init("\(curve.size)×\(curve.size)")]
                    + curve.shares.map { .init(NumberFormat.fixed($0 * 100, 1)) })
        }
        return table
    }

    private let chanceHeading = "Random kernels that are called so, percent"

    private var chance: TextTable {
        var table = TextTable([
            .init("size", .left), .init("cut-offs", .left), .init("kernels", .right), .init("identity", .right),
            .init("blur", .right), .init("edge", .right), .init("other", .right),
        ])
        for (strict, lenient) in zip(curves.nullRates, curves.uncorrectedFalsePositiveRates) {
            for (name, rates) in [("the kernel alone", strict), ("by its shape", lenient)] {
                table.add(
                    [.init("\(rates.size)×\(rates.size)"), .init(name), .init(NumberFormat.grouped(rates.samples))]
                        + [rates.identity, rates.blur, rates.edge, 1 - rates.named].map {
                            .init(NumberFormat.fixed($0 * 100, 2))
                        })
            }
        }
        return table
    }

    private let controlHeading = "Networks whose weights say nothing, percent of their kernels"

    private var control: TextTable {
        var table = TextTable(
            [.init("checkpoint", .left), .init("weights", .left), .init("kernels", .right)]
                + KernelLabel.allCases.map { .init($0.rawValue, .right) })
        for control in controls {
            let counts = control.statistics.counts
            let path = TextTable.fileName(control.statistics.network.checkpoint.path)
            table.add(
                [
                    .init(TextTable.shortened(path, to: 36)), .init(control.kind.rawValue),
                    .init(NumberFormat.grouped(counts.total)),
                ] + KernelLabel.allCases.map { .init(NumberFormat.fixed(counts.share($0) * 100, 1)) })
        }
        return table
    }
}
