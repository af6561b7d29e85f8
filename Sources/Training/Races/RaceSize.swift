import Diagnostics

/// How many trainings a race has, chosen so that they fit into the time that there is.
///
/// Rounds halve the contenders, one training each, of 1/2ʳ of the full length; the finalists and the baseline then train at
/// full length with fresh seeds, and are compared at planned looks.
public struct RaceSize: Sendable, Equatable, Codable {
    /// One halving.
    public struct Round: Sendable, Equatable, Codable {
        /// How many contenders train.
        public let contenders: Int
        /// How long, in epochs.
        public let epochs: Int
        /// How many go on.
        public let kept: Int
    }

    /// How many contenders start.
    public let contenders: Int
    /// How many reach the final.
    public let finalists: Int
    /// The halvings before the final; none where all contenders are finalists.
    public let rounds: [Round]
    /// Epochs of a training at full length.
    public let epochs: Int
    /// Planned looks of the final.
    public let looks: Int
    /// Seeds of each finalist that each look adds.
    public let seedsPerLook: Int

    /// Seeds of the baseline that each look adds: √F times as many for F finalists, which is best for F comparisons with one
    /// baseline (C. W. Dunnett, JASA 50 (1955)).
    public var baselineSeedsPerLook: Int {
        Int((Double(seedsPerLook) * Double(finalists).squareRoot()).rounded(.up))
    }
    /// Seeds of each finalist in the end.
    public var seeds: Int { looks * seedsPerLook }
    /// Seeds of the baseline in the end.
    public var baselineSeeds: Int { looks * baselineSeedsPerLook }

    /// Epochs of all trainings together, if the race goes to its last look.
    public var totalEpochs: Int {
        rounds.reduce(0) { $0 + $1.contenders * $1.epochs } + (finalists * seeds + baselineSeeds) * epochs
    }

    /// Trainings together, if the race goes to its last look.
    public var totalTrainings: Int { rounds.reduce(0) { $0 + $1.contenders } + finalists * seeds + baselineSeeds }

    /// Steps after which depthwise kernels have moved: in 780 steps those of a 131K net did not, in 7,000 they did.
    public static let enoughSteps = 7_000
    /// No more seeds than these are planned.
    static let mostSeeds = 24

    /// Describes a race by its numbers, all from 1; at least two seeds in the end.
    public init(contenders: Int, finalists: Int, epochs: Int, looks: Int, seedsPerLook: Int) {
        precondition(contenders > 0 && epochs > 0 && looks > 0 && looks * seedsPerLook > 1)
        self.contenders = contenders
        self.finalists = max(1, min(finalists, contenders))
        self.epochs = epochs
        self.looks = looks
        self.seedsPerLook = seedsPerLook
        var counts = [contenders]
        while let last = counts.last, last > self.finalists { counts.append(max(self.finalists, (last + 1) / 2)) }
        let halvings = counts.count - 1
        rounds = (0..<halvings).map { index in
            Round(
                contenders: counts[index], epochs: max(1, epochs >> min(30, halvings - index)), kept: counts[index + 1])
        }
    }

    /// The largest race that fits.
    ///
    /// - Parameters:
    ///   - contenders: How many there are, the likeliest first; the last ones are left out where time is short.
    ///   - epochs: The full length; nil for as many as ``enoughSteps`` steps take.
    ///   - seeds: Seeds of each finalist; nil for as many as fit, 4 to 24.
    ///   - hours: The time that there is.
    ///   - stepsPerEpoch: Steps of an epoch.
    ///   - secondsPerEpoch: How long an epoch of the baseline takes; contenders take no longer.
    ///   - parallel: Trainings at a time.
    /// Throws `race.tooShort` with the nearest possible hours.
    public static func fitting(
        contenders: Int, epochs: Int?, seeds: Int?, hours: Double, stepsPerEpoch: Int, secondsPerEpoch: Double,
        parallel: Int
    ) throws -> RaceSize {
        let epochs = epochs ?? max(1, (enoughSteps + stepsPerEpoch - 1) / max(1, stepsPerEpoch))
        let most = hours * 3600 * Double(max(1, parallel)) / max(1e-9, secondsPerEpoch)
        for count in (1...max(1, contenders)).reversed() {
            for (finalists, least) in [(3, 6), (2, 6), (1, 6), (1, 4)] where finalists <= count {
                let choices = seeds.map { [$0] } ?? Array((least...mostSeeds).reversed())
                for choice in choices {
                    let size = RaceSize(count, finalists, epochs, seeds: choice)
                    if Double(size.totalEpochs) <= most { return size }
                }
            }
        }
        let least = RaceSize(1, 1, epochs, seeds: seeds ?? 4)
        let exact = Double(least.totalEpochs) * secondsPerEpoch / 3600 / Double(max(1, parallel))
        let needed = NumberFormat.fixed((exact * 10).rounded(.up) / 10, 1)
        throw KernelVizError(
            code: "race.tooShort", subject: "--hours", found: "\(hours) hours",
            expected:
                "at least \(needed) for one contender and the baseline with \(least.seeds) seeds of \(epochs) epochs each",
            advice:
                "The nearest possible is --hours \(needed); fewer --epochs, a --limit of images or more --jobs help too"
        )
    }

    /// So many seeds, in three looks where they divide by three, else in two or in one.
    private init(_ contenders: Int, _ finalists: Int, _ epochs: Int, seeds: Int) {
        let looks = seeds >= 6 && seeds % 3 == 0 ? 3 : seeds >= 4 && seeds % 2 == 0 ? 2 : 1
        self.init(
            contenders: contenders, finalists: finalists, epochs: epochs, looks: looks,
            seedsPerLook: max(looks == 1 ? 2 : 1, seeds / looks))
    }
}
