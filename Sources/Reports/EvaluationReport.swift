import Diagnostics
import Evaluation

/// One evaluation in the forms in which people and programs read it.
public struct EvaluationReport: Sendable {
    /// Names the JSON's form; changes when a field changes its meaning.
    public static let schema = "kernelviz.evaluation/1"

    private let evaluation: NetworkEvaluation

    /// A report on `evaluation`.
    public init(_ evaluation: NetworkEvaluation) { self.evaluation = evaluation }

    /// Aligned lines for a terminal: one fact a line, then the five classes where there are some.
    public var table: String {
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
            ("activations", "\(NumberFormat.fixed(Double(evaluation.activationBytes) / 1_048_576, 1)) MiB"),
        ]
        if let latency = evaluation.latency {
            let images = shape[0] == 1 ? "" : " for \(shape[0]) images"
            rows.append(
                (
                    "latency",
                    "\(NumberFormat.fixed(latency.median, 2)) ms median\(images), 10–90 %: "
                        + "\(NumberFormat.fixed(latency.percentile10, 2))–\(NumberFormat.fixed(latency.percentile90, 2)) ms "
                        + "(\(latency.runs) runs, 1 thread)"
                ))
        }
        for (rank, guess) in (evaluation.topClasses ?? []).enumerated() {
            let name = guess.name.map { "\($0) (\(guess.index))" } ?? "class \(guess.index)"
            rows.append(("top-\(rank + 1)", "\(NumberFormat.fixed(guess.probability * 100, 1)) %  \(name)"))
        }
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { $0.0 + String(repeating: " ", count: width - $0.0.count) + "  " + $0.1 + "\n" }.joined()
    }

    /// The evaluation as JSON, keys sorted, a line end at the end.
    public var json: String {
        let latency = evaluation.latency
        let document = Document(
            schema: Self.schema, network: evaluation.network, weights: evaluation.weightsPath,
            parameters: evaluation.parameters.learnable, fixedParameters: evaluation.parameters.fixed,
            macs: evaluation.macs, inputShape: evaluation.inputShape.dimensions,
            activationBytes: evaluation.activationBytes, latencyMilliseconds: latency?.median,
            latencySpreadMilliseconds: latency.map { [$0.percentile10, $0.percentile90] }, runs: latency?.runs,
            threads: 1, top5: evaluation.topClasses)
        return JSONText.of(document)
    }

    private struct Document: Encodable {
        let schema: String
        let network: String
        let weights: String?
        let parameters: Int
        let fixedParameters: Int
        let macs: Int
        let inputShape: [Int]
        let activationBytes: Int
        let latencyMilliseconds: Double?
        let latencySpreadMilliseconds: [Double]?
        let runs: Int?
        let threads: Int
        let top5: [TopClasses.Guess]?
    }
}
