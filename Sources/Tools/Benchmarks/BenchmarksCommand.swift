import ArgumentParser
import KernelViz

/// `Benchmarks engine|training|classifier|renderer|reader`: measures our own parts on realistic sizes and prints JSON.
@main
struct BenchmarksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Benchmarks",
        abstract: "Measure parts of kernelviz; run in release: swift run -c release Benchmarks PART.",
        subcommands: [
            EngineBenchmark.self, TrainingBenchmark.self, ClassifierBenchmark.self, RendererBenchmark.self,
            ReaderBenchmark.self, LabelTerms.self,
        ])

    static func main() {
        IsolatedReader.runIfAsked()
        main(nil)
    }
}

/// How often things are measured.
struct RunOptions: ParsableArguments {
    @Option(help: "Timed runs of each benchmark, after two untimed ones.")
    var runs = 15

    func validate() throws {
        if runs < 1 { throw ValidationError("--runs must be at least 1.") }
    }

    var runner: BenchmarkRunner { BenchmarkRunner(runs: runs) }
}
