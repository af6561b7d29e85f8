import Architectures
import Diagnostics
import Engine

/// The JSON of `eval --format json` on one network, for its writer and for those who read it.
///
/// Only the name must be there: files of other versions hold less.
public struct EvaluationDocument: Sendable, Codable {
    /// Times of one batch and number of threads.
    public struct Timing: Sendable, Codable {
        /// Threads of a run.
        public let threads: Int
        /// Images of a run.
        public let batch: Int
        /// Timed runs.
        public let runs: Int
        /// The median.
        public let medianMilliseconds: Double
        /// A tenth of the runs took less.
        public let percentile10Milliseconds: Double
        /// Nine tenths of the runs took less.
        public let percentile90Milliseconds: Double
        /// The fastest run.
        public let minimumMilliseconds: Double
    }

    /// A share with a data set, the most probable classes with a picture.
    public enum Top5: Sendable, Codable {
        /// Of a data set's images, 0…1.
        case share(Double)
        /// Of a picture.
        case guesses([TopClasses.Guess])

        /// Reads a number or a list.
        public init(from decoder: any Decoder) throws {
            if let share = try? Double(from: decoder) {
                self = .share(share)
            } else {
                self = .guesses(try [TopClasses.Guess](from: decoder))
            }
        }

        /// Writes a number or a list.
        public func encode(to encoder: any Encoder) throws {
            switch self {
            case .share(let share): try share.encode(to: encoder)
            case .guesses(let guesses): try guesses.encode(to: encoder)
            }
        }
    }

    /// The names of outputs.
    public struct Names: Sendable, Codable {
        /// Whose names they are.
        public let origin: OutputNames.Origin
        /// The same in words.
        public let sentence: String

        init(_ names: OutputNames) { (origin, sentence) = (names.origin, names.sentence) }
    }

    /// How classes of network and data were matched.
    public struct Matching: Sendable, Codable {
        /// By what.
        public let matched: ClassMatching.Kind
        /// The same in words.
        public let sentence: String

        init(_ matching: ClassMatching) { (matched, sentence) = (matching.kind, matching.sentence) }
    }

    /// What lay beside the images of a data set.
    public struct Findings: Sendable, Codable {
        /// Files that are no pictures.
        public let otherFiles: Int
        /// Pictures without a class.
        public let filesWithoutClass: Int
        /// Classes without a picture.
        public let emptyClasses: [String]
        /// Folders that were not entered again.
        public let skippedFolders: [String]
        /// Pictures that their EXIF orientation turned.
        public let turnedImages: Int

        init(_ accuracy: AccuracyEvaluation) {
            otherFiles = accuracy.findings.otherFiles.count
            filesWithoutClass = accuracy.findings.filesWithoutClass.count
            emptyClasses = accuracy.findings.emptyClasses
            skippedFolders = accuracy.findings.skippedFolders
            turnedImages = accuracy.turned
        }
    }

    /// The form's name; nil in files that do not say.
    public let schema: String?
    /// The network's name.
    public let network: String
    /// The file of its weights.
    public let weights: String?
    /// What is assumed of it, and from where.
    public let conventions: [Convention]?
    /// What is to be said about it.
    public let remarks: [String]?
    /// Learnable parameters.
    public let parameters: Int?
    /// Weights of fixed kernels.
    public let fixedParameters: Int?
    /// Multiply-accumulates of one image.
    public let macs: Int?
    /// N×C×H×W.
    public let inputShape: [Int]?
    /// Bytes of the activations of a run.
    public let activationBytes: Int?
    /// The largest resident memory, in bytes.
    public let peakMemoryBytes: Int?
    /// The median of the first batch and number of threads.
    public let latencyMilliseconds: Double?
    /// The 10th and the 90th percentile of it.
    public let latencySpreadMilliseconds: [Double]?
    /// Timed runs.
    public let runs: Int?
    /// Threads of a run.
    public let threads: Int?
    /// Every batch and number of threads.
    public let timings: [Timing]?
    /// The data set.
    public let data: String?
    /// Its images.
    public let images: Int?
    /// The share of images told right, 0…1.
    public let top1: Double?
    /// Its 95 % interval.
    public let top1Interval: [Double]?
    /// The share among the first five, or the first five of one picture.
    public let top5: Top5?
    /// The 95 % interval of the share.
    public let top5Interval: [Double]?
    /// The share of images whose class two crops agree on.
    public let shiftConsistency: Double?
    /// Its 95 % interval.
    public let shiftConsistencyInterval: [Double]?
    /// The names of the outputs.
    public let classNames: Names?
    /// The shape of the output of a network without a classifier.
    public let outputMap: [Int]?
    /// How the picture was turned.
    public let exifOrientation: Int?
    /// How classes were matched.
    public let classMatching: Matching?
    /// What lay beside the images.
    public let dataFindings: Findings?
    /// Each class by itself.
    public let classes: [AccuracyEvaluation.ClassResult]?
    /// The most frequent confusions.
    public let confusions: [AccuracyEvaluation.Confusion]?
    /// Images that could not be read.
    public let unreadable: [String]?
    /// How alike adjacent layers' maps are.
    public let similarities: [LayerSimilarity]?
    /// The numbers, where they are not float32.
    public let precision: String?
    /// What they cost.
    public let precisionCost: PrecisionCost?
    /// What was computed in bytes, in int8.
    public let quantization: QuantizationSummary?

    /// What is written of an evaluation.
    public init(_ evaluation: NetworkEvaluation) {
        let latency = evaluation.latency
        let accuracy = evaluation.accuracy
        schema = DocumentSchema.evaluation.rawValue
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
        quantization = evaluation.quantization
    }
}

/// The JSON of `eval --format json` on several networks.
public struct EvaluationListDocument: Sendable, Codable {
    /// The form's name; nil in files that do not say.
    public let schema: String?
    /// The networks, in the order of the command line.
    public let networks: [EvaluationDocument]

    /// What is written of several evaluations.
    public init(_ evaluations: [NetworkEvaluation]) {
        schema = DocumentSchema.evaluations.rawValue
        networks = evaluations.map(EvaluationDocument.init)
    }
}
