import Diagnostics
import Sweeps

/// The table of a sweep, for people and programs.
public struct SweepReport: CSVReport, MarkdownReport {
    /// Names the JSON's form; changes when a field changes its meaning.
    public static let schema = DocumentSchema.sweep.rawValue

    private let results: SweepResults

    /// A report on `results`.
    public init(_ results: SweepResults) { self.results = results }

    private var heading: String {
        let (done, all) = results.progress
        let images =
            results.heldOut.map { "\(NumberFormat.grouped($0.count)) validation images" }
            ?? "\(NumberFormat.grouped(results.testImages)) test images"
        return "\(results.title): \(results.dataPath), \(images), "
            + (done == all ? "\(all) trainings" : "\(done) of \(all) trainings done")
    }

    /// What the columns mean, and what failed.
    private var footnotes: [String] {
        var notes = ["Top-1 in % after the last epoch: mean ± standard deviation over seeds (n − 1), best − worst."]
        notes.append(choice)
        if results.rows.contains(where: isFolded) {
            notes.append(
                "Deployed: with what stands around the depthwise kernels while training folded into them; parameters and "
                    + "MACs are those of training.")
        }
        if let baseline = results.baseline {
            notes.append(
                "Difference to \(baseline) in percentage points, seed by seed, ± its standard error, with its 95 % interval "
                    + "(Student's t) and p after Holm over \(results.adjustedPValues.count) comparisons.")
        }
        if results.rows.contains(where: { $0.kernels != nil }) {
            notes.append(
                "Kernels: the median cosine of learned depthwise kernels between start and end, and whether 'classify' calls "
                    + "them learned in every training.")
        }
        if let baseline = results.rows.first(where: { $0.network == results.baseline }), let kernels = baseline.kernels,
            !kernels.areLearned
        {
            notes.append(
                "The baseline's depthwise kernels are not all learned (cosine \(NumberFormat.fixed(kernels.medianCosine, 2))): "
                    + "what learned kernels are worth is untestable with so few steps.")
        }
        let seeds = results.rows.map { $0.runs.count }.max() ?? 0
        if let seen = SweepPower(seeds: seeds).detectableDifference {
            notes.append(
                "\(seeds) seeds find a difference of \(percent(seen)) points with 80 % power where a net's top-1 varies by "
                    + "\(percent(SweepPower.measuredDeviation)) points.")
        }
        return notes + results.failures.map { "Failed: \($0)" }
    }

    /// Which images the nets are compared on, and what the test images say of the net that these choose.
    private var choice: String {
        guard let heldOut = results.heldOut else {
            return "Chosen on the test images: a net that is taken because it is the best here gains less elsewhere."
        }
        let said = "Chosen on the validation images, held out of the training images (seed \(heldOut.seed))"
        guard let choice = results.choice else { return said + "; the test images are looked at when all is trained." }
        let baseline = results.baseline.flatMap { name in
            choice.difference.map { ", \(text($0)) points against \(name)" }
        }
        return said + ": \(choice.network). Its top-1 on the \(NumberFormat.grouped(results.testImages)) test images, "
            + "measured once: \(accuracy(choice.test)) %\(baseline ?? "")."
    }

    private func isFolded(_ row: SweepResults.Row) -> Bool {
        row.deployed != SweepResults.Cost(parameters: row.parameters, macs: row.macs)
    }

    /// A ruled table for a terminal.
    public var table: String {
        heading + "\n" + textTable.text + footnotes.map { $0 + "\n" }.joined()
    }

    /// The same as GitHub's Markdown.
    public var markdown: String {
        "**\(heading)**\n\n" + textTable.markdown + "\n" + footnotes.map { $0 + "  \n" }.joined()
    }

    private var textTable: TextTable {
        var columns: [TextTable.Column] = [
            .init("network", .left), .init("parameters", .right), .init("MACs", .right),
        ]
        let hasFolded = results.rows.contains(where: isFolded)
        if hasFolded { columns += [.init("deployed parameters", .right), .init("deployed MACs", .right)] }
        columns += [.init("seeds", .right), .init("top-1 %", .right), .init("range", .right)]
        if let baseline = results.baseline {
            columns += [.init("− \(baseline)", .right), .init("95 %", .right), .init("p", .right)]
        }
        let hasKernels = results.rows.contains { $0.kernels != nil }
        if hasKernels { columns.append(.init("kernels", .right)) }
        let pValues = results.adjustedPValues
        var table = TextTable(columns)
        for row in results.rows {
            var cells = [row.network, NumberFormat.grouped(row.parameters), NumberFormat.grouped(row.macs)]
            if hasFolded {
                cells += [NumberFormat.grouped(row.deployed.parameters), NumberFormat.grouped(row.deployed.macs)]
            }
            cells += [
                "\(row.top1?.count ?? 0)", row.top1.map(accuracy) ?? "–",
                row.top1.map { percent($0.best - $0.worst) } ?? "–",
            ]
            if results.baseline != nil {
                let difference = results.pairedDifference(of: row)
                cells += [
                    difference.map(text) ?? (row.network == results.baseline ? "baseline" : "–"),
                    difference?.interval.map { "\(signed($0.lowerBound)) … \(signed($0.upperBound))" } ?? "–",
                    pValues[row.network].map { NumberFormat.fixed($0, 3) } ?? "–",
                ]
            }
            if hasKernels {
                cells.append(
                    row.kernels.map {
                        NumberFormat.fixed($0.medianCosine, 2) + ($0.areLearned ? " learned" : " not learned")
                    } ?? "–")
            }
            table.add(cells.map { TextTable.Cell($0) })
        }
        return table
    }

    private func accuracy(_ top1: SampleSummary) -> String {
        percent(top1.mean) + (top1.standardDeviation.map { " ± \(percent($0))" } ?? "")
    }

    private func text(_ difference: PairedDifference) -> String {
        signed(difference.mean) + (difference.standardError.map { " ± \(percent($0))" } ?? "")
    }

    private func percent(_ share: Double) -> String { NumberFormat.fixed(share * 100, 2) }

    private func signed(_ share: Double) -> String {
        let text = percent(share)
        return text.hasPrefix("-") ? "−" + text.dropFirst() : "+" + text
    }

    /// One line a net, shares 0…1, a column for each seed at the end.
    public var csv: String {
        let seeds = results.rows.first?.runs.map(\.seed) ?? []
        let header =
            [
                "network", "parameters", "fixed_parameters", "macs", "trainings", "top1_mean", "top1_std", "top1_best",
                "top1_worst", "difference", "difference_se", "difference_low", "difference_high", "p_holm",
                "kernel_cosine", "deployed_parameters", "deployed_macs",
            ] + seeds.map { "top1_seed_\($0)" }
        func number(_ value: Double?) -> String { value.map { NumberFormat.fixed($0, 6) } ?? "" }
        let lines = results.rows.map { row in
            let difference = results.pairedDifference(of: row)
            let fields: [String] = [
                row.network, "\(row.parameters)", "\(row.fixedParameters)", "\(row.macs)",
                "\(row.top1?.count ?? 0)", number(row.top1?.mean), number(row.top1?.standardDeviation),
                number(row.top1?.best), number(row.top1?.worst), number(difference?.mean),
                number(difference?.standardError), number(difference?.interval?.lowerBound),
                number(difference?.interval?.upperBound), number(results.adjustedPValues[row.network]),
                number(row.kernels?.medianCosine), "\(row.deployed.parameters)", "\(row.deployed.macs)",
            ]
            return fields + row.runs.map { number($0.top1) }
        }
        return ([header] + lines).map(CSVText.line).joined()
    }

    /// The table as JSON, keys sorted; shares are 0…1. `render statistics --plot scatter` reads it.
    public var json: String { JSONText.of(SweepDocument(results)) }
}
