import ArgumentParser
import Files
import Glibc
import KernelViz
import Races
import Synchronization

extension DeriveCommand {
    /// Plans a race or goes on with one, trains until it is decided, and writes what it came to.
    func runRace() throws {
        guard let path = race.race, let out = ablation.out else { return }
        try output.check()
        let data = try Race.data(FilePaths.absolute(path), testPath: race.testData.map(FilePaths.absolute))
        if let classes, classes != data.classes {
            throw KernelVizError(
                code: "race.otherClasses", subject: "--classes", found: "\(classes)",
                expected: "\(data.classes), the classes of \(data.path)", advice: "Leave --classes out")
        }
        let request = try raceRequest(data)
        let known = try RacePlan.read(folder: out)
        try known?.check(sameAs: request, folder: out)
        let opened = try Self.inFolder(out) {
            let opened = try Race(known ?? newPlan(data, request, out: out), folder: out)
            if known == nil { try opened.writePlan() }
            return opened
        }
        let plan = opened.plan
        let before = try opened.results()
        Console.note(
            known == nil
                ? RaceReport.introduction(plan, hours: nil)
                : "Going on with the race in \(out): \(before.rows.count) of at most \(plan.size.totalTrainings) trainings are "
                    + "done.")
        if race.printJobs { return try printJobs(opened, before, out: out) }
        let results = try train(opened, before, out: out)
        try write(results, out: out)
        try Interruption.check()
        if case .failed = results.state.verdict { Console.note("kernelviz: error: \(results.sentence)") }
        try output.emit(RaceReport(results), as: explain ? Format.table : format ?? Format.yaml)
        Console.note(results.sentence)
        Console.note(results.choiceSentence)
        Console.note("Wrote \(out)/results.json, results.md" + (results.best == nil ? "" : " and winner.yaml"))
        if results.best == nil { throw ExitCode(1) }
    }

    /// Makes the folder before minutes of timing, and takes it away again where nothing comes into it.
    private static func inFolder(_ out: String, _ open: () throws -> Race) throws -> Race {
        let isNew = !InputFile.isFolder(out)
        try FolderWriter.prepare(out)
        do { return try open() } catch {
            // Fails, as wanted, where something lies there.
            if isNew { rmdir(out) }
            throw error
        }
    }

    private func train(_ opened: Race, _ before: RaceResults, out: String) throws -> RaceResults {
        let done = before.rows.reduce(0) { $0 + before.plan.epochs(ofRound: $1.training.round) }
        let writing = Mutex(0)
        let reporter = RaceReporter(epochs: before.plan.size.totalEpochs - done) {
            // Every training becomes a row at once; whatever is wrong with the folder is said at the end.
            writing.withLock { _ in
                guard let results = try? opened.results() else { return }
                try? AtomicFile.write(text: RaceReport(results).json, to: "\(out)/results.json")
            }
        }
        return try Interruption.finishing {
            try opened.run(
                parallel: race.jobs, threads: race.threads, shouldStop: { Interruption.isAsked }
            ) { reporter.report($0) }
        }
    }

    private func write(_ results: RaceResults, out: String) throws {
        let report = RaceReport(results)
        try AtomicFile.write(text: report.json, to: "\(out)/results.json")
        try AtomicFile.write(text: report.markdown, to: "\(out)/results.md")
        if let yaml = results.yaml { try AtomicFile.write(text: yaml, to: "\(out)/winner.yaml") }
    }

    private func printJobs(_ opened: Race, _ before: RaceResults, out: String) throws {
        let lines =
            try race.torchrun.map { try opened.torchrunCommands(processes: $0) }
            ?? opened.commands(program: race.program ?? FilePaths.program, threads: race.threads)
        try write(before, out: out)
        guard !lines.isEmpty else { return Console.note("Nothing is left to train. \(before.sentence)") }
        try Console.result(
            race.slurm
                ? RaceOptions.script(lines, out: FilePaths.absolute(out)) : lines.map { $0 + "\n" }.joined())
        Console.note(
            "\(lines.count) \(lines.count == 1 ? "training" : "trainings") up to the next decision; when they are done the same "
                + "command prints the next ones, or without --print-jobs goes on here.")
    }

    /// What must be the same for a race to go on.
    private func raceRequest(_ data: RacePlan.DataSet) throws -> [String: String] {
        var request: [String: String] = [
            "--race": data.path, "--multiple": "\(multiple)", "--form": form.rawValue,
            "--weighting": weighting.rawValue,
        ]
        let given: [(String, String?)] = [
            ("--hours", race.hours.map { "\($0)" }), ("--test-data", data.testPath), ("--budget", budget),
            ("--macs", macs), ("--latency", latency), ("--no-latency", skipsLatency ? "given" : nil),
            ("--thumbnail", thumbnail ? "given" : nil), ("--classes", classes.map { "\($0)" }),
            ("--input-size", inputSize.map { "\($0)" }), ("--epochs", ablation.epochs.map { "\($0)" }),
            ("--seeds", ablation.seeds.map { "\($0)" }), ("--limit", ablation.limit.map { "\($0)" }),
            ("--train", race.training.isEmpty ? nil : race.training.joined(separator: " ")),
            ("--no-gate", race.skipsGate ? "given" : nil),
        ]
        for (name, value) in given { request[name] = value }
        request["checkpoints"] = try checkpoints.map { path in
            InputFile.isFolder(path) ? FilePaths.absolute(path) : String(try InputFile.sha256(path).prefix(16))
        }.joined(separator: " ")
        return request
    }

    private func newPlan(_ data: RacePlan.DataSet, _ request: [String: String], out: String) throws -> RacePlan {
        var settings = try race.settings(limit: ablation.limit)
        if !race.saysValidation { settings.validation = Self.validation(data, limit: ablation.limit) }
        try Self.checkValidation(settings, data)
        var options = try options()
        options.classes = classes ?? data.classes
        options.inputSize = try inputSize ?? Self.imageSize(data)
        if options.budget.latency == nil && !skipsLatency { options.budget.latency = .published }
        let networks = try Analysis.networksOrSaved(checkpoints, strides)
        let found = try contenders(networks, options)
        for left in found.leftOut { Console.note("Left out: \(left).") }
        let baseline = RacePlan.Contender(
            name: found.baseline.name, config: found.baseline, why: "the paper's design within the bounds")
        Console.note("Timing a few steps of \(baseline.name)")
        let seconds = try Race.secondsPerEpoch(baseline, data: data, settings: settings, threads: race.threads)
        let images = settings.trainingImages(of: data.trainingImages)
        let size = try RaceSize.fitting(
            contenders: found.contenders.count, epochs: ablation.epochs, seeds: ablation.seeds, hours: race.hours ?? 1,
            stepsPerEpoch: max(1, images / max(1, min(settings.batch, images))), secondsPerEpoch: seconds,
            parallel: race.jobs)
        for contender in found.contenders.dropFirst(size.contenders) {
            Console.note("Left out: \(contender.name) (time is short).")
        }
        settings.epochs = size.epochs
        let hours = Double(size.totalEpochs) * seconds / 3600 / Double(race.jobs)
        let length =
            hours < 1 ? "\(NumberFormat.fixed(hours * 60, 1)) minutes" : "\(NumberFormat.fixed(hours, 1)) hours"
        Console.note("The race takes about \(length) at the most.")
        return RacePlan(
            baseline: baseline,
            contenders: found.contenders.prefix(size.contenders).map { contender in
                RacePlan.Contender(
                    name: contender.name, config: contender.config,
                    start: contender.hasUnitGain ? .unitGain : .standard, why: contender.why,
                    timeRatio: contender.time?.ratio)
            }, data: data, settings: settings, size: size, needsLearnedKernels: !race.skipsGate, request: request)
    }

    /// Images to hold out where nobody says how many: as many as --limit leaves unused and the test part has, but at least
    /// a tenth of the training images.
    static func validation(_ data: RacePlan.DataSet, limit: Int?) -> Int {
        let unused = max(0, data.trainingImages - (limit ?? data.trainingImages))
        return max(data.trainingImages / 10, min(unused, data.testImages))
    }

    /// Throws before minutes of timing where too few images would be left.
    private static func checkValidation(_ settings: TrainingSettings, _ data: RacePlan.DataSet) throws {
        guard settings.validation > 0 else { return }
        _ = try settings.parts(of: ImageDataSet.open(data.path, split: .training))
    }

    private func contenders(
        _ networks: [AnalysedNetwork], _ options: Derivation.DesignOptions
    ) throws -> Derivation.Contenders {
        guard !skipsLatency else {
            var untimed = options
            untimed.budget.latency = nil
            return try Derivation.contenders(from: networks, options: untimed)
        }
        let progress = ProgressLine("Timing alternatives")
        defer { progress.finish() }
        var number = 0
        return try Derivation.contenders(from: networks, options: options) { design, baseline in
            number += 1
            return try DesignTiming.pair(design, baseline) {
                try progress.update((number - 1) * DesignTiming.rounds + $0, of: max(20, number) * DesignTiming.rounds)
            }
        }
    }

    /// The images' own size where they are small, else 224.
    private static func imageSize(_ data: RacePlan.DataSet) throws -> Int {
        let image = try ImageDataSet.open(data.path, split: .training).image(0)
        let size = min(image.width, image.height)
        return size <= 96 ? size : 224
    }
}
