import Datasets
import Diagnostics
import Files
import Parallel
import Synchronization
import TrainingRuns
import VGNets

/// A plan in a folder: `OUT/NET/seed-N/` is one training, as `kernelviz train` writes it.
public struct Sweep: Sendable {
    /// One training of a sweep.
    public struct Job: Sendable, Equatable {
        /// Its place among the jobs, from 0: all nets with the first seed, then all with the second.
        public let index: Int
        /// The row.
        public let net: SweepPlan.Net
        /// The seed.
        public let seed: UInt64
        /// The folder of the training.
        public let folder: String
    }

    /// What a caller hears.
    public enum Event: Sendable {
        /// Something happened in a training.
        case training(Job, TrainingRun.Event)
        /// A training was done before.
        case done(Job)
        /// A training failed.
        case failed(Job, String)
    }

    /// The plan.
    public let plan: SweepPlan
    /// The folder of all trainings.
    public let folder: String
    /// The trainings.
    public private(set) var jobs: [Job]
    /// The folder of TensorBoard's event files, one folder a training in it; nil for none.
    public var eventFolder: String?

    /// The images to learn from.
    package let training: ImageDataSet
    /// The images to test on.
    package let test: ImageDataSet

    /// Opens the data and checks that every net fits them.
    ///
    /// Throws `sweep.noTestSet` where there is nothing to test on, `data.classes` where a net does not fit, and the
    /// errors of data sets and folders.
    public init(_ plan: SweepPlan, folder: String) throws {
        self.plan = plan
        self.folder = folder
        training = try ImageDataSet.open(plan.dataPath, split: .training)
        if let path = plan.testDataPath {
            test = try ImageDataSet.open(path, split: .test)
        } else {
            guard ImageDataSet.hasTestSplit(plan.dataPath) else {
                throw KernelVizError(
                    code: "sweep.noTestSet", subject: plan.dataPath, found: "no test images",
                    expected: "a data set with a test part", advice: "Name one as 'test_data' in the plan")
            }
            test = try ImageDataSet.open(plan.dataPath, split: .test)
        }
        jobs = Self.jobs(plan, folder)
        try checkNets()
    }

    /// Another plan on the same data, which is not opened again; throws where a net does not fit it.
    package init(_ plan: SweepPlan, folder: String, dataOf other: Sweep) throws {
        self.plan = plan
        self.folder = folder
        (training, test) = (other.training, other.test)
        jobs = Self.jobs(plan, folder)
        try checkNets()
    }

    /// The same sweep with some of its trainings alone.
    package func limited(to wanted: (Job) -> Bool) -> Sweep {
        var copy = self
        copy.jobs = jobs.filter(wanted).enumerated().map { index, job in
            Job(index: index, net: job.net, seed: job.seed, folder: job.folder)
        }
        return copy
    }

    private static func jobs(_ plan: SweepPlan, _ folder: String) -> [Job] {
        plan.seeds.enumerated().flatMap { place, seed in
            plan.nets.enumerated().map { index, net in
                Job(
                    index: place * plan.nets.count + index, net: net, seed: seed,
                    folder: "\(folder)/\(SweepPlan.folderName(net.name))/seed-\(seed)")
            }
        }
    }

    private func checkNets() throws {
        let numbered = try test.numbered(as: training)
        _ = try plan.heldOut.map { try training.holdingOut($0.count, seed: UInt64($0.seed)) }
        for net in plan.nets {
            let network = try Self.network(net, seed: plan.seeds[0], training: training)
            try training.check(classes: network.classes, network: net.name)
            try numbered.check(classes: network.classes, network: net.name)
        }
    }

    private static func network(
        _ net: SweepPlan.Net, seed: UInt64, training: ImageDataSet
    ) throws -> TrainableNetwork {
        let classes = net.settings.classes ?? training.classNames.count
        func started(_ network: TrainableNetwork) throws -> TrainableNetwork {
            try net.settings.initial.map { try network.starting(from: $0).network } ?? network
        }
        if let config = net.config {
            return try started(
                TrainableNetwork(
                    config: config, seed: seed, classes: classes, inputSize: net.settings.inputSize,
                    start: net.settings.start))
        }
        return try started(
            TrainableNetwork(
                named: net.builtIn ?? net.name, seed: seed, classes: classes, inputSize: net.settings.inputSize,
                start: net.settings.start))
    }

    /// The network of a job, before training.
    public func network(_ job: Job) throws -> TrainableNetwork {
        try Self.network(job.net, seed: job.seed, training: training)
    }

    private func run(_ job: Job, threads: Int) throws -> TrainingRun {
        let network = try network(job)
        let settings = job.net.settings
        let parts = try settings.parts(of: training)
        var run = try TrainingRun(
            network, on: TrainingRun.Images(training: parts.training, test: test, validation: parts.validation),
            recipe: settings.recipe(for: network, seed: job.seed), folder: job.folder,
            threads: threads, isStrict: settings.strict, testEvery: settings.testEvery)
        run.eventFolder = eventFolder(of: job)
        return run
    }

    /// Where a training's event files go; nil without a folder for them.
    func eventFolder(of job: Job) -> String? {
        eventFolder.map { "\($0)/\(SweepPlan.folderName(job.net.name))/seed-\(job.seed)" }
    }

    /// Trains what is not done yet, several at a time; the result does not depend on how many, nor on threads.
    ///
    /// - Parameters:
    ///   - report: Hears what happens, from several threads.
    ///   - parallel: Trainings at a time.
    ///   - threads: Threads of each.
    ///   - shouldStop: Asked after each step; the trainings under way are saved then, to go on another time.
    /// Returns what the folder holds in the end; a training that fails does not stop the others.
    public func train(
        parallel: Int, threads: Int, shouldStop: @escaping @Sendable () -> Bool = { false },
        report: @escaping @Sendable (Event) -> Void = { _ in }
    ) -> SweepResults {
        let failures = Failures()
        Parallel(threads: parallel).runOnOwnThreads(pieces: jobs.count) { [self] index in
            if shouldStop() { return }
            let job = jobs[index]
            do {
                if let before = try finished(job) {
                    return report(before.failure.map { .failed(job, $0) } ?? .done(job))
                }
                try run(job, threads: threads).run(resumes: true, shouldStop: shouldStop) {
                    report(.training(job, $0))
                }
            } catch {
                let code = (error as? KernelVizError)?.code
                failures.byJob.withLock { $0[index] = SweepResults.Failure(text: "\(error)", code: code) }
                report(.failed(job, "\(error)"))
            }
        }
        return results(failures: failures.byJob.withLock { $0 })
    }

    /// What failed, by the job's place.
    private final class Failures: Sendable {
        let byJob = Mutex<[Int: SweepResults.Failure]>([:])
    }

    /// What the folder holds now.
    public func results() -> SweepResults { results(failures: [:]) }

    private func results(failures: [Int: SweepResults.Failure]) -> SweepResults {
        SweepResults(
            title: plan.title, dataPath: plan.dataPath, trainingImages: training.count, testImages: test.count,
            heldOut: plan.heldOut, baseline: plan.baseline,
            rows: plan.nets.map { net in
                let network = try? Self.network(net, seed: plan.seeds[0], training: training)
                let (parameters, macs) = (network?.graph.parameterCount(.learnable) ?? 0, (try? network?.macs()) ?? 0)
                return SweepResults.Row(
                    network: net.name, parameters: parameters,
                    fixedParameters: network?.graph.parameterCount(.fixed) ?? 0, macs: macs,
                    deployed: deployed(net) ?? SweepResults.Cost(parameters: parameters, macs: macs),
                    runs: jobs.filter { $0.net == net }.map { outcome(of: $0, failure: failures[$0.index]) })
            })
    }

    /// What a training came to; nil for one that is not done, or has not begun.
    ///
    /// Throws `training.state` where its folder holds another training.
    package func run(of job: Job) throws -> SweepResults.Run? { try finished(job) }

    private func outcome(of job: Job, failure: SweepResults.Failure?) -> SweepResults.Run {
        func unfinished(_ failure: SweepResults.Failure?) -> SweepResults.Run {
            var run = SweepResults.Run(seed: job.seed, last: nil, failure: failure?.text)
            run.failureCode = failure?.code
            return run
        }
        do {
            return try finished(job) ?? unfinished(failure)
        } catch {
            let own = SweepResults.Failure(text: "\(error)", code: (error as? KernelVizError)?.code)
            return unfinished(failure ?? own)
        }
    }

    /// What a VGNet costs when what stood around its kernels while training is folded into them.
    private func deployed(_ net: SweepPlan.Net) -> SweepResults.Cost? {
        guard let config = (try? design(of: net))?.folded else { return nil }
        return SweepResults.Cost(
            parameters: config.parameters.learnable,
            macs: config.macs(inputHeight: config.inputSize, inputWidth: config.inputSize))
    }

    /// A row's design with the data set's classes; nil for a net that is no VGNet.
    package func design(of net: SweepPlan.Net) throws -> VGNetConfig? {
        try net.config?.replacing(
            classes: net.settings.classes ?? training.classNames.count, inputSize: net.settings.inputSize)
    }

    /// What a training came to, also that it diverged; nil for one that is not done, or has not begun.
    ///
    /// Throws `training.state` where the folder holds another training.
    private func finished(_ job: Job) throws -> SweepResults.Run? {
        let path = job.folder + "/checkpoint.h5"
        guard InputFile.isFolder(job.folder) else { return nil }
        let network = try network(job)
        let begun = TrainingState(
            recipe: job.net.settings.recipe(for: network, seed: job.seed), network: network.name,
            design: network.configText, images: job.net.settings.trainingImages(of: training.count))
        if let error = TrainingRun.divergence(of: begun, folder: job.folder) {
            var run = SweepResults.Run(seed: job.seed, last: nil, failure: error.description)
            run.failureCode = error.code
            return run
        }
        guard (try? InputFile.check(path)) != nil else { return try pyTorchRun(of: job) }
        let state = try TrainingState.read(path)
        try state.check(sameAs: begun, path: path)
        guard state.epoch >= job.net.settings.epochs else { return nil }
        var run = SweepResults.Run(seed: job.seed, last: state.records.last, failure: nil)
        run.kernels = KernelProgress(from: network.graph, to: path)
        return run
    }
}
