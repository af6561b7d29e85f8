import Diagnostics
import Evaluation
import Checkpoints

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
            ? JSONText.of(Document(evaluations[0], schema: Self.schema))
            : JSONText.of(
                List(schema: Self.listSchema, networks: evaluations.map { Document($0, schema: Self.schema) }))
    }

    private struct List: Encodable {
        let schema: String
        let networks: [Document]
    }

    private struct Timing: Encodable {
        let threads: Int
        let batch: Int
        let runs: Int
        let medianMilliseconds: Double
        let percentile10Milliseconds: Double
        let percentile90Milliseconds: Double
        let minimumMilliseconds: Double
    }

    private enum Top5: Encodable {
        case share(Double)
        case guesses([TopClasses.Guess])

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .share(let share): try share.encode(to: encoder)
            case .guesses(let guesses): try guesses.encode(to: encoder)
            }
        }
    }

    private struct Names: Encodable {
        let origin: OutputNames.Origin
        let sentence: String

        init(_ names: OutputNames) { (origin, sentence) = (names.origin, names.sentence) }
    }

    private struct Matching: Encodable {
        let matched: ClassMatching.Kind
        let sentence: String

        init(_ matching: ClassMatching) { (matched, sentence) = (matching.kind, matching.sentence) }
    }

    private struct Findings: Encodable {
        let otherFiles: Int
        let looseFiles: Int
        let emptyClasses: [String]
        let skippedFolders: [String]
        let turnedImages: Int

        init(_ accuracy: AccuracyEvaluation) {
            otherFiles = accuracy.findings.otherFiles.count
            looseFiles = accuracy.findings.looseFiles.count
            emptyClasses = accuracy.findings.emptyClasses
            skippedFolders = accuracy.findings.skippedFolders
            turnedImages = accuracy.turned
        }
    }

    private struct Document: Encodable {
        let schema: String
        let network: String
        let weights: String?
        let conventions: [Convention]
        let remarks: [String]
        let parameters: Int
        let fixedParameters: Int
        let macs: Int
        let inputShape: [Int]
        let activationBytes: Int
        let peakMemoryBytes: Int?
        let latencyMilliseconds: Double?
        let latencySpreadMilliseconds: [Double]?
        let runs: Int?
        let threads: Int?
        let timings: [Timing]?
        let data: String?
        let images: Int?
        let top1: Double?
        let top1Interval: [Double]?
        let top5: Top5?
        let top5Interval: [Double]?
        let shiftConsistency: Double?
        let shiftConsistencyInterval: [Double]?
        let classNames: Names?
        let outputMap: [Int]?
        let exifOrientation: Int?
        let classMatching: Matching?
        let dataFindings: Findings?
        let classes: [AccuracyEvaluation.ClassResult]?
        let confusions: [AccuracyEvaluation.Confusion]?
        let unreadable: [String]?
        let similarities: [LayerSimilarity]?
        let precision: String?
        let precisionCost: PrecisionCost?

        init(_ evaluation: NetworkEvaluation, schema: String) {
            let latency = evaluation.latency
            let accuracy = evaluation.accuracy
            self.schema = schema
            network = evaluation.network
            weights = evaluation.weightsPath
            conventions = evaluation.conventions
            remarks = evaluation.remarks
            parameters = evaluation.parameters.learnable
            fixedParameters = evaluation.parameters.fixed
            macs = evaluation.macs
            inputShape = evaluation.inputShape.dimensions
            activationBytes = evaluation.activationBytes
            peakMemoryBytes = evaluation.peakMemoryBytes
            latencyMilliseconds = latency?.median
            latencySpreadMilliseconds = latency.map { [$0.percentile10, $0.percentile90] }
            runs = latency?.runs
            threads = evaluation.timings.first?.threads
            let timings = evaluation.timings.map {
                Timing(
                    threads: $0.threads, batch: $0.batch, runs: $0.latency.runs, medianMilliseconds: $0.latency.median,
                    percentile10Milliseconds: $0.latency.percentile10,
                    percentile90Milliseconds: $0.latency.percentile90, minimumMilliseconds: $0.latency.minimum)
            }
            self.timings = timings.isEmpty ? nil : timings
            data = accuracy?.dataPath
            images = accuracy?.images
            top1 = accuracy?.top1.share
            top1Interval = accuracy.map { [$0.top1.low, $0.top1.high] }
            top5 = accuracy.map { .share($0.top5.share) } ?? evaluation.topClasses.map { .guesses($0) }
            top5Interval = accuracy.map { [$0.top5.low, $0.top5.high] }
            shiftConsistency = accuracy?.shiftConsistency?.share
            shiftConsistencyInterval = accuracy?.shiftConsistency.map { [$0.low, $0.high] }
            classNames =
                accuracy != nil || evaluation.topClasses != nil ? Names(accuracy?.names ?? evaluation.names) : nil
            outputMap = evaluation.outputMap
            exifOrientation = evaluation.exifOrientation
            classMatching = accuracy.map { Matching($0.matching) }
            dataFindings = accuracy.map { Findings($0) }
            classes = accuracy?.classes
            confusions = accuracy?.confusions
            unreadable = accuracy?.unreadable
            similarities = evaluation.similarities
            precisionCost = accuracy?.precisionCost ?? evaluation.precisionCost
            precision = precisionCost?.precision.rawValue
        }
    }
}
