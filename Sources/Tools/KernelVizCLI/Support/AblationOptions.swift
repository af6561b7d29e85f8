import ArgumentParser
import Files
import KernelViz
import Sweeps

/// Designs around the derived one and random ones of equal budget, written as configs with a sweep's plan.
struct AblationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Write so many designs that differ in one choice each.", valueName: "number"))
    var alternatives: Int?

    @Option(help: ArgumentHelp("Write so many random designs of equal budget.", valueName: "number"))
    var sample: Int?

    @Option(help: ArgumentHelp("The folder of the configs and of plan.yaml, or of a race.", valueName: "folder"))
    var out: String?

    @Option(help: ArgumentHelp("The data set that the plan names, relative to it.", valueName: "path"))
    var data = "cifar10"

    @Option(help: "How many seeds the plan has (3), or each finalist of a race (as many as fit).")
    var seeds: Int?

    @Option(help: "How many epochs the plan has (10), or a training of a race's final (as many as move the kernels).")
    var epochs: Int?

    @Option(help: ArgumentHelp("How many training images are used; all without it.", valueName: "images"))
    var limit: Int?

    @Option(help: "The seed of the random designs.")
    var seed: UInt64 = 1

    var isAsked: Bool { alternatives != nil || sample != nil }

    func validate(isAgainst: Bool, hasOutput: Bool, isTimed: Bool, isRace: Bool) throws {
        guard isAsked else {
            if (out != nil || seeds != nil || epochs != nil || limit != nil) && !isRace {
                throw ValidationError(
                    "--out, --seeds, --epochs and --limit go with --alternatives, --sample or --race.")
            }
            try validateNumbers(leastSeeds: 2)
            return
        }
        if out == nil {
            throw ValidationError("--alternatives and --sample write files: give their folder with --out.")
        }
        if isAgainst || hasOutput {
            throw ValidationError("--alternatives and --sample write to --out: leave out --against and -o.")
        }
        if isTimed { throw ValidationError("--alternatives and --sample need --budget or --macs, not --latency.") }
        try Bounds.check("--alternatives", alternatives, in: 1...10_000)
        try Bounds.check("--sample", sample, in: 1...10_000)
        try validateNumbers(leastSeeds: 1)
    }

    private func validateNumbers(leastSeeds: Int) throws {
        try Bounds.check("--seeds", seeds, in: leastSeeds...SweepPlan.mostSeeds)
        // As the plan that is written must have them.
        try Bounds.check("--epochs", epochs, in: TrainingOption.epochs)
        try Bounds.check("--limit", limit, in: TrainingOption.images)
    }

    /// Throws where the folder's plan may not be replaced, before any work is done.
    func check(force: Bool) throws {
        guard isAsked, let out else { return }
        do {
            try AtomicFile.checkWritable("\(out)/plan.yaml", overwriting: force ? .replace : .refuse)
        } catch let error as KernelVizError where error.code == "files.unwritable" {
            // The folder is made when there is something to write.
        }
    }

    func write(
        _ networks: [AnalysedNetwork], _ options: Derivation.DesignOptions, overwriting: AtomicFile.Overwriting
    ) throws {
        guard let out else { return }
        var files: [(name: String, text: String)] = []
        var entries: [SweepPlanText.Entry] = []
        var derived: Derivation?
        if let alternatives {
            let found = try Derivation.alternatives(from: networks, options: options, count: alternatives)
            derived = found.derived
            for alternative in found.alternatives {
                let file = "\(alternative.config.name).yaml"
                let remark = "\(alternative.change) (distance \(NumberFormat.fixed(alternative.distance, 1)))"
                files.append((file, "# \(remark)\n" + alternative.config.yaml()))
                entries.append(.init(name: alternative.config.name, file: file, remark: remark))
            }
            if found.alternatives.count < alternatives {
                Console.note("Only \(found.alternatives.count) different designs of this budget were found.")
            }
        }
        if let sample {
            let found = try Derivation.samples(from: networks, options: options, count: sample, seed: seed)
            derived = found.derived
            for config in found.samples {
                files.append(("\(config.name).yaml", config.yaml()))
                entries.append(.init(name: config.name, file: "\(config.name).yaml"))
            }
        }
        guard let derived else { return }
        let name = derived.config.name
        files.insert(("\(name).yaml", derived.yaml), at: 0)
        entries.insert(.init(name: name, file: "\(name).yaml", remark: "as derived"), at: 0)
        var plan = SweepPlanText(
            title: "\(name) against \(entries.count - 1) designs of equal budget", data: data, seeds: seeds ?? 3,
            epochs: epochs ?? 10, limit: limit, entries: entries)
        plan.isThumbnail = options.isThumbnail
        files.append(("plan.yaml", plan.yaml))
        try FolderWriter.prepare(out)
        for file in files { try AtomicFile.checkWritable("\(out)/\(file.name)", overwriting: overwriting) }
        for file in files {
            try Interruption.check()
            try AtomicFile.write(text: file.text, to: "\(out)/\(file.name)", overwriting: overwriting)
        }
        Console.note("Wrote \(files.count - 1) configs and \(out)/plan.yaml")
    }
}
