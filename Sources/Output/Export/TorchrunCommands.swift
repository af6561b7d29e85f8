import Diagnostics
import Files
import Models
import Races
import Sweeps
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
}

extension Race {
    /// One torchrun command line for each training up to the next decision; see `Sweep.torchrunCommands(processes:)`.
    public func torchrunCommands(processes: String) throws -> [String] {
        try pendingSweep()?.torchrunCommands(processes: processes) ?? []
    }
}
