import Datasets
import Foundation
import Sweeps
import Synchronization
import TrainingRuns

extension Race {
    /// How long an epoch of a net takes here: a few steps of it are trained in a folder that is removed again.
    ///
    /// - Parameters:
    ///   - contender: The net.
    ///   - data: Where the images lie.
    ///   - settings: How it is trained.
    ///   - threads: Threads of a step.
    ///   - seconds: How long is measured, at least one step and at most one epoch.
    /// Throws as a training does.
    public static func secondsPerEpoch(
        _ contender: RacePlan.Contender, data: RacePlan.DataSet, settings: TrainingSettings, threads: Int,
        seconds: Double = 4
    ) throws -> Double {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kernelviz-\(UUID().uuidString)")
            .path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let all = try ImageDataSet.open(data.path, split: .training)
        let images = try settings.parts(of: all).training
        let network = try TrainableNetwork(
            config: contender.config, seed: 1, classes: settings.classes ?? images.classNames.count,
            inputSize: settings.inputSize)
        var short = settings
        short.epochs = 1
        let run = try TrainingRun(
            network, on: TrainingRun.Images(training: images), recipe: short.recipe(for: network, seed: 1),
            folder: folder,
            threads: threads)
        let begun = ContinuousClock.now
        let speed = Atomic<UInt64>(0)
        try run.run(
            resumes: false, shouldStop: { (ContinuousClock.now - begun) / .seconds(1) > seconds },
            report: { event in
                if case .step(let step) = event { speed.store(step.imagesPerSecond.bitPattern, ordering: .relaxed) }
            })
        let perSecond = Double(bitPattern: speed.load(ordering: .relaxed))
        return Double(images.count) / max(1e-6, perSecond)
    }
}
