import Diagnostics
import Files
import Models
import VGNets

// Trainings by PyTorch, of the projects that the module Export writes, count as the engine's own.
extension Sweep {
    /// What an exported PyTorch project wrote for a job, when it is done; nil otherwise.
    ///
    /// Throws `training.state` where it trained another design.
    func pyTorchRun(of job: Job) throws -> SweepResults.Run? {
        guard (try? InputFile.check(job.folder + "/weights.safetensors")) != nil,
            let log = try? InputFile.text(job.folder + "/log.csv")
        else { return nil }
        let lines = log.split(whereSeparator: \.isNewline).map { $0.split(separator: ",").map(String.init) }
        guard let header = lines.first, let last = lines.last, last.count == header.count else { return nil }
        let values = Dictionary(zip(header, last), uniquingKeysWith: { first, _ in first })
        func share(_ name: String) -> Double? {
            values[name].flatMap { Double($0) }.flatMap { (0...1).contains($0) ? $0 : nil }
        }
        let isValidated = job.net.settings.validation > 0
        guard let epoch = values["epoch"].flatMap({ Int($0) }), epoch >= job.net.settings.epochs,
            let test = share("val_top1"), let top1 = isValidated ? share("validation_top1") : test
        else { return nil }
        let path = job.folder + "/config.json"
        guard try VGNetConfig(contentsOf: path) == design(of: job.net) else {
            throw KernelVizError(
                code: "training.state", subject: path, found: "a training of another design",
                expected: "that of \(job.net.name)", advice: "Choose another folder")
        }
        var run = SweepResults.Run(
            seed: job.seed, top1: top1, trainingTop1: nil, loss: values["train_loss"].flatMap { Double($0) },
            failure: nil)
        if isValidated { run.testTop1 = test }
        run.kernels = try KernelProgress(from: network(job).graph, to: job.folder + "/weights.safetensors")
        return run
    }
}
