import Numerics
import Statistics
import Sweeps

/// One training of a race.
public struct RaceTraining: Sendable, Hashable {
    /// The net.
    public let name: String
    /// The round, from 0; the final follows the last halving.
    public let round: Int
    /// The seed.
    public let seed: UInt64

    /// Names a training.
    public init(name: String, round: Int, seed: UInt64) {
        (self.name, self.round, self.seed) = (name, round, seed)
    }
}

/// How a race stands: a function of its plan and of what its trainings came to, so that it does not matter when and where
/// they were done.
public struct RaceState: Sendable, Equatable {
    /// A finalist beside the baseline at a look.
    public struct Comparison: Sendable, Equatable {
        /// The finalist.
        public let name: String
        /// The difference of top-1 to the baseline.
        public let contrast: BaselineContrast
        /// The p-value at this look, all looks taken into account; of several looks the smallest.
        public let pValue: Double
        /// The same after Holm over the finalists.
        public let adjusted: Double
    }

    /// One planned look.
    public struct Look: Sendable, Equatable {
        /// From 1.
        public let number: Int
        /// The standard score that a single comparison must exceed here at the whole level.
        public let limit: Double
        /// Those who were compared, in the order of the finalists.
        public let comparisons: [Comparison]
        /// Who is given up here: more than a standard error below the baseline.
        public let givenUp: [String]
    }

    /// How it ends.
    public enum Verdict: Sendable, Equatable {
        /// Trainings are missing.
        case open
        /// The baseline's kernels are not learned, so that nothing that learned kernels are worth can be told.
        case untestable(String)
        /// The baseline cannot be trained.
        case failed(String)
        /// A net is better than the baseline.
        case won(String)
        /// None is, as far as the race can see.
        case none
    }

    /// The nets of each round in the order of their top-1, for rounds that are done.
    public let rankings: [[String]]
    /// Who reached the final; empty before.
    public let finalists: [String]
    /// The looks so far.
    public let looks: [Look]
    /// The trainings that come next, up to the next decision.
    public let pending: [RaceTraining]
    /// How it ends.
    public let verdict: Verdict
    /// What the baseline's kernels say at full length; nil before.
    public let kernels: KernelProgress?

    /// Judges what the trainings came to; a training with a failure is done.
    public init(_ plan: RacePlan, _ runs: [RaceTraining: SweepResults.Run]) {
        var judge = Judge(plan: plan, runs: runs)
        judge.judge()
        rankings = judge.rankings
        finalists = judge.finalists
        looks = judge.looks
        pending = judge.pending
        verdict = judge.verdict
        kernels = judge.kernels
    }
}

/// The steps of a race, one after another, until something is missing or decided.
private struct Judge {
    let plan: RacePlan
    let runs: [RaceTraining: SweepResults.Run]
    var rankings: [[String]] = []
    var finalists: [String] = []
    var looks: [RaceState.Look] = []
    var pending: [RaceTraining] = []
    var verdict = RaceState.Verdict.open
    var kernels: KernelProgress?

    init(plan: RacePlan, runs: [RaceTraining: SweepResults.Run]) { (self.plan, self.runs) = (plan, runs) }

    private var final: Int { plan.size.rounds.count }

    mutating func judge() {
        guard gate() else { return }
        var names = plan.contenders.map(\.name)
        for (index, round) in plan.size.rounds.enumerated() {
            let seed = plan.screeningSeed(index)
            guard isDone(names.map { RaceTraining(name: $0, round: index, seed: seed) }) else { return }
            let scores = names.map { runs[RaceTraining(name: $0, round: index, seed: seed)]?.top1 }
            let order = names.indices.filter { scores[$0] != nil }
                .sorted { (scores[$1] ?? 0, $0) < (scores[$0] ?? 0, $1) }
            rankings.append(order.map { names[$0] })
            names = order.prefix(round.kept).map { names[$0] }
        }
        finalists = names
        compare()
    }

    /// Whether the trainings are done; notes those that are not.
    private mutating func isDone(_ trainings: [RaceTraining]) -> Bool {
        pending = trainings.filter { runs[$0] == nil }
        return pending.isEmpty
    }

    /// The baseline's first training at full length comes before all: where its kernels did not learn, the race would show
    /// nothing about learned kernels.
    private mutating func gate() -> Bool {
        let first = RaceTraining(name: plan.baseline.name, round: final, seed: 1)
        guard isDone([first]) else { return false }
        if let failure = runs[first]?.failure {
            verdict = .failed(failure)
            return false
        }
        kernels = runs[first]?.kernels
        guard plan.needsLearnedKernels, kernels?.verdict != .learned else { return true }
        verdict = .untestable(Self.reason(kernels))
        return false
    }

    private static func reason(_ kernels: KernelProgress?) -> String {
        switch kernels?.verdict {
        case .random: "'classify' calls the baseline's depthwise kernels random"
        case .tooFew: "the baseline has too few depthwise kernels to tell learned from random ones"
        case .learned: ""
        case nil: "the baseline has no depthwise kernels that were trained"
        }
    }

    private func seeds(_ count: Int) -> [UInt64] { (0..<count).map { UInt64($0 + 1) } }

    private func top1(_ name: String, _ seeds: [UInt64]) -> [UInt64: Double] {
        var found: [UInt64: Double] = [:]
        for seed in seeds { found[seed] = runs[RaceTraining(name: name, round: final, seed: seed)]?.top1 }
        return found
    }

    private mutating func compare() {
        let size = plan.size
        let design = OBrienFleming(looks: size.looks)
        let limits = design.limits(level: plan.level)
        var alive = finalists
        // Of those who are given up the last p-value stays: they were tested.
        var pValues: [String: Double] = [:]
        for look in 1...size.looks {
            guard !alive.isEmpty else { break }
            let own = seeds(look * size.seedsPerLook)
            let theirs = seeds(look * size.baselineSeedsPerLook)
            let trainings = theirs.map { RaceTraining(name: plan.baseline.name, round: final, seed: $0) }
            // Seed by seed, so that pairs are complete early.
            let others = own.flatMap { seed in alive.map { RaceTraining(name: $0, round: final, seed: seed) } }
            guard isDone(trainings + others) else { return }
            if let failed = trainings.first(where: { runs[$0]?.top1 == nil }) {
                verdict = .failed(runs[failed]?.failure ?? "seed \(failed.seed) of the baseline has no result")
                return
            }
            let baseline = top1(plan.baseline.name, theirs)
            // A net with a training that failed cannot win.
            alive = alive.filter { top1($0, own).count == own.count }
            var found: [(name: String, contrast: BaselineContrast)] = []
            for name in alive {
                guard let contrast = BaselineContrast(top1(name, own), minus: baseline) else { continue }
                let pValue = design.pValue(score: contrast.score, look: look)
                pValues[name] = min(pValues[name] ?? 1, pValue)
                found.append((name, contrast))
            }
            let adjusted = Holm.adjusted(finalists.map { pValues[$0] ?? 1 })
            let comparisons = found.map { name, contrast in
                RaceState.Comparison(
                    name: name, contrast: contrast, pValue: pValues[name] ?? 1,
                    adjusted: finalists.firstIndex(of: name).map { adjusted[$0] } ?? 1)
            }
            let lost = found.filter { $0.contrast.mean < -$0.contrast.standardError }.map(\.name)
            looks.append(
                RaceState.Look(number: look, limit: limits[look - 1], comparisons: comparisons, givenUp: lost))
            if let name = winner(comparisons, isLast: look == size.looks) {
                verdict = .won(name)
                return
            }
            alive = alive.filter { !lost.contains($0) }
        }
        verdict = .none
    }

    /// Before the last look the race ends only where the leader itself is better for sure.
    private func winner(_ comparisons: [RaceState.Comparison], isLast: Bool) -> String? {
        let ranked = comparisons.enumerated().sorted {
            ($1.element.contrast.mean, $0.offset) < ($0.element.contrast.mean, $1.offset)
        }.map(\.element)
        func isBetter(_ comparison: RaceState.Comparison) -> Bool {
            comparison.contrast.mean > 0 && comparison.adjusted <= plan.level
        }
        return isLast ? ranked.first(where: isBetter)?.name : ranked.first.flatMap { isBetter($0) ? $0.name : nil }
    }
}
