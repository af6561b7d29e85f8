import Datasets
import Models
import Numerics
import Sweeps
import TrainingRuns
import VGNets

/// A race as it was planned: all that decides which trainings there are, so that the same plan goes on after any break.
public struct RacePlan: Sendable, Equatable {
    /// A net that takes part.
    public struct Contender: Sendable, Equatable {
        /// Its name, also of its folder; unique in the race.
        public let name: String
        /// The design.
        public let config: VGNetConfig
        /// How its weights start.
        public let start: WeightStart
        /// A checkpoint that it starts from; nil for none.
        public let initial: String?
        /// Why it takes part, one sentence.
        public let why: String
        /// Its time for one image ÷ the baseline's, as paired timing found; nil where it was not timed.
        public let timeRatio: Double?

        /// Groups the parts.
        public init(
            name: String, config: VGNetConfig, start: WeightStart = .standard, initial: String? = nil, why: String,
            timeRatio: Double? = nil
        ) {
            self.name = name
            self.config = config
            self.start = start
            self.initial = initial
            self.why = why
            self.timeRatio = timeRatio
        }

        /// Learnable parameters as it runs when trained.
        public var parameters: Int { config.folded.parameters.learnable }
        /// Multiply-accumulates of one image as it runs when trained.
        public var macs: Int { config.folded.macs(inputHeight: config.inputSize, inputWidth: config.inputSize) }
    }

    /// The data that all nets learn from.
    public struct DataSet: Sendable, Equatable, Codable {
        /// Where they lie.
        public let path: String
        /// Where the test images lie; nil where the data set brings its own.
        public let testPath: String?
        /// Images of the training part, before limits.
        public let trainingImages: Int
        /// Images of the test part.
        public let testImages: Int
        /// The number of classes.
        public let classes: Int
        /// SHA-256 over classes, labels and images; see `ImageDataSet.fingerprint()`.
        public let fingerprint: String

        /// Groups the parts.
        public init(
            path: String, testPath: String? = nil, trainingImages: Int, testImages: Int, classes: Int,
            fingerprint: String
        ) {
            self.path = path
            self.testPath = testPath
            self.trainingImages = trainingImages
            self.testImages = testImages
            self.classes = classes
            self.fingerprint = fingerprint
        }
    }

    /// What all are compared with: the published net.
    public let baseline: Contender
    /// The others, the likeliest first.
    public let contenders: [Contender]
    /// The data.
    public let data: DataSet
    /// How they are trained at full length; start and initial weights are the contenders'.
    public let settings: TrainingSettings
    /// How many trainings there are.
    public let size: RaceSize
    /// The two-sided level of all comparisons and looks together.
    public let level: Double
    /// Whether the baseline's depthwise kernels must be learned for the race to go on.
    public let needsLearnedKernels: Bool
    /// What the user asked for, by option: a race goes on only with the same.
    public let request: [String: String]

    /// Joins the parts; `contenders` has as many as the size says, names differ.
    public init(
        baseline: Contender, contenders: [Contender], data: DataSet, settings: TrainingSettings, size: RaceSize,
        level: Double = 0.05, needsLearnedKernels: Bool = true, request: [String: String] = [:]
    ) {
        precondition(contenders.count == size.contenders)
        self.baseline = baseline
        self.contenders = contenders
        self.data = data
        self.settings = settings
        self.size = size
        self.level = level
        self.needsLearnedKernels = needsLearnedKernels
        self.request = request
    }

    /// What the final can see.
    public var power: RacePower {
        RacePower(
            looks: size.looks, seeds: size.seeds, baselineSeeds: size.baselineSeeds, comparisons: size.finalists,
            level: level)
    }

    /// The training images of an epoch.
    public var images: Int { settings.trainingImages(of: data.trainingImages) }
    /// The training images that the nets are compared on; nil where these are the test images, as in races of earlier
    /// versions.
    public var heldOut: HeldOutImages? {
        settings.validation > 0 ? HeldOutImages(count: settings.validation, seed: settings.validationSeed) : nil
    }
    /// Steps of an epoch.
    public var stepsPerEpoch: Int { images / max(1, min(settings.batch, images)) }

    /// The net of that name.
    func contender(_ name: String) -> Contender? { ([baseline] + contenders).first { $0.name == name } }

    /// Epochs of the trainings of a round, from 0; those of the final follow the rounds.
    public func epochs(ofRound round: Int) -> Int {
        size.rounds.indices.contains(round) ? size.rounds[round].epochs : size.epochs
    }

    /// "round-1", "final": the name of a round, from 0, and of its folder.
    public func roundName(_ round: Int) -> String { round < size.rounds.count ? "round-\(round + 1)" : "final" }

    /// The standard scores that a single comparison must exceed at the looks at the whole level.
    public var limits: [Double] { OBrienFleming(looks: size.looks).limits(level: level) }

    /// The seed of a round before the final; the final's are 1, 2 …
    func screeningSeed(_ round: Int) -> UInt64 { 10_001 + UInt64(round) }

    /// How a net of the race is trained in a round.
    func settings(of contender: Contender, round: Int) -> TrainingSettings {
        var settings = settings
        settings.epochs = epochs(ofRound: round)
        // A short training warms up in proportion.
        settings.warmUp = min(settings.warmUp, settings.epochs / 4)
        settings.testEvery = 0
        settings.start = contender.start
        settings.initial = contender.initial
        return settings
    }
}
