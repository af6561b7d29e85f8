import Races
import Statistics
import Sweeps
import Testing
import TrainingRuns
import VGNets

@Suite struct RaceStateTests {
    /// Four contenders, one halving with seed 10001, two finalists.
    static func plan(
        finalists: Int = 2, looks: Int = 2, seedsPerLook: Int = 2, needsLearnedKernels: Bool = true,
        names: [String] = ["a", "b", "c", "d"]
    ) throws -> RacePlan {
        let config = try TinyRace.config("net")
        return RacePlan(
            baseline: .init(name: "base", config: config, why: "the published net"),
            contenders: names.map { .init(name: $0, config: config, why: "a test") },
            data: .init(path: "data", trainingImages: 100, testImages: 50, classes: 2, fingerprint: "0"),
            settings: TinyRace.settings,
            size: RaceSize(
                contenders: names.count, finalists: finalists, epochs: 4, looks: looks, seedsPerLook: seedsPerLook),
            needsLearnedKernels: needsLearnedKernels)
    }

    private typealias Runs = [RaceTraining: SweepResults.Run]

    private func run(
        _ top1: Double?, seed: UInt64, _ verdict: RandomnessVerdict.Verdict? = .learned, failure: String? = nil
    ) -> SweepResults.Run {
        var run = SweepResults.Run(seed: seed, top1: top1, trainingTop1: nil, loss: nil, failure: failure)
        run.kernels = verdict.map { KernelProgress(medianCosine: 0.5, namedShare: 0.8, verdict: $0) }
        return run
    }

    /// Does what is pending until the race is decided; `top1` gives nil for a training that fails.
    private func finished(_ plan: RacePlan, _ top1: (RaceTraining) -> Double?) -> (state: RaceState, runs: Runs) {
        var runs: Runs = [:]
        var state = RaceState(plan, runs)
        while !state.pending.isEmpty {
            for training in state.pending {
                let found = top1(training)
                runs[training] = run(found, seed: training.seed, failure: found == nil ? "NaN" : nil)
            }
            state = RaceState(plan, runs)
        }
        return (state, runs)
    }

    @Test("The baseline comes first, and with kernels that did not learn nothing else is trained")
    func gate() throws {
        let plan = try Self.plan()
        let first = RaceTraining(name: "base", round: 1, seed: 1)
        #expect(RaceState(plan, [:]).pending == [first])
        for (verdict, reason) in [
            (RandomnessVerdict.Verdict.random, "'classify' calls the baseline's depthwise kernels random"),
            (.tooFew, "the baseline has too few depthwise kernels to tell learned from random ones"),
        ] {
            let state = RaceState(plan, [first: run(0.5, seed: 1, verdict)])
            #expect(state.verdict == .untestable(reason))
            #expect(state.pending.isEmpty)
        }
        let open = try Self.plan(needsLearnedKernels: false)
        #expect(RaceState(open, [first: run(0.5, seed: 1, .random)]).pending.count == 4)
    }

    @Test("The better half goes on; a training that fails is last")
    func halving() throws {
        let plan = try Self.plan()
        let scores = ["a": 0.3, "b": nil, "c": 0.5, "d": 0.4] as [String: Double?]
        let (state, _) = finished(plan) { $0.round == 0 ? scores[$0.name] ?? nil : 0.5 }
        #expect(state.rankings == [["c", "d", "a"]])
        #expect(state.finalists == ["c", "d"])
    }

    @Test("A clear winner wins, at the first look where its limit is passed")
    func winner() throws {
        // Paired differences .05, .051, .049, .0505: t = 117.4 with three degrees of freedom has the tail 6.8e-7, the score
        // 4.8304, and over three looks p = .0055246.
        let plan = try Self.plan(finalists: 1, looks: 3, seedsPerLook: 4)
        let noise = [0.05, 0.051, 0.049, 0.0505]
        let (state, runs) = finished(plan) { training in
            guard training.round == plan.size.rounds.count else { return training.name == "a" ? 0.6 : 0.5 }
            let base = 0.5 + 0.01 * Double(training.seed % 3)
            return training.name == "base" ? base : base + noise[Int(training.seed - 1) % 4]
        }
        #expect(state.verdict == .won("a"))
        #expect(state.looks.count == 1)
        let comparison = try #require(state.looks.first?.comparisons.first)
        #expect(abs(comparison.adjusted - 0.005_524_6) < 2e-5, "\(comparison)")
        #expect(abs((state.looks.first?.limit ?? 0) - 3.471) < 1e-3)
        let results = RaceResults(plan: plan, state: state, rows: runs.map { .init(training: $0, run: $1) })
        #expect(results.best?.name == "a")
        #expect(results.sentence.hasPrefix("a beats base: top-1 +5.01 ± 0.04 points (p 0.0055 "), "\(results.sentence)")
        #expect(results.yaml?.contains("name: net") == true)
    }

    @Test("Differences within the noise win nothing; the sentence says what could have been seen")
    func noWinner() throws {
        // One look and as many seeds: the paired t test. Differences .04, .02, .06 have p = .0741799.
        let plan = try Self.plan(finalists: 1, looks: 1, seedsPerLook: 3)
        let (state, runs) = finished(plan) { training in
            guard training.round == plan.size.rounds.count else { return training.name == "a" ? 0.6 : 0.5 }
            return 0.5 + (training.name == "base" ? 0 : [0.04, 0.02, 0.06][Int(training.seed - 1)])
        }
        #expect(state.verdict == .none)
        let comparison = try #require(state.looks.last?.comparisons.first)
        #expect(abs(comparison.adjusted - 0.074_179_9) < 1e-5)
        let results = RaceResults(plan: plan, state: state, rows: runs.map { .init(training: $0, run: $1) })
        #expect(results.best?.name == "base")
        #expect(results.sentence.hasPrefix("Nothing beats base. The best, a: top-1 +4.00 ± 1.15 points (p 0.0742 "))
        #expect(results.sentence.contains("points with 80 % probability"))
    }

    /// Top-1 of a seed: five values in turn, shifted.
    private func value(_ training: RaceTraining, _ shifts: [String: Double], _ offsets: [String: UInt64]) -> Double {
        let noise = [0, 0.002, 0.001, 0.003, 0.0005]
        let place = Int((training.seed + (offsets[training.name] ?? 0)) % 5)
        return 0.5 + (shifts[training.name] ?? 0) + noise[place]
    }

    /// By the formulas in Python: at look 1 (three seeds, five of the baseline) a has p .0242201, b, which is worse, .0066428;
    /// Holm makes them .0242201 and .0132856.
    @Test("Holm raises over all finalists")
    func holm() throws {
        let plan = try Self.plan(finalists: 2, looks: 2, seedsPerLook: 3)
        let (state, _) = finished(plan) { training in
            guard training.round == 1 else { return ["a": 0.6, "b": 0.5][training.name] ?? 0.1 }
            return value(training, ["a": 0.02, "b": -0.05], ["a": 1, "b": 2])
        }
        #expect(state.verdict == .won("a"))
        #expect(state.looks.count == 1)
        let found = try #require(state.looks.first)
        #expect(found.givenUp == ["b"])
        for (comparison, expected) in zip(found.comparisons, [0.024_220_1, 0.013_285_6]) {
            #expect(abs(comparison.adjusted - expected) < 2e-5, "\(comparison)")
        }
    }

    @Test("Who is clearly below the baseline is trained no further")
    func givesUp() throws {
        let plan = try Self.plan(finalists: 2, looks: 2, seedsPerLook: 3)
        let (state, runs) = finished(plan) { training in
            guard training.round == 1 else { return ["a": 0.6, "b": 0.5][training.name] ?? 0.1 }
            return value(training, ["b": -0.05], ["a": 1, "b": 2])
        }
        #expect(state.verdict == .none)
        #expect(state.looks.map { $0.comparisons.map(\.name) } == [["a", "b"], ["a"]])
        #expect(runs.keys.filter { $0.round == 1 && $0.name == "b" }.map(\.seed).sorted() == [1, 2, 3])
        #expect(runs.keys.filter { $0.round == 1 && $0.name == "base" }.count == 10)
    }

    @Test("A baseline that cannot be trained ends the race")
    func baselineFails() throws {
        let (state, _) = finished(try Self.plan()) { $0.name == "base" ? nil : 0.5 }
        #expect(state.verdict == .failed("NaN"))
    }
}
