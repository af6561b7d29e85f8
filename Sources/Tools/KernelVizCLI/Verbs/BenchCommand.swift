import ArgumentParser
import Files
import KernelViz

/// `kernelviz bench [NETWORK …] [--batch …] [--threads …]`.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure how fast networks run here, and how far from the machine's limit.",
        discussion: """
            Each network runs with every batch and thread count that is named. The limit is measured first: \
            multiply-adds that stay in registers, on one thread. The steps of a network are those of one image on one \
            thread; fused layers count as one. 'render statistics --plot steps' and '--plot scaling' draw the JSON.

            Examples:
              kernelviz bench vgnetg-1.0mp
              kernelviz bench net.onnx --threads 1,2 --batch 1,8 --format json -o bench.json
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json
    }

    @Argument(
        help: ArgumentHelp("Config files, published nets' names or checkpoints.", valueName: "network"),
        completion: NetworkCompletion.kind)
    var networks = ["vgnetg-1.0mp", "vgnetg-1.5mp", "vgnetg-2.0mp", "vgnetg-2.5mp"]

    @Option(
        name: .customLong("batch"), parsing: .upToNextOption,
        help: ArgumentHelp("Images of a run; several are timed one after another.", valueName: "n,n"))
    var batches = [CountList([1])]

    @Option(
        name: .customLong("threads"), parsing: .upToNextOption,
        help: ArgumentHelp("Threads of a run; several are timed one after another.", valueName: "n,n"))
    var threadCounts = [CountList([1])]

    private var batch: [Int] { batches.flatMap(\.counts) }
    private var threads: [Int] { threadCounts.flatMap(\.counts) }

    @Option(help: "Rows and columns of the input; the network's own by default.")
    var inputSize: Int?

    @Option(help: "automatic, baseline, avx2, avx512, avx512bf16 or reference.")
    var operators = ExecutionOptions.Operators.automatic

    @Option(
        help: """
            f32; bf16: half the memory and, where the processor multiplies bfloat16, up to twice the speed; int8: a \
            quarter of the memory, ranges of the timed input.
            """)
    var precision = ExecutionOptions.Precision.float32

    @Option(help: "Timed runs of each setting.")
    var runs = 100

    @Flag(help: "Time each step too.")
    var steps = false

    @Flag(
        help: "Time the networks with inputs of 96…448 pixels too, and VGNets of half to twice their width and depth.")
    var scaling = false

    @Option(help: "table or json.")
    var format = Format.table

    @OptionGroup var output: OutputOptions

    func validate() throws {
        try Bounds.check("--runs", runs, in: 1...1_000_000)
        try Bounds.check("--batch", batch, in: 1...4096)
        try Bounds.check("--threads", threads, in: Bounds.threads)
        try Bounds.check("--input-size", inputSize, in: Bounds.inputSize)
    }

    func run() throws {
        try output.check()
        let limits = try Roofline.measure(operators)
        var benchmarks: [NetworkBenchmark] = []
        for name in networks {
            let network = try RunnableNetwork(named: name, inputSize: inputSize)
            for (index, setting) in settings.enumerated() {
                let progress = ProgressLine("Running \(network.name), batch \(setting.batch)")
                defer { progress.finish() }
                benchmarks.append(
                    try NetworkBenchmark.measure(
                        network, batch: setting.batch,
                        options: ExecutionOptions(
                            operators: operators, threads: setting.threads, precision: precision), runs: runs,
                        profiles: steps && index == 0
                    ) { try progress.update($0, of: runs) })
            }
        }
        let report = BenchmarkReport(limits: limits, benchmarks: benchmarks, scaling: try scalingBenchmarks())
        try output.emit(report, as: format)
    }

    /// With the first batch and thread count.
    private func scalingBenchmarks() throws -> [ScalingBenchmark] {
        guard scaling, let setting = settings.first else { return [] }
        return try networks.flatMap { name in
            let progress = ProgressLine("Growing \(FilePaths.name(of: name))")
            defer { progress.finish() }
            return try ScalingBenchmark.measure(
                name, inputSize: inputSize, batch: setting.batch,
                options: ExecutionOptions(operators: operators, threads: setting.threads, precision: precision),
                runs: runs
            ) { try progress.update($0, of: $1) }
        }
    }

    private var settings: [(batch: Int, threads: Int)] {
        batch.flatMap { batch in threads.map { (batch, $0) } }
    }
}

extension ExecutionOptions.Operators: ExpressibleByArgument {}
extension ExecutionOptions.Precision: ExpressibleByArgument {}
