import Datasets
import Diagnostics
import Files
import Sweeps
import Synchronization
import VGNets

/// A race in a folder: alternatives at equal cost, halved again and again, the last ones compared with a baseline.
///
/// `OUT/race.json` is the plan, `OUT/round-1/NET/seed-N/` … `OUT/final/NET/seed-N/` are trainings as `kernelviz train` writes
/// them. What comes next follows from what lies there: a race that is stopped at any time goes on with the same call, on one
/// machine or on many.
public struct Race: Sendable {
    /// What a caller hears.
    public enum Event: Sendable {
        /// So many trainings of a round begin; the final has no number.
        case round(Int?, trainings: Int)
        /// Something happened in one of them.
        case sweep(Sweep.Event)
        /// A look of the final is done.
        case look(RaceState.Look)
    }

    /// The plan.
    public let plan: RacePlan
    /// The folder.
    public let folder: String

    private let data: Sweep
    private let memory = Memory()

    /// What was read before; classifying kernels takes time.
    private final class Memory: Sendable {
        let runs = Mutex<[RaceTraining: SweepResults.Run]>([:])
    }

    /// Opens the data and checks that every net fits them.
    ///
    /// Throws `race.otherData` where they are not those of the plan, and as `Sweep.init(_:folder:)`.
    public init(_ plan: RacePlan, folder: String) throws {
        self.plan = plan
        self.folder = folder
        data = try Sweep(Self.sweepPlan(plan, [plan.baseline] + plan.contenders, round: 0, seeds: [1]), folder: folder)
        try Self.check(plan, data.training, data.test, folder: folder)
    }

    /// Writes the plan to the folder.
    ///
    /// Throws the errors of writing.
    public func writePlan() throws {
        try FolderWriter.prepare(folder)
        try AtomicFile.write(text: plan.json, to: "\(folder)/\(RacePlan.fileName)")
    }

    /// What the plan says about a data set.
    ///
    /// Throws `race.noTestSet` where there is nothing to test on, and the errors of data sets.
    public static func data(_ path: String, testPath: String?) throws -> RacePlan.DataSet {
        let training = try ImageDataSet.open(path, split: .training)
        guard testPath != nil || ImageDataSet.hasTestSplit(path) else {
            throw KernelVizError(
                code: "race.noTestSet", subject: path, found: "no test images",
                expected: "a data set with a test part",
                advice: "Put train/ and test/ into one folder, or pass --test-data")
        }
        let test = try ImageDataSet.open(testPath ?? path, split: .test)
        return RacePlan.DataSet(
            path: path, testPath: testPath, trainingImages: training.count, testImages: test.count,
            classes: training.classNames.count, fingerprint: try fingerprint(training, test))
    }

    private static func fingerprint(_ training: ImageDataSet, _ test: ImageDataSet) throws -> String {
        SHA256Digest.hexadecimal(of: Array((try training.fingerprint() + test.fingerprint()).utf8))
    }

    private static func check(
        _ plan: RacePlan, _ training: ImageDataSet, _ test: ImageDataSet, folder: String
    ) throws {
        func other(_ found: String, _ expected: String) -> KernelVizError {
            KernelVizError(
                code: "race.otherData", subject: plan.data.path, found: found,
                expected: "\(expected), as when the race in \(folder) was begun",
                advice: "Restore the data, or begin another race in another folder")
        }
        guard training.count == plan.data.trainingImages, test.count == plan.data.testImages else {
            throw other(
                "\(training.count) training and \(test.count) test images",
                "\(plan.data.trainingImages) and \(plan.data.testImages)")
        }
        guard try fingerprint(training, test) == plan.data.fingerprint else {
            throw other("other images, labels or classes", "the same")
        }
    }

    private static func sweepPlan(
        _ plan: RacePlan, _ nets: [RacePlan.Contender], round: Int, seeds: [UInt64]
    ) throws -> SweepPlan {
        try SweepPlan(
            title: "race", dataPath: plan.data.path, testDataPath: plan.data.testPath, seeds: seeds, baseline: nil,
            nets: nets.map { net in
                SweepPlan.Net(
                    name: net.name, config: net.config, builtIn: nil, settings: plan.settings(of: net, round: round))
            }, subject: "race")
    }

    /// Some trainings of one round, as a sweep in the round's folder.
    private func sweep(_ trainings: [RaceTraining]) throws -> Sweep? {
        guard let round = trainings.first?.round else { return nil }
        let seeds = Set(trainings.map(\.seed)).sorted()
        let names = Set(trainings.map(\.name))
        let nets = ([plan.baseline] + plan.contenders).filter { names.contains($0.name) }
        return try Sweep(
            Self.sweepPlan(plan, nets, round: round, seeds: seeds), folder: "\(folder)/\(plan.roundName(round))",
            dataOf: data
        ).limited { job in
            trainings.contains(RaceTraining(name: job.net.name, round: round, seed: job.seed))
        }
    }

    /// All trainings that the race may come to.
    private var trainings: [RaceTraining] {
        let size = plan.size
        let rounds = size.rounds.indices.flatMap { round in
            plan.contenders.map { RaceTraining(name: $0.name, round: round, seed: plan.screeningSeed(round)) }
        }
        func final(_ name: String, _ count: Int) -> [RaceTraining] {
            (0..<count).map { RaceTraining(name: name, round: size.rounds.count, seed: UInt64($0 + 1)) }
        }
        return rounds + final(plan.baseline.name, size.baselineSeeds)
            + plan.contenders.flatMap { final($0.name, size.seeds) }
    }

    /// What lies in the folder, and trainings that failed.
    ///
    /// Throws `training.state` where a folder holds another training.
    private func runs(_ failures: [RaceTraining: String]) throws -> [RaceTraining: SweepResults.Run] {
        var known = memory.runs.withLock { $0 }
        for (round, missing) in Dictionary(grouping: trainings.filter { known[$0] == nil }, by: \.round) {
            guard let sweep = try sweep(missing) else { continue }
            for job in sweep.jobs where InputFile.isFolder(job.folder) {
                known[RaceTraining(name: job.net.name, round: round, seed: job.seed)] = try sweep.run(of: job)
            }
        }
        memory.runs.withLock { $0 = known }
        for (training, failure) in failures where known[training] == nil {
            known[training] = SweepResults.Run(
                seed: training.seed, top1: nil, trainingTop1: nil, loss: nil, failure: failure)
        }
        return known
    }

    /// How the race stands.
    ///
    /// Throws `training.state` where a folder holds another training.
    public func results(failures: [RaceTraining: String] = [:]) throws -> RaceResults {
        let runs = try runs(failures)
        return RaceResults(
            plan: plan, state: RaceState(plan, runs),
            rows: trainings.compactMap { training in
                runs[training].map { RaceResults.Row(training: training, run: $0) }
            })
    }

    /// Trains what comes next, several at a time, until the race is decided; the result does not depend on how many.
    ///
    /// - Parameters:
    ///   - parallel: Trainings at a time.
    ///   - threads: Threads of each.
    ///   - shouldStop: Asked after each step; trainings under way are saved then, to go on another time.
    ///   - report: Hears what happens, from several threads.
    /// Throws as ``results(failures:)``.
    public func run(
        parallel: Int, threads: Int, shouldStop: @escaping @Sendable () -> Bool = { false },
        report: @escaping @Sendable (Event) -> Void = { _ in }
    ) throws -> RaceResults {
        var failures: [RaceTraining: String] = [:]
        var found = try results()
        while !shouldStop(), let round = found.state.pending.first?.round, let sweep = try sweep(found.state.pending) {
            report(.round(round < plan.size.rounds.count ? round + 1 : nil, trainings: sweep.jobs.count))
            let outcome = sweep.train(parallel: parallel, threads: threads, shouldStop: shouldStop) {
                report(.sweep($0))
            }
            try gather(outcome, round, into: &failures)
            let (before, missing) = (found.state.looks.count, found.state.pending)
            found = try results(failures: failures)
            if found.state.pending == missing { break }
            found.state.looks.dropFirst(before).forEach { report(.look($0)) }
        }
        return found
    }

    /// Notes trainings whose numbers became infinite: their nets are out. Any other failure is none of the net's.
    ///
    /// Throws `race.trainingFailed`.
    private func gather(
        _ outcome: SweepResults, _ round: Int, into failures: inout [RaceTraining: String]
    ) throws {
        for row in outcome.rows {
            for run in row.runs {
                guard let failure = run.failure else { continue }
                guard run.failureCode == "training.notFinite" else {
                    throw KernelVizError(
                        code: "race.trainingFailed", subject: "\(row.network), seed \(run.seed)", found: failure,
                        advice: "The same command goes on when that is mended")
                }
                failures[RaceTraining(name: row.network, round: round, seed: run.seed)] = failure
            }
        }
    }

    /// One self-contained command line for each training up to the next decision; see `Sweep.commands(program:threads:)`.
    ///
    /// Throws as ``results(failures:)`` and the errors of writing.
    public func commands(program: String, threads: Int) throws -> [String] {
        try pendingSweep()?.commands(program: program, threads: threads) ?? []
    }

    /// The trainings up to the next decision; nil where none is left.
    ///
    /// Throws as ``results(failures:)``.
    package func pendingSweep() throws -> Sweep? { try sweep(results().state.pending) }
}
