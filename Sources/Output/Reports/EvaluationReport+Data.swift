import Diagnostics
import Evaluation
import Architectures

extension EvaluationReport {
    /// One line a network; times in milliseconds, shares 0…1, empty where nothing was measured.
    public var csv: String {
        let timings = evaluations.first?.timings ?? []
        let header =
            [
                "network", "weights", "parameters", "fixed_parameters", "macs", "input_height", "input_width",
                "activation_bytes", "peak_memory_bytes",
            ]
            + timings.flatMap { timing in
                ["median", "p10", "p90"].map { "ms_\($0)_batch\(timing.batch)_threads\(timing.threads)" }
            } + ["images", "top1", "top1_low", "top1_high", "top5", "top5_low", "top5_high"]
            + ["shift_consistency", "classes_matched"]
        let lines = evaluations.map { evaluation -> [String] in
            let shape = evaluation.inputShape
            let accuracy = evaluation.accuracy
            var fields = [
                evaluation.network, evaluation.weightsPath ?? "", "\(evaluation.parameters.learnable)",
                "\(evaluation.parameters.fixed)", "\(evaluation.macs)", "\(shape[2])", "\(shape[3])",
                "\(evaluation.activationBytes)", CSVText.field(evaluation.peakMemoryBytes),
            ]
            for timing in evaluation.timings {
                fields += [timing.latency.median, timing.latency.percentile10, timing.latency.percentile90].map {
                    NumberFormat.fixed($0, 4)
                }
            }
            fields.append(CSVText.field(accuracy?.images))
            for interval in [accuracy?.top1, accuracy?.top5] {
                fields += [interval?.share, interval?.low, interval?.high].map { share in
                    share.map { NumberFormat.fixed($0, 6) } ?? ""
                }
            }
            fields.append(accuracy?.shiftConsistency.map { NumberFormat.fixed($0.share, 6) } ?? "")
            fields.append(accuracy?.matching.kind.rawValue ?? "")
            return fields
        }
        return ([header] + lines).map(CSVText.line).joined()
    }

    /// As JSON, keys sorted, a line end at the end: one network as an object, several as a list `networks`.
    ///
    /// `parameters`, `macs` and `latencyMilliseconds` (first batch, first number of threads) are always there, the
    /// latter null where nothing was timed. With a data set `top1` and `top5` are shares 0…1 of `images` images; with a
    /// picture `top5` is the list of its most probable classes, `classNames.origin` says whose names they have ("file",
    /// "option", "assumed", "none"), and `exifOrientation` is there where the picture was turned. `classMatching.matched` is
    /// "names", "positions" or "numbers". `outputMap` is there for a network without a classifier.
    public var json: String {
        evaluations.count == 1
            ? JSONText.of(EvaluationDocument(evaluations[0]))
            : JSONText.of(EvaluationListDocument(evaluations))
    }
}
