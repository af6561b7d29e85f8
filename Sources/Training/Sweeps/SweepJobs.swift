import Diagnostics
import Files
import VGNets

extension Sweep {
    /// One self-contained command line for each training that is not done, for Slurm arrays, GNU parallel or a shell:
    /// `PROGRAM train …`, all paths absolute. Writes the designs that they name to `OUT/NET/design.yaml`.
    ///
    /// The trainings go where ``train(parallel:threads:shouldStop:report:)`` looks for them, and give the same bytes.
    /// Throws the errors of writing.
    public func commands(program: String, threads: Int) throws -> [String] {
        try jobs.map { job in
            let settings = job.net.settings
            let data = ["--data", FilePaths.absolute(plan.dataPath)]
            let test = plan.testDataPath.map { ["--test-data", FilePaths.absolute($0)] } ?? []
            let words =
                [program, "train", try designPath(job.net)] + data + test
                + ["--out", FilePaths.absolute(job.folder)] + settings.arguments
                + ["--seed", "\(job.seed)", "--threads", "\(threads)", "--resume"]
                + (eventFolder(of: job).map { ["--tensorboard", FilePaths.absolute($0)] } ?? [])
            return words.map(ShellWord.quoted).joined(separator: " ")
        }
    }

    /// The file of a row's design, written; the name of a net that is no VGNet.
    private func designPath(_ net: SweepPlan.Net) throws -> String {
        guard let config = net.config else { return net.builtIn ?? net.name }
        let folder = "\(self.folder)/\(SweepPlan.folderName(net.name))"
        try FolderWriter.prepare(folder)
        let path = folder + "/design.yaml"
        try AtomicFile.write(text: config.yaml(), to: path)
        return FilePaths.absolute(path)
    }
}

/// Words of a shell's command line.
package enum ShellWord {
    /// `word` so that a POSIX shell reads it as one word, in single quotes where it must be.
    package static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./=:,+@%".contains($0)) }
        return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}
