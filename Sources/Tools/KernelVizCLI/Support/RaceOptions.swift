import ArgumentParser
import KernelViz

/// `derive --race`: alternatives within all bounds, trained against the published net.
struct RaceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Train alternatives that cost no more against the published net on this data set; it needs a test part.",
            valueName: "data"))
    var race: String?

    @Option(
        help: ArgumentHelp("How long the race may take on this machine with --jobs; sets its size.", valueName: "hours")
    )
    var hours: Double?

    @Option(help: ArgumentHelp("A data set to test on; by default the test part of --race.", valueName: "folder"))
    var testData: String?

    @Option(
        name: .customLong("train"),
        help: ArgumentHelp(
            "An option of 'train' for all nets, such as batch=128; once for each. Default: batch=128, lr=0.1, warmup=2, and "
                + "validation (the images that nets are compared on) a tenth of the training images or more.",
            valueName: "name=value"))
    var training: [String] = []

    @Option(help: "Trainings at a time.")
    var jobs = 1

    @Option(help: "Threads of each training; the result does not depend on it.")
    var threads = 1

    @Flag(
        name: .customLong("no-gate"),
        help: "Go on although 'classify' does not call the baseline's depthwise kernels learned.")
    var skipsGate = false

    @Flag(help: "Print one self-contained 'train' command a line, up to the next decision, and train nothing.")
    var printJobs = false

    @Flag(help: "Print them as a SLURM array script.")
    var slurm = false

    @Option(
        help: ArgumentHelp(
            "Let --print-jobs name PyTorch instead: torchrun with so many processes, or gpu for one a GPU.",
            valueName: "processes"))
    var torchrun: String?

    @Option(help: ArgumentHelp("The program that those commands name; this one by default.", valueName: "path"))
    var program: String?

    var isAsked: Bool { race != nil }

    /// Whether --train says how many images are held out.
    var saysValidation: Bool {
        training.contains { text in
            text.split(separator: "=").first.flatMap { TrainingOption.named(String($0)) }?.name == "validation"
        }
    }

    /// What a race decides itself.
    struct Excluded {
        let flag: String
        let isGiven: Bool
    }

    func validate(out: String?, excluded: [Excluded]) throws {
        guard isAsked else {
            let given = hours != nil || testData != nil || !training.isEmpty || printJobs || slurm || skipsGate
            if given || torchrun != nil || program != nil {
                throw ValidationError(
                    "--hours, --test-data, --train, --no-gate, --print-jobs, --slurm, --torchrun and --program go with --race."
                )
            }
            return
        }
        guard let hours, hours > 0, hours <= 10_000 else {
            throw ValidationError("--race needs --hours, above 0 and at most 10000.")
        }
        guard out != nil else { throw ValidationError("--race writes its trainings to a folder: give it with --out.") }
        try Bounds.check("--jobs", jobs, in: Bounds.threads)
        try Bounds.check("--threads", threads, in: Bounds.threads)
        if let wrong = excluded.first(where: \.isGiven) {
            throw ValidationError("--race does not go with \(wrong.flag).")
        }
        if (slurm || torchrun != nil || program != nil) && !printJobs {
            throw ValidationError("--slurm, --torchrun and --program go with --print-jobs.")
        }
        if let torchrun, torchrun != "gpu", !(1...4096).contains(Int(torchrun) ?? 0) {
            throw ValidationError("--torchrun must be a number of processes or gpu.")
        }
    }

    /// How all nets are trained; length, start and first weights are the race's own matter.
    func settings(limit: Int?) throws -> TrainingSettings {
        var settings = TrainingSettings()
        settings.batch = 128
        settings.rate = 0.1
        settings.warmUp = 2
        settings.limit = limit
        for text in training {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            let own = ["epochs", "limit", "start", "init", "classes", "input-size", "test-every"]
            guard parts.count == 2, let option = TrainingOption.named(parts[0]), !own.contains(option.name) else {
                throw KernelVizError(
                    code: "race.badTraining", subject: "--train", found: "'\(text)'",
                    expected:
                        "NAME=VALUE with an option of 'kernelviz train' other than \(own.joined(separator: ", "))",
                    advice: NearestName.advice(
                        for: parts.first ?? "", among: TrainingOption.all.map(\.name).filter { !own.contains($0) }))
            }
            try settings.set(option, to: parts[1])
        }
        return settings
    }

    /// The jobs' lines, or the script of an array of them.
    static func script(_ lines: [String], out: String) -> String {
        let cases = lines.enumerated().map { "\($0.offset)) exec \($0.element) ;;\n" }.joined()
        return """
            #!/bin/bash
            #SBATCH --job-name=kernelviz-race
            #SBATCH --array=0-\(max(0, lines.count - 1))
            #SBATCH --output=\(out)/slurm-%A-%a.log
            case "$SLURM_ARRAY_TASK_ID" in
            \(cases)esac

            """
    }
}
