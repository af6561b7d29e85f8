import Diagnostics
import Files

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A sweep's `results.json`, for its writer and for those who read it; shares are 0…1.
///
/// Only the nets' names must be there: files of other versions hold less.
public struct SweepDocument: Sendable, Codable {
    /// One net.
    public struct Network: Sendable, Codable {
        /// Its name in the plan.
        public let network: String
        /// Learnable parameters while it is trained.
        public let parameters: Int?
        /// Weights of fixed kernels.
        public let fixedParameters: Int?
        /// Multiply-accumulates of one image while it is trained.
        public let macs: Int?
        /// Learnable parameters when what stood around its kernels is folded into them.
        public let deployedParameters: Int?
        /// Multiply-accumulates likewise.
        public let deployedMACs: Int?
        /// How many of its trainings are done.
        public let trainings: Int?
        /// The mean share told right of the images that nets are compared on.
        public let top1: Double?
        /// Its standard deviation over the trainings.
        public let top1StandardDeviation: Double?
        /// The best training.
        public let top1Best: Double?
        /// The worst training.
        public let top1Worst: Double?
        /// The mean difference from the baseline, seed by seed.
        public let difference: Double?
        /// Its standard error.
        public let differenceStandardError: Double?
        /// Its 95 % interval.
        public let differenceInterval: [Double]?
        /// How many pairs of trainings it rests on.
        public let pairs: Int?
        /// The p-value after Holm.
        public let pHolm: Double?
        /// The median cosine of the depthwise kernels with their initial values.
        public let kernelCosine: Double?
        /// Whether the kernels of all trainings learned.
        public let kernelsLearned: Bool?
        /// The trainings, in the order of the seeds.
        public let runs: [Run]?
    }

    /// One training.
    public struct Run: Sendable, Codable {
        /// Its seed.
        public let seed: UInt64?
        /// The share told right of the images that nets are compared on; nil while it is not done.
        public let top1: Double?
        /// The same of the training images.
        public let trainingTop1: Double?
        /// The mean loss of the last epoch.
        public let loss: Double?
        /// Why it failed.
        public let failure: String?
        /// The median cosine of the kernels with their initial values.
        public let kernelCosine: Double?
        /// The share of kernels with a name.
        public let kernelsNamed: Double?
        /// Whether they learned, in a word.
        public let kernels: String?
    }

    /// The net that validation images chose, on the test images.
    public struct Choice: Sendable, Codable {
        /// Its name in the plan.
        public let network: String
        /// Its mean share of test images told right.
        public let testTop1: Double
        /// The standard deviation over its trainings.
        public let testTop1StandardDeviation: Double?
        /// The baseline's mean share.
        public let baselineTestTop1: Double?
        /// The mean difference from the baseline on the test images, seed by seed.
        public let difference: Double?
        /// Its standard error.
        public let differenceStandardError: Double?
        /// Its 95 % interval.
        public let differenceInterval: [Double]?
    }

    /// The form's name; nil in files that do not say.
    public let schema: String?
    /// The plan's title.
    public let title: String?
    /// The data set.
    public let data: String?
    /// Its training images.
    public let trainingImages: Int?
    /// Its test images.
    public let testImages: Int?
    /// What nets are compared and chosen on: "test images" or "validation images"; nil in files of earlier versions, which
    /// know the test images alone.
    public let chosenOn: String?
    /// Training images that were held out to compare on; nil for none.
    public let validation: HeldOutImages?
    /// What they chose; nil without them, and before all trainings have ended.
    public let choice: Choice?
    /// The net that the others are compared with.
    public let baseline: String?
    /// The nets, in the plan's order.
    public let networks: [Network]

    /// What is written of a sweep.
    public init(_ results: SweepResults) {
        schema = DocumentSchema.sweep.rawValue
        title = results.title
        data = results.dataPath
        trainingImages = results.trainingImages
        testImages = results.testImages
        chosenOn = results.heldOut == nil ? "test images" : "validation images"
        validation = results.heldOut
        choice = results.choice.map { choice in
            Choice(
                network: choice.network, testTop1: choice.test.mean,
                testTop1StandardDeviation: choice.test.standardDeviation,
                baselineTestTop1: choice.baselineTest?.mean, difference: choice.difference?.mean,
                differenceStandardError: choice.difference?.standardError,
                differenceInterval: choice.difference?.interval.map { [$0.lowerBound, $0.upperBound] })
        }
        baseline = results.baseline
        networks = results.rows.map { Network($0, of: results) }
    }

    /// Reads `results.json` in the folder of a sweep.
    ///
    /// Throws `verdict.noResults` for a file that is none or whose accuracies are no shares, and the errors of reading.
    static func read(folder: String) throws -> SweepDocument {
        let path = "\(folder)/results.json"
        let text = try InputFile.text(path, limitBytes: 1 << 26, expected: "the results of a sweep in JSON")
        guard let document = try? JSONDecoder().decode(SweepDocument.self, from: Data(text.utf8)),
            DocumentSchema.sweep.names(document.schema)
        else {
            throw KernelVizError(
                code: "verdict.noResults", subject: path,
                found: JSONText.problem(text, otherwise: "no results of a sweep"), expected: "results.json",
                advice: "Run 'kernelviz sweep' with this folder as --out")
        }
        for network in document.networks {
            for top1 in network.doneTop1 where !(0...1).contains(top1) {
                throw KernelVizError(
                    code: "verdict.noResults", subject: path, found: "top1 \(top1) of '\(network.network)'",
                    expected: "shares from 0 to 1", advice: "Run 'kernelviz sweep' again: it writes the file once more")
            }
        }
        return document
    }
}

extension SweepDocument.Network {
    /// Top-1 of the trainings that are done.
    var doneTop1: [Double] { (runs ?? []).compactMap(\.top1) }

    fileprivate init(_ row: SweepResults.Row, of results: SweepResults) {
        let difference = results.pairedDifference(of: row)
        self.init(
            network: row.network, parameters: row.parameters, fixedParameters: row.fixedParameters, macs: row.macs,
            deployedParameters: row.deployed.parameters, deployedMACs: row.deployed.macs,
            trainings: row.top1?.count ?? 0, top1: row.top1?.mean, top1StandardDeviation: row.top1?.standardDeviation,
            top1Best: row.top1?.best, top1Worst: row.top1?.worst, difference: difference?.mean,
            differenceStandardError: difference?.standardError,
            differenceInterval: difference?.interval.map { [$0.lowerBound, $0.upperBound] },
            pairs: difference?.count, pHolm: results.adjustedPValues[row.network],
            kernelCosine: row.kernels?.medianCosine, kernelsLearned: row.kernels?.areLearned,
            runs: row.runs.map {
                SweepDocument.Run(
                    seed: $0.seed, top1: $0.top1, trainingTop1: $0.trainingTop1, loss: $0.loss, failure: $0.failure,
                    kernelCosine: $0.kernels?.medianCosine, kernelsNamed: $0.kernels?.namedShare,
                    kernels: $0.kernels?.verdict.rawValue)
            })
    }
}
