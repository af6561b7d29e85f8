import ArgumentParser
import Files
import KernelViz
import Sweeps

/// `kernelviz sweep PLAN --out DIR/`.
struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Train several networks with several seeds and compare their accuracy.",
        discussion: """
            PLAN is YAML:

              title: Table 4 in small
              data: cifar10                # as train --data; paths are relative to the plan
              seeds: [1, 2, 3]
              baseline: G
              train: {epochs: 10, batch: 128, lr: 0.1, limit: 10000}     # options of train
              design: {channels: [16, 32, 64, 128, 256], blocks: [2, 3, 3, 2]}   # fields of every config
              nets:
                - vgnetf1-1.5mp-thumbnail  # a published name or a config file
                - {name: G, net: vgnetg-1.5mp-thumbnail}
                - {name: G SiLU, net: g.yaml, design: {activation: silu}, train: {lr: 0.05}}

            Each training goes to DIR/NET/seed-N/ as 'train' writes it; what is done there is not done again, what was \
            stopped goes on. DIR gets results.md, results.json and results.csv.

            Examples:
              kernelviz sweep plan.yaml --out runs --jobs 2
              kernelviz sweep plan.yaml --out runs --print-jobs | parallel
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, markdown, json, csv
    }

    @Argument(help: ArgumentHelp("The plan, YAML or JSON.", valueName: "plan"), completion: .file())
    var plan: String

    @Option(help: ArgumentHelp("The folder of the results, and of the trainings without --runs.", valueName: "folder"))
    var out: String

    @Option(
        help: ArgumentHelp(
            "The folder of the trainings where several plans share them: nets of one name are trained once.",
            valueName: "folder"))
    var runs: String?

    @Option(help: "Trainings at a time.")
    var jobs = 1

    @Option(help: "Threads of each training; the result does not depend on it.")
    var threads = 1

    @Option(
        help: ArgumentHelp(
            "Also write event files for TensorBoard: a folder in this one for each training.", valueName: "folder"))
    var tensorboard: String?

    @Flag(help: "Print one self-contained 'train' command a line and train nothing.")
    var printJobs = false

    @Option(
        help: ArgumentHelp("The program that those commands name; this one by default.", valueName: "path"))
    var program: String?

    @Option(
        help: ArgumentHelp(
            "Let --print-jobs name PyTorch instead: torchrun with so many processes, or gpu for one a GPU.",
            valueName: "processes"))
    var torchrun: String?

    @Flag(help: "Only make the table of what is done.")
    var collect = false

    @Option(help: "The table on stdout: table, markdown, json or csv.")
    var format = Format.table

    func validate() throws {
        try Bounds.check("--jobs", jobs, in: Bounds.threads)
        try Bounds.check("--threads", threads, in: Bounds.threads)
        if printJobs && collect { throw ValidationError("--print-jobs and --collect exclude each other.") }
        if (program != nil || torchrun != nil) && !printJobs {
            throw ValidationError("--program and --torchrun go with --print-jobs.")
        }
        if tensorboard != nil && (collect || torchrun != nil) {
            throw ValidationError("--tensorboard goes neither with --collect nor with --torchrun.")
        }
        if let torchrun, torchrun != "gpu", !(1...4096).contains(Int(torchrun) ?? 0) {
            throw ValidationError("--torchrun must be a number of processes or gpu.")
        }
    }

    func run() throws {
        var sweep = try Sweep(SweepPlan(contentsOf: plan), folder: runs ?? out)
        sweep.eventFolder = tensorboard
        if printJobs {
            let lines =
                try torchrun.map { try sweep.torchrunCommands(processes: $0) }
                ?? sweep.commands(program: program ?? FilePaths.program, threads: threads)
            return try Console.result(lines.map { $0 + "\n" }.joined())
        }
        var results = sweep.results()
        if !collect {
            if let seen = SweepPower(seeds: sweep.plan.seeds.count).detectableDifference {
                Console.note(
                    "\(sweep.jobs.count) trainings; \(sweep.plan.seeds.count) seeds find a difference of "
                        + "\(NumberFormat.fixed(seen * 100, 1)) points with 80 % probability")
            }
            let reporter = SweepReporter(sweep)
            results = Interruption.finishing { [sweep] in
                sweep.train(parallel: jobs, threads: threads, shouldStop: { Interruption.isAsked }) {
                    reporter.report($0)
                }
            }
        }
        let report = SweepReport(results)
        try FolderWriter.prepare(out)
        for (name, text) in [
            ("results.md", report.markdown), ("results.json", report.json), ("results.csv", report.csv),
        ] {
            try AtomicFile.write(text: text, to: "\(out)/\(name)")
        }
        try Interruption.check()
        try Console.result(OutputOptions.text(of: report, as: format))
        Console.note("Wrote \(out)/results.md, results.json and results.csv")
        if !results.failures.isEmpty { throw ExitCode(1) }
    }
}
