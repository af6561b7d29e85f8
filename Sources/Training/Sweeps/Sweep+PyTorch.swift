import Diagnostics
import Export
import Files
import Models
import VGNets

extension Sweep {
    /// One torchrun command line for each training, paths absolute, for machines with GPUs. Writes the project of each
    /// design to `OUT/NET/pytorch/`.
    ///
    /// What they write to `OUT/NET/seed-N/` counts as done; PyTorch's numbers are not the engine's to the last bit.
    /// - Parameter processes: Processes of each training: a number, or "gpu" for one a GPU.
    /// Throws `sweep.notInPyTorch` for options that the projects do not know, and the errors of writing.
    public func torchrunCommands(processes: String) throws -> [String] {
        for net in plan.nets { try checkPyTorch(net) }
        return try jobs.map { job in
            let settings = job.net.settings
            let words =
                ["torchrun", "--standalone", "--nproc_per_node=\(processes)", try projectPath(job.net) + "/train.py"]
                + ["--data", FilePaths.absolute(plan.dataPath), "--out", FilePaths.absolute(job.folder)]
                + settings.projectArguments
                + (try startPath(job).map { ["--init", $0] } ?? [])
                + ["--seed", "\(job.seed)", "--resume"]
            return words.map(ShellWord.quoted).joined(separator: " ")
        }
    }

    private func checkPyTorch(_ net: SweepPlan.Net) throws {
        func unknown(_ found: String, _ advice: String) -> KernelVizError {
            KernelVizError(
                code: "sweep.notInPyTorch", subject: net.name, found: found,
                expected: "what an exported PyTorch project knows", advice: advice)
        }
        guard net.config != nil else { throw unknown("no VGNet", "Leave it out, or train it in the engine") }
        guard net.settings.cutout == 0 else {
            throw unknown("option 'cutout'", "Leave it out, or train in the engine")
        }
        if plan.testDataPath != nil {
            throw unknown("'test_data'", "Put train/ and val/ into one folder and name it as 'data'")
        }
    }

    /// The file of a training's initial weights, written; nil where they are PyTorch's own.
    private func startPath(_ job: Job) throws -> String? {
        let settings = job.net.settings
        guard settings.start != .standard || settings.initial != nil, let config = try design(of: job.net)
        else { return nil }
        let path = "\(folder)/\(SweepPlan.folderName(job.net.name))/pytorch/start-seed-\(job.seed).safetensors"
        try SafetensorsWriter.write(
            StateDict(graph: network(job).graph), metadata: ModelMetadata(config: config), to: path,
            overwriting: .replace)
        return FilePaths.absolute(path)
    }

    private func projectPath(_ net: SweepPlan.Net) throws -> String {
        let folder = "\(self.folder)/\(SweepPlan.folderName(net.name))/pytorch"
        try FolderWriter.prepare(folder)
        if let config = try design(of: net) {
            try PyTorchProject(config: config).write(to: folder, overwriting: .replace)
        }
        return FilePaths.absolute(folder)
    }

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
