import ArgumentParser
import KernelViz

/// `Benchmarks [GROUP …]`: measures our own parts on realistic sizes and prints JSON.
@main
struct BenchmarksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Benchmarks",
        abstract: "Measure kernelviz; run in release: swift run -c release Benchmarks.")

    /// What can be measured; a new group is added here.
    static var groups: [any BenchmarkGroup.Type] {
        [WeightsBenchmarks.self, FiguresBenchmarks.self, ClassificationBenchmarks.self]
    }

    @Argument(help: "The groups to measure; all by default.")
    var names: [String] = []

    @Option(help: "Timed runs of each benchmark, after two untimed ones.")
    var runs = 15

    @Option(help: ArgumentHelp("A file of weights to read instead of generated ones.", valueName: "file"))
    var file: String?

    static func main() {
        IsolatedReader.runIfAsked()
        main(nil)
    }

    func validate() throws {
        if runs < 1 { throw ValidationError("--runs must be at least 1.") }
        if let unknown = names.first(where: { name in !Self.groups.contains { $0.name == name } }) {
            let known = Self.groups.map { $0.name }.joined(separator: ", ")
            throw ValidationError("No group '\(unknown)'; known: \(known).")
        }
    }

    func run() throws {
        var measurements: [Measurement] = []
        for group in Self.groups where names.isEmpty || names.contains(group.name) {
            measurements += try group.init(file: file).measure(BenchmarkRunner(runs: runs))
        }
        print(BenchmarkReport(measurements).json)
    }
}
