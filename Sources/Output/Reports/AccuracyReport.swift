import Diagnostics
import Evaluation
import Numerics

/// The accuracy of a net on a data set, for people; ``EvaluationReport`` has it for programs.
struct AccuracyReport {
    private let evaluation: AccuracyEvaluation

    /// A report on `evaluation`.
    init(_ evaluation: AccuracyEvaluation) { self.evaluation = evaluation }

    /// Totals, one line a class, then the worst confusions.
    var table: String {
        var lines = [
            "data          \(evaluation.dataPath)",
            "images        \(evaluation.images)"
                + (evaluation.unreadable.isEmpty ? "" : " (\(evaluation.unreadable.count) unreadable left out)")
                + (evaluation.turned == 0
                    ? ""
                    : ", \(evaluation.turned) turned by their EXIF orientation (torchvision would not turn them)"),
        ]
        lines += evaluation.findings.sentences.map { "note          \($0)" }
        lines += ["matching      \(evaluation.matching.sentence)"]
        if evaluation.names.origin != .none { lines.append("names         \(evaluation.names.sentence)") }
        lines += [
            "top-1         \(text(evaluation.top1))", "top-5         \(text(evaluation.top5))",
        ]
        if let consistency = evaluation.shiftConsistency { lines.append("shift-consistency  \(text(consistency))") }
        if let cost = evaluation.precisionCost { lines.append("precision     \(EvaluationReport.text(cost))") }
        let width = max(5, evaluation.classes.map(\.name.count).max() ?? 0)
        lines.append("")
        lines.append("\(padded("class", width))  images   recall  precision")
        for result in evaluation.classes {
            let taken = result.correct + result.wronglyTaken
            lines.append(
                padded(result.name, width) + "  " + padded("\(result.images)", 6, right: true) + "  "
                    + padded(percent(result.correct, result.images), 7, right: true) + "  "
                    + padded(taken == 0 ? "–" : percent(result.correct, taken), 9, right: true))
        }
        if !evaluation.confusions.isEmpty {
            lines.append("")
            lines.append("most confused")
            for confusion in evaluation.confusions {
                lines.append(
                    "\(padded("\(confusion.images)", 6, right: true))  \(confusion.actual) taken for \(confusion.predicted)"
                )
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func text(_ interval: ShareInterval) -> String {
        "\(NumberFormat.fixed(interval.share * 100, 2)) %  "
            + "(95 %: \(NumberFormat.fixed(interval.low * 100, 2))–\(NumberFormat.fixed(interval.high * 100, 2)))"
    }

    private func percent(_ part: Int, _ whole: Int) -> String {
        "\(NumberFormat.fixed(Double(part) / Double(max(1, whole)) * 100, 1)) %"
    }

    private func padded(_ text: String, _ width: Int, right: Bool = false) -> String {
        let space = String(repeating: " ", count: max(0, width - text.count))
        return right ? space + text : text + space
    }
}
