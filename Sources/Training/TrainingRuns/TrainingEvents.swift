import Diagnostics
import Engine
import EventFiles
import Images

/// A training as TensorBoard shows it: curves, and after each epoch the kernels as pictures and the weights' distributions.
///
/// The step is the number of updates since the training began; a training that goes on makes a new file, which takes back
/// what an older one says of steps that are done again.
struct TrainingEvents {
    private let file: EventFile

    /// Updates between two points of the batches' loss.
    static let stepsOfPoint = 10

    /// Makes a file in `folder` for a training that goes on after `done` updates, 0 for one that begins.
    ///
    /// Throws `files.unwritable` and `files.writeFailed`.
    init(folder: String, done: Int) throws {
        // What was said of the last update that is kept stays.
        file = try EventFile(folder: folder, step: done == 0 ? 0 : done + 1)
    }

    /// The loss of an update's own batch, every ``stepsOfPoint`` updates; `step` counts from 1.
    func step(_ step: Int, loss: Double, rate: Double) throws {
        guard step % Self.stepsOfPoint == 0 else { return }
        try file.append([.scalar("batch/loss", loss), .scalar("batch/learning_rate", rate)], step: step)
    }

    /// What an epoch showed.
    func epoch(_ record: EpochRecord, step: Int, imagesPerSecond: Double) throws {
        let shares = [
            ("top1/training", record.trainingAccuracy), ("top1/validation", record.validationAccuracy),
            ("top1/test", record.testAccuracy),
        ]
        let scalars: [EventSummary] =
            [.scalar("epoch/loss", record.loss), .scalar("epoch/images_per_second", imagesPerSecond)]
            + shares.compactMap { name, share in share.map { .scalar(name, $0) } }
        try file.append(scalars, step: step)
    }

    /// The weights as they are after `step` updates.
    func weights(of graph: Graph, step: Int) throws {
        var summaries: [EventSummary] = []
        for parameter in graph.parameters where parameter.kind == .learnable {
            if let histogram = EventHistogram(parameter.tensor.scalars) {
                summaries.append(.histogram("weights/\(parameter.name)", histogram))
            }
            if let picture = KernelTiles.picture(of: parameter.tensor) {
                summaries.append(
                    .picture(
                        "kernels/\(parameter.name)", png: try ImageFile.encodePNG(picture), width: picture.width,
                        height: picture.height))
            }
        }
        try file.append(summaries, step: step)
    }
}
