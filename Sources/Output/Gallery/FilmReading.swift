import Architectures
import Figures
import Files
import Kernels
import Statistics
import TrainingRuns

extension TrainingFilm {
    /// The film of a training that kept its depthwise kernels (`train --snapshots`).
    ///
    /// `progress` is called after each epoch; what it throws ends the work.
    /// Throws `training.noSnapshots`, `figures.noFrames` and what reading throws.
    public static func read(
        folder: String, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> TrainingFilm {
        let files = try TrainingSnapshots.files(inFolder: folder)
        var (frames, title): ([Frame], String) = ([], FilePaths.name(of: folder))
        for (done, file) in files.enumerated() {
            let network = try ConvNetwork.open(file.path)
            title = network.checkpoint.attributes["network"] ?? title
            frames.append(
                Frame(epoch: file.epoch, layers: try LabelledKernels.all(of: AnalysedNetwork.analyse(network))))
            try progress(done + 1, files.count)
        }
        return try TrainingFilm(title: title, frames: frames)
    }
}
