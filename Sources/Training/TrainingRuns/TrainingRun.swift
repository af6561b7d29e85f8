import Datasets
import Diagnostics
import Files
import Tensors
import Training

/// A training in a folder: `checkpoint.h5` (net and state, replaced after each epoch), `log.csv`, `config.yaml`.
public struct TrainingRun: Sendable {
    /// What a caller hears during a training.
    public enum Event: Sendable {
        /// A training goes on from a checkpoint.
        case resumed(epoch: Int, step: Int)
        /// A step is done.
        case step(StepReport)
        /// An image could not be read.
        case unreadable(String)
        /// So many images of a step were turned by their EXIF orientation.
        case turned(images: Int)
        /// An epoch is done, its checkpoint written.
        case epoch(EpochRecord, imagesPerSecond: Double, seconds: Double)
        /// The caller asked to stop; the state is saved.
        case stopped(epoch: Int, step: Int)
    }

    /// How far a training is.
    public struct StepReport: Sendable {
        /// From 1.
        public let epoch: Int
        /// Steps of this epoch that are done.
        public let step: Int
        /// All steps of an epoch.
        public let stepsPerEpoch: Int
        /// The mean loss of this epoch so far.
        public let loss: Double
        /// The share of this epoch's images whose class came first.
        public let accuracy: Double
        /// Images a second since the training was started or resumed.
        public let imagesPerSecond: Double
        /// Seconds until the last epoch is done, at that speed.
        public let secondsLeft: Double
    }

    /// What a net learns from and is measured on.
    public struct Images: Sendable {
        /// The images to learn from.
        public var training: ImageDataSet
        /// The images to test on; nil for none.
        public var test: ImageDataSet?
        /// Images that were held out of the training set; with them the others are tested on after the last epoch alone.
        /// nil for none.
        public var validation: ImageDataSet?

        /// Joins the sets.
        public init(training: ImageDataSet, test: ImageDataSet? = nil, validation: ImageDataSet? = nil) {
            self.training = training
            self.test = test
            self.validation = validation
        }
    }

    /// The net.
    public let network: TrainableNetwork
    /// The recipe.
    public let recipe: TrainingRecipe
    /// The folder that it writes to.
    public let folder: String
    /// The state's file.
    public var checkpointPath: String { folder + "/checkpoint.h5" }
    /// The log's file.
    public var logPath: String { folder + "/log.csv" }

    /// Whether the depthwise kernels of every epoch are kept; see ``TrainingSnapshots``.
    public var keepsSnapshots = false

    /// The folder of TensorBoard's event files; nil for none.
    public var eventFolder: String?

    private let training: ImageDataSet
    private let validation: ImageDataSet?
    private let test: ImageDataSet?
    private let threads: Int
    private let isStrict: Bool
    private let testEvery: Int
    private let batch: Int

    /// Prepares a training.
    ///
    /// - Parameter network: The network as it starts.
    /// - Parameter images: What it learns from and is measured on.
    /// - Parameter recipe: How it is trained.
    /// - Parameter folder: Where checkpoint and log go.
    /// - Parameter threads: Threads of a step.
    /// - Parameter isStrict: Makes an unreadable image an error.
    /// - Parameter testEvery: The test set, or what was held out, is evaluated after every so many epochs and after the
    ///   last one; 0 for the last one alone.
    /// Throws `data.classes` where net and data do not fit, `data.empty`, `training.steps`, or `files.unwritable`.
    public init(
        _ network: TrainableNetwork, on images: Images, recipe: TrainingRecipe, folder: String, threads: Int = 1,
        isStrict: Bool = false, testEvery: Int = 1
    ) throws {
        let training = images.training
        try training.check(classes: network.classes, network: network.name)
        let test = try images.test?.numbered(as: training)
        try test?.check(classes: network.classes, network: network.name)
        guard training.count > 1 else {
            throw KernelVizError(
                code: "data.empty", subject: training.path, found: "\(training.count) images", expected: "at least 2")
        }
        try FolderWriter.prepare(folder)
        self.network = network
        self.training = training
        validation = images.validation
        self.test = test
        self.recipe = recipe
        self.folder = folder
        self.threads = threads
        self.isStrict = isStrict
        self.testEvery = testEvery
        batch = min(recipe.batch, training.count)
        try Self.checkSteps(recipe.epochs, training.count / batch)
    }

    /// The most steps of a training: years of work, and far from where a count would overflow.
    static let mostSteps = 1_000_000_000

    private static func checkSteps(_ epochs: Int, _ stepsPerEpoch: Int) throws {
        let steps = epochs.multipliedReportingOverflow(by: stepsPerEpoch)
        guard steps.overflow || steps.partialValue > mostSteps else { return }
        throw KernelVizError(
            code: "training.steps", subject: "\(epochs) epochs",
            found: "\(NumberFormat.grouped(stepsPerEpoch)) steps each",
            expected: "at most \(NumberFormat.grouped(mostSteps)) steps in all",
            advice: "Train for fewer epochs or with larger batches")
    }

    private var stepsPerEpoch: Int { training.count / batch }

    /// Why the training that `state` begins diverged in `folder` before; nil where it did not.
    package static func divergence(of state: TrainingState, folder: String) -> KernelVizError? {
        TrainingDivergence.read(folder: folder, of: state)?.error
    }

    /// Whether the folder holds a state to go on from.
    public var canResume: Bool { (try? InputFile.check(checkpointPath)) != nil }

    /// Trains to the last epoch, or until `shouldStop` says so after a step (the state is saved then).
    ///
    /// - Parameter report: Hears what happens.
    /// - Parameter shouldStop: Asked after each step.
    /// - Parameter resumes: Goes on from the folder's checkpoint where there is one.
    /// Throws `files.locked` where another process trains in the folder, `training.exists` where there is one and
    /// `resumes` is false, `training.notFinite` with epoch and step (at once where the folder remembers that this training
    /// came to that before, and `resumes` is true), and the errors of reading and writing; the last checkpoint stays whole.
    /// Returns the state at the end.
    @discardableResult
    public func run(
        resumes: Bool, shouldStop: () -> Bool = { false }, report: (Event) -> Void = { _ in }
    ) throws -> TrainingState {
        if keepsSnapshots { try TrainingSnapshots.check(network.graph, network: network.name) }
        let lock = try FolderLock(folder)
        defer { withExtendedLifetime(lock) {} }
        AtomicFile.removeLeftovers(inFolder: folder)
        var state = TrainingState(
            recipe: recipe, network: network.name, design: network.configText, images: training.count)
        if resumes, let before = TrainingDivergence.read(folder: folder, of: state) { throw before.error }
        TrainingDivergence.remove(folder: folder)
        var net = try TrainingNetwork(
            network.graph,
            inputShape: [batch, network.inputChannels, network.inputSize, network.inputSize],
            labelSmoothing: recipe.labelSmoothing, threads: threads)
        if canResume {
            guard resumes else {
                throw KernelVizError(
                    code: "training.exists", subject: checkpointPath, found: "a training is there already",
                    advice: "Pass --resume to go on with it, or choose another folder")
            }
            state = try TrainingState.read(checkpointPath, into: &net, expecting: state)
            report(.resumed(epoch: state.epoch, step: state.progress.steps))
        } else if let text = network.configText {
            try AtomicFile.write(text: text, to: folder + "/config.yaml")
        }
        var log = TrainingLog(path: logPath, records: state.records, isValidated: validation != nil)
        var clock = TrainingClock(
            stepsLeft: recipe.epochs * stepsPerEpoch - state.epoch * stepsPerEpoch - state.progress.steps)
        let begun = state.epoch * stepsPerEpoch + state.progress.steps
        let events =
            state.epoch < recipe.epochs ? try eventFolder.map { try TrainingEvents(folder: $0, done: begun) } : nil
        if begun == 0 {
            if keepsSnapshots { try keepSnapshot(net, state) }
            try events?.weights(of: net.graph, step: 0)
        }
        while state.epoch < recipe.epochs {
            let start = ContinuousClock.now
            guard try epoch(&net, &state, &clock, events, shouldStop, report) else {
                try save(net, state)
                report(.stopped(epoch: state.epoch, step: state.progress.steps))
                return state
            }
            let record = try finishEpoch(&net, &state)
            let speed = clock.imagesPerSecond(batch)
            // Before the checkpoint: an epoch that is done again takes back what was said of it; one that is not would
            // never be told.
            try events?.epoch(record, step: state.epoch * stepsPerEpoch, imagesPerSecond: speed)
            try events?.weights(of: net.graph, step: state.epoch * stepsPerEpoch)
            try save(net, state)
            if keepsSnapshots { try keepSnapshot(net, state) }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            try log.append(record, imagesPerSecond: speed, seconds: seconds)
            report(.epoch(record, imagesPerSecond: speed, seconds: seconds))
        }
        return state
    }

    /// Runs the rest of an epoch; false where it was stopped.
    private func epoch(
        _ net: inout TrainingNetwork, _ state: inout TrainingState, _ clock: inout TrainingClock,
        _ events: TrainingEvents?, _ shouldStop: () -> Bool, _ report: (Event) -> Void
    ) throws -> Bool {
        let schedule = recipe.schedule(stepsPerEpoch: stepsPerEpoch)
        let stream = BatchStream(
            training,
            .init(
                batch: batch, size: network.inputSize, channels: network.inputChannels,
                augmentation: recipe.augmentation, seed: recipe.seed, epoch: state.epoch, isStrict: isStrict),
            consumed: state.progress.consumed)
        defer { stream.stop() }
        clock.begin()
        while let images = try stream.next() {
            images.unreadable.forEach { report(.unreadable($0)) }
            if images.turned > 0 { report(.turned(images: images.turned)) }
            let step = state.epoch * stepsPerEpoch + state.progress.steps
            let rate = schedule.rate(at: step)
            let outcome = try self.step(&net, images, step, rate, state)
            state.progress.steps += 1
            state.progress.consumed = images.consumed
            state.progress.lossSum += outcome.loss
            state.progress.correct += outcome.correct
            state.progress.unreadable += images.unreadable.count
            clock.finishStep()
            try events?.step(step + 1, loss: outcome.loss, rate: rate)
            let done = Double(state.progress.steps)
            report(
                .step(
                    StepReport(
                        epoch: state.epoch + 1, step: state.progress.steps, stepsPerEpoch: stepsPerEpoch,
                        loss: state.progress.lossSum / done,
                        accuracy: Double(state.progress.correct) / (done * Double(batch)),
                        imagesPerSecond: clock.imagesPerSecond(batch), secondsLeft: clock.secondsLeft)))
            if shouldStop() { return false }
        }
        guard state.progress.steps > 0 else {
            throw KernelVizError(
                code: "data.empty", subject: training.path, found: "too few readable images for a step of \(batch)",
                expected: "at least \(batch)", advice: "Repair the images or lower the batch size")
        }
        return true
    }

    private func step(
        _ net: inout TrainingNetwork, _ batch: ImageBatch, _ step: Int, _ rate: Double, _ state: TrainingState
    ) throws -> TrainingNetwork.Outcome {
        do {
            return try unsafe batch.images.scalars.withUnsafeBufferPointer {
                try unsafe net.step(
                    images: $0, labels: batch.labels, rate: rate, optimizer: recipe.optimizer,
                    seed: recipe.seed &+ UInt64(step) &* 0x9E37_79B9_7F4A_7C15)
            }
        } catch let error as KernelVizError where error.code == "training.notFinite" {
            let named = KernelVizError(
                code: error.code,
                subject: "epoch \(state.epoch + 1), step \(state.progress.steps + 1): \(error.subject)",
                found: error.found, expected: error.expected,
                advice: (error.advice.map { $0 + "; " } ?? "")
                    + "'\(TrainingDivergence.fileName)' keeps the same training from being run again")
            try TrainingDivergence(named, of: state).write(folder: folder)
            throw named
        }
    }

    /// Whether an accuracy is measured after an epoch, from 1.
    private func isMeasured(after epoch: Int) -> Bool {
        epoch == recipe.epochs || (testEvery > 0 && epoch % testEvery == 0)
    }

    private func finishEpoch(_ net: inout TrainingNetwork, _ state: inout TrainingState) throws -> EpochRecord {
        let steps = state.progress.steps
        let isMeasured = isMeasured(after: state.epoch + 1)
        let isTested = validation == nil ? isMeasured : state.epoch + 1 == recipe.epochs
        let record = EpochRecord(
            epoch: state.epoch + 1, loss: state.progress.lossSum / Double(steps),
            trainingAccuracy: Double(state.progress.correct) / Double(steps * batch),
            validationAccuracy: isMeasured ? try accuracy(&net, on: validation) : nil,
            testAccuracy: isTested ? try accuracy(&net, on: test) : nil,
            rate: recipe.schedule(stepsPerEpoch: stepsPerEpoch).rate(at: state.epoch * stepsPerEpoch + steps - 1),
            unreadable: state.progress.unreadable)
        state.records.append(record)
        state.epoch += 1
        state.progress = TrainingState.Progress()
        return record
    }

    private func accuracy(_ net: inout TrainingNetwork, on images: ImageDataSet?) throws -> Double? {
        guard let images else { return nil }
        let stream = BatchStream(
            images,
            .init(
                batch: batch, size: network.inputSize, channels: network.inputChannels, seed: recipe.seed,
                isStrict: isStrict, dropsLast: false))
        defer { stream.stop() }
        var (correct, count) = (0, 0)
        let full = batch * network.inputChannels * network.inputSize * network.inputSize
        while let batch = try stream.next() {
            var scalars = batch.images.scalars
            scalars.append(contentsOf: repeatElement(0, count: full - scalars.count))
            correct += unsafe scalars.withUnsafeBufferPointer {
                unsafe net.evaluate(images: $0, labels: batch.labels).correct
            }
            count += batch.labels.count
        }
        return count == 0 ? nil : Double(correct) / Double(count)
    }

    private func keepSnapshot(_ net: borrowing TrainingNetwork, _ state: TrainingState) throws {
        try TrainingSnapshots.write(net.graph, epoch: state.epoch, network: network.name, folder: folder)
    }

    private func save(_ net: borrowing TrainingNetwork, _ state: TrainingState) throws {
        var attributes = network.attributes
        attributes.append(("classes", training.classNames.map { $0.replacing(",", with: " ") }.joined(separator: ",")))
        attributes.append(("dataset", "\(training.form), \(training.count) images"))
        if let accuracy = state.records.last?.validationAccuracy {
            attributes.append(("validation_top1", NumberFormat.fixed(accuracy, 4)))
        }
        if let accuracy = state.records.last?.testAccuracy {
            attributes.append(("top1", NumberFormat.fixed(accuracy, 4)))
        }
        try state.write(net, attributes: attributes, to: checkpointPath)
    }
}
