import Diagnostics
import Evaluation

/// Evaluations of networks in the forms in which people and programs read them.
public struct EvaluationReport: CSVReport, MarkdownReport {
    /// Names the form of the JSON of one network; changes when a field changes its meaning.
    public static let schema = DocumentSchema.evaluation.rawValue
    /// Names the form of the JSON of several networks, each as in ``schema``.
    public static let listSchema = DocumentSchema.evaluations.rawValue

    let evaluations: [NetworkEvaluation]

    /// A report on `evaluation`.
    public init(_ evaluation: NetworkEvaluation) { self.init([evaluation]) }

    /// A report on several networks, in this order.
    public init(_ evaluations: [NetworkEvaluation]) { self.evaluations = evaluations }

    /// For a terminal: one network as aligned lines, one fact a line, several as one table with a row each.
    public var table: String {
        evaluations.count == 1 ? lines(evaluations[0]) : comparison.text + footnotes.map { $0 + "\n" }.joined()
    }

    /// A table of GitHub's Markdown, one row a network.
    public var markdown: String { comparison.markdown + "\n" + footnotes.map { $0 + "  \n" }.joined() }

    // MARK: - One network

    private func lines(_ evaluation: NetworkEvaluation) -> String {
        let counts = evaluation.parameters
        let shape = evaluation.inputShape
        var rows: [(String, String)] = [
            ("network", evaluation.network),
            ("weights", evaluation.weightsPath ?? "random (counts and latency hold, logits mean nothing)"),
            (
                "parameters",
                "\(NumberFormat.grouped(counts.learnable)) learnable, \(NumberFormat.grouped(counts.fixed)) fixed"
            ),
            (
                "MACs",
                "\(NumberFormat.grouped(evaluation.macs)) at \(shape[2])×\(shape[3]) (FLOPs = 2 MACs)"
            ),
            (
                "memory",
                "\(mebibytes(evaluation.activationBytes)) MiB activations"
                    + (evaluation.peakMemoryBytes.map { ", \(mebibytes($0)) MiB peak of the process" } ?? "")
            ),
        ]
        if evaluation.weightsPath != nil, let line = evaluation.conventions.assumptions { rows.append(("note", line)) }
        if let line = evaluation.conventions.settings { rows.append(("note", line)) }
        rows += evaluation.remarks.map { ("note", $0) }
        for timing in evaluation.timings {
            let latency = timing.latency
            let images = timing.batch == 1 ? "" : " for \(timing.batch) images"
            rows.append(
                (
                    "latency",
                    "\(number(latency.median)) ms median\(images), 10–90 %: \(number(latency.percentile10))–"
                        + "\(number(latency.percentile90)) ms (\(latency.runs) runs, "
                        + "\(timing.threads) thread\(timing.threads == 1 ? "" : "s"))"
                ))
        }
        if let cost = evaluation.precisionCost { rows.append(("precision", Self.text(cost))) }
        if let quantization = evaluation.quantization { rows.append(("int8", quantization.sentence)) }
        rows += Self.classRows(evaluation)
        for (rank, guess) in (evaluation.topClasses ?? []).enumerated() {
            let name = guess.name.map { "\($0) (\(guess.index))" } ?? "class \(guess.index)"
            rows.append(("top-\(rank + 1)", "\(NumberFormat.fixed(guess.probability * 100, 1)) %  \(name)"))
        }
        let width = rows.map(\.0.count).max() ?? 0
        // Paths, notes and classes come from files.
        let facts = rows.map { name, value in
            name + String(repeating: " ", count: width - name.count) + "  " + value.printable + "\n"
        }.joined()
        let accuracy = evaluation.accuracy.map { "\n" + AccuracyReport($0).table } ?? ""
        return facts + accuracy + similarityLines(evaluation.similarities ?? [])
    }

    /// What was done to the picture, and whose names its classes have.
    private static func classRows(_ evaluation: NetworkEvaluation) -> [(String, String)] {
        var rows: [(String, String)] = []
        if let orientation = evaluation.exifOrientation {
            rows.append(
                (
                    "picture",
                    "turned by its EXIF orientation \(orientation), as it is seen (torchvision would not turn it)"
                ))
        }
        if let map = evaluation.outputMap {
            rows.append(("classes", "none: the network has no classifier, it ends with \(RunnableNetwork.words(map))"))
        } else if evaluation.topClasses != nil {
            rows.append(("classes", evaluation.names.sentence))
        }
        return rows
    }

    /// What a precision costs, in a sentence.
    static func text(_ cost: PrecisionCost) -> String {
        let share = Double(cost.largestDifference) / Double(max(cost.largestLogit, .leastNormalMagnitude))
        return "\(cost.precision.rawValue): logits differ from f32 by at most "
            + "\(NumberFormat.fixed(Double(cost.largestDifference), 4)) "
            + "(\(NumberFormat.fixed(share * 100, 2)) % of the largest), the first class is the same for \(cost.agreeing) of "
            + "\(cost.images) image\(cost.images == 1 ? "" : "s")"
    }

    private func similarityLines(_ similarities: [LayerSimilarity]) -> String {
        guard !similarities.isEmpty else { return "" }
        var table = TextTable([
            .init("#", .right), .init("layer", .left), .init("|r| > 0.95", .right), .init("mean |r|", .right),
        ])
        for layer in similarities {
            table.add(
                ["\(layer.number)", layer.name, percent(layer.share, 0), NumberFormat.fixed(layer.meanCorrelation, 2)]
                    .map { TextTable.Cell($0) })
        }
        return "\nFeature maps behind each spatial convolution that one before it shows too\n" + table.text
    }

    // MARK: - Several networks

    private var comparison: TextTable {
        let timings = evaluations.first?.timings ?? []
        let accuracies = evaluations.contains { $0.accuracy != nil }
        let shifts = evaluations.contains { $0.accuracy?.shiftConsistency != nil }
        var columns: [TextTable.Column] = [
            .init("network", .left), .init("parameters", .right), .init("MACs", .right), .init("input", .right),
            .init("peak MiB", .right),
        ]
        columns += timings.map { .init("ms, batch \($0.batch), \($0.threads) T", .right) }
        if accuracies { columns += [.init("top-1 %", .right), .init("95 %", .right), .init("top-5 %", .right)] }
        if shifts { columns.append(.init("shift %", .right)) }
        var table = TextTable(columns)
        for evaluation in evaluations {
            var cells = [
                evaluation.network, NumberFormat.grouped(evaluation.parameters.learnable),
                NumberFormat.grouped(evaluation.macs), "\(evaluation.inputShape[2])×\(evaluation.inputShape[3])",
                evaluation.peakMemoryBytes.map(mebibytes) ?? "–",
            ]
            cells += evaluation.timings.map { "\(number($0.latency.median)) (\(number($0.latency.percentile90)))" }
            if accuracies {
                let top1 = evaluation.accuracy?.top1
                cells += [
                    top1.map { percent($0.share, 2, unit: "") } ?? "–",
                    top1.map { "\(percent($0.low, 2, unit: ""))–\(percent($0.high, 2, unit: ""))" } ?? "–",
                    evaluation.accuracy.map { percent($0.top5.share, 2, unit: "") } ?? "–",
                ]
            }
            if shifts {
                cells.append(evaluation.accuracy?.shiftConsistency.map { percent($0.share, 2, unit: "") } ?? "–")
            }
            table.add(cells.map { TextTable.Cell($0) })
        }
        return table
    }

    private var footnotes: [String] {
        var notes = evaluations.flatMap { evaluation in evaluation.remarks.map { "\(evaluation.network): \($0)." } }
        if evaluations.contains(where: { !$0.timings.isEmpty }) {
            notes.append("Milliseconds of a run: median (90 % of the runs are faster); T: threads.")
        }
        if let accuracy = evaluations.compactMap(\.accuracy).first {
            notes.append("Accuracy on \(accuracy.images) images of \(accuracy.dataPath).")
            notes += accuracy.findings.sentences.map { "Data: \($0)." }
            let matched = evaluations.compactMap { evaluation in
                evaluation.accuracy.map { "\(evaluation.network): \($0.matching.sentence)." }
            }
            let sentences = Set(evaluations.compactMap(\.accuracy).map(\.matching.sentence))
            if let only = sentences.first, sentences.count == 1 {
                notes.append(only.prefix(1).uppercased() + only.dropFirst() + ".")
            } else {
                notes += matched
            }
        }
        notes += evaluations.compactMap { evaluation in
            evaluation.quantization.map { "\(evaluation.network), int8: \($0.sentence)." }
        }
        let random = evaluations.filter { $0.weightsPath == nil }.map(\.network)
        if !random.isEmpty { notes.append("Random weights: \(random.joined(separator: ", ")).") }
        return notes
    }

    private func number(_ value: Double) -> String { NumberFormat.fixed(value, 2) }

    private func mebibytes(_ bytes: Int) -> String { NumberFormat.fixed(Double(bytes) / 1_048_576, 1) }

    private func percent(_ share: Double, _ digits: Int, unit: String = " %") -> String {
        NumberFormat.fixed(share * 100, digits) + unit
    }
}
