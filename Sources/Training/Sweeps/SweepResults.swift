import Numerics
import TrainingRuns

/// What the trainings of a sweep came to, one row a net.
public struct SweepResults: Sendable, Equatable {
    /// One training.
    public struct Run: Sendable, Equatable {
        /// Its seed.
        public let seed: UInt64
        /// The share of images told right after the last epoch, 0…1, of the validation images where there are any, else of
        /// the test images; nil while it is not done.
        public let top1: Double?
        /// The share of test images told right, 0…1, where ``top1`` is of validation images; nil otherwise.
        public var testTop1: Double?
        /// The same for the training images of the last epoch, with augmentation.
        public let trainingTop1: Double?
        /// The mean loss of the last epoch.
        public let loss: Double?
        /// Why it failed; nil where it did not.
        public let failure: String?
        /// How far its depthwise kernels came; nil where that is not known.
        public var kernels: KernelProgress?
        /// The code of the error behind ``failure``; nil where it has none.
        package var failureCode: String?

        /// Groups the values.
        public init(seed: UInt64, top1: Double?, trainingTop1: Double?, loss: Double?, failure: String?) {
            self.seed = seed
            self.top1 = top1
            self.trainingTop1 = trainingTop1
            self.loss = loss
            self.failure = failure
        }

        init(seed: UInt64, last: EpochRecord?, failure: String?) {
            self.init(
                seed: seed, top1: last?.validationAccuracy ?? last?.testAccuracy,
                trainingTop1: last?.trainingAccuracy, loss: last?.loss, failure: failure)
            if last?.validationAccuracy != nil { testTop1 = last?.testAccuracy }
        }
    }

    /// Why a training failed.
    struct Failure: Sendable {
        let text: String
        let code: String?
    }

    /// What a net costs.
    public struct Cost: Sendable, Equatable {
        /// Learnable parameters.
        public let parameters: Int
        /// Multiply-accumulates of one image.
        public let macs: Int

        /// Groups both.
        public init(parameters: Int, macs: Int) { (self.parameters, self.macs) = (parameters, macs) }
    }

    /// A net with its trainings.
    public struct Row: Sendable, Equatable {
        /// The net's name in the plan.
        public let network: String
        /// Learnable parameters while it is trained.
        public let parameters: Int
        /// Weights of fixed kernels.
        public let fixedParameters: Int
        /// Multiply-accumulates of one image while it is trained.
        public let macs: Int
        /// The cost when what stood around its kernels is folded into them; the same for a net where nothing did.
        public let deployed: Cost
        /// Its trainings, in the order of the seeds.
        public let runs: [Run]

        /// Groups the values.
        public init(
            network: String, parameters: Int, fixedParameters: Int, macs: Int, deployed: Cost? = nil, runs: [Run]
        ) {
            self.deployed = deployed ?? Cost(parameters: parameters, macs: macs)
            self.network = network
            self.parameters = parameters
            self.fixedParameters = fixedParameters
            self.macs = macs
            self.runs = runs
        }

        /// How far the kernels came, over the trainings: the median of the median cosines, and whether all learned.
        public var kernels: (medianCosine: Double, areLearned: Bool)? {
            let all = runs.compactMap(\.kernels)
            return all.map(\.medianCosine).median.map { ($0, all.allSatisfy { $0.verdict == .learned }) }
        }

        /// Top-1 over the trainings that are done; nil where none is.
        public var top1: SampleSummary? { SampleSummary(runs.compactMap(\.top1)) }
    }

    /// The plan's title.
    public let title: String
    /// The data set.
    public let dataPath: String
    /// Images of its training part, before limits.
    public let trainingImages: Int
    /// Images that the nets are tested on.
    public let testImages: Int
    /// The training images that the nets are compared on; nil where these are the test images.
    public let heldOut: HeldOutImages?
    /// The row that others are compared with; nil for none.
    public let baseline: String?
    /// The nets, in the plan's order.
    public let rows: [Row]

    /// Groups the values.
    public init(
        title: String, dataPath: String, trainingImages: Int, testImages: Int, heldOut: HeldOutImages? = nil,
        baseline: String?, rows: [Row]
    ) {
        self.heldOut = heldOut
        self.title = title
        self.dataPath = dataPath
        self.trainingImages = trainingImages
        self.testImages = testImages
        self.baseline = baseline
        self.rows = rows
    }

    /// How many trainings are done, and of how many.
    public var progress: (done: Int, of: Int) {
        let runs = rows.flatMap(\.runs)
        return (runs.count { $0.top1 != nil }, runs.count)
    }

    /// Trainings that failed: "net, seed 1: reason".
    public var failures: [String] {
        rows.flatMap { row in
            row.runs.compactMap { run in run.failure.map { "\(row.network), seed \(run.seed): \($0)" } }
        }
    }

    /// How far a row lies above the baseline, seed by seed; nil for the baseline itself and without a common seed.
    public func pairedDifference(of row: Row) -> PairedDifference? {
        guard let baseline, row.network != baseline,
            let other = rows.first(where: { $0.network == baseline })
        else { return nil }
        return PairedDifference(
            row.runs.compactMap { run in
                guard let own = run.top1, let theirs = other.runs.first(where: { $0.seed == run.seed })?.top1
                else { return nil }
                return (own, theirs)
            })
    }

    /// The p-values of all rows against the baseline, raised after Holm, by the rows' names.
    public var adjustedPValues: [String: Double] {
        let found = rows.compactMap { row in pairedDifference(of: row)?.pValue.map { (row.network, $0) } }
        return Dictionary(
            zip(found.map(\.0), Holm.adjusted(found.map(\.1))), uniquingKeysWith: { first, _ in first })
    }

    /// How far a row lies above the baseline; nil for the baseline itself and where either has no result.
    public func difference(of row: Row) -> MeanDifference? {
        guard let baseline, row.network != baseline,
            let other = rows.first(where: { $0.network == baseline })?.top1, let own = row.top1
        else { return nil }
        return MeanDifference(own, minus: other)
    }
}
